#pragma once
// What a chain is compiled into: a flat list of statements. Inner header of this folder.

#include "actors/policy/prefix_matcher.hpp"
#include "actors/policy/program.hpp"

#include <memory>
#include <vector>

namespace bellman::policy {

/// Attributes while a chain runs: those that came in, until the first change makes a copy.
class draft {
public:
  explicit draft(const wire::path_attributes& original) : original_{&original} {}

  const wire::path_attributes& now() const noexcept { return changed_ ? *changed_ : *original_; }
  wire::path_attributes& edit() { return changed_ ? *changed_ : changed_.emplace(*original_); }
  /// Nothing where the end is as the beginning was.
  std::optional<wire::path_attributes> take() {
    return changed_ && *changed_ != *original_ ? std::move(changed_) : std::nullopt;
  }
  bool med_set = false;

private:
  const wire::path_attributes* original_;
  std::optional<wire::path_attributes> changed_;
};

struct compiled_statement {
  std::shared_ptr<const prefix_matcher> prefixes; ///< null: no condition
  conditions match; ///< community lists sorted; `prefix_set` is empty, `prefixes` stands for it
  actions then;     ///< lists sorted; `reason` is empty, `reason_index` stands for it
  std::uint16_t reason_index = 0;

  bool unconditional() const { return !prefixes && match == conditions{}; }
  bool changes_nothing() const;
  bool operator==(const compiled_statement&) const = default;
};

bool matches(const compiled_statement& s, const subject& about, const wire::path_attributes& now);
void apply(const actions& what, const subject& s, draft& to);

class chain_program final : public program {
public:
  /// Simplifies first: what cannot be reached or changes nothing goes, so that `reads_prefix`, `accepts_everything` and
  /// `rejects_everything` are as true as can be. `reasons[0]` is the plain one. What comes to the end is rejected.
  chain_program(std::vector<compiled_statement> statements, std::vector<std::string> reasons);

  verdict evaluate(const subject& s) const override;
  bool same_as(const chain_program& other) const {
    return statements_ == other.statements_ && reasons_ == other.reasons_;
  }

private:
  std::vector<compiled_statement> statements_; ///< the last one is unconditional and ends the chain
};

} // namespace bellman::policy
