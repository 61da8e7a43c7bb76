#pragma once
// The injector's hold on the partitions: which actors they are just now, and how routes get to them. Part of the
// injector actor; all functions run in it.

#include "actors/ledger/batches.hpp"
#include "actors/ledger/messages.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bellman::msg {

/// From the injector to itself: the registry may know this partition again.
struct look_for_partition {
  std::uint32_t index = 0;
};

} // namespace bellman::msg

namespace bellman::ledger {

/// While an actor that is needed is between two lives.
inline constexpr auto look_again = std::chrono::milliseconds{50};

class injector_links {
public:
  injector_links(caf::event_based_actor* self, std::shared_ptr<rib::attribute_table> table, std::uint32_t partitions)
      : self_{self}, maker_{std::move(table), partitions}, partitions_(partitions) {}

  std::uint32_t size() const noexcept { return maker_.partitions(); }

  /// Takes what the registry has in the places that are empty.
  void find_all();
  /// True if the place was empty and is filled now: that partition has to be sent its share.
  bool find(std::uint32_t index);
  /// This is the partition now, whatever the registry says. A null handle changes nothing.
  void adopt(std::uint32_t index, const caf::actor& partition);
  /// Empties the place of a partition that ended. Its successor asks for its share by itself; where it asked a
  /// predecessor of ours, `look_for_partition` finds it.
  void on_down(const caf::actor_addr& who);

  /// Routes of this speaker are announced again from now on; at the end, those that were not are removed.
  void begin_refresh();
  void end_refresh();

  /// Sends edits (in_order) to the partitions they belong to, or to one only.
  void announce(const batch_source& from, std::optional<std::uint32_t> only = {});
  void announce(const msg::injected_page& page, const std::map<std::string, std::uint32_t>& numbers,
                std::optional<std::uint32_t> only = {});

private:
  template <class Message>
  void tell_all();
  caf::actor look_up(std::uint32_t index) const;

  caf::event_based_actor* self_;
  batch_maker maker_;
  std::vector<caf::actor> partitions_; ///< null: not there, or about to be replaced
};

} // namespace bellman::ledger
