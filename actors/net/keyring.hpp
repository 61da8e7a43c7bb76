#pragma once
// The keys in force, of TCP MD5 or TCP-AO, by neighbour or range. Every listener has them all; a dial takes those of
// its neighbour.

#include "actors/peer/session_keys.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bellman::net {

class listener;

/// How the connections of a neighbour are signed.
enum class signing : std::uint8_t { md5, ao };

/// Thread-safe. One for the life of the daemon: it outlives the neighbors actor, and listeners come and go.
class keyring : public std::enable_shared_from_this<keyring> {
public:
  /// A key or a chain, or why there is none though there should be: then no connection may be used.
  struct entry {
    std::string key; ///< of TCP MD5
    std::string trouble;
    peer::ao_chain chain = {}; ///< of TCP-AO
    bool operator==(const entry&) const = default;
  };

  keyring();
  /// `kernel` answers why there is no TCP-AO, or nothing where there is. It is asked when somebody wants it, not
  /// before.
  explicit keyring(std::function<std::string()> kernel);

  /// Where the kernel has no TCP-AO, a chain is as good as none: `whom` is blocked.
  void set(const wire::prefix& whom, peer::session_keys keys);
  void set(const wire::prefix& whom, std::string md5_key);
  /// A key is wanted and cannot be had.
  void block(const wire::prefix& whom, std::string why, signing how = signing::md5);
  void erase(const wire::prefix& whom);
  /// Of the longest prefix that covers the address; nothing: no signatures are wanted.
  std::optional<entry> find(const wire::ip_address& who) const;
  std::optional<entry> exact(const wire::prefix& whom) const;
  std::string why_no_ao() const { return kernel_(); }

  /// All keys that are to be had. `visit` must not call the ring.
  void each(const std::function<void(const wire::prefix&, const peer::session_keys&)>& visit) const;

  /// From now on the listener gets every key; those that there are it gets at once.
  void attach(const std::shared_ptr<listener>& door);

private:
  void put(const wire::prefix& whom, entry e);
  void tell(listener& door, const wire::prefix& whom, const entry& e);
  void tell_all(const wire::prefix& whom, const entry& e);
  void refused(const wire::prefix& whom, const std::string& why);

  const std::function<std::string()> kernel_;
  mutable std::mutex mutex_;
  std::map<wire::prefix, entry> entries_;
  std::vector<std::weak_ptr<listener>> doors_;
};

/// The event of the log: no key can be read, or the kernel does not have it.
const char* missing_event(signing how) noexcept;

} // namespace bellman::net
