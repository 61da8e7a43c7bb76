// The body of a NOTIFICATION, and the same octets as the text of a shutdown.
#include "tests/fuzz/checks.hpp"

#include <string>

namespace {

/// (Overlong forms and surrogates pass: `shutdown_text` must not make them, but text of ours may be any.)
bool is_printable_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80    ? 1
                               : lead > 0xF4  ? 0
                               : lead >= 0xF0 ? 4
                               : lead >= 0xE0 ? 3
                               : lead >= 0xC2 ? 2
                                              : 0;
    if (length == 0 || i + length > text.size() || lead < 0x20 || lead == 0x7F) {
      return false;
    }
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) {
        return false;
      }
    }
    i += length;
  }
  return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bellman::wire;
  const auto n = decode_notification({data, size});
  fuzz::require(!to_string(n).empty(), "a NOTIFICATION has a name");
  if (const auto text = shutdown_text(n)) {
    fuzz::require(is_printable_utf8(*text), "a text that can be logged");
  }
  const auto written = encode(n);
  fuzz::require(written.size() <= plain_max, "a NOTIFICATION fits the short message");
  if (size >= 2 && size <= plain_max - header_size) {
    fuzz::require(decode_notification(bytes_view{written}.subspan(header_size)) == n, "it comes back as it was");
  }
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto shutdown = make_shutdown(cease_subcode::administrative_shutdown, text);
  fuzz::require(shutdown.data.size() <= 256 && shutdown.data.size() == 1u + shutdown.data[0], "RFC 9003 §2");
  if (is_printable_utf8(text)) {
    fuzz::require(shutdown.data[0] + 4u > std::min<std::size_t>(text.size(), 255), "cut late");
    fuzz::require(is_printable_utf8(text.substr(0, shutdown.data[0])), "cut between characters");
  }
  return 0;
}
