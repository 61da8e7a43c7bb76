// The body of an OPEN: what was read is written and read again.
#include "wire/bgp/open.hpp"
#include "tests/fuzz/checks.hpp"

namespace {

/// May a speaker of ours announce this? Two roles, or a host name over 64 octets, we only ever read.
bool is_sayable(const bellman::wire::capabilities& c) {
  return !c.conflicting_roles && (!c.fqdn || c.fqdn->host.size() <= 64);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bellman::wire;
  if (size > plain_max - header_size) {
    return 0;
  }
  capabilities alone;
  if (decode_capabilities({data, size}, alone) && is_sayable(alone)) {
    capabilities again;
    fuzz::require(decode_capabilities(encode_capabilities(alone), again), "written capabilities are read");
    fuzz::require(again == alone, "capabilities come back as they were");
  }
  const auto open = decode_open({data, size});
  if (!open) {
    fuzz::require(open.error().code == 2, "a bad OPEN is an OPEN Message Error");
    return 0;
  }
  if (!is_sayable(open->capabilities)) {
    return 0;
  }
  fuzz::require(open->identifier != 0 && open->hold_time != 1 && open->hold_time != 2, "an OPEN that was accepted");
  const auto written = encode(*open);
  if (written.size() > plain_max) {
    return 0; // what came in one parameter may need more in many
  }
  const auto head = decode_header(written, plain_max);
  fuzz::require(head.has_value() && head->length == written.size(), "a written OPEN has a good header");
  const auto again = decode_open(bytes_view{written}.subspan(header_size));
  fuzz::require(again.has_value() && *again == *open, "an OPEN comes back as it was");
  return 0;
}
