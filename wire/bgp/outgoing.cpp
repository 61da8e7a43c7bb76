// Packs prefixes into UPDATEs. Each message is put together in a buffer on the stack, which nobody clears, and then
// appended whole: `out` is never grown with zeros that are overwritten at once.
#include "wire/bgp/outgoing.hpp"

#include "wire/bgp/attribute/cursor.hpp"
#include "wire/bgp/header.hpp"

#include <cassert>

namespace bellman::wire {

namespace {

/// One UPDATE under construction, at most `form.max_message` octets.
class update_buffer {
public:
  explicit update_buffer(std::uint16_t max_message) noexcept : limit_{octets_ + max_message} {
    std::memset(octets_, 0xFF, 16);
    octets_[18] = static_cast<std::uint8_t>(message_type::update);
  }
  update_buffer(const update_buffer&) = delete;
  update_buffer& operator=(const update_buffer&) = delete;

  void rewind() noexcept { at_ = octets_ + header_size; }
  bool has_room(std::size_t count) const noexcept { return static_cast<std::size_t>(limit_ - at_) >= count; }
  std::uint8_t* at() noexcept { return at_; }
  void advance_to(std::uint8_t* end) noexcept { at_ = end; }

  void put8(std::uint8_t x) noexcept { *at_++ = x; }
  void put16(std::size_t x) noexcept {
    write_u16(at_, static_cast<std::uint16_t>(x));
    at_ += 2;
  }
  void put(bytes_view more) noexcept {
    if (!more.empty()) {
      std::memcpy(at_, more.data(), more.size());
      at_ += more.size();
    }
  }
  void put(family f) noexcept {
    put16(static_cast<std::uint16_t>(f.afi));
    put8(static_cast<std::uint8_t>(f.safi));
  }

  void append_to(bytes& out) {
    const auto length = static_cast<std::size_t>(at_ - octets_);
    write_u16(octets_ + 16, static_cast<std::uint16_t>(length));
    out.insert(out.end(), octets_, at_);
  }

private:
  std::uint8_t octets_[extended_max + 1];
  std::uint8_t* const limit_;
  std::uint8_t* at_ = octets_;
};

/// The parts of an UPDATE around its row of NLRI: what stands before, and which lengths count the row.
struct frame {
  bytes_view block;       ///< Attributes without MP_REACH, in front of or behind the row.
  bytes_view mp_next_hop; ///< Empty where there is no MP_REACH.
  wire::family family;
  enum class shape : std::uint8_t { announce, withdraw, mp_announce, mp_withdraw } kind;
  bool wide_length = false; ///< The MP attribute's length takes two octets.

  bool is_mp() const noexcept { return kind == shape::mp_announce || kind == shape::mp_withdraw; }

  /// Octets of the MP attribute's value besides the row.
  std::size_t mp_fixed() const noexcept { return kind == shape::mp_announce ? 5 + mp_next_hop.size() : 3; }

  /// Is a row of that many octets one for two octets of length? Only then (RFC 4271 §4.3).
  bool is_wide(std::size_t row) const noexcept { return is_mp() && mp_fixed() + row > 255; }

  /// Octets of the message besides the row.
  std::size_t overhead() const noexcept {
    const std::size_t lengths = header_size + 4;
    const std::size_t mp_header = wide_length ? 4 : 3;
    switch (kind) {
    case shape::announce: return lengths + block.size();
    case shape::withdraw: return lengths;
    case shape::mp_announce: return lengths + mp_header + mp_fixed() + block.size();
    case shape::mp_withdraw: return lengths + mp_header + mp_fixed();
    }
    return lengths;
  }

  /// Writes everything in front of the row, given the row's length.
  void open(update_buffer& to, std::size_t row) const noexcept {
    switch (kind) {
    case shape::announce:
      to.put16(0);
      to.put16(block.size());
      to.put(block);
      break;
    case shape::withdraw: to.put16(row); break;
    case shape::mp_announce: // RFC 7606 §5.1: MP_REACH first
      to.put16(0);
      to.put16(overhead() - header_size - 4 + row);
      put_mp_header(to, attribute_type::mp_reach_nlri, mp_fixed() + row);
      to.put(family);
      to.put8(static_cast<std::uint8_t>(mp_next_hop.size()));
      to.put(mp_next_hop);
      to.put8(0);
      break;
    case shape::mp_withdraw:
      to.put16(0);
      to.put16(overhead() - header_size - 4 + row);
      put_mp_header(to, attribute_type::mp_unreach_nlri, mp_fixed() + row);
      to.put(family);
      break;
    }
  }

  /// Writes what stands behind the row.
  void close(update_buffer& to) const noexcept {
    if (kind == shape::withdraw) {
      to.put16(0);
    } else if (kind == shape::mp_announce) {
      to.put(block);
    }
  }

private:
  void put_mp_header(update_buffer& to, attribute_type type, std::size_t length) const noexcept {
    to.put8(attribute_flag::optional | (wide_length ? attribute_flag::extended_length : 0));
    to.put8(static_cast<std::uint8_t>(type));
    if (wide_length) {
      to.put16(length);
    } else {
      to.put8(static_cast<std::uint8_t>(length));
    }
  }
};

using shape = frame::shape;

/// Appends messages until all of `prefixes` are in one. Returns how many do not even fit alone.
template <class Prefix>
std::size_t write_all(bytes& out, frame f, std::uint16_t max_message, path_ids ids, std::span<const Prefix> prefixes,
                      std::span<const std::uint32_t> path_id) {
  assert(ids == path_ids::absent || path_id.size() == prefixes.size());
  update_buffer message{max_message};
  std::size_t unsent = 0;
  for (std::size_t i = 0; i < prefixes.size();) {
    // 1. How many fit? The MP attribute's header grows by an octet once its length is over 255.
    f.wide_length = false;
    const auto narrow = f.overhead();
    std::size_t row = 0, end = i;
    for (; end < prefixes.size(); ++end) {
      const auto longer = row + nlri_size(prefixes[end].length, ids);
      if (narrow + (f.is_wide(longer) ? 1 : 0) + longer > max_message) {
        break;
      }
      row = longer;
    }
    f.wide_length = f.is_wide(row);
    if (end == i) {
      ++unsent;
      ++i;
      continue;
    }
    // 2. Write them.
    message.rewind();
    f.open(message, row);
    auto* at = message.at();
    if (ids == path_ids::present) {
      for (; i < end; ++i) {
        write_u32(at, path_id[i]);
        at = write_nlri(at + 4, prefixes[i]);
      }
    } else {
      for (; i < end; ++i) {
        at = write_nlri(at, prefixes[i]);
      }
    }
    message.advance_to(at);
    f.close(message);
    message.append_to(out);
  }
  return unsent;
}

} // namespace

std::size_t write_announcements(bytes& out, const outbound_attributes& attributes, const outbound_form& form,
                                std::span<const prefix4> prefixes, std::span<const std::uint32_t> ids) {
  if (!attributes.can_be_sent()) {
    return prefixes.size();
  }
  const auto kind = attributes.mp_next_hop.empty() ? shape::announce : shape::mp_announce;
  return write_all(out, {attributes.block, attributes.mp_next_hop, ipv4_unicast, kind}, form.max_message, form.ipv4_ids,
                   prefixes, ids);
}

std::size_t write_announcements(bytes& out, const outbound_attributes& attributes, const outbound_form& form,
                                std::span<const prefix6> prefixes, std::span<const std::uint32_t> ids) {
  if (!attributes.can_be_sent() || attributes.mp_next_hop.empty()) {
    return prefixes.size();
  }
  return write_all(out, {attributes.block, attributes.mp_next_hop, ipv6_unicast, shape::mp_announce}, form.max_message,
                   form.ipv6_ids, prefixes, ids);
}

void write_withdrawals(bytes& out, const outbound_form& form, std::span<const prefix4> prefixes,
                       std::span<const std::uint32_t> ids) {
  write_all(out, {{}, {}, ipv4_unicast, shape::withdraw}, form.max_message, form.ipv4_ids, prefixes, ids);
}

void write_withdrawals(bytes& out, const outbound_form& form, std::span<const prefix6> prefixes,
                       std::span<const std::uint32_t> ids) {
  write_all(out, {{}, {}, ipv6_unicast, shape::mp_withdraw}, form.max_message, form.ipv6_ids, prefixes, ids);
}

void write_end_of_rib(bytes& out, family family) {
  const auto start = begin_message(out, message_type::update);
  put_u16(out, 0);
  if (family == ipv4_unicast) { // RFC 4724 §2: an UPDATE of minimum length
    put_u16(out, 0);
  } else {
    put_u16(out, 6);
    put_attribute_header(out, attribute_flag::optional, static_cast<std::uint8_t>(attribute_type::mp_unreach_nlri), 3);
    put_u16(out, static_cast<std::uint16_t>(family.afi));
    put_u8(out, static_cast<std::uint8_t>(family.safi));
  }
  finish_message(out, start);
}

} // namespace bellman::wire
