#include "actors/ledger/attribute_sets.hpp"

#include "actors/ledger/keys.hpp"
#include "wire/bgp/attribute_codec.hpp"

#include <algorithm>

namespace bellman::ledger {

namespace {
constexpr std::size_t largest = 65000;        ///< of canonical bytes; the attribute table ends at 65535
constexpr std::int64_t least_to_clear = 4096; ///< sets; fewer are not worth a scan of the routes
} // namespace

attribute_sets::attribute_sets(database& db)
    : db_{db}, find_{db, "SELECT id, canonical FROM attribute_sets WHERE hash = ?"},
      add_{db, "INSERT INTO attribute_sets(hash, canonical) VALUES(?, ?)"},
      read_{db, "SELECT hash, canonical FROM attribute_sets WHERE id = ?"},
      clear_{db, "DELETE FROM attribute_sets WHERE id NOT IN (SELECT attributes FROM routes)"} {
  clear_.run();
  count_ = cleared_at_ = db.number("SELECT count(*) FROM attribute_sets");
}

std::int64_t attribute_sets::intern(wire::bytes_view canonical) {
  const auto hash = hash_of(canonical);
  const reset_at_end guard{find_};
  for (find_.bind(1, hash); find_.next();)
    if (std::ranges::equal(find_.blob(1), canonical))
      return find_.number(0);
  add_.bind(1, hash).bind(2, canonical).run();
  ++added_;
  return db_.last_row();
}

std::int64_t attribute_sets::batch::of(std::uint32_t index, wire::family family) {
  auto& id = ids_.at(index * 2 + (family == wire::ipv6_unicast ? 1u : 0u));
  if (id == 0) {
    scratch_.clear();
    wire::encode_canonical(values_[index], family, scratch_);
    if (scratch_.size() > largest)
      throw sql_error{SQLITE_TOOBIG, "attribute set " + std::to_string(index) + " is longer than " +
                                         std::to_string(largest) + " octets"};
    id = sets_.intern(scratch_);
  }
  return id;
}

std::shared_ptr<const wire::path_attributes> attribute_sets::reader::of(std::int64_t id) {
  auto& value = read_[id];
  if (!value) {
    auto& row = sets_.read_;
    const reset_at_end guard{row};
    // The decoder trusts canonical bytes, so bytes that are not what was written must not reach it.
    if (!row.bind(1, id).next() || row.number(0) != hash_of(row.blob(1)))
      throw sql_error{SQLITE_CORRUPT, "the attributes of a route are missing or not as they were written"};
    value = std::make_shared<const wire::path_attributes>(wire::decode_canonical(row.blob(1)));
  }
  return value;
}

std::int64_t attribute_sets::clear_unused() {
  auto now = count_ + added_;
  if (now < std::max(2 * cleared_at_, least_to_clear))
    return now;
  clear_.run();
  now -= db_.changes();
  cleared_at_ = now;
  return now;
}

} // namespace bellman::ledger
