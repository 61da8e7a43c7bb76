#pragma once
// Where pages of a listing by offset ended, so that the next page need not count from the start again.

#include "wire/prefix.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <utility>

namespace bellman::ledger {

/// A row: owner and prefix.
using row_key = std::pair<std::string, wire::prefix>;

/// Remembers the newest few. A listing that goes on where a page ended is continued behind that page's last row,
/// whatever has been inserted or removed before it meanwhile.
class list_cursors {
public:
  struct place {
    std::optional<row_key> after;
    std::uint64_t skip = 0;
  };

  /// How to find the row `offset` of a listing of `owner`.
  place find(const std::string& owner, std::uint64_t offset) {
    const entry* best = nullptr;
    for (const auto& e : entries_)
      if (e.owner == owner && e.offset <= offset && (best == nullptr || e.offset > best->offset))
        best = &e;
    return best == nullptr ? place{std::nullopt, offset} : place{best->last, offset - best->offset};
  }
  /// A page ended with the row `last`; the next one starts at `offset`.
  void remember(const std::string& owner, std::uint64_t offset, row_key last) {
    std::erase_if(entries_, [&](const entry& e) { return e.owner == owner && e.offset == offset; });
    entries_.push_front({owner, offset, std::move(last)});
    if (entries_.size() > most)
      entries_.pop_back();
  }

private:
  static constexpr std::size_t most = 64;
  struct entry {
    std::string owner;
    std::uint64_t offset;
    row_key last;
  };
  std::list<entry> entries_;
};

} // namespace bellman::ledger
