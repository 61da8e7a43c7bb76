#pragma once
// Links on which we are announced as a router, so that a neighbour there finds us. Several neighbours may want it of
// one link.

#include "wire/prefix.hpp"

#include <map>
#include <mutex>
#include <set>
#include <string>

namespace bellman::net {

/// Thread-safe. One for the life of the daemon.
class announced_links {
public:
  /// On the link of this neighbour. @pre who.has_zone() where it is wanted
  void want(const wire::ip_address& who, bool wanted) {
    const std::lock_guard guard{mutex_};
    if (wanted)
      links_[who] = std::string{who.zone_name()};
    else
      links_.erase(who);
  }
  /// Names of interfaces.
  std::set<std::string> names() const {
    const std::lock_guard guard{mutex_};
    std::set<std::string> all;
    for (const auto& [who, name] : links_)
      all.insert(name);
    return all;
  }

private:
  mutable std::mutex mutex_;
  std::map<wire::ip_address, std::string> links_;
};

} // namespace bellman::net
