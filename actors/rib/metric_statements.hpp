#pragma once
// Whose word counts for the metric of a prefix of next hops: the API's where it said something, else the file's. Pure:
// a change gives new statements, which are taken over once they are stored.

#include "actors/rib/igp_metrics.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace bellman::rib {

/// Unset: the entry goes. A cost may be igp_metric::unreachable, here as everywhere.
struct metric_change {
  wire::prefix prefix;
  std::optional<std::uint32_t> cost;
  bool operator==(const metric_change&) const = default;
};

struct metric_row {
  igp_metric metric;
  bool by_api = false;
  bool operator==(const metric_row&) const = default;
};

class metric_statements {
public:
  /// Of the API; unset: it removed an entry that the file has.
  using said = std::map<wire::prefix, std::optional<std::uint32_t>>;

  void use_file(const std::vector<igp_metric>& all);
  void use_said(said all) { said_ = std::move(all); }

  /// What the API would have said after `changes`; nothing, and the culprit in `missing`, where one takes away an entry
  /// that is not there.
  std::optional<said> after(const std::vector<metric_change>& changes, wire::prefix& missing) const;
  const said& all_said() const noexcept { return said_; }

  std::vector<metric_row> rows() const;                ///< by prefix
  std::shared_ptr<const igp_metrics> in_force() const; ///< null where there are none

private:
  std::map<wire::prefix, std::uint32_t> file_;
  said said_;
};

} // namespace bellman::rib
