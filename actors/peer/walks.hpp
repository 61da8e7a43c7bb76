#pragma once
// Which walks over the table the partitions still owe a session: the initial one, whose end is told with End-of-RIB
// (RFC 4724 §2), and the replays that the neighbour asked for, between BoRR and EoRR where both sides know them (RFC
// 7313).

#include "wire/bytes.hpp"
#include "wire/family.hpp"

#include <cstdint>
#include <map>
#include <variant>
#include <vector>

namespace bellman::peer {

class walks {
public:
  using walk_id = std::uint32_t;
  static constexpr walk_id initial = 0; ///< Asked for by `msg::session_up`.

  /// A whole message for the neighbour.
  struct send {
    wire::bytes message;
  };
  /// Every partition is to replay `family`, and to report it as `walk`.
  struct replay {
    walk_id walk;
    wire::family family;
  };
  using effects = std::vector<std::variant<send, replay>>;

  enum class marks : std::uint8_t { none, borr_and_eorr };

  /// `families` are the negotiated ones. The initial walk is under way from the beginning.
  walks(std::uint32_t partitions, std::vector<wire::family> families);

  /// The neighbour, or the operator, wants `family` once more. Waits for the initial walk (RFC 7313 §4) and for a
  /// replay of the same family that is under way.
  effects wanted(wire::family family, marks with);
  /// A partition has finished; more often than once counts once.
  effects finished(walk_id walk, std::uint32_t partition);

  bool owes(walk_id walk, std::uint32_t partition) const;
  /// The replays that this partition has not finished: to be asked for again when it was replaced.
  std::vector<replay> owed_by(std::uint32_t partition) const;

private:
  struct walk {
    wire::family family;
    walks::marks marks = walks::marks::none;
    std::vector<bool> left; ///< by partition
    std::uint32_t missing = 0;
  };

  void begin(wire::family family, marks with, effects& out);
  void end(const walk& which, walk_id id, effects& out);

  std::uint32_t partitions_;
  std::vector<wire::family> families_;
  std::map<walk_id, walk> running_;
  std::map<wire::family, marks> waiting_;
  walk_id last_ = initial;
};

} // namespace bellman::peer
