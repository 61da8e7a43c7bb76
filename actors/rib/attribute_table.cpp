#include "actors/rib/attribute_table.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <random>

// A shard holds objects (handle -> pointer) and slots (hash -> handle). Objects are read without the lock: the pointer
// arrays grow by adding a block twice the size, never by moving one. The count of references reaches zero only under
// the lock, so that a set that is about to go cannot be found again.

namespace bellman::rib {

namespace {

constexpr std::uint32_t shard_bits = 6;
constexpr std::uint32_t shard_count = 1u << shard_bits;
constexpr std::uint32_t first_block = 1024;
constexpr std::uint32_t blocks = 17; ///< 1024 * (2^17 - 1) objects a shard, over the handle's 26 bits

struct place {
  std::uint32_t block, offset;
};
place place_of(std::uint32_t index) noexcept {
  const std::uint32_t shifted = index + first_block;
  const auto block = static_cast<std::uint32_t>(std::bit_width(shifted)) - 11;
  return {block, shifted - (first_block << block)};
}

attr_handle make_handle(std::uint32_t shard, std::uint32_t index) noexcept {
  return static_cast<attr_handle>((index + 1) << shard_bits | shard);
}

std::uint64_t seed() {
  static const std::uint64_t chosen = std::random_device{}(); // a neighbour must not be able to choose collisions
  return chosen;
}

} // namespace

struct alignas(64) attribute_table::shard {
  using object = attribute_set*;
  struct slot {
    std::uint32_t hash = 0;
    std::uint32_t index_plus_one = 0;
  };

  mutable std::mutex mutex;
  std::atomic<object*> objects[blocks]{};
  std::uint32_t used = 0; ///< indices given out so far
  std::vector<std::uint32_t> free;
  std::vector<slot> slots;
  std::uint32_t live = 0;
  std::uint32_t serial = 0;
  std::size_t bytes = 0;

  ~shard() {
    for (std::uint32_t i = 0; i < used; ++i)
      if (auto* o = get(i)) {
        o->~attribute_set();
        std::free(o);
      }
    for (auto& b : objects)
      std::free(b.load(std::memory_order_relaxed));
  }

  object get(std::uint32_t index) const noexcept {
    const auto at = place_of(index);
    return objects[at.block].load(std::memory_order_acquire)[at.offset];
  }
  void put(std::uint32_t index, object o) {
    const auto at = place_of(index);
    auto* block = objects[at.block].load(std::memory_order_relaxed);
    if (block == nullptr) {
      block = static_cast<object*>(std::malloc(sizeof(object) * (std::size_t{first_block} << at.block)));
      if (block == nullptr)
        throw std::bad_alloc{};
      block[at.offset] = o;
      objects[at.block].store(block, std::memory_order_release);
      return;
    }
    block[at.offset] = o;
  }

  /// The slot that holds the set, or the empty one where it would go.
  std::size_t locate(std::uint32_t hash, wire::bytes_view key, std::uint8_t variant) const noexcept {
    const std::size_t mask = slots.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      const auto& s = slots[at];
      if (s.index_plus_one == 0)
        return at;
      if (s.hash != hash)
        continue;
      const auto* o = get(s.index_plus_one - 1);
      if (o->size == key.size() && o->variant == variant && std::memcmp(o + 1, key.data(), key.size()) == 0)
        return at;
    }
  }

  void grow() {
    auto old = std::exchange(slots, std::vector<slot>(slots.empty() ? 64 : slots.size() * 2));
    const std::size_t mask = slots.size() - 1;
    for (const auto& s : old) {
      if (s.index_plus_one == 0)
        continue;
      std::size_t at = s.hash & mask;
      while (slots[at].index_plus_one != 0)
        at = (at + 1) & mask;
      slots[at] = s;
    }
  }

  attr_handle add(std::size_t at, std::uint32_t number, std::uint32_t hash, wire::bytes_view key, std::uint8_t variant,
                  std::uint32_t references) {
    auto* memory = std::malloc(sizeof(attribute_set) + key.size());
    if (memory == nullptr)
      throw std::bad_alloc{};
    auto* o = new (memory) attribute_set{
        references, hash, ++serial, static_cast<std::uint16_t>(key.size()), variant, wire::summarize(key)};
    std::memcpy(reinterpret_cast<std::uint8_t*>(o) + sizeof(attribute_set), key.data(), key.size());
    std::uint32_t index;
    if (free.empty()) {
      index = used++;
    } else {
      index = free.back();
      free.pop_back();
    }
    put(index, o);
    slots[at] = {hash, index + 1};
    ++live;
    bytes += sizeof(attribute_set) + key.size();
    return make_handle(number, index);
  }

  /// Linear probing without tombstones: what stands behind the hole moves up where it may.
  void remove(std::uint32_t index) {
    auto* o = get(index);
    const std::size_t mask = slots.size() - 1;
    std::size_t hole = o->hash & mask;
    while (slots[hole].index_plus_one != index + 1)
      hole = (hole + 1) & mask;
    for (std::size_t next = (hole + 1) & mask; slots[next].index_plus_one != 0; next = (next + 1) & mask) {
      const std::size_t home = slots[next].hash & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        slots[hole] = slots[next];
        hole = next;
      }
    }
    slots[hole] = {};
    bytes -= sizeof(attribute_set) + o->size;
    --live;
    put(index, nullptr);
    free.push_back(index);
    o->~attribute_set();
    std::free(o);
  }
};

attribute_table::attribute_table() : shards_{new shard[shard_count]} {}
attribute_table::~attribute_table() = default;

attr_handle attribute_table::intern(wire::bytes_view canonical, set_variant variant, std::uint32_t references) {
  assert(canonical.size() <= 65535);
  const std::uint64_t hash = XXH3_64bits_withSeed(canonical.data(), canonical.size(), seed());
  const auto number = static_cast<std::uint32_t>(hash >> (64 - shard_bits));
  auto& s = shards_[number];
  const std::lock_guard guard{s.mutex};
  if ((s.live + 1) * 4 > s.slots.size() * 3)
    s.grow();
  const auto low = static_cast<std::uint32_t>(hash);
  const auto kind = static_cast<std::uint8_t>(variant);
  const auto at = s.locate(low, canonical, kind);
  if (s.slots[at].index_plus_one == 0)
    return s.add(at, number, low, canonical, kind, references);
  const auto index = s.slots[at].index_plus_one - 1;
  s.get(index)->references.fetch_add(references, std::memory_order_relaxed);
  return make_handle(number, index);
}

attr_handle attribute_table::find(wire::bytes_view canonical, std::uint32_t references, wire::session_kind kind) {
  const std::uint64_t hash = XXH3_64bits_withSeed(canonical.data(), canonical.size(), seed());
  const auto number = static_cast<std::uint32_t>(hash >> (64 - shard_bits));
  auto& s = shards_[number];
  const std::lock_guard guard{s.mutex};
  if (s.live == 0)
    return no_attributes;
  const auto at =
      s.locate(static_cast<std::uint32_t>(hash), canonical, static_cast<std::uint8_t>(set_variant::learned));
  if (s.slots[at].index_plus_one == 0)
    return no_attributes;
  const auto index = s.slots[at].index_plus_one - 1;
  auto* o = s.get(index);
  if (kind == wire::session_kind::ibgp ? !o->summary.ibgp_clean : o->summary.session_dependent)
    return no_attributes;
  o->references.fetch_add(references, std::memory_order_relaxed);
  return make_handle(number, index);
}

const attribute_set& attribute_table::operator[](attr_handle h) const noexcept {
  const auto n = number(h);
  return *shards_[n & (shard_count - 1)].get((n >> shard_bits) - 1);
}

void attribute_table::prefetch_place(attr_handle h) const noexcept {
  if (h == no_attributes)
    return;
  const auto n = number(h);
  const auto at = place_of((n >> shard_bits) - 1);
  __builtin_prefetch(&shards_[n & (shard_count - 1)].objects[at.block].load(std::memory_order_acquire)[at.offset]);
}

void attribute_table::prefetch(attr_handle h) const noexcept {
  if (h != no_attributes)
    __builtin_prefetch(&(*this)[h], 1);
}

void attribute_table::acquire(attr_handle h, std::uint32_t references) noexcept {
  if (h != no_attributes)
    const_cast<attribute_set&>((*this)[h]).references.fetch_add(references, std::memory_order_relaxed);
}

void attribute_table::release(attr_handle h, std::uint32_t references) noexcept {
  if (h == no_attributes)
    return;
  auto& count = const_cast<attribute_set&>((*this)[h]).references;
  auto seen = count.load(std::memory_order_relaxed);
  while (seen > references)
    if (count.compare_exchange_weak(seen, seen - references, std::memory_order_release, std::memory_order_relaxed))
      return;
  const auto n = number(h);
  auto& s = shards_[n & (shard_count - 1)];
  const std::lock_guard guard{s.mutex};
  if (count.fetch_sub(references, std::memory_order_acq_rel) == references)
    s.remove((n >> shard_bits) - 1);
}

std::size_t attribute_table::size() const noexcept {
  std::size_t n = 0;
  for (std::uint32_t i = 0; i < shard_count; ++i) {
    const std::lock_guard guard{shards_[i].mutex};
    n += shards_[i].live;
  }
  return n;
}

std::size_t attribute_table::memory() const noexcept {
  std::size_t n = 0;
  for (std::uint32_t i = 0; i < shard_count; ++i) {
    const std::lock_guard guard{shards_[i].mutex};
    n += shards_[i].bytes + shards_[i].slots.capacity() * sizeof(shard::slot) + shards_[i].used * sizeof(void*);
  }
  return n;
}

attr_ref attr_ref::adopt(std::shared_ptr<attribute_table> table, attr_handle h) noexcept {
  attr_ref r;
  r.table_ = std::move(table);
  r.handle_ = h;
  return r;
}
attr_ref attr_ref::share(std::shared_ptr<attribute_table> table, attr_handle h) noexcept {
  table->acquire(h);
  return adopt(std::move(table), h);
}
attr_ref::attr_ref(const attr_ref& other) noexcept : table_{other.table_}, handle_{other.handle_} {
  if (table_)
    table_->acquire(handle_);
}
attr_ref::attr_ref(attr_ref&& other) noexcept
    : table_{std::move(other.table_)}, handle_{std::exchange(other.handle_, no_attributes)} {}
attr_ref& attr_ref::operator=(attr_ref other) noexcept {
  std::swap(table_, other.table_);
  std::swap(handle_, other.handle_);
  return *this;
}
attr_ref::~attr_ref() {
  if (table_)
    table_->release(handle_);
}

} // namespace bellman::rib
