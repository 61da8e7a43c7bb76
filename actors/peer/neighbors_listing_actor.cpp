#include "actors/peer/neighbors_listing_actor.hpp"

#include "actors/registry.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace bellman::peer {

namespace {

constexpr auto patience = std::chrono::seconds{1};
constexpr auto gathered_within = std::chrono::milliseconds{50}; ///< a burst of changes is one look

/// What the partitions have said so far.
struct tally {
  std::vector<msg::neighbor_status> neighbors;
  neighbors_listing::use_list use;
  std::map<rib::peer_id, rib::peer_counts> counts;
  std::uint32_t missing = 0;

  void add(const rib::rib_stats& s) {
    for (const auto& p : s.peers) {
      auto& sum = counts[p.peer];
      for (std::size_t f = 0; f < 2; ++f) {
        sum.received[f] += p.received[f];
        sum.accepted[f] += p.accepted[f];
        sum.advertised[f] += p.advertised[f];
        sum.stale[f] += p.stale[f];
        sum.long_lived[f] += p.long_lived[f];
        sum.refused[f] += p.refused[f];
      }
    }
  }
  void count_down() {
    if (--missing != 0)
      return;
    for (auto& n : neighbors) {
      n.routes = counts[n.id];
      n.routes.peer = n.id;
    }
    use({std::move(neighbors)});
  }
};

} // namespace

msg::origin_of_setting origin_of(const roster::member& m) noexcept {
  return m.range    ? msg::origin_of_setting::dynamic
         : m.by_api ? msg::origin_of_setting::api
                    : msg::origin_of_setting::file;
}

msg::range_list neighbors_memory::ranges() const {
  msg::range_list all;
  for (const auto& [range, r] : roster.ranges()) {
    const auto counts = range_counts.find(range);
    all.rows.push_back(
        {r, roster.said_ranges().contains(range) ? msg::origin_of_setting::api : msg::origin_of_setting::file,
         roster.dynamic_members(range), counts == range_counts.end() ? msg::range_counts{} : counts->second});
  }
  return all;
}

std::vector<msg::neighbor_status> neighbors_memory::statuses() const {
  std::vector<msg::neighbor_status> all;
  for (const auto& [address, cell] : cells)
    if (auto s = status(address))
      all.push_back(std::move(*s));
  return all;
}

std::optional<msg::neighbor_status> neighbors_memory::status(const wire::ip_address& a) const {
  const auto cell = cells.find(a);
  const auto member = roster.members().find(a);
  if (cell == cells.end() || member == roster.members().end())
    return std::nullopt;
  auto s = cell->second->status();
  s.settings = member->second.settings;
  s.origin = origin_of(member->second);
  s.range = member->second.range;
  return s;
}

void neighbors_listing::count_routes(std::vector<msg::neighbor_status> of, use_list use) {
  const auto sum = std::make_shared<tally>();
  sum->neighbors = std::move(of);
  sum->use = std::move(use);
  sum->missing = 1; // this function
  for (std::uint32_t i = 0; i < partitions_; ++i) {
    const auto partition = find_actor(self_->system(), names::partition(i));
    if (!partition)
      continue;
    ++sum->missing;
    self_->request<caf::message_priority::high>(partition, patience, msg::get_rib_stats{})
        .then(
            [sum](const rib::rib_stats& s) {
              sum->add(s);
              sum->count_down();
            },
            [sum](const caf::error&) { sum->count_down(); });
  }
  sum->count_down();
}

void neighbors_listing::watch(const caf::actor& whom) {
  if (!whom)
    return;
  if (std::ranges::find(watchers_, whom) == watchers_.end()) {
    if (watchers_.empty())
      last_ = picture_of(memory_->statuses());
    watchers_.push_back(whom);
    self_->monitor(whom);
  }
  count_routes(memory_->statuses(), [this, whom](msg::neighbor_list all) { self_->send(whom, std::move(all)); });
}

void neighbors_listing::on_down(const caf::actor_addr& who) {
  std::erase_if(watchers_, [&](const caf::actor& a) { return a.address() == who; });
}

void neighbors_listing::look_soon() {
  if (!watchers_.empty() && !std::exchange(looking_, true))
    self_->delayed_send(self_, gathered_within, msg::look_at_states{});
}

neighbors_listing::picture neighbors_listing::picture_of(const std::vector<msg::neighbor_status>& all) {
  picture p;
  for (const auto& n : all)
    p[n.settings.address] = {n.state, n.admin_down, n.since, n.last_error_at, n.settings};
  return p;
}

template <class Message>
void neighbors_listing::tell(const Message& m) {
  for (const auto& w : watchers_)
    self_->send(w, m);
}

void neighbors_listing::look() {
  looking_ = false;
  auto all = memory_->statuses();
  auto now = picture_of(all);
  const bool somebody_left = std::ranges::any_of(last_, [&](const auto& x) { return !now.contains(x.first); });
  if (!somebody_left)
    std::erase_if(all, [&](const msg::neighbor_status& n) {
      const auto before = last_.find(n.settings.address);
      return before != last_.end() && before->second == now[n.settings.address];
    });
  last_ = std::move(now);
  if (all.empty() && !somebody_left)
    return;
  count_routes(std::move(all), [this, somebody_left](msg::neighbor_list list) {
    if (somebody_left) // there is no event for that: the whole list again
      tell(list);
    else
      for (auto& n : list.neighbors)
        tell(msg::neighbor_event{std::move(n)});
  });
}

} // namespace bellman::peer
