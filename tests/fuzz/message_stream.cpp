// What comes over a TCP connection: header after header, and every decoder behind it.
#include "tests/fuzz/checks.hpp"
#include "wire/bgp/open.hpp"
#include "wire/bgp/route_refresh.hpp"

namespace bellman::wire::fuzz {
namespace {

void take(message_type type, bytes_view body) {
  switch (type) {
  case message_type::open: (void)decode_open(body); break;
  case message_type::update:
    for (const auto& context : contexts()) {
      check_update(body, context);
    }
    break;
  case message_type::notification: {
    const auto n = decode_notification(body);
    (void)shutdown_text(n);
    require(!to_string(n).empty(), "a NOTIFICATION has a name");
    break;
  }
  case message_type::keepalive: require(body.empty(), "a KEEPALIVE has no body"); break;
  case message_type::route_refresh: (void)decode_route_refresh(body); break;
  }
}

void read(bytes_view stream, std::uint16_t max_length) {
  while (stream.size() >= header_size) {
    const auto head = decode_header(stream, max_length);
    if (!head) {
      require(head.error().code == 1, "a bad header is a Message Header Error");
      return;
    }
    require(head->length >= header_size && head->length <= max_length, "a length within the limits");
    if (head->length > stream.size()) {
      return; // the rest is still under way
    }
    take(head->type, stream.subspan(header_size, head->length - header_size));
    stream = stream.subspan(head->length);
  }
}

} // namespace
} // namespace bellman::wire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bellman::wire;
  fuzz::read({data, size}, plain_max);
  fuzz::read({data, size}, extended_max);
  return 0;
}
