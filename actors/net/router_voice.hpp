#pragma once
// Announces us as a router on one link, and hears who asks for it (RFC 4861 §6.2). Knows the kernel, not Asio.

#include "wire/result.hpp"

#include <functional>
#include <memory>
#include <string>

namespace bellman::net {

class router_voice {
public:
  virtual ~router_voice() = default;
  /// To all nodes of the link. Answers why not, or nothing.
  virtual std::string announce() = 0;
  /// Has somebody asked since the last call? Never waits.
  virtual bool was_solicited() = 0;
};

/// Opens one by the name of an interface.
using open_voice = std::function<result<std::shared_ptr<router_voice>, std::string>(const std::string& interface)>;

/// With a raw socket of the kernel, which takes CAP_NET_RAW. What it announces is no default router (lifetime 0): hosts
/// of the link send it nothing. The error says what is missing.
result<std::shared_ptr<router_voice>, std::string> open_router_voice(const std::string& interface);

} // namespace bellman::net
