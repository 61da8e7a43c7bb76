#pragma once
// Gathers what a slice of work has to send, groups it by (attributes, set of sessions), and encodes each group once for
// each kind of bytes. Groups for the same sessions are joined into shared buffers.

#include "actors/rib/attribute_table.hpp"
#include "actors/rib/cohorts.hpp"
#include "actors/rib/flush.hpp"
#include "actors/rib/peer_set_table.hpp"
#include "wire/bgp/outgoing.hpp"

#include <cstdint>
#include <vector>

namespace bellman::rib {

/// With path ids, everything goes to sessions that have Add-Path for the family.
template <class Prefix, wire::path_ids Ids = wire::path_ids::absent>
class emitter {
public:
  static constexpr bool with_ids = Ids == wire::path_ids::present;

  /// `attributes == no_attributes` withdraws. The caller keeps the attribute set alive until `encode`.
  void add(attr_handle attributes, set_id to, const Prefix& prefix, std::uint32_t path_id = 0) {
    if (attributes != last_.attributes || to != last_.to)
      find_group(attributes, to);
    ++groups_[last_group_].count;
    rows_.push_back({last_group_, prefix});
    if constexpr (with_ids)
      ids_.push_back(path_id);
  }
  std::size_t size() const noexcept { return rows_.size(); }

  /// Appends the deliveries of everything added, and forgets it. Prefixes whose attributes leave no room in a message
  /// of some sessions are withdrawn from those and counted in the answer.
  std::size_t encode(const attribute_table& table, const peer_set_table& sets, const cohort_table& cohorts, flush& out);

private:
  struct group {
    attr_handle attributes = no_attributes;
    set_id to = empty_set;
    std::uint32_t count = 0;
    std::uint32_t begin = 0;
  };
  struct row {
    std::uint32_t group;
    Prefix prefix;
  };
  struct open_buffer {
    std::uint64_t key; ///< encoding class and set
    std::shared_ptr<encoded_updates> updates;
    peer_bits to;
  };

  void find_group(attr_handle attributes, set_id to);
  void sort_rows();
  open_buffer& buffer_for(std::uint32_t encoding, const group& g, const peer_set_table& sets,
                          const cohort_table& cohorts, flush& out);
  std::size_t encode_group(const group& g, std::uint32_t encoding, const attribute_table& table,
                           const cohort_table& cohorts, open_buffer& buffer);

  std::vector<group> groups_;
  std::vector<std::uint32_t> index_; ///< open addressing: group number + 1
  std::vector<row> rows_;
  std::vector<Prefix> sorted_;
  std::vector<std::uint32_t> ids_, sorted_ids_; ///< row by row, or empty
  std::vector<open_buffer> buffers_;
  wire::outbound_attributes scratch_;
  group last_;
  std::uint32_t last_group_ = 0;
};

extern template class emitter<wire::prefix4>;
extern template class emitter<wire::prefix6>;
extern template class emitter<wire::prefix4, wire::path_ids::present>;
extern template class emitter<wire::prefix6, wire::path_ids::present>;

} // namespace bellman::rib
