#include "wire/bytes.hpp"

namespace bellman::wire {

std::string to_hex(bytes_view octets) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * octets.size());
  for (const auto octet : octets) {
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
  return out;
}

} // namespace bellman::wire
