#pragma once
// Faults, from ours to the schema's; the other small values of common.capnp are shared with the client.

#include "actors/interfaces.hpp"
#include "capnp/client/values.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bellman::api {

void write_fault(const refusal& why, Fault::Builder out);
/// Code, and text for people; `field` where it is about one.
void write_fault(std::string_view code, const std::string& message, Fault::Builder out, std::string_view field = {});
void write_limit(const std::string& message, std::uint64_t limit, std::uint64_t current, Fault::Builder out);
/// An actor did not answer.
inline void write_unavailable(const std::string& trouble, Fault::Builder out) {
  write_fault("unavailable", trouble, out);
}

/// Of a patch: fills `to` where the group is not `keep`.
void take(const auto& from, auto& to) {
  if (from.isSet())
    to = from.getSet();
}
void take_seconds(const auto& from, std::optional<std::chrono::seconds>& to) {
  if (from.isSet())
    to = std::chrono::seconds{from.getSet()};
}

} // namespace bellman::api
