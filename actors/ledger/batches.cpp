#include "actors/ledger/batches.hpp"

#include "wire/bgp/attribute_codec.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace bellman::ledger {

namespace {

constexpr std::uint32_t withdrawn = 0xFFFFFFFF; ///< behind every set

/// Where an edit belongs. Sorting by this puts together what goes together.
struct place {
  std::uint32_t partition;
  std::uint32_t set;
  bool v6;
  std::uint32_t edit;
  auto group() const noexcept { return std::tuple{partition, set, v6}; }
  bool operator<(const place& other) const noexcept {
    return std::tuple{partition, set, v6, edit} < std::tuple{other.partition, other.set, other.v6, other.edit};
  }
};

/// The batch being filled.
class filler {
public:
  filler(std::shared_ptr<rib::attribute_table> table, std::uint32_t path_id,
         const std::function<void(std::uint32_t, std::shared_ptr<rib::route_batch>)>& send)
      : table_{std::move(table)}, path_id_{path_id}, send_{send} {}

  /// As many rows as fit into the batch; the group is [first, the answer).
  std::size_t room_from(std::uint32_t partition) {
    if (batch_ && (partition != partition_ || rows_ == rows_a_batch))
      flush();
    if (!batch_) {
      batch_ = std::make_shared<rib::route_batch>();
      batch_->peer = rib::local_source;
      batch_->table = table_;
      partition_ = partition;
    }
    return rows_a_batch - rows_;
  }
  void put(rib::attr_handle attributes, std::span<const place> group, std::span<const edit> edits) {
    const auto rows = static_cast<std::uint32_t>(group.size());
    const bool v6 = group.front().v6;
    batch_->groups.push_back({attributes, rib::reject_reason::none, v6 ? 0 : rows, v6 ? rows : 0});
    for (const auto& p : group) {
      const auto& prefix = edits[p.edit].prefix;
      v6 ? batch_->prefixes6.push_back(wire::to_prefix6(prefix))
         : batch_->prefixes4.push_back(wire::to_prefix4(prefix));
    }
    rows_ += rows;
  }
  void flush() {
    if (!batch_)
      return;
    if (path_id_ != 0) {
      batch_->ids4.assign(batch_->prefixes4.size(), path_id_);
      batch_->ids6.assign(batch_->prefixes6.size(), path_id_);
    }
    send_(partition_, std::exchange(batch_, nullptr));
    rows_ = 0;
  }

private:
  std::shared_ptr<rib::attribute_table> table_;
  std::uint32_t path_id_;
  const std::function<void(std::uint32_t, std::shared_ptr<rib::route_batch>)>& send_;
  std::shared_ptr<rib::route_batch> batch_;
  std::uint32_t partition_ = 0;
  std::size_t rows_ = 0;
};

} // namespace

std::uint32_t batch_maker::partition_of(const wire::prefix& p) const noexcept {
  return p.is_v4() ? rib::partition_of(wire::to_prefix4(p), partitions_)
                   : rib::partition_of(wire::to_prefix6(p), partitions_);
}

void batch_maker::make(const batch_source& from,
                       const std::function<void(std::uint32_t, std::shared_ptr<rib::route_batch>)>& send) const {
  std::vector<place> places;
  places.reserve(from.edits.size());
  for (std::uint32_t i = 0; i < from.edits.size(); ++i) {
    const auto& e = from.edits[i];
    places.push_back({partition_of(e.prefix), e.withdraw ? withdrawn : e.attributes, !e.prefix.is_v4(), i});
  }
  std::ranges::sort(places, std::less{});
  filler out{table_, from.path_id, send};
  wire::bytes canonical;
  for (std::size_t i = 0; i < places.size();) {
    const auto first = places[i];
    const bool announces = first.set != withdrawn;
    if (canonical.clear(); announces)
      wire::encode_canonical(from.attributes(first.set), first.v6 ? wire::ipv6_unicast : wire::ipv4_unicast, canonical);
    while (i < places.size() && places[i].group() == first.group()) {
      const auto last = std::min(places.size(), i + out.room_from(first.partition));
      auto end = i;
      while (end < last && places[end].group() == first.group())
        ++end;
      const auto rows = static_cast<std::uint32_t>(end - i);
      out.put(announces ? table_->intern(canonical, rib::set_variant::own_med, rows) : rib::no_attributes,
              std::span{places}.subspan(i, rows), from.edits);
      i = end;
    }
  }
  out.flush();
}

} // namespace bellman::ledger
