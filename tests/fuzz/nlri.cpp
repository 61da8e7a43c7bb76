// A field of NLRI. The first octet: bit 0 IPv6, bit 1 path ids.
#include "tests/fuzz/checks.hpp"

namespace bellman::wire::fuzz {
namespace {

template <class Prefix>
void check(bytes_view field, path_ids ids) {
  nlri_cursor<Prefix> in{field, ids};
  bytes written(field.size());
  auto* at = written.data();
  std::size_t used = 0;
  while (in.next()) {
    const auto p = in.prefix();
    require(p.length <= Prefix::max_length, "a length that the family has");
    const auto whole = to_prefix(p);
    require(make_prefix(whole.address, whole.length) == whole, "no bits behind the length");
    const auto text = parse_prefix(to_string(whole));
    require(text.has_value() && *text == whole, "a prefix comes back from its text");
    used += nlri_size(p.length, ids);
    require(used <= field.size(), "no octet is read that is not there");
    if (ids == path_ids::present) {
      write_u32(at, in.path_id());
      at += 4;
    }
    at = write_nlri(at, p);
  }
  require(static_cast<std::size_t>(at - written.data()) == used, "written is as long as read");
  require(in.ok() == (used == field.size()), "all is read, or an error");
  nlri_cursor<Prefix> again{bytes_view{written}.first(used), ids}, first{field, ids};
  while (again.next()) {
    require(first.next() && first.prefix() == again.prefix() && first.path_id() == again.path_id(), "it comes back");
  }
  require(again.ok(), "what was written is read");
}

} // namespace
} // namespace bellman::wire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bellman::wire;
  if (size == 0) {
    return 0;
  }
  const auto ids = (data[0] & 2) != 0 ? path_ids::present : path_ids::absent;
  // A copy of just that size, so that the sanitizer sees a read over its end.
  const bytes field(data + 1, data + size);
  if ((data[0] & 1) != 0) {
    fuzz::check<prefix6>(field, ids);
  } else {
    fuzz::check<prefix4>(field, ids);
  }
  return 0;
}
