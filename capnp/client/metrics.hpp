#pragma once
// How far next hops are (capnp/metrics.capnp).

#include "capnp/client/connection.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace bellman::client {

struct metric_row {
  wire::prefix prefix;
  std::optional<std::uint32_t> cost; ///< unset: these next hops cannot be reached
  bool from_api = false;             ///< else from the configuration file
};

class metrics {
public:
  /// @pre the connection outlives this object
  explicit metrics(connection& c) : connection_{c} {}

  outcome<std::vector<metric_row>> list();
  /// All or none; without a cost: unreachable.
  outcome<done> set(const std::vector<std::pair<wire::prefix, std::optional<std::uint32_t>>>& all);
  outcome<done> remove(const std::vector<wire::prefix>& all);

private:
  connection& connection_;
};

} // namespace bellman::client
