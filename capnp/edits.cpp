#include "capnp/edits.hpp"

#include "capnp/values.hpp"

#include <random>

namespace bellman::api {

namespace {

/// For a client that names none: it cannot repeat its request, so it only has to differ from every other.
std::string fresh_request_id() {
  static constexpr char digits[] = "0123456789abcdef";
  std::random_device random;
  std::string id = "auto-";
  for (int word = 0; word < 4; ++word)
    for (auto bits = random(), n = 0u; n < 8; ++n, bits >>= 4)
      id += digits[bits & 15];
  return id;
}

} // namespace

void edits::fail(problem p) {
  if (!wrong_)
    wrong_ = std::move(p);
}

void edits::define(std::uint32_t id, AttributeSet::Reader set) {
  if (failed())
    return;
  const auto field = "attributes[" + std::to_string(id) + "]";
  if (sets_.size() >= most_.sets)
    return fail({"limit", field, "too many attribute sets in one batch", most_.sets, sets_.size() + 1});
  auto read = read_attributes(set);
  if (!read) {
    const auto& e = read.error();
    return fail({e.code, e.field.empty() ? field : field + "." + e.field, e.message, e.limit, e.current});
  }
  if (!index_of_.try_emplace(id, static_cast<std::uint32_t>(sets_.size())).second)
    return fail({"invalid", field, "this id is defined already"});
  sets_.push_back(*std::move(read));
}

void edits::put(Prefix::Reader prefix, std::uint32_t id) {
  if (failed())
    return;
  const auto set = index_of_.find(id);
  if (set == index_of_.end())
    return fail({"invalid", "rows[" + std::to_string(rows_.size()) + "].attributes",
                 "no attributes are defined under id " + std::to_string(id)});
  add(prefix, set->second, false);
}

void edits::del(Prefix::Reader prefix) {
  if (!failed())
    add(prefix, 0, true);
}

void edits::add(Prefix::Reader prefix, std::uint32_t attributes, bool withdraw) {
  if (rows_.size() >= most_.rows)
    return fail({"limit", "rows", "too many edits in one batch", most_.rows, rows_.size() + 1});
  const auto p = read_prefix(prefix);
  if (!p)
    return fail({"invalid", "rows[" + std::to_string(rows_.size()) + "].prefix",
                 "not a prefix, or bits are set behind its length"});
  rows_.push_back({*p, attributes, withdraw});
}

msg::inject edits::take(std::string owner, std::string request_id) {
  return {std::move(owner), request_id.empty() ? fresh_request_id() : std::move(request_id),
          std::make_shared<const std::vector<wire::path_attributes>>(std::move(sets_)),
          std::make_shared<const std::vector<msg::injected_route>>(std::move(rows_))};
}

} // namespace bellman::api
