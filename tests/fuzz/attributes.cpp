// A block of path attributes, as an UPDATE that announces 192.0.2.0/24 has it.
#include "tests/fuzz/checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bellman::wire;
  if (size > extended_max - header_size - 8) {
    return 0;
  }
  bytes body;
  put_u16(body, 0);
  put_u16(body, static_cast<std::uint16_t>(size));
  put(body, {data, size});
  put_u32(body, 0x18C00002);
  for (auto context : fuzz::contexts()) {
    context.ipv4_ids = path_ids::absent;
    fuzz::check_update(body, context);
  }
  return 0;
}
