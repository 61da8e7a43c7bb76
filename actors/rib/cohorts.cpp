#include "actors/rib/cohorts.hpp"

#include <algorithm>

namespace bellman::rib {

void cohort_table::join(slot_id slot, const session_info& info, policy::program_ptr program) {
  cohort wanted{.chain = info.export_chain,
                .form = info.form,
                .local_as = info.local_as,
                .families = {info.ipv4, info.ipv6},
                .program = std::move(program),
                .members = {},
                .reflection = info.reflection,
                .stale_export = info.stale_export};
  auto found = std::ranges::find_if(cohorts_, [&](const cohort& c) { return c.same_kind(wanted); });
  if (found == cohorts_.end())
    found = cohorts_.insert(cohorts_.end(), std::move(wanted));
  found->members.set(slot);
  rebuild();
}

void cohort_table::leave(slot_id slot) {
  for (auto& c : cohorts_)
    c.members.reset(slot);
  std::erase_if(cohorts_, [](const cohort& c) { return c.members.empty(); });
  rebuild();
}

bool cohort_table::publish(const std::string& chain, const policy::program_ptr& program) {
  bool any = false;
  for (auto& c : cohorts_)
    if (c.chain == chain) {
      c.program = program;
      any = true;
    }
  return any;
}

void cohort_table::rebuild() {
  encodings_.clear();
  members_[0] = members_[1] = {};
  for (auto& c : cohorts_) {
    auto e = std::ranges::find_if(encodings_, [&](const encoding_class& x) { return x.form == c.form; });
    if (e == encodings_.end())
      e = encodings_.insert(encodings_.end(), {c.form, {}});
    c.encoding = static_cast<std::uint32_t>(e - encodings_.begin());
    for (std::size_t f = 0; f < 2; ++f)
      if (c.families[f]) {
        e->members[f] |= c.members;
        members_[f] |= c.members;
      }
  }
}

bool may_export(const wire::attribute_summary& a, const source_facts& source, const wire::outbound_form& form,
                const reflection_role& target) noexcept {
  if (a.no_advertise)
    return false;
  if (form.kind == wire::session_kind::ibgp)
    return !is_reflection(source, form) || reflects(source.reflection, target); // RFC 4271 §9.2: not from iBGP to iBGP
  if (form.kind == wire::session_kind::confed_ebgp)
    return !a.no_export_subconfed;
  return !a.no_export && !a.no_export_subconfed;
}

} // namespace bellman::rib
