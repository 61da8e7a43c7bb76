#pragma once
// The structs of routes.hpp and watch.hpp, from and to the schema.

#include "capnp/client/routes.hpp"

namespace bellman::client {

void write_query(const route_query& from, api::RouteQuery::Builder out);
void write_cursor(const watch_cursor& from, api::WatchCursor::Builder out);
watch_batch read_batch(api::WatchBatch::Reader in);

/// Reads rows of one message: its attribute sets and sources are read once, and shared.
class row_reader {
public:
  row_reader(::capnp::List<api::AttributeSet>::Reader sets, ::capnp::List<api::NeighborName>::Reader names);

  /// @param prefix of the row, where the row itself has none
  route read(api::Route::Reader in, const wire::prefix* prefix = nullptr) const;

private:
  std::shared_ptr<const wire::path_attributes> set(std::uint32_t index) const;

  std::vector<std::shared_ptr<const wire::path_attributes>> sets_;
  std::vector<route_source> names_;
};

} // namespace bellman::client
