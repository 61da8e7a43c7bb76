#pragma once
// One share of the routing table, every family of it: applies what peers announce, chooses best paths, and says what
// has to be sent. Pure: no actor, no socket, no clock. partition_actor.hpp runs it.
//
// Everything outbound is `reconcile`: what should be advertised of a prefix against what was. Everything long (a
// session comes or goes, a policy changes) is a walk over the nodes that calls it, in slices.

#include "actors/policy/program.hpp"
#include "actors/rib/change_log.hpp"
#include "actors/rib/cohorts.hpp"
#include "actors/rib/emitter.hpp"
#include "actors/rib/flush.hpp"
#include "actors/rib/igp_metrics.hpp"
#include "actors/rib/path_choice.hpp"
#include "actors/rib/path_ids.hpp"
#include "actors/rib/path_out.hpp"
#include "actors/rib/path_store.hpp"
#include "actors/rib/peer_set_table.hpp"
#include "actors/rib/prefix_table.hpp"
#include "actors/rib/route_batch.hpp"
#include "actors/rib/session_info.hpp"
#include "actors/rib/view.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bellman::rib {

template <class Prefix>
class row_lookahead;

/// Which cohorts take a route of this source (as a bit mask; ~0 for all).
struct wanted_key {
  std::uint64_t cohorts = 0;
  peer_id source{};

  bool operator==(const wanted_key&) const = default;
  std::size_t operator()(const wanted_key& k) const noexcept {
    return (k.cohorts ^ std::uint64_t{number(k.source)} << 48) * 0x9E3779B97F4A7C15u;
  }
};

inline constexpr std::size_t fewest_sets = 4096; ///< Below, unused peer sets are nobody's trouble.

/// The tables of one family. Survives the partition that works on it (salvage).
template <class Prefix>
struct family_tables {
  prefix_table<Prefix> nodes;
  peer_set_table sets;
  emitter<Prefix> emissions;
  path_out_table paths_out; ///< what sessions with Add-Path have been sent; empty while there are none
  path_id_table path_ids;   ///< by which ids
  emitter<Prefix, wire::path_ids::present> path_emissions;
  std::vector<std::uint32_t> dirty;      ///< nodes to reconcile at the end of this batch
  std::vector<std::uint32_t> tombstones; ///< oldest first, from `first_tombstone`
  std::size_t first_tombstone = 0;
  std::unordered_map<wanted_key, set_id, wanted_key> wanted_memo; ///< until membership changes
  std::size_t most_sets = fewest_sets;                            ///< then those that no row uses are looked for
  std::unordered_map<std::uint64_t, set_id> delta_memo;           ///< (set, set) -> difference
};

class partition {
public:
  struct settings {
    std::uint32_t index = 0;
    std::uint64_t epoch = 0; ///< differs each time a partition starts with another change log
    std::shared_ptr<attribute_table> attributes;
    best_path_rules rules;
    std::shared_ptr<const igp_metrics> metrics; ///< null: every next hop is equally far
    source_facts local;                         ///< router id and so on of this speaker, for injected routes
    std::uint32_t tombstones = 16384;           ///< kept for readers that resume
    hash_secret secret;                         ///< where prefixes lie in memory is nobody's business
    std::uint32_t most_prefixes = prefix_table<wire::prefix4>::max_nodes; ///< of a family; others are refused
    std::array<bool, 2> deferred{}; ///< families that begin with selection deferred (RFC 4724 §4.1)
  };

  explicit partition(settings s);
  ~partition();
  partition(const partition&) = delete;
  partition& operator=(const partition&) = delete;

  /// Seconds since the partition's clock began; stamps what is received from now on.
  void set_clock(std::uint32_t now) noexcept { now_ = now; }

  // What changes the table. Nothing is sent until the caller takes the flush.
  void session_up(session_info info, barrier_ptr initial);
  /// Paths of families with a retention stay, as stale ones, until they are announced again or `stale_over`.
  void session_down(peer_id peer, epoch_type epoch, retentions keep = {});
  void stale_over(peer_id peer, wire::family family);
  /// What is stale of the family stays so for long (RFC 9494).
  void long_lived(peer_id peer, wire::family family);
  /// What was taken over of the sessions up to this one stays only as far as `kept` goes.
  void routes_kept(peer_id peer, epoch_type epoch, const kept_families& kept);
  void apply(route_batch& batch);
  void replay(peer_id peer, wire::family family, barrier_ptr finished);
  void refresh_begin(peer_id peer, wire::family family);
  void refresh_end(peer_id peer, wire::family family);
  /// Of a neighbour whose session is over but whose paths are kept only the import side counts.
  void chains_changed(peer_id peer, const std::string& import_chain, const std::string& export_chain,
                      const wire::outbound_form* form, const session_rules& rules,
                      const std::array<path_plan, 2>* send_paths = nullptr);
  /// Other distances of next hops: every best path is looked at anew, and so is AIGP that leaves. Where some cannot be
  /// reached, or could not, so is whether a path can be chosen.
  void use_metrics(std::shared_ptr<const igp_metrics> metrics);
  void use_tally(peer_id peer, tally_ptr tally);
  void publish(const std::string& chain, policy::program_ptr program);
  void freeze(slot_id slot, bool frozen);

  /// While selection is deferred for a family its paths come in, but nothing of it is advertised, and no initial walk
  /// ends while there is such a family.
  bool is_deferring() const noexcept { return deferred_[0] || deferred_[1]; }
  /// Everybody's routes of the family are here, or it took too long: now they are advertised.
  void release_selection(wire::family family);

  /// Encodes what a failure left undecided between "noted as sent" and "on its way". Take the flush then.
  void finish_sending();
  /// Takes over what sessions had been sent, from the tables that a failed partition left: those routes stay advertised
  /// until `salvage_done`. Takes over the stale paths, too, which nobody announces again when he is asked. The old
  /// tables are only read.
  void salvage(const partition& failed);
  /// Everyone who could answer has answered: what is advertised without a route behind it is withdrawn, and stale paths
  /// of which no `routes_kept` came go.
  void salvage_done();
  bool is_salvaging() const noexcept { return salvaging_; }
  /// Neighbours that had routes in the failed tables, are up, and have announced none since: whoever asked them for
  /// their routes was not heard, and their session has to begin anew.
  std::vector<peer_id> silent_sources() const;

  /// Is there a walk to go on with? `work` does a slice of about `nodes` nodes.
  bool has_work() const noexcept { return walking_ || next_round_.wanted; }
  void work(std::uint32_t nodes);

  /// What has to go out, in order. Call after each of the above.
  flush take_flush();
  /// Barriers to count down and slots to let go of, once the flush has been posted.
  struct completions {
    std::vector<barrier_ptr> barriers;
    std::vector<slot_ptr> slots;
    bool empty() const noexcept { return barriers.empty() && slots.empty(); }
  };
  completions take_completions();
  /// The first path of a session and family that was one too many of its prefix, or for the whole table, for the log.
  struct refusal {
    wire::ip_address peer;
    wire::prefix prefix;
    std::uint32_t kept = 0; ///< paths of this neighbour
    bool table_is_full = false;
  };
  std::vector<refusal> take_refusals() { return std::exchange(refusals_, {}); }

  // Reads.
  route_page list(const route_query& query, std::uint64_t position, std::uint32_t max) const;
  change_page changes(const change_query& query, std::uint32_t max);
  /// With `to`: whether the prefix is advertised to that neighbour, and why not.
  explanation explain(const wire::prefix& prefix, std::optional<peer_id> to = {}) const;
  rib_stats stats() const;
  std::uint32_t newest_sequence() const noexcept { return log_.newest(); }

private:
  struct peer_state {
    session_info info;
    bool up = false;
    bool unheard = false; ///< of a failed partition, and nobody has said yet what is to be kept
    source_facts facts;
    policy::program_ptr import_program;
    bool refreshing[2]{}; ///< between BoRR and EoRR
    std::uint8_t refresh_bit[2]{};
    bool sweep[2]{};       ///< this walk removes what was not announced again
    bool reimport = false; ///< this walk evaluates import again
    bool long_lived[2]{};  ///< what is stale is so for long
    std::uint64_t received[2]{}, accepted[2]{}, stale[2]{}, lasting[2]{};
    std::uint64_t refused[2]{}; ///< in this session: paths over the limit for one prefix, and those without room
    bool found_no_room[2]{};    ///< and that has been told
    std::uint64_t older[2]{}, older_accepted[2]{}; ///< received and accepted, left by earlier sessions
    /// Paths of so many sessions before that of `info.epoch` live, besides its own; -1: not even those.
    std::int8_t kept_sessions[2]{-1, -1};

    /// Was the path announced in the session that is up now?
    bool is_fresh(const path_row& row) const noexcept { return up && !row.stale && row.epoch == (info.epoch & 15); }
    bool holds(const path_row& row, std::size_t family) const noexcept {
      return ((info.epoch - row.epoch) & 15) <= kept_sessions[family];
    }
    bool retains() const noexcept { return !up && (kept_sessions[0] >= 0 || kept_sessions[1] >= 0); }
  };
  struct imported {
    attr_handle attributes = no_attributes;
    reject_reason rejected = reject_reason::none;
    std::uint16_t reason = 0;
  };
  struct replay_request {
    slot_id slot;
    std::size_t family;
    std::uint32_t from = 0; ///< Nodes below have been replayed.
    bool held = false;      ///< The session took no more: the next round goes on from there.
  };
  /// Counts down when the session has been sent everything, which it has not while its outbox is over the limit.
  struct awaited {
    barrier_ptr barrier;
    slot_id slot{};
    bool of_session = false; ///< else it waits for the round only
  };
  struct round {
    bool wanted = false;
    bool look_at_paths = false;
    bool reselect = false; ///< other metrics
    bool reach = false;    ///< and other next hops may be reachable
    std::vector<awaited> barriers;
    peer_bits held; ///< sessions that were frozen at some time of the round
    std::vector<slot_ptr> leaving;
    std::vector<replay_request> replays;
    std::vector<peer_id> sweeping[2], reimporting;
    bool deferred = false; ///< began while selection was deferred, or a salvage went on
  };
  struct best_identity {
    attr_handle attributes = no_attributes;
    peer_id source{};
    std::uint32_t path_id = 0;
    bool operator==(const best_identity&) const = default;
  };
  /// The answer of export for one attribute set, kept while the same set comes again. Holds references to `attributes`
  /// and to every set in `rows`. One is for sessions that are sent the best path, many for those with Add-Path.
  struct export_memo {
    attr_handle attributes = no_attributes;
    peer_id source{};
    std::vector<out_row> rows;
    bool reusable = false;        ///< no program looked at the prefix
    std::uint32_t node = 0;       ///< else: only good for this node
    std::uint32_t unsendable = 0; ///< cohorts whose messages are too short for these attributes
    /// Nodes that hold `rows` by references which are taken only when the memo is forgotten. Until then a node is
    /// reconciled once at most, so that none gives back what has not been taken.
    std::uint32_t stored = 0;
  };

  /// Which cohorts export is asked for.
  enum class audience : std::uint8_t {
    best_path,  ///< all that are sent one path
    next_best,  ///< those of them that are sent the next one where they may not have the best
    many_paths, ///< those with Add-Path
  };

  template <class Prefix>
  friend struct partition_query;

  template <class Prefix>
  family_tables<Prefix>& family() noexcept;
  template <class Prefix>
  const family_tables<Prefix>& family() const noexcept;

  // partition_apply.cpp
  template <class Prefix>
  void apply_rows(const route_batch& batch, const route_batch::group& group, const Prefix* rows,
                  const std::uint32_t* ids, row_lookahead<Prefix>& ahead, const imported& in);
  template <class Prefix>
  void announce(std::uint32_t index, const route_batch& batch, const route_batch::group& group, const imported& in,
                std::uint32_t path_id);
  template <class Prefix>
  void refuse(const Prefix& prefix, attr_handle attributes, peer_id source);
  template <class Prefix>
  bool takes_path(const node<Prefix>& n, std::uint32_t at, peer_state& from);
  template <class Prefix>
  void withdraw(std::uint32_t index, peer_id source, std::uint32_t path_id);
  imported import(const peer_state& peer, attr_handle received, const wire::prefix* prefix, wire::family family) const;
  imported import_by_chain(const peer_state& peer, attr_handle received, const wire::prefix* prefix,
                           wire::family family) const;
  void fill_row(path_row& row, const peer_state& peer, attr_handle received, const imported& in, std::uint32_t path_id);
  void revalue(path_row& row, const peer_state& from, const imported& in, std::size_t family);
  void keep_marked(imported& in, attr_handle received, wire::family family) const;
  template <class Prefix>
  void drop_row(node<Prefix>& n, std::uint32_t i);
  void count_row(const path_row& row, std::size_t family, int by);
  void renew_row(path_row& row, peer_state& from, std::size_t family);
  void report(const peer_state& p);
  void report_all();
  void report_advertised();
  void find_counted_out();

  // partition_select.cpp
  template <class Prefix>
  best_identity best_of(const node<Prefix>& n) const noexcept;
  template <class Prefix>
  void select(node<Prefix>& n);
  template <class Prefix>
  void changed(std::uint32_t index, const best_identity& before, bool paths_changed);
  template <class Prefix>
  void bury_if_empty(std::uint32_t index);
  template <class Prefix>
  void purge_tombstones(std::size_t keep);
  void thin_log();
  candidate candidate_of(const path_row& row) const noexcept;
  template <class Prefix>
  bool is_multipath(const node<Prefix>& n, const path_row& row) const;
  std::uint32_t behind_own_as(const path_row& row, const wire::attribute_summary& a,
                              const peer_state& from) const noexcept;
  bool are_alike(const path_row& a, const path_row& b) const noexcept;
  std::uint32_t distance_of(const attribute_set& set) const noexcept;
  bool reaches_hop_of(attr_handle attributes) const noexcept;

  // partition_reconcile.cpp
  template <class Prefix>
  void reconcile(std::uint32_t index);
  template <class Prefix>
  const std::vector<out_row>& keep_frozen(const node<Prefix>& n, const std::vector<out_row>& wanted);
  template <class Prefix>
  void emit_difference(const Prefix& prefix, const out_row* old_rows, std::size_t old_count, const out_row* new_rows,
                       std::size_t new_count);
  template <class Prefix>
  void store_rows(node<Prefix>& n, const std::vector<out_row>& rows);
  template <class Prefix>
  const std::vector<out_row>& wanted_rows(const node<Prefix>& n);
  template <class Prefix>
  bool evaluate_export(const Prefix& prefix, audience to, export_memo& memo);
  template <class Prefix>
  set_id wanted_set(peer_id source, const std::vector<std::uint32_t>& cohorts);
  template <class Prefix>
  set_id difference(set_id a, set_id b);
  template <class Prefix>
  void flush_family();
  template <class Prefix>
  void encode_emissions();
  void membership_changed();
  void release_memo(export_memo& memo);
  void forget_memo() { release_memo(memo_); }

  // partition_next_best.cpp
  template <class Prefix>
  const std::vector<out_row>& with_next_best(std::uint32_t index, const std::vector<out_row>& of_best);
  template <class Prefix>
  void give(attr_handle attributes, set_id to);
  std::uint32_t take_best();

  // partition_paths.cpp
  template <class Prefix>
  void reconcile_paths(std::uint32_t index);
  template <class Prefix>
  void want_paths(std::uint32_t index, std::vector<path_out>& wanted);
  template <class Prefix>
  const export_memo& path_export(std::uint32_t index, const path_row& row, audience to);
  template <class Prefix>
  void limit_offers(std::vector<path_offer>& offers, std::span<const std::uint32_t> offer_of,
                    std::vector<path_out>& rows);
  template <class Prefix>
  void keep_unheard(std::uint32_t index, std::vector<path_out>& wanted);
  template <class Prefix>
  void keep_frozen_paths(std::span<const path_out> stored, std::vector<path_out>& wanted);
  template <class Prefix>
  void emit_paths(const Prefix& prefix, std::span<const path_out> before, std::span<const path_out> after);
  template <class Prefix>
  void store_paths(std::uint32_t index, std::span<const path_out> rows);
  template <class Prefix>
  void replay_paths(std::uint32_t index, slot_id to);
  void forget_path_memos();
  void bound_path_memos();

  void reimport(peer_id id);

  // partition_explain.cpp
  template <class Prefix>
  sending explain_sending(const Prefix& prefix, const peer_state* to) const;
  template <class Prefix>
  sending why_not(const Prefix& prefix, const path_row& row, const peer_state& to) const;

  // partition_walk.cpp
  void begin_round();
  void end_round();
  template <class Prefix>
  bool walk(std::uint32_t nodes);
  template <class Prefix>
  void visit(std::uint32_t index);
  template <class Prefix>
  bool revise_paths(std::uint32_t index);
  bool reach_differs(const path_row& row) const noexcept;
  template <class Prefix>
  bool age_path(path_row& row, const peer_state& from);
  template <class Prefix>
  void replay_node(std::uint32_t index);
  bool lives(const path_row& row, std::size_t family) const noexcept;

  // partition_salvage.cpp
  template <class Prefix>
  void salvage_rows(const partition& failed);
  template <class Prefix>
  void salvage_paths(const partition& failed);
  bool salvage_peers(const partition& failed);
  template <class Prefix>
  void salvage_stale(const partition& failed);
  template <class Prefix>
  void adopt(node<Prefix>& n, const partition& failed, const path_row& row);
  bool is_left_behind(const path_row& row, std::size_t family) const noexcept;
  template <class Prefix>
  bool awaits_sources(const node<Prefix>& n) const noexcept;
  void find_frozen();

  peer_state* peer(peer_id id) noexcept;
  const peer_state* peer(peer_id id) const noexcept;

  settings settings_;
  path_store paths_;
  family_tables<wire::prefix4> v4_;
  family_tables<wire::prefix6> v6_;
  cohort_table cohorts_;
  std::unordered_map<std::string, policy::program_ptr> programs_;
  std::vector<std::unique_ptr<peer_state>> peers_; ///< by peer_id
  peer_bits congested_, gone_;
  peer_bits frozen_; ///< keep what they were sent: those that are congested, and those that a salvage waits for
  bool counted_anew_ = false;
  std::vector<peer_id> counted_out_; ///< sessions whose advertised routes are limited
  export_memo memo_;
  std::unordered_map<std::uint64_t, export_memo> path_memos_; ///< (attributes, source) -> answer, until encoded
  std::vector<std::uint32_t> accepted_;                       ///< scratch: cohorts that take the set unchanged
  std::vector<out_row> scratch_rows_;
  /// Of `with_next_best`: a path that is not the best one of its node.
  struct runner_up {
    std::uint32_t row, rank;
    candidate route;
  };
  std::vector<out_row> given_rows_;
  std::vector<runner_up> runners_up_;
  std::vector<candidate> ties_;
  peer_bits without_, takers_; ///< sessions that have no path yet, and those that get this one
  std::uint32_t now_ = 0;
  std::uint64_t unsendable_ = 0;

  change_log log_;
  bool logging_ = false;           ///< from the first reader of changes on
  std::uint32_t purged_up_to_ = 0; ///< newest sequence number of a tombstone that is gone

  round round_, next_round_;
  bool walking_ = false;
  std::size_t walk_family_ = 0;
  std::uint32_t walk_at_ = 0;
  bool salvaging_ = false;
  std::array<bool, 2> deferred_{};
  std::vector<slot_ptr> salvaged_slots_;        ///< of the failed partition's sessions that are not up here
  std::vector<std::array<bool, 2>> had_routes_; ///< in the failed partition, by peer_id and family

  flush flush_;
  completions completions_;
  std::vector<refusal> refusals_;
};

template <>
inline family_tables<wire::prefix4>& partition::family<wire::prefix4>() noexcept {
  return v4_;
}
template <>
inline family_tables<wire::prefix6>& partition::family<wire::prefix6>() noexcept {
  return v6_;
}
template <>
inline const family_tables<wire::prefix4>& partition::family<wire::prefix4>() const noexcept {
  return v4_;
}
template <>
inline const family_tables<wire::prefix6>& partition::family<wire::prefix6>() const noexcept {
  return v6_;
}

} // namespace bellman::rib
