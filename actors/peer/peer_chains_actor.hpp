#pragma once
// Has the policies actor publish both chains of a neighbour, one after the other and as often as it takes. Part of the
// peer actor.

#include "actors/interfaces.hpp"
#include "actors/peer/peer_log_actor.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bellman::peer {

class chain_preparation {
public:
  struct desk {
    std::function<void()> ready;             ///< Both chains are published.
    std::function<void(std::string)> failed; ///< Why they are not; it goes on trying.
  };

  /// @pre the actor and the log outlive this object
  chain_preparation(caf::event_based_actor* self, std::string who, const peer_log& log, desk d);

  /// Begins anew; what is under way is for nobody.
  void begin(const neighbor_settings& settings);
  void forget() { ++round_; }
  bool is_current(std::uint32_t round) const noexcept { return round == round_; }

private:
  void use(std::uint32_t round, std::vector<msg::use_chain> wanted);
  void later(std::uint32_t round, std::chrono::seconds after, std::string why);

  caf::event_based_actor* self_;
  std::string who_;
  const peer_log& log_;
  desk desk_;
  std::uint32_t round_ = 0;
};

} // namespace bellman::peer
