#include "actors/ledger/injector_links_actor.hpp"

#include "actors/registry.hpp"

#include <caf/all.hpp>

namespace bellman::ledger {

caf::actor injector_links::look_up(std::uint32_t index) const {
  return find_actor(self_->system(), names::partition(index));
}

void injector_links::find_all() {
  for (std::uint32_t i = 0; i < size(); ++i)
    if (!partitions_[i])
      adopt(i, look_up(i)); // one that has ended already says so at once
}

bool injector_links::find(std::uint32_t index) {
  if (partitions_[index])
    return false;
  adopt(index, look_up(index));
  if (!partitions_[index])
    self_->delayed_send(self_, look_again, msg::look_for_partition{index});
  return partitions_[index] != nullptr;
}

void injector_links::adopt(std::uint32_t index, const caf::actor& partition) {
  if (!partition || partitions_[index] == partition)
    return;
  if (partitions_[index])
    self_->demonitor(partitions_[index]);
  partitions_[index] = partition;
  self_->monitor(partition);
}

void injector_links::on_down(const caf::actor_addr& who) {
  for (std::uint32_t i = 0; i < size(); ++i)
    if (partitions_[i] && partitions_[i].address() == who) {
      partitions_[i] = nullptr;
      self_->delayed_send(self_, look_again, msg::look_for_partition{i});
    }
}

template <class Message>
void injector_links::tell_all() {
  for (const auto& p : partitions_)
    for (const auto family : {wire::ipv4_unicast, wire::ipv6_unicast})
      if (p)
        self_->send(p, Message{rib::local_source, family});
}
void injector_links::begin_refresh() { tell_all<msg::refresh_begin>(); }
void injector_links::end_refresh() { tell_all<msg::refresh_end>(); }

void injector_links::announce(const batch_source& from, std::optional<std::uint32_t> only) {
  maker_.make(from, [&](std::uint32_t index, std::shared_ptr<rib::route_batch> batch) {
    if (partitions_[index] && only.value_or(index) == index)
      self_->send(partitions_[index], msg::routes{std::move(batch)});
  });
}

void injector_links::announce(const msg::injected_page& page, const std::map<std::string, std::uint32_t>& numbers,
                              std::optional<std::uint32_t> only) {
  for (std::size_t i = 0; i < page.rows.size();) { // one owner after the other
    const auto& owner = page.rows[i].owner;
    std::map<const wire::path_attributes*, std::uint32_t> index_of;
    std::vector<const wire::path_attributes*> sets;
    std::vector<edit> edits;
    for (; i < page.rows.size() && page.rows[i].owner == owner; ++i) {
      const auto& row = page.rows[i];
      if (only && maker_.partition_of(row.prefix) != *only)
        continue;
      const auto [at, fresh] = index_of.try_emplace(row.attributes.get(), static_cast<std::uint32_t>(sets.size()));
      if (fresh)
        sets.push_back(row.attributes.get());
      edits.push_back({row.prefix, at->second, false});
    }
    const auto value = [&](std::uint32_t set) -> const wire::path_attributes& { return *sets[set]; };
    announce({edits, value, numbers.at(owner)}, only);
  }
}

} // namespace bellman::ledger
