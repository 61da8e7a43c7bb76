#pragma once
// What we know about each path attribute, as one table: flags, RFC 7606 class, decoder and encoder.

#include "wire/bgp/attribute_codec.hpp"
#include "wire/bgp/path_attributes.hpp"

#include <bitset>
#include <optional>
#include <span>
#include <string_view>

namespace bellman::wire {

/// Where an UPDATE's attributes are collected while they are decoded one by one.
struct attribute_values {
  const decode_context& context;
  path_attributes& into;
  /// Canonical bytes, made by ourselves: only the structure is checked.
  bool trusted = false;
  std::optional<as_path> as4_path;
  std::optional<aggregator> as4_aggregator;
};

/// Nothing is success; else why the value is malformed.
using decode_verdict = std::optional<update_subcode>;

/// From which neighbours an attribute means something; from others it is discarded.
enum class attribute_scope : std::uint8_t { anywhere, not_from_ebgp, only_from_ibgp };

struct attribute_rule {
  attribute_type type;
  std::string_view name;
  std::uint8_t flags; ///< Optional and Transitive, as the attribute's specification says.
  severity on_malformed;
  severity on_bad_flags; ///< RFC 7606 §3 (c)
  attribute_scope scope;
  decode_verdict (*decode)(bytes_view value, attribute_values& values);
  /// Appends the attribute if `attributes` has it. `flags` may carry the Partial bit.
  void (*encode)(const path_attributes& attributes, std::uint8_t flags, bytes& out);

  bool may_be_partial() const noexcept {
    return (flags & attribute_flag::optional) != 0 && (flags & attribute_flag::transitive) != 0;
  }
};

/// Sorted by type. MP_REACH_NLRI and MP_UNREACH_NLRI are not in it: they depend on the family.
std::span<const attribute_rule> attribute_rules() noexcept;

/// The rule of a type, or null.
const attribute_rule* find_rule(std::uint8_t type) noexcept;

/// Optional and Transitive of every type in the table and of the MP attributes; 0 for unknown types.
std::uint8_t known_flags(std::uint8_t type) noexcept;

} // namespace bellman::wire
