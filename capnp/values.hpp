#pragma once
// The small values of common.capnp, to and from ours.

#include "actors/interfaces.hpp"
#include "capnp/common.capnp.h"
#include "wire/prefix.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace bellman::api {

inline ::capnp::Data::Reader as_data(wire::bytes_view v) { return {v.data(), v.size()}; }
inline wire::bytes_view as_bytes(::capnp::Data::Reader d) { return {d.begin(), d.size()}; }
inline std::string as_string(::capnp::Text::Reader t) { return {t.begin(), t.size()}; }
/// For builders; copies at once. @pre outlives the expression
inline ::capnp::Text::Reader as_text(const std::string& s) { return {s.c_str(), s.size()}; }

/// 4 or 16 octets; else nothing.
std::optional<wire::ip_address> read_address(::capnp::Data::Reader octets);
/// Nothing for a length that does not fit, or set bits behind the length.
std::optional<wire::prefix> read_prefix(Prefix::Reader p);
void write_prefix(const wire::prefix& p, Prefix::Builder out);
void write_family(wire::family f, Family::Builder out);
wire::family read_family(Family::Reader f);

void write_fault(const refusal& why, Fault::Builder out);
/// Code, and text for people; `field` where it is about one.
void write_fault(std::string_view code, const std::string& message, Fault::Builder out, std::string_view field = {});
void write_limit(const std::string& message, std::uint64_t limit, std::uint64_t current, Fault::Builder out);
/// An actor did not answer.
inline void write_unavailable(const std::string& trouble, Fault::Builder out) {
  write_fault("unavailable", trouble, out);
}

} // namespace bellman::api
