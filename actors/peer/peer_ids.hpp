#pragma once
// Numbers of neighbours. One that was given back is used again as late as possible, and then goes on counting sessions
// where it stopped, so that what is still under way from its former owner is recognised as old.

#include "actors/rib/ids.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace bellman::peer {

class peer_ids {
public:
  struct number_and_epoch {
    rib::peer_id id{};
    rib::epoch_type epoch = 0; ///< the last one used
  };

  /// Nothing when all are in use.
  std::optional<number_and_epoch> take() {
    for (std::uint32_t tries = 0; tries < last; ++tries) {
      const auto id = static_cast<rib::peer_id>(next_);
      next_ = next_ == last ? 1 : next_ + 1;
      if (!used_.insert(id).second)
        continue;
      const auto left = epochs_.extract(id);
      return number_and_epoch{id, left.empty() ? rib::epoch_type{0} : left.mapped()()};
    }
    return std::nullopt;
  }
  /// `epoch` is asked when the number is given out again: the last session may not be over yet.
  void give_back(rib::peer_id id, std::function<rib::epoch_type()> epoch) {
    used_.erase(id);
    epochs_[id] = std::move(epoch);
  }

private:
  static constexpr std::uint16_t last = 0xFFFE; ///< 0 is this speaker, 0xFFFF is never given out
  std::uint16_t next_ = 1;
  std::set<rib::peer_id> used_;
  std::map<rib::peer_id, std::function<rib::epoch_type()>> epochs_;
};

} // namespace bellman::peer
