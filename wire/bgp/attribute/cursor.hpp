#pragma once
// Walks a block of path attributes (RFC 4271 §4.3) without looking into the values.

#include "wire/bgp/path_attributes.hpp"
#include "wire/bytes.hpp"

namespace bellman::wire {

/// One attribute in its block.
struct raw_attribute {
  std::uint8_t flags = 0;
  std::uint8_t type = 0;
  bytes_view value;
  bytes_view whole; ///< Header included.

  bool has(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
  bool is(attribute_type t) const noexcept { return type == static_cast<std::uint8_t>(t); }
};

/// Usage: `for (attribute_cursor in{block}; in.next();) use(*in);` and then ask `overrun()`.
class attribute_cursor {
public:
  explicit attribute_cursor(bytes_view block) noexcept : at_{block.data()}, end_{block.data() + block.size()} {}

  bool next() noexcept {
    const auto left = static_cast<std::size_t>(end_ - at_);
    if (left < 3) {
      return stop(left);
    }
    current_.flags = at_[0];
    current_.type = at_[1];
    std::size_t header = 3, length = at_[2];
    if (current_.has(attribute_flag::extended_length)) {
      if (left < 4) {
        return stop(left);
      }
      header = 4;
      length = read_u16(at_ + 2);
    }
    if (left - header < length) {
      return stop(left);
    }
    current_.value = {at_ + header, length};
    current_.whole = {at_, header + length};
    at_ += header + length;
    return true;
  }

  const raw_attribute& operator*() const noexcept { return current_; }
  const raw_attribute* operator->() const noexcept { return &current_; }

  /// Once next() said no: does the last attribute reach over the end of the block (RFC 7606 §4)?
  bool overrun() const noexcept { return overrun_; }
  /// What is left from where the walk stands: the attribute that does not fit, after an overrun.
  bytes_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }

private:
  bool stop(std::size_t left) noexcept {
    overrun_ = left != 0;
    return false;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  raw_attribute current_;
  bool overrun_ = false;
};

/// Appends the header of an attribute; extended length only where needed.
inline void put_attribute_header(bytes& out, std::uint8_t flags, std::uint8_t type, std::size_t length) {
  flags &= attribute_flag::optional | attribute_flag::transitive | attribute_flag::partial;
  if (length > 255) {
    put_u8(out, flags | attribute_flag::extended_length);
    put_u8(out, type);
    put_u16(out, static_cast<std::uint16_t>(length));
  } else {
    put_u8(out, flags);
    put_u8(out, type);
    put_u8(out, static_cast<std::uint8_t>(length));
  }
}

} // namespace bellman::wire
