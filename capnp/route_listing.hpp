#pragma once
// Walks the partitions one after another for one query, a page at a time. Thread: RPC.

#include "actors/rib/view.hpp"
#include "capnp/ask.hpp"

#include <kj/async.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace bellman::api {

/// Keeps at most one page. A lookup (exact, shorter, longest) is asked of all partitions at once, because covering
/// prefixes may live in any of them; its few rows are kept.
class route_listing {
public:
  route_listing(const bridge& actors, rib::route_query query, std::uint32_t partitions)
      : actors_{actors}, query_{std::move(query)}, partitions_{partitions} {}

  struct page {
    std::vector<rib::route_row> rows;
    bool done = false;
    std::string trouble; ///< Not empty: a partition did not answer; the same page can be asked for again.
  };
  /// One call at a time; the listing has to stay alive until it resolves. Rows, unless done.
  kj::Promise<page> next(std::uint32_t max);

  struct total {
    std::uint64_t rows = 0;
    std::string trouble;
  };
  /// Instead of `next`.
  kj::Promise<total> count();

private:
  bool is_lookup() const noexcept;
  kj::Promise<page> scan(std::uint32_t max);
  kj::Promise<std::string> look_up();
  kj::Promise<answer<rib::route_page>> ask(std::uint32_t partition, std::uint64_t position, std::uint32_t max) const;
  kj::Promise<total> count_from(std::uint64_t so_far);

  const bridge& actors_;
  const rib::route_query query_;
  const std::uint32_t partitions_;
  std::uint32_t partition_ = 0;
  std::uint64_t position_ = 0;
  bool looked_up_ = false;
  std::deque<rib::route_row> found_; ///< by a lookup, not yet handed out
};

} // namespace bellman::api
