#pragma once
// Faults, from ours to the schema's; the other small values of common.capnp are shared with the client.

#include "actors/interfaces.hpp"
#include "capnp/client/values.hpp"

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

} // namespace bellman::api
