#pragma once
// Attribute sets, interned: each distinct set of canonical bytes is kept once, and rows name it by a 32-bit handle.

#include "actors/rib/ids.hpp"
#include "wire/bgp/attribute_codec.hpp"
#include "wire/bytes.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace bellman::rib {

/// One immutable set. The canonical bytes follow the header in the same allocation.
struct attribute_set {
  std::atomic<std::uint32_t> references;
  std::uint32_t hash;
  std::uint32_t
      serial;         ///< Differs each time the handle is used again: a memo keyed by (handle, serial) cannot go stale.
  std::uint16_t size; ///< of the canonical bytes
  std::uint8_t variant; ///< `set_variant`, part of the identity
  wire::attribute_summary summary;

  wire::bytes_view canonical() const noexcept { return {reinterpret_cast<const std::uint8_t*>(this + 1), size}; }
};

/// Sets of equal bytes that must still be told apart: bits.
enum class set_variant : std::uint8_t {
  learned = 0,
  own_med = 1,   ///< MED was set by our policy or our injector: it may leave over eBGP (RFC 4271 §5.1.4).
  reflected = 2, ///< As it leaves for iBGP neighbours; its next hop stays (RFC 4456 §10).
  own_hop = 4,   ///< As it leaves for whoever has the address that is its next hop: with ours (third_party.hpp).
};
constexpr bool has(const attribute_set& set, set_variant bit) noexcept {
  return (set.variant & static_cast<std::uint8_t>(bit)) != 0;
}

/// Thread-safe: sharded by hash, one mutex a shard. A handle stays valid while somebody holds a reference.
class attribute_table {
public:
  attribute_table();
  ~attribute_table();
  attribute_table(const attribute_table&) = delete;
  attribute_table& operator=(const attribute_table&) = delete;

  /// Finds or adds; the caller owns `references` references afterwards. Canonical bytes over 65535 are a bug.
  attr_handle intern(wire::bytes_view canonical, set_variant variant = set_variant::learned,
                     std::uint32_t references = 1);
  /// Finds only, and only a set that these bytes stand for when they come over a session of this kind (not
  /// session_dependent, or ibgp_clean on iBGP); else `no_attributes`.
  attr_handle find(wire::bytes_view canonical, std::uint32_t references = 1,
                   wire::session_kind kind = wire::session_kind::ebgp);

  void acquire(attr_handle h, std::uint32_t references = 1) noexcept;
  void release(attr_handle h, std::uint32_t references = 1) noexcept;

  /// Brings what will be asked for into the cache: where the set lies, and, once that is there, the set.
  void prefetch_place(attr_handle h) const noexcept;
  void prefetch(attr_handle h) const noexcept;

  /// @pre the caller holds a reference.
  const attribute_set& operator[](attr_handle h) const noexcept;

  std::size_t size() const noexcept;   ///< distinct sets
  std::size_t memory() const noexcept; ///< bytes, table included

private:
  struct shard;
  std::unique_ptr<shard[]> shards_;
};

/// A reference that gives itself back; copies take another.
class attr_ref {
public:
  attr_ref() = default;
  /// Takes over one reference that the caller owns.
  static attr_ref adopt(std::shared_ptr<attribute_table> table, attr_handle h) noexcept;
  /// Takes a further reference.
  static attr_ref share(std::shared_ptr<attribute_table> table, attr_handle h) noexcept;
  attr_ref(const attr_ref& other) noexcept;
  attr_ref(attr_ref&& other) noexcept;
  attr_ref& operator=(attr_ref other) noexcept;
  ~attr_ref();

  explicit operator bool() const noexcept { return handle_ != no_attributes; }
  const attribute_set& operator*() const noexcept { return (*table_)[handle_]; }
  const attribute_set* operator->() const noexcept { return &(*table_)[handle_]; }
  attr_handle handle() const noexcept { return handle_; }

private:
  std::shared_ptr<attribute_table> table_;
  attr_handle handle_ = no_attributes;
};

} // namespace bellman::rib
