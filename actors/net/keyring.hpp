#pragma once
// The TCP MD5 keys in force, by neighbour or range. Every listener has them all; a dial takes the one of its neighbour.

#include "wire/prefix.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bellman::net {

class listener;

/// Thread-safe. One for the life of the daemon: it outlives the neighbors actor, and listeners come and go.
class keyring : public std::enable_shared_from_this<keyring> {
public:
  /// A key, or why there is none though there should be: then no connection may be used.
  struct entry {
    std::string key;
    std::string trouble;
    bool operator==(const entry&) const = default;
  };

  void set(const wire::prefix& whom, std::string key);
  /// A key is wanted and cannot be had.
  void block(const wire::prefix& whom, std::string why);
  void erase(const wire::prefix& whom);
  /// Of the longest prefix that covers the address; nothing: no signatures are wanted.
  std::optional<entry> find(const wire::ip_address& who) const;
  std::optional<entry> exact(const wire::prefix& whom) const;

  /// Every key that is to be had. `visit` must not call the ring.
  void each(const std::function<void(const wire::prefix&, const std::string&)>& visit) const;

  /// From now on the listener gets every key; those that there are it gets at once.
  void attach(const std::shared_ptr<listener>& door);

private:
  void put(const wire::prefix& whom, entry e);
  void tell(const wire::prefix& whom, const std::string& key);
  void refused(const wire::prefix& whom, const std::string& why);

  mutable std::mutex mutex_;
  std::map<wire::prefix, entry> entries_;
  std::vector<std::weak_ptr<listener>> doors_;
};

} // namespace bellman::net
