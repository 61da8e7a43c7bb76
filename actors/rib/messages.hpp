#pragma once
// Every message that a partition actor takes or gives. Move-only contents travel behind shared_ptr (CAF copies
// messages).

#include "actors/policy/program.hpp"
#include "actors/rib/ids.hpp"
#include "actors/rib/route_batch.hpp"
#include "actors/rib/session_info.hpp"
#include "actors/rib/view.hpp"
#include "wire/bgp/outgoing.hpp"
#include "wire/prefix.hpp"

#include <caf/actor.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace bellman::rib {

/// Answers of the RIB travel between actors too (message.hpp).
template <class T>
std::true_type stays_in_process(const T&);

} // namespace bellman::rib

namespace bellman::msg {

/// From a peer actor, to every partition, in the order of its session: up, batches ..., down. Batches of another epoch
/// are dropped. `initial` counts down when the first full advertisement of this partition is with the fan-out.
struct session_up {
  rib::session_info info;
  rib::barrier_ptr initial;
};
/// The session ended: its paths go, or stay as stale ones; its slot is forgotten. Also sent by a restarted peer actor
/// for what it left behind.
struct session_down {
  rib::peer_id peer{};
  rib::epoch_type epoch = 0; ///< sessions up to and including this one (modulo 256)
  rib::retentions keep{};
};
/// Stale paths of one family go: End-of-RIB came, or nothing came in time.
struct stale_over {
  rib::peer_id peer{};
  wire::family family;
};
/// What is stale of one family is so for long now (RFC 9494 §4.2): marked, ranked last, told to few, and gone where
/// NO_LLGR says so.
struct long_lived {
  rib::peer_id peer{};
  wire::family family;
};
/// What is kept of the sessions up to this one (modulo 256): no more than that. For a partition that took the place of
/// a failed one, and may have missed what was said meanwhile; before `session_up`, where there is a session.
struct routes_kept {
  rib::peer_id peer{};
  rib::epoch_type epoch = 0;
  rib::kept_families kept{};
};
/// Routes received or injected. The batch is taken out of the pointer by the partition.
struct routes {
  std::shared_ptr<rib::route_batch> batch;
};
/// The neighbour asked for its routes again (RFC 2918): replay what is advertised. `finished` counts down after it.
struct replay {
  rib::peer_id peer{};
  wire::family family;
  rib::barrier_ptr finished;
};
/// Enhanced refresh, inbound (RFC 7313): paths of the neighbour not announced again between the two are removed. `owed`
/// stops the reader of the session while too much is under way, as with routes.
struct refresh_begin {
  rib::peer_id peer{};
  wire::family family;
  std::shared_ptr<rib::credit> owed = {};
};
struct refresh_end {
  rib::peer_id peer{};
  wire::family family;
  std::shared_ptr<rib::credit> owed = {};
};
/// A neighbour's chains or rules are others now; programs come by `program_published`.
struct chains_changed {
  rib::peer_id peer{};
  std::string import_chain, export_chain;
  bool next_hop_self_changed = false;
  wire::outbound_form form; ///< the new form, where it changed
  rib::tally_ptr tally;     ///< of now; null: none
  rib::session_rules rules;
  std::array<rib::path_plan, 2> send_paths{};
};
/// A new generation of a chain. Partitions re-evaluate every path and every advertisement that used the old one.
struct program_published {
  std::string chain; ///< policy::chain_key
  policy::program_ptr program;
};
/// The neighbours' routes of a family are back after our own restart (own_restart.hpp), or nobody waits for them any
/// longer.
struct deferral_over {
  wire::family family;
};
/// The metrics of next hops are others now (igp_metrics.hpp: metrics_cell).
struct metrics_changed {};
/// From the I/O side: the outbox of this slot passed its limit (freeze), or has drained (thaw).
struct outlet_congested {
  rib::slot_id slot{};
  bool congested = false;
};

/// Reads: sent with high priority, answered at once from the table (view.hpp has the contents).
struct list_routes {
  rib::route_query query;
  std::uint64_t position = 0; ///< 0 to start; else `next` of the last page.
  std::uint32_t max = 1000;
};
struct read_changes {
  rib::change_query query;
  std::uint32_t max = 1000;
};
/// Answers `changes_ready` once to `whom` as soon as the newest sequence number passes `after` (at once if it has).
struct wake_on_change {
  caf::actor whom;
  std::uint64_t after = 0;
};
struct changes_ready {
  std::uint32_t partition = 0;
};
struct explain_prefix {
  wire::prefix prefix;
  std::optional<rib::peer_id> to; ///< and why it is not advertised to this neighbour
};
struct get_rib_stats {};
/// Debug only (`control.debug_faults`): the actor throws out of this handler.
struct fail_now {
  std::string reason;
};

} // namespace bellman::msg
