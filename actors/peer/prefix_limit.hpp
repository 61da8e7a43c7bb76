#pragma once
// Limits on the number of routes of a session and family, in either direction, and what follows when one is reached
// (RFC 4271 §6.7, RFC 4486 §4). Pure: whoever runs a session asks `limit_watch` when its tally gives an alarm.

#include "actors/rib/prefix_tally.hpp"
#include "wire/bgp/notification.hpp"
#include "wire/family.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::peer {

enum class limit_action : std::uint8_t {
  warn,     ///< It is said, no more.
  discard,  ///< Further routes are not taken. Inbound only, and only by what is received.
  shutdown, ///< Cease, Maximum Number of Prefixes Reached.
};
enum class limit_count : std::uint8_t {
  received, ///< Also routes that a check or import policy has rejected.
  accepted,
};

struct prefix_limit {
  wire::family family;
  std::uint32_t limit = 0;
  std::uint8_t threshold = 75; ///< 1..100: percent of the limit at which it is said once
  limit_action action = limit_action::shutdown;
  limit_count counted = limit_count::received;
  std::chrono::seconds restart_after{0}; ///< until the next attempt behind a shutdown; 0: none

  bool operator==(const prefix_limit&) const = default;
};

/// Words of TOML, API and command line.
const char* to_string(limit_action a) noexcept;
const char* to_string(limit_count c) noexcept;
/// "1/1 1000 75 shutdown received 60": for the ledger, and back.
std::string to_text(const prefix_limit& l);
std::optional<prefix_limit> parse_prefix_limit(std::string_view text);

enum class direction : std::uint8_t { in, out };

/// What is wrong with a list of them, for people; empty if nothing is.
std::string fault_of(const std::vector<prefix_limit>& limits, direction d);

/// RFC 4486 §4: AFI, SAFI and the limit, which the sender may give as data.
wire::notification maximum_prefixes(const prefix_limit& l);

/// The limits of one session, against its tally.
class limit_watch {
public:
  struct outcome {
    std::vector<std::string> said;    ///< for the log and the status
    std::optional<prefix_limit> stop; ///< this one wants the session to end
  };

  /// Arms the tally anew; what has been said before is said again where it still holds.
  outcome use(std::vector<prefix_limit> in, std::vector<prefix_limit> out, rib::prefix_tally& tally);
  /// The tally gave an alarm.
  outcome look(rib::prefix_tally& tally);
  bool empty() const noexcept { return all_.empty(); }

private:
  struct one {
    prefix_limit limit;
    direction way = direction::in;
    bool warned = false, reached = false;
  };
  std::vector<one> all_;
};

} // namespace bellman::peer
