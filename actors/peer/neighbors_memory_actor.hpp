#pragma once
// What the neighbors actor knows: the roster, and for each member the cell that its peer actor lives in. Outlives the
// actor; only the one that lives touches it.

#include "actors/peer/neighbors_actor.hpp"
#include "actors/peer/peer_cell.hpp"
#include "actors/peer/peer_ids.hpp"
#include "actors/peer/roster.hpp"

#include <map>
#include <memory>
#include <vector>

namespace bellman::peer {

class neighbors_memory {
public:
  peer::roster roster;
  std::map<wire::ip_address, std::shared_ptr<peer_cell>> cells;
  peer_ids ids;
  bool has_file = false; ///< apply_neighbors has come
  std::map<wire::prefix, msg::range_counts> range_counts;
  std::map<wire::prefix, key_files> range_keys; ///< files of the keys that the listeners have

  std::shared_ptr<peer_cell> find(const wire::ip_address& a) const {
    const auto at = cells.find(a);
    return at == cells.end() ? nullptr : at->second;
  }
  /// By address; settings as they were accepted last, though a peer may not have taken them over yet. Without routes.
  std::vector<msg::neighbor_status> statuses() const;
  std::optional<msg::neighbor_status> status(const wire::ip_address& a) const;
  msg::range_list ranges() const;
};

msg::origin_of_setting origin_of(const roster::member& m) noexcept;

} // namespace bellman::peer
