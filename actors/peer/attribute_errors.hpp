#pragma once
// What was wrong with the attributes of received UPDATEs, and what was done: counted by attribute and action, with the
// octets of the last one for whoever has to tell the neighbour (RFC 7606 §8).

#include "wire/bgp/attribute_codec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bellman::peer {

struct attribute_error {
  std::uint8_t type = 0; ///< The attribute's type code; 0 for the list as a whole.
  wire::severity action = wire::severity::none;
  std::uint64_t count = 0;
  wire::update_subcode subcode{}; ///< Of the last one.
  wire::bytes data;               ///< The last offending attribute; its first `attribute_errors::sample` octets.

  bool operator==(const attribute_error&) const = default;
};

/// At most one entry a type and action, so the neighbour cannot make it grow.
class attribute_errors {
public:
  static constexpr std::size_t sample = 64; ///< octets

  void add(const wire::attribute_fault& fault);
  void add(const attribute_errors& more);
  bool empty() const noexcept { return all_.empty(); }
  /// By type, then by action, the mildest first.
  const std::vector<attribute_error>& all() const noexcept { return all_; }

  bool operator==(const attribute_errors&) const = default;

private:
  attribute_error& entry(std::uint8_t type, wire::severity action);

  std::vector<attribute_error> all_;
};

/// "discarded", "treated as withdraw", "session reset"
const char* action_text(wire::severity action);
/// "Attribute Length Error" and so on (RFC 4271 §6.3).
std::string reason_text(const attribute_error& e);

/// Says when errors that pile up go to the log: the first at once, then what came meanwhile, at most once a `pause`.
class error_log_gate {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds pause{10};

  /// Adds `news`; what is to be logged now, nothing while the pause lasts.
  std::optional<attribute_errors> pass(const attribute_errors& news, time_point now);

private:
  attribute_errors held_;
  std::optional<time_point> last_;
};

} // namespace bellman::peer
