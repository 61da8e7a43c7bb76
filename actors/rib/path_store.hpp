#pragma once
// Who owns what in a node: rows own references to attribute sets, side records and the memory of further rows.

#include "actors/rib/attribute_table.hpp"
#include "actors/rib/path.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace bellman::rib {

/// Reads and changes the paths of nodes of one partition. Not thread-safe; the attribute table behind it is.
class path_store {
public:
  explicit path_store(std::shared_ptr<attribute_table> table) : table_{std::move(table)} {}
  ~path_store() { settle(); }
  path_store(const path_store&) = delete;
  path_store& operator=(const path_store&) = delete;

  const std::shared_ptr<attribute_table>& table() const noexcept { return table_; }

  attr_handle received(const path_row& r) const noexcept {
    return r.has_side ? sides_[r.attributes].received : static_cast<attr_handle>(r.attributes);
  }
  attr_handle imported(const path_row& r) const noexcept {
    return r.has_side ? sides_[r.attributes].imported : static_cast<attr_handle>(r.attributes);
  }
  std::uint32_t path_id(const path_row& r) const noexcept { return r.has_side ? sides_[r.attributes].path_id : 0; }
  std::uint16_t reason(const path_row& r) const noexcept { return r.has_side ? sides_[r.attributes].reason : 0; }

  /// Gives back one reference, if not at once: rows of one set come together, and workers that count in the same set at
  /// the same time wait for each other. `settle` ends the wait.
  void give_back(attr_handle h) noexcept {
    if (h != given_back_)
      settle();
    given_back_ = h;
    ++times_;
  }
  void settle() noexcept { table_->release(std::exchange(given_back_, no_attributes), std::exchange(times_, 0)); }

  /// Makes the row hold these attributes; takes over one reference of `side.received` and, where it differs, one of
  /// `side.imported`. What the row held before is given back afterwards.
  void assign(path_row& r, const path_side& side) {
    const path_row before = r;
    if (side.imported == side.received && side.path_id == 0 && side.reason == 0) {
      r.attributes = number(side.received);
      r.has_side = 0;
    } else {
      r.attributes = take_side(side);
      r.has_side = 1;
    }
    drop(before);
  }

  template <class Prefix>
  path_row& append(node<Prefix>& n) {
    if (n.paths == 0) {
      ++n.paths;
      return n.first = path_row{};
    }
    const auto further = n.paths - 1u;
    if (room_for(further) != room_for(further + 1))
      n.more = reserve(n.more, room_for(further), room_for(further + 1));
    ++n.paths; // not before there is room: the tables are read once more after a failure
    return *new (&n.more[further]) path_row{};
  }

  /// Takes out row `i`; the last row moves into its place.
  template <class Prefix>
  void remove(node<Prefix>& n, std::uint32_t i) {
    drop(n.row(i));
    const std::uint32_t last = --n.paths;
    if (i != last)
      n.row(i) = n.row(last);
    if (last == 0) {
      n.first = path_row{};
      return;
    }
    const auto further = last - 1;
    if (room_for(further) != room_for(further + 1))
      n.more = reserve(n.more, room_for(further + 1), room_for(further));
  }

  std::size_t memory() const noexcept {
    return further_bytes_ + sides_.capacity() * sizeof(path_side) + free_sides_.capacity() * sizeof(std::uint32_t);
  }

private:
  void drop(const path_row& r) noexcept {
    if (!r.has_side) {
      give_back(static_cast<attr_handle>(r.attributes));
      return;
    }
    auto& side = sides_[r.attributes];
    give_back(side.received);
    if (side.imported != side.received)
      give_back(side.imported);
    side = {};
    free_sides_.push_back(r.attributes);
  }

  std::uint32_t take_side(const path_side& side) {
    if (free_sides_.empty()) {
      sides_.push_back(side);
      return static_cast<std::uint32_t>(sides_.size() - 1);
    }
    const auto i = free_sides_.back();
    free_sides_.pop_back();
    sides_[i] = side;
    return i;
  }

  path_row* reserve(path_row* rows, std::uint32_t from, std::uint32_t to);

  std::shared_ptr<attribute_table> table_;
  std::vector<path_side> sides_;
  std::vector<std::uint32_t> free_sides_;
  std::size_t further_bytes_ = 0;
  attr_handle given_back_ = no_attributes;
  std::uint32_t times_ = 0;
};

} // namespace bellman::rib
