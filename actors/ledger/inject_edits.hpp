#pragma once
// A batch as clients send it, checked and put into the form that store and partitions take.

#include "actors/interfaces.hpp"
#include "actors/ledger/edit.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace bellman::ledger {

/// What is wrong with a batch by itself.
inline std::optional<refusal> fault_of(const msg::inject& m) {
  if (m.owner.empty())
    return refusal{"invalid", "routes need an owner", "owner"};
  if (!m.edits || !m.attributes)
    return refusal{"invalid", "there is no batch", "edits"};
  const auto bad = [&](const msg::injected_route& e) { return !e.withdraw && e.attributes >= m.attributes->size(); };
  if (const auto at = std::ranges::find_if(*m.edits, bad); at != m.edits->end())
    return refusal{"invalid", "the batch has no attributes of this number",
                   "edits[" + std::to_string(at - m.edits->begin()) + "].attributes"};
  return std::nullopt;
}

/// @pre !fault_of(m)
inline std::vector<edit> edits_of(const msg::inject& m) {
  std::vector<edit> edits;
  edits.reserve(m.edits->size());
  for (const auto& e : *m.edits)
    edits.push_back({e.prefix, e.attributes, e.withdraw});
  return in_order(std::move(edits));
}

} // namespace bellman::ledger
