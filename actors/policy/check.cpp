// Definitions are checked whole, used or not: a name that leads nowhere is found when it is written, not when a session
// first needs it.
#include "actors/policy/compile.hpp"

#include <algorithm>
#include <set>

namespace bellman::policy {

namespace {

std::optional<std::string> fault_of_name(const std::string& name, std::set<std::string_view>& seen) {
  if (!is_name(name))
    return "a name has 1 to 64 letters, digits, '-', '_' or '.'";
  if (is_built_in(name))
    return "this name is built in";
  if (!seen.insert(name).second)
    return "this name is used twice";
  return {};
}

std::string place_of(const policy_definition& policy, std::size_t statement) {
  return "policy " + policy.name + ", statement " + std::to_string(statement + 1);
}

} // namespace

bool is_name(std::string_view text) noexcept {
  const auto allowed = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

std::optional<compile_error> fault_of(const definitions& all) {
  std::set<std::string_view> sets, policies;
  for (const auto& set : all.prefix_sets) {
    if (auto fault = fault_of_name(set.name, sets))
      return compile_error{"prefix set " + set.name, std::move(*fault)};
    for (std::size_t i = 0; i < set.entries.size(); ++i)
      if (auto fault = fault_of(set.entries[i]); !fault.empty())
        return compile_error{"prefix set " + set.name + ", entry " + std::to_string(i + 1), std::move(fault)};
  }
  for (const auto& policy : all.policies) {
    if (auto fault = fault_of_name(policy.name, policies))
      return compile_error{"policy " + policy.name, std::move(*fault)};
    for (std::size_t i = 0; i < policy.statements.size(); ++i)
      if (const auto& set = policy.statements[i].match.prefix_set; set && !sets.contains(*set))
        return compile_error{place_of(policy, i), "there is no prefix set " + *set};
  }
  return {};
}

} // namespace bellman::policy
