#pragma once
// The small values of common.capnp, to and from those of wire. For both ends of the API.

#include "capnp/common.capnp.h"
#include "wire/prefix.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::api {

inline ::capnp::Data::Reader as_data(wire::bytes_view v) { return {v.data(), v.size()}; }
inline wire::bytes_view as_bytes(::capnp::Data::Reader d) { return {d.begin(), d.size()}; }
inline std::string as_string(::capnp::Text::Reader t) { return {t.begin(), t.size()}; }
/// For builders; copies at once. @pre outlives the expression
inline ::capnp::Text::Reader as_text(const std::string& s) { return {s.c_str(), s.size()}; }

/// 4 or 16 octets; else nothing.
std::optional<wire::ip_address> read_address(::capnp::Data::Reader octets);

/// A host: 4 or 16 octets, and behind the latter the name of an interface (common.capnp).
std::optional<wire::ip_address> read_host(::capnp::Data::Reader octets);
class host_octets {
public:
  explicit host_octets(const wire::ip_address& a) noexcept;
  operator ::capnp::Data::Reader() const noexcept { return {octets_.data(), size_}; }

private:
  std::array<std::uint8_t, 31> octets_{};
  std::size_t size_ = 0;
};
/// Nothing for a length that does not fit, or set bits behind the length.
std::optional<wire::prefix> read_prefix(Prefix::Reader p);
void write_prefix(const wire::prefix& p, Prefix::Builder out);
/// @pre `out` has as many
void write_prefixes(const std::vector<wire::prefix>& all, ::capnp::List<Prefix>::Builder out);
void write_family(wire::family f, Family::Builder out);
wire::family read_family(Family::Reader f);

/// Of a patch: what is not said stays `keep`.
void give(const auto& from, auto out) {
  if (from)
    out.setSet(*from);
}
void give_text(const std::optional<std::string>& from, auto out) {
  if (from)
    out.setSet(as_text(*from));
}

} // namespace bellman::api
