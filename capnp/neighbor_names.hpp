#pragma once
// Rows name their source by a small number; clients name neighbours by address. This is the dictionary between the two,
// a copy of what the neighbors actor said last. Thread: RPC.

#include "capnp/ask.hpp"

#include "actors/interfaces.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace bellman::api {

class neighbor_names {
public:
  explicit neighbor_names(const bridge& actors) : actors_{actors} {}

  struct name {
    wire::ip_address address;
    std::uint32_t asn = 0;
  };

  /// Asks for the list; resolves (never fails) when it is in, or the neighbors actor did not answer: then it stays as
  /// it was.
  kj::Promise<void> refresh();
  /// The same, for a source that is not known: at most once a second.
  kj::Promise<void> refresh_for_unknown();

  const name* find(rib::peer_id id) const;
  std::optional<rib::peer_id> find(const wire::ip_address& address) const;

  /// The neighbors actor answered last time.
  bool reachable() const noexcept { return reachable_; }
  void learn(const msg::neighbor_list& list);

private:
  const bridge& actors_;
  std::map<rib::peer_id, name> by_id_;
  std::map<wire::ip_address, rib::peer_id> by_address_;
  std::chrono::steady_clock::time_point refreshed_{};
  bool reachable_ = false;
};

} // namespace bellman::api
