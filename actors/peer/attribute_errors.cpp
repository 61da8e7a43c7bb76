#include "actors/peer/attribute_errors.hpp"

#include "wire/bgp/notification.hpp"

#include <algorithm>
#include <utility>

namespace bellman::peer {

attribute_error& attribute_errors::entry(std::uint8_t type, wire::severity action) {
  const auto key = [](const attribute_error& e) { return std::pair{e.type, e.action}; };
  const auto at = std::ranges::lower_bound(all_, std::pair{type, action}, {}, key);
  if (at != all_.end() && key(*at) == std::pair{type, action})
    return *at;
  return *all_.insert(at, attribute_error{.type = type, .action = action, .data = {}});
}

void attribute_errors::add(const wire::attribute_fault& fault) {
  auto& e = entry(fault.type, fault.severity);
  ++e.count;
  e.subcode = fault.subcode;
  e.data.assign(fault.data.begin(), fault.data.begin() + static_cast<long>(std::min(fault.data.size(), sample)));
}

void attribute_errors::add(const attribute_errors& more) {
  for (const auto& m : more.all_) {
    auto& e = entry(m.type, m.action);
    e.count += m.count;
    e.subcode = m.subcode;
    e.data = m.data;
  }
}

const char* action_text(wire::severity action) {
  switch (action) {
  case wire::severity::none: return "none";
  case wire::severity::attribute_discard: return "discarded";
  case wire::severity::treat_as_withdraw: return "treated as withdraw";
  case wire::severity::session_reset: return "session reset";
  }
  return "unknown";
}

std::string reason_text(const attribute_error& e) {
  wire::notification n;
  n.code = static_cast<std::uint8_t>(wire::error_code::update_message);
  n.subcode = static_cast<std::uint8_t>(e.subcode);
  auto text = wire::to_string(n);
  // "UPDATE Message Error / Attribute Length Error": what comes behind the stroke
  if (const auto stroke = text.find(" / "); stroke != std::string::npos)
    text.erase(0, stroke + 3);
  return text;
}

std::optional<attribute_errors> error_log_gate::pass(const attribute_errors& news, time_point now) {
  held_.add(news);
  if (held_.empty() || (last_ && now - *last_ < pause))
    return std::nullopt;
  last_ = now;
  return std::exchange(held_, {});
}

} // namespace bellman::peer
