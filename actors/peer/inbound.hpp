#pragma once
// The hot way in: UPDATEs of one session become one batch a partition. Attributes are looked up once an UPDATE by their
// bytes and parsed only when nobody knows them; prefixes are split while they are read. RFC 4271 §6.3, RFC 7606.

#include "actors/peer/attribute_errors.hpp"
#include "actors/peer/import_checks.hpp"
#include "actors/rib/route_batch.hpp"
#include "wire/bgp/attribute_codec.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace bellman::peer {

struct inbound_settings {
  rib::peer_id peer{};
  rib::epoch_type epoch = 0;
  wire::decode_context context;
  bool ipv4 = false, ipv6 = false; ///< Negotiated; what else comes is ignored.
  std::uint32_t partitions = 1;
  std::shared_ptr<rib::attribute_table> attributes;
  import_checks checks;
};

class inbound {
public:
  explicit inbound(inbound_settings settings);

  /// Takes the body of one UPDATE (behind the header) into the batches. What it returns ends the session; then nothing
  /// that `take` would give must go to the RIB any more.
  std::optional<wire::notification> update(wire::bytes_view body);

  /// The batches of everything since the last call, one a partition; null where there is nothing for it. Each carries
  /// `owed`.
  std::vector<std::shared_ptr<rib::route_batch>> take(const std::shared_ptr<rib::credit>& owed);

  struct counters {
    std::uint64_t updates = 0;
    std::uint64_t withdrawn_as_error = 0;   ///< UPDATEs treated as withdraw (RFC 7606 §2)
    std::uint64_t attributes_discarded = 0; ///< UPDATEs that lost an attribute
  };
  const counters& counts() const noexcept { return counts_; }
  /// What was wrong with attributes since the last call.
  attribute_errors take_errors() { return std::exchange(errors_, {}); }
  /// Families whose End-of-RIB came since the last call (RFC 4724 §2).
  std::vector<wire::family> take_end_of_rib() { return std::exchange(ended_, {}); }

private:
  /// What is under way to one partition.
  struct share {
    std::shared_ptr<rib::route_batch> batch;
    std::uint64_t group = 0;                      ///< The `group_` that its last group belongs to.
    std::size_t rows4 = 0, rows6 = 0, groups = 0; ///< Room that the last batches needed.
  };
  /// The attributes of an announcement; none: treat as withdraw.
  struct decided {
    rib::attr_handle attributes = rib::no_attributes; ///< One reference is ours.
    rib::reject_reason rejected = rib::reject_reason::none;
  };

  bool wanted(wire::family f) const noexcept;
  void note(const wire::decoded_attributes& decoded);
  std::optional<wire::notification> withdraw(const wire::update_parts& parts);
  std::optional<wire::notification> check_rest(const wire::update_parts& parts);
  std::optional<wire::notification> announce(const wire::update_parts& half);
  std::variant<decided, wire::notification> decide(const wire::update_parts& half, wire::family family);
  bool rows(wire::family family, wire::bytes_view field, decided what);
  template <class Prefix>
  bool split(wire::bytes_view field, const decided& what, std::uint32_t& count);
  rib::route_batch& open(share& to, const decided& what);

  inbound_settings settings_;
  std::vector<share> shares_;
  std::uint64_t group_ = 0;
  wire::bytes scratch_;
  counters counts_;
  attribute_errors errors_;
  std::vector<wire::family> ended_;
};

} // namespace bellman::peer
