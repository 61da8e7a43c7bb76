// Running a chain, and the rules by which a chain is made shorter before it runs.
#include "actors/policy/compiled.hpp"

#include <algorithm>

namespace bellman::policy {

namespace {

/// Can `s` be left out because the unconditional `last` right behind it does the same to whatever it matches?
bool is_covered_by(const compiled_statement& s, const compiled_statement& last) {
  if (last.then.outcome == outcome::reject) // changes of a rejected route are never seen
    return s.then.outcome == outcome::next ||
           (s.then.outcome == outcome::reject && s.reason_index == last.reason_index);
  return last.changes_nothing() && s.then.outcome == outcome::accept && s.changes_nothing();
}

/// @pre the last statement is unconditional and ends the chain.
void simplify(std::vector<compiled_statement>& statements) {
  std::erase_if(statements, [](const auto& s) { return s.then.outcome == outcome::next && s.changes_nothing(); });
  const auto ends = [](const auto& s) { return s.unconditional() && s.then.outcome != outcome::next; };
  statements.erase(std::ranges::find_if(statements, ends) + 1, statements.end());
  while (statements.size() > 1 && is_covered_by(statements[statements.size() - 2], statements.back()))
    statements.erase(statements.end() - 2);
}

} // namespace

chain_program::chain_program(std::vector<compiled_statement> statements, std::vector<std::string> reasons)
    : statements_{std::move(statements)} {
  reasons_ = std::move(reasons);
  simplify(statements_);
  const auto& last = statements_.back();
  reads_prefix_ = std::ranges::any_of(statements_, [](const auto& s) { return s.prefixes != nullptr; });
  if (statements_.size() > 1)
    return;
  accepts_everything_ = last.then.outcome == outcome::accept && last.changes_nothing();
  rejects_everything_ = last.then.outcome == outcome::reject;
  if (rejects_everything_) {
    reasons_ = {reasons_[last.reason_index]};
    statements_.back().reason_index = 0;
  }
}

verdict chain_program::evaluate(const subject& s) const {
  draft attributes{s.attributes};
  for (const auto& statement : statements_) {
    if (!matches(statement, s, attributes.now()))
      continue;
    if (statement.then.outcome == outcome::reject)
      return {.accepted = false, .reason = statement.reason_index};
    apply(statement.then, s, attributes);
    if (statement.then.outcome == outcome::accept)
      break;
  }
  return {.accepted = true, .med_set = attributes.med_set, .rewritten = attributes.take()};
}

} // namespace bellman::policy
