#pragma once
// Edits of routes as a client sends them, collected and checked until they are committed.

#include "actors/interfaces.hpp"
#include "capnp/attribute_values.hpp"
#include "capnp/inject.capnp.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace bellman::api {

/// Keeps the first thing that is wrong, for the commit to tell; what comes after it is not looked at any more.
class edits {
public:
  struct limits {
    std::uint32_t rows = 0, sets = 0;
  };
  struct problem {
    std::string code, field, message;
    std::uint64_t limit = 0, current = 0;
  };

  explicit edits(limits most) : most_{most} {}

  void define(std::uint32_t id, AttributeSet::Reader set);
  void put(Prefix::Reader prefix, std::uint32_t id);
  void del(Prefix::Reader prefix);

  const std::optional<problem>& wrong() const noexcept { return wrong_; }
  bool failed() const noexcept { return wrong_.has_value(); }
  std::size_t rows() const noexcept { return rows_.size(); }
  void fail(problem p);

  /// The message for the injector; nothing is left here. @pre nothing is wrong
  msg::inject take(std::string owner, std::string request_id);

private:
  void add(Prefix::Reader prefix, std::uint32_t attributes, bool withdraw);

  const limits most_;
  std::vector<wire::path_attributes> sets_;
  std::unordered_map<std::uint32_t, std::uint32_t> index_of_;
  std::vector<msg::injected_route> rows_;
  std::optional<problem> wrong_;
};

} // namespace bellman::api
