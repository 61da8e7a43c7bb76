#include "capnp/values.hpp"

namespace bellman::api {

void write_fault(const refusal& why, Fault::Builder out) { write_fault(why.code, why.message, out, why.field); }

void write_fault(std::string_view code, const std::string& message, Fault::Builder out, std::string_view field) {
  out.setCode(std::string{code});
  out.setMessage(message);
  if (!field.empty())
    out.setField(std::string{field});
}

void write_limit(const std::string& message, std::uint64_t limit, std::uint64_t current, Fault::Builder out) {
  write_fault("limit", message, out);
  out.setLimit(limit);
  out.setCurrent(current);
}

} // namespace bellman::api
