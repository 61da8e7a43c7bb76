// Changes of attributes. An action that would change nothing makes no copy: most routes pass most policies unchanged,
// and an unchanged route keeps sharing its interned attributes.
#include "actors/policy/compiled.hpp"

#include <algorithm>
#include <functional>

namespace bellman::policy {

namespace {

template <class Members, class T>
void set_value(draft& to, Members member, const T& value) {
  if (to.now().*member != value)
    to.edit().*member = value;
}

/// `some` and the member are sorted, without duplicates (RFC 1997 and RFC 8092 §3 communities are sets).
template <class T>
void add(draft& to, std::vector<T> wire::path_attributes::*member, const std::vector<T>& some) {
  if (some.empty() || std::ranges::includes(to.now().*member, some))
    return;
  std::vector<T> merged;
  std::ranges::set_union(to.now().*member, some, std::back_inserter(merged));
  to.edit().*member = std::move(merged);
}

template <class T>
void remove(draft& to, std::vector<T> wire::path_attributes::*member, const std::vector<T>& some) {
  const auto unwanted = [&](const T& x) { return std::ranges::binary_search(some, x); };
  if (!some.empty() && std::ranges::any_of(to.now().*member, unwanted))
    std::erase_if(to.edit().*member, unwanted);
}

} // namespace

bool compiled_statement::changes_nothing() const {
  actions idle;
  idle.outcome = then.outcome;
  return then == idle;
}

// Whole replacement before removal before addition: "remove these, add that" then reads as it is written.
void apply(const actions& what, const subject& s, draft& to) {
  using attributes = wire::path_attributes;
  if (what.local_pref)
    set_value(to, &attributes::local_pref, what.local_pref);
  if (what.med) {
    set_value(to, &attributes::med, what.med);
    to.med_set = true;
  }
  if (what.aigp)
    set_value(to, &attributes::aigp, what.aigp);
  if (what.set_communities)
    set_value(to, &attributes::communities, *what.set_communities);
  remove(to, &attributes::communities, what.remove_communities);
  add(to, &attributes::communities, what.add_communities);
  remove(to, &attributes::large_communities, what.remove_large_communities);
  add(to, &attributes::large_communities, what.add_large_communities);
  if (what.prepend && what.prepend->times != 0) {
    auto& changed = to.edit();
    if (!changed.as_path)
      changed.as_path.emplace();
    const auto asn = what.prepend->asn != 0 ? what.prepend->asn : s.local_as;
    // A member AS stays inside of its confederation, whoever names it (RFC 5065 §4.1).
    const auto segment = asn == s.local_as ? s.own_segment : wire::segment_type::as_sequence;
    changed.as_path->prepend(asn, what.prepend->times, segment);
  }
}

} // namespace bellman::policy
