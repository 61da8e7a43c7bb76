#include "actors/peer/walks.hpp"

#include "wire/bgp/outgoing.hpp"
#include "wire/bgp/route_refresh.hpp"

#include <algorithm>

namespace bellman::peer {

namespace {

walks::send mark(wire::family family, wire::route_refresh::kind which) {
  return {wire::encode(wire::route_refresh{family, static_cast<std::uint8_t>(which)})};
}

} // namespace

walks::walks(std::uint32_t partitions, std::vector<wire::family> families)
    : partitions_{partitions}, families_{std::move(families)} {
  running_[initial] = {{}, marks::none, std::vector<bool>(partitions, true), partitions};
}

walks::effects walks::wanted(wire::family family, marks with) {
  effects out;
  if (std::ranges::find(families_, family) == families_.end())
    return out;
  const bool busy = running_.contains(initial) ||
                    std::ranges::any_of(running_, [&](const auto& w) { return w.second.family == family; });
  if (busy)
    waiting_[family] = std::max(with, waiting_[family]);
  else
    begin(family, with, out);
  return out;
}

void walks::begin(wire::family family, marks with, effects& out) {
  running_[++last_] = {family, with, std::vector<bool>(partitions_, true), partitions_};
  if (with == marks::borr_and_eorr)
    out.emplace_back(mark(family, wire::route_refresh::kind::begin));
  out.emplace_back(replay{last_, family});
}

walks::effects walks::finished(walk_id id, std::uint32_t partition) {
  effects out;
  if (!owes(id, partition))
    return out;
  auto& w = running_.at(id);
  w.left[partition] = false;
  if (--w.missing == 0) {
    const auto done = std::move(w);
    running_.erase(id);
    end(done, id, out);
  }
  return out;
}

void walks::end(const walk& which, walk_id id, effects& out) {
  if (id == initial) {
    for (const auto f : families_)
      wire::write_end_of_rib(std::get<send>(out.emplace_back(send{})).message, f);
  } else if (which.marks == marks::borr_and_eorr) {
    out.emplace_back(mark(which.family, wire::route_refresh::kind::end));
  }
  for (const auto f : id == initial ? families_ : std::vector{which.family})
    if (const auto next = waiting_.extract(f))
      begin(f, next.mapped(), out);
}

bool walks::owes(walk_id id, std::uint32_t partition) const {
  const auto found = running_.find(id);
  return found != running_.end() && partition < partitions_ && found->second.left[partition];
}

std::vector<walks::replay> walks::owed_by(std::uint32_t partition) const {
  std::vector<replay> out;
  for (const auto& [id, w] : running_)
    if (id != initial && owes(id, partition))
      out.push_back({id, w.family});
  return out;
}

} // namespace bellman::peer
