#pragma once
// Rows of the RIB to rows of the schema. Attribute sets are written once a page, and rows refer to them by index: most
// routes of a page share theirs with others.

#include "actors/rib/view.hpp"
#include "capnp/neighbor_names.hpp"
#include "capnp/rows.capnp.h"

#include <capnp/list.h>

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace bellman::api {

/// Use: `add` every row of the page, in the order in which they will be written; then the lists; then `write` every
/// row. Rows are looked at again when the sets are written: they have to stay where they are.
class page_writer {
public:
  void add(const rib::route_row& row);

  unsigned sets() const noexcept { return static_cast<unsigned>(sets_.size()); }
  unsigned sources() const noexcept { return static_cast<unsigned>(sources_.size()); }
  void write_sets(::capnp::List<AttributeSet>::Builder out) const;
  void write_sources(const neighbor_names& names, ::capnp::List<NeighborName>::Builder out) const;
  /// A source is known by nobody here; the names should be asked for again.
  bool lacks_names(const neighbor_names& names) const;

  /// Writes the next row; each exactly once, in the order of `add`.
  void write(const rib::route_row& row, Route::Builder out);

private:
  struct set {
    const rib::attr_ref* attributes;
    const wire::outbound_form* form; ///< null: as it is
    wire::family family;
  };
  std::uint32_t index_of(const rib::attr_ref& attributes, const wire::outbound_form* form, wire::family family);

  std::vector<set> sets_;
  std::vector<rib::peer_id> sources_;
  std::unordered_map<std::uint64_t, std::uint32_t> known_;
  std::vector<std::uint32_t> indices_; ///< two a row: attributes, received attributes
  std::size_t written_ = 0;
  std::uint64_t last_key_ = ~std::uint64_t{0};
  std::uint32_t last_index_ = 0;
  std::uint32_t now_ = clock_now();

  /// Seconds on the clock that partitions stamp their rows with.
  static std::uint32_t clock_now() noexcept;
};

} // namespace bellman::api
