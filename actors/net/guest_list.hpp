#pragma once
// Addresses for whose calls places are kept at the door, however many strangers stand there.

#include "wire/prefix.hpp"

#include <mutex>
#include <set>

namespace bellman::net {

/// Thread-safe. One for the life of the daemon.
class guest_list {
public:
  void add(const wire::ip_address& who) {
    const std::lock_guard guard{mutex_};
    expected_.insert(who);
  }
  void remove(const wire::ip_address& who) {
    const std::lock_guard guard{mutex_};
    expected_.erase(who);
  }
  bool contains(const wire::ip_address& who) const {
    const std::lock_guard guard{mutex_};
    return expected_.contains(who) ||
           (who.has_zone() &&
            expected_.contains(wire::ip_address{wire::afi::ipv6, {}, who.zone})); // whoever is on that link
  }

private:
  mutable std::mutex mutex_;
  std::set<wire::ip_address> expected_;
};

} // namespace bellman::net
