// The body of an UPDATE, on every kind of session.
#include "tests/fuzz/checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bellman::wire;
  if (size > extended_max - header_size) {
    return 0;
  }
  for (const auto& context : fuzz::contexts()) {
    fuzz::check_update({data, size}, context);
  }
  return 0;
}
