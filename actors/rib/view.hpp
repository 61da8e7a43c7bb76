#pragma once
// What readers of the RIB ask and get: values, safe to carry to any thread.

#include "actors/rib/attribute_table.hpp"
#include "actors/rib/best_path_step.hpp"
#include "actors/rib/ids.hpp"
#include "actors/rib/route_batch.hpp"
#include "actors/rib/why_not_sent.hpp"
#include "wire/bgp/outgoing.hpp"
#include "wire/prefix.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bellman::rib {

/// Which routes a listing shows.
struct route_query {
  enum class view_kind : std::uint8_t {
    received,   ///< every path of `peer` (or of all) as it came: pre-policy, filtered ones included
    best,       ///< the Loc-RIB's best path of each prefix
    all_paths,  ///< every usable path of each prefix (post-policy)
    advertised, ///< what `peer` has been sent
  };
  enum class match_kind : std::uint8_t { any, exact, longer, shorter, longest };

  view_kind view = view_kind::best;
  std::optional<peer_id> peer; ///< needed for `advertised`
  std::optional<wire::family> family;
  match_kind match = match_kind::any;
  wire::prefix prefix; ///< for all but `any`; `longest` matches as an address or prefix
  std::optional<std::uint32_t> origin_as;
  std::optional<std::uint32_t> as_path_contains;
  std::optional<std::uint32_t> community;
  std::optional<wire::large_community> large_community;
  bool filtered_only = false; ///< received: only those that are not used, with their reason
  bool count_only = false;    ///< rows stay empty; `matched` counts
};

struct route_row {
  wire::prefix prefix;
  peer_id source{};
  std::uint32_t path_id = 0;
  std::uint32_t received_at = 0; ///< seconds since the partition's clock began; see route_page::clock_now
  attr_ref attributes;           ///< received: as they came; else after import policy, or as advertised (before `form`)
  attr_ref received_attributes;  ///< as they came, where import policy rewrote them; else empty
  bool best = false, stale = false;
  bool multipath = false; ///< beside the best one: as good as it, as far as `[best_path]` asks for such
  reject_reason rejected = reject_reason::none;
  std::string reject_text;                         ///< policy's own reason
  std::shared_ptr<const wire::outbound_form> form; ///< advertised: apply it to see the bytes that left
};

struct route_page {
  std::vector<route_row> rows;
  std::uint64_t next = 0; ///< position to go on at; 0 when this partition is done
  std::uint64_t matched = 0;
  std::uint32_t clock_now = 0;
};

/// Where a consumer of changes stands in one partition.
struct change_query {
  enum class phase : std::uint8_t { snapshot, changes };
  change_query::phase phase = phase::snapshot;
  std::uint64_t position = 0;  ///< snapshot: 0 to start, else as answered; changes: the last sequence number seen
  std::uint64_t epoch = 0;     ///< changes: the table's epoch that the number belongs to
  std::uint64_t resume_at = 0; ///< snapshot: the sequence number to go on from afterwards, as answered
  route_query filter;          ///< view best or all_paths; `received` with a peer
};

struct change_event {
  wire::prefix prefix;
  bool withdrawn = false;       ///< no route of the wanted view is left
  std::vector<route_row> paths; ///< one for `best`
  std::uint64_t sequence = 0;
};

struct change_page {
  enum class status : std::uint8_t { more, complete, resync };
  std::vector<change_event> events;
  change_query next;                             ///< ask with this next time
  change_page::status status = status::complete; ///< resync: the cursor is too old; start a snapshot
  std::uint64_t newest = 0;                      ///< newest sequence number of the partition
  std::uint64_t skipped = 0;                     ///< changes that were overtaken by newer ones since the last page
};

/// Best path, told pair by pair, best first.
struct explanation {
  struct candidate {
    route_row route;
    best_path_step lost_at = best_path_step::none; ///< against the best; none for the best itself
  };
  /// Two usable candidates side by side, as indexes into `candidates`.
  struct pair {
    std::uint16_t winner = 0, loser = 0;
    best_path_step step = best_path_step::none; ///< none: nothing tells them apart
  };
  static constexpr std::size_t most_paired = 32; ///< So many candidates are compared each with each: 496 pairs.

  wire::prefix prefix;
  std::vector<candidate> candidates; ///< unusable ones last, with their reason
  std::vector<pair> pairs;           ///< of the first `most_paired` usable ones
  std::optional<sending> to;         ///< where a neighbour was asked about
};

struct peer_counts {
  peer_id peer{};
  std::array<std::uint64_t, 2> received{}, accepted{}, advertised{}; ///< [0] IPv4, [1] IPv6; paths
  std::array<std::uint64_t, 2> stale{};                              ///< of those received
  std::array<std::uint64_t, 2> long_lived{};                         ///< of those stale (RFC 9494)
  std::array<std::uint64_t, 2> refused{}; ///< paths of this session over the limit for one prefix; not kept
};

struct rib_stats {
  std::uint32_t partition = 0;
  std::uint64_t prefixes4 = 0, prefixes6 = 0, paths = 0, tombstones = 0;
  std::uint64_t newest_sequence = 0, epoch = 0, changes_logged = 0;
  std::uint64_t memory = 0; ///< bytes of tables, attribute sets apart
  std::uint64_t peer_sets = 0, cohorts = 0, walks_left = 0, frozen_slots = 0, unsendable = 0;
  std::vector<peer_counts> peers;
};

} // namespace bellman::rib
