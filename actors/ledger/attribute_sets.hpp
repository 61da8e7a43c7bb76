#pragma once
// Attribute sets in the store: each distinct set of canonical bytes once. Sets that no route uses any more are cleared
// away now and then, inside a transaction that is under way anyhow.

#include "actors/ledger/statement.hpp"
#include "wire/bgp/path_attributes.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace bellman::ledger {

class attribute_sets {
public:
  explicit attribute_sets(database& db);

  /// The sets of one transaction: each is looked for, and stored where it is new, when a route first needs it.
  class batch {
  public:
    batch(attribute_sets& sets, std::span<const wire::path_attributes> values)
        : sets_{sets}, values_{values}, ids_(values.size() * 2) {}
    std::int64_t of(std::uint32_t index, wire::family family);

  private:
    attribute_sets& sets_;
    std::span<const wire::path_attributes> values_;
    std::vector<std::int64_t> ids_; ///< by index and family; 0: not yet
    wire::bytes scratch_;
  };

  /// The values of the sets of one page.
  class reader {
  public:
    explicit reader(attribute_sets& sets) : sets_{sets} {}
    std::shared_ptr<const wire::path_attributes> of(std::int64_t id);

  private:
    attribute_sets& sets_;
    std::unordered_map<std::int64_t, std::shared_ptr<const wire::path_attributes>> read_;
  };

  /// A transaction starts; what a failed one added is forgotten.
  void begin() noexcept { added_ = 0; }
  /// Deletes unused sets if there are many more sets than after the last time; how many there are now.
  std::int64_t clear_unused();
  /// The transaction is committed.
  void settled(std::int64_t sets) noexcept { count_ = sets, added_ = 0; }

private:
  std::int64_t intern(wire::bytes_view canonical);

  database& db_;
  statement find_, add_, read_, clear_;
  std::int64_t count_ = 0;      ///< sets
  std::int64_t added_ = 0;      ///< in the transaction under way
  std::int64_t cleared_at_ = 0; ///< how many were left after the last clearing
};

} // namespace bellman::ledger
