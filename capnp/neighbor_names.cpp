#include "capnp/neighbor_names.hpp"

namespace bellman::api {

kj::Promise<void> neighbor_names::refresh() {
  refreshed_ = std::chrono::steady_clock::now();
  return actors_.ask<msg::neighbor_list>(names::neighbors, msg::list_neighbors{}, urgency::overtaking)
      .then([this](answer<msg::neighbor_list>&& a) {
        reachable_ = a.value.has_value();
        if (a.value)
          learn(*a.value);
      });
}

kj::Promise<void> neighbor_names::refresh_for_unknown() {
  if (std::chrono::steady_clock::now() - refreshed_ < std::chrono::seconds{1})
    return kj::READY_NOW;
  return refresh();
}

void neighbor_names::learn(const msg::neighbor_list& list) {
  by_id_.clear();
  by_address_.clear();
  for (const auto& n : list.neighbors) {
    // Who has routes has had a session. Of the others some have no AS yet, and have to be asked for later.
    if (const auto asn = n.settings.remote_as != 0 ? n.settings.remote_as : n.peer_as; asn != 0)
      by_id_[n.id] = {n.settings.address, asn};
    by_address_[n.settings.address] = n.id;
  }
}

const neighbor_names::name* neighbor_names::find(rib::peer_id id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : &at->second;
}

std::optional<rib::peer_id> neighbor_names::find(const wire::ip_address& address) const {
  const auto at = by_address_.find(address);
  return at == by_address_.end() ? std::nullopt : std::optional{at->second};
}

} // namespace bellman::api
