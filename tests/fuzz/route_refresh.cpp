// The body of a ROUTE-REFRESH.
#include "wire/bgp/route_refresh.hpp"
#include "tests/fuzz/checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bellman::wire;
  const auto request = decode_route_refresh({data, size});
  if (!request) {
    fuzz::require(request.error().code == 7, "RFC 7313 §5");
    return 0;
  }
  const auto written = encode(*request);
  fuzz::require(decode_header(written, plain_max).has_value(), "a good header");
  const auto again = decode_route_refresh(bytes_view{written}.subspan(header_size));
  fuzz::require(again.has_value() && *again == *request, "it comes back as it was");
  return 0;
}
