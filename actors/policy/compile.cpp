// A chain becomes one flat list of statements: policies only order and name them. Names are resolved here, so that
// evaluation compares numbers and follows pointers, and never fails.
#include "actors/policy/compile.hpp"

#include "actors/policy/compiled.hpp"

#include <algorithm>

namespace bellman::policy {

namespace {

constexpr std::string_view accept_name = "accept-all", reject_name = "reject-all";

compiled_statement ending(outcome how, std::uint16_t reason = 0) {
  compiled_statement s;
  s.then.outcome = how;
  s.reason_index = reason;
  return s;
}

template <class T>
void make_set(std::vector<T>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// Gathers the statements of a chain and the texts of its rejections.
class chain_builder {
public:
  explicit chain_builder(const library& from) : from_{from} {}

  std::optional<compile_error> add(const std::string& name) {
    if (name == accept_name) {
      statements_.push_back(ending(outcome::accept));
      return {};
    }
    if (name == reject_name) {
      statements_.push_back(ending(outcome::reject, index_of("reject-all")));
      return {};
    }
    const auto found = std::ranges::find(from_.source.policies, name, &policy_definition::name);
    if (found == from_.source.policies.end())
      return compile_error{"policy " + name, "there is no policy of this name"};
    for (std::size_t i = 0; i < found->statements.size(); ++i)
      add(*found, i);
    return {};
  }

  program_ptr finish() {
    statements_.push_back(ending(outcome::reject, index_of("end of chain")));
    return std::make_shared<chain_program>(std::move(statements_), std::move(reasons_));
  }

private:
  void add(const policy_definition& policy, std::size_t number) {
    const auto& s = policy.statements[number];
    compiled_statement made{.match = s.match, .then = s.then};
    if (s.match.prefix_set)
      made.prefixes = from_.sets.find(*s.match.prefix_set)->second;
    made.match.prefix_set.reset();
    make_set(made.match.any_community);
    make_set(made.match.all_communities);
    make_set(made.match.any_large_community);
    make_set(made.then.add_communities);
    make_set(made.then.remove_communities);
    if (made.then.set_communities)
      make_set(*made.then.set_communities);
    make_set(made.then.add_large_communities);
    make_set(made.then.remove_large_communities);
    made.then.reason.clear();
    if (s.then.outcome == outcome::reject)
      made.reason_index = index_of(s.then.reason.empty() ? place(policy, number) : s.then.reason);
    statements_.push_back(std::move(made));
  }

  static std::string place(const policy_definition& policy, std::size_t number) {
    const auto& name = policy.statements[number].name;
    return "policy " + policy.name + ", statement " + (name.empty() ? std::to_string(number + 1) : name);
  }

  /// Texts beyond what a 16-bit index can say share the plain one.
  std::uint16_t index_of(const std::string& text) {
    const auto found = std::ranges::find(reasons_, text);
    if (found == reasons_.end() && reasons_.size() > 0xFFFF)
      return 0;
    const auto index = static_cast<std::uint16_t>(found - reasons_.begin());
    if (found == reasons_.end())
      reasons_.push_back(text);
    return index;
  }

  const library& from_;
  std::vector<compiled_statement> statements_;
  std::vector<std::string> reasons_{"policy"};
};

} // namespace

program_ptr accept_all() {
  static const program_ptr one =
      std::make_shared<chain_program>(std::vector{ending(outcome::accept)}, std::vector<std::string>{"policy"});
  return one;
}

program_ptr reject_all(std::string reason) {
  return std::make_shared<chain_program>(std::vector{ending(outcome::reject)}, std::vector{std::move(reason)});
}

result<library_ptr, compile_error> make_library(definitions all, const library* before) {
  if (auto fault = fault_of(all))
    return fail{std::move(*fault)};
  auto made = std::make_shared<library>();
  made->source = std::move(all);
  for (const auto& set : made->source.prefix_sets) {
    if (before != nullptr) {
      const auto old = std::ranges::find(before->source.prefix_sets, set.name, &prefix_set::name);
      if (old != before->source.prefix_sets.end() && *old == set) {
        made->sets.emplace(set.name, before->sets.find(set.name)->second);
        continue;
      }
    }
    made->sets.emplace(set.name, std::make_shared<prefix_matcher>(set.entries));
  }
  return library_ptr{std::move(made)};
}

result<program_ptr, compile_error> compile_chain(const library& from, const std::vector<std::string>& chain,
                                                 session_type type) {
  if (chain.empty())
    return type == session_type::ibgp ? accept_all() : reject_all("no policy"); // RFC 8212 §2
  chain_builder builder{from};
  for (const auto& name : chain)
    if (auto error = builder.add(name))
      return fail{std::move(*error)};
  return builder.finish();
}

result<program_ptr, compile_error> compile_chain(const definitions& all, const std::vector<std::string>& chain,
                                                 session_type type) {
  const auto made = make_library(all);
  if (!made)
    return fail{made.error()};
  return compile_chain(**made, chain, type);
}

std::string chain_key(const std::vector<std::string>& chain, session_type type) {
  std::string key = type == session_type::ebgp ? "ebgp:" : "ibgp:";
  for (std::size_t i = 0; i < chain.size(); ++i)
    key += (i == 0 ? "" : ",") + chain[i];
  return key;
}

bool same_program(const program& a, const program& b) {
  const auto* x = dynamic_cast<const chain_program*>(&a);
  const auto* y = dynamic_cast<const chain_program*>(&b);
  return x != nullptr && y != nullptr && x->same_as(*y);
}

bool is_built_in(std::string_view name) noexcept { return name == accept_name || name == reject_name; }

} // namespace bellman::policy
