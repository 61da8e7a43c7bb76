#pragma once
// What the RIB knows of a session, and the two small owners that tie partitions together: a barrier and a slot's lease.

#include "actors/rib/ids.hpp"
#include "actors/rib/long_lived.hpp"
#include "actors/rib/prefix_tally.hpp"
#include "actors/rib/reflection.hpp"
#include "actors/rib/session_rules.hpp"
#include "wire/bgp/outgoing.hpp"
#include "wire/bgp/path_attributes.hpp"
#include "wire/prefix.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace bellman::rib {

/// Runs `done` once, on the thread of the last partition that counts down; for "every partition has finished".
class barrier {
public:
  barrier(std::uint32_t partitions, std::function<void()> done) : left_{partitions}, done_{std::move(done)} {}
  void count_down() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      done_();
  }

private:
  std::atomic<std::uint32_t> left_;
  std::function<void()> done_;
};
using barrier_ptr = std::shared_ptr<barrier>;

/// Owns a slot number: given back to the pool when the last partition has forgotten the session.
class slot_lease {
public:
  slot_lease(slot_id slot, std::function<void(slot_id)> give_back) : slot_{slot}, give_back_{std::move(give_back)} {}
  slot_lease(const slot_lease&) = delete;
  slot_lease& operator=(const slot_lease&) = delete;
  ~slot_lease() { give_back_(slot_); }
  slot_id slot() const noexcept { return slot_; }

private:
  slot_id slot_;
  std::function<void(slot_id)> give_back_;
};
using slot_ptr = std::shared_ptr<const slot_lease>;

/// What stays of one family when a session ends (RFC 4724 §4.2, RFC 8538 §4.2).
enum class retention : std::uint8_t {
  none,
  session, ///< the paths of the session that ended, as stale ones; what was stale before goes
  all,     ///< also what was stale before
};
using retentions = std::array<retention, 2>; ///< [0] IPv4, [1] IPv6

/// What is kept of one family over the ends of sessions, as it stands now.
struct kept_paths {
  /// Paths of so many sessions before that of now or, while there is none, before the last one; -1: none at all.
  std::int8_t sessions = -1;
  bool long_lived = false; ///< what is stale is so for long (RFC 9494)

  bool operator==(const kept_paths&) const = default;
};
using kept_families = std::array<kept_paths, 2>; ///< [0] IPv4, [1] IPv6

/// Which paths of a prefix a session is sent (RFC 7911).
struct path_plan {
  bool many = false;       ///< It has Add-Path; else the best one.
  bool one_per_as = false; ///< only the best of each neighbouring AS
  std::uint16_t most = 0;  ///< and no more than so many, the best ones; 0: all

  bool operator==(const path_plan&) const = default;
};

/// What the RIB must know of an Established session. Constant while the session lives, but for the chains, the form and
/// the rules.
struct session_info {
  peer_id peer{};
  epoch_type epoch = 0;
  slot_ptr slot;
  wire::ip_address peer_address;
  std::uint32_t peer_as = 0;
  std::uint32_t peer_router_id = 0; ///< host order; best path
  std::uint32_t local_as = 0;
  /// Where policy puts `local_as`: a member AS must never get out of its confederation (RFC 5065 §4.1).
  wire::segment_type own_segment = wire::segment_type::as_sequence;
  bool route_server_client = false;
  bool ipv4 = false, ipv6 = false;        ///< negotiated unicast families
  bool route_refresh = false;             ///< the neighbour will answer a ROUTE-REFRESH
  wire::outbound_form form;               ///< form.kind says eBGP, iBGP, or another member AS
  std::string import_chain, export_chain; ///< policy::chain_key
  reflection_role reflection;             ///< iBGP
  session_rules rules;
  bool long_lived = false; ///< we announced RFC 9494
  rib::stale_export stale_export = rib::stale_export::withheld;
  tally_ptr tally; ///< null: no limit on the number of routes
  // By family: [0] IPv4, [1] IPv6.
  std::array<path_plan, 2> send_paths{};
  std::array<std::uint16_t, 2>
      most_paths{}; ///< that the neighbour may announce of one prefix; 0: there are no path ids
};

} // namespace bellman::rib
