#pragma once
// One change of an injected route, and a batch of them in the form that store and injector work on.

#include "wire/prefix.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bellman::ledger {

struct edit {
  wire::prefix prefix;
  std::uint32_t attributes = 0; ///< index into the batch's sets
  bool withdraw = false;
  bool operator==(const edit&) const = default;
};

/// In prefix order, each prefix once: of several edits of one prefix the last counts.
inline std::vector<edit> in_order(std::vector<edit> edits) {
  const auto before = [](const edit& a, const edit& b) { return a.prefix < b.prefix; };
  if (!std::ranges::is_sorted(edits, before))
    std::ranges::stable_sort(edits, before);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < edits.size(); ++i)
    if (i + 1 == edits.size() || edits[i].prefix != edits[i + 1].prefix)
      edits[kept++] = edits[i];
  edits.resize(kept);
  return edits;
}

} // namespace bellman::ledger
