#include "actors/rib/cohorts.hpp"

#include <algorithm>

namespace bellman::rib {

void cohort_table::join(slot_id slot, const session_info& info, policy::program_ptr program) {
  cohort wanted{.chain = info.export_chain,
                .form = info.form,
                .local_as = info.local_as,
                .own_segment = info.own_segment,
                .families = {info.ipv4, info.ipv6},
                .program = std::move(program),
                .members = {},
                .reflection = info.reflection,
                .rules = info.rules.exports,
                .stale_export = info.stale_export,
                .send_paths = info.send_paths};
  auto found = std::ranges::find_if(cohorts_, [&](const cohort& c) { return c.same_kind(wanted); });
  if (found == cohorts_.end())
    found = cohorts_.insert(cohorts_.end(), std::move(wanted));
  found->members.set(slot);
  const auto shares = [&](const wire::prefix& p) { return p.covers(info.peer_address); };
  if (std::ranges::any_of(info.form.shared_subnets, shares))
    sharers_[info.peer_address] = slot;
  rebuild();
}

void cohort_table::leave(slot_id slot) {
  for (auto& c : cohorts_)
    c.members.reset(slot);
  std::erase_if(sharers_, [&](const auto& s) { return s.second == slot; });
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
  if (any)
    rebuild();
  return any;
}

std::optional<slot_id> cohort_table::sharer(const wire::ip_address& address) const {
  const auto found = sharers_.find(address);
  return found == sharers_.end() ? std::nullopt : std::optional{found->second};
}

const cohort& cohort_table::cohort_of(slot_id slot) const {
  return *std::ranges::find_if(cohorts_, [&](const cohort& c) { return c.members.test(slot); });
}

bool cohort_table::is_sent_nothing(slot_id slot) const {
  const auto& c = cohort_of(slot);
  return !c.program || c.program->rejects_everything();
}

void cohort_table::rebuild() {
  encodings_.clear();
  for (std::size_t f = 0; f < 2; ++f) {
    members_[f] = all_paths_[f] = next_best_[f] = {};
    choices_[f].clear();
    sends_paths_[f] = false;
  }
  for (auto& c : cohorts_) {
    auto e = std::ranges::find_if(encodings_, [&](const encoding_class& x) { return x.form == c.form; });
    if (e == encodings_.end())
      e = encodings_.insert(encodings_.end(), {c.form, {}});
    c.encoding = static_cast<std::uint32_t>(e - encodings_.begin());
    for (std::size_t f = 0; f < 2; ++f)
      if (c.families[f]) {
        e->members[f] |= c.members;
        members_[f] |= c.members;
        if (c.rules.next_best && !c.send_paths[f].many && c.program && !c.program->rejects_everything())
          next_best_[f] |= c.members;
        find_choice(c, f);
      }
  }
}

void cohort_table::find_choice(const cohort& c, std::size_t family) {
  const auto& plan = c.send_paths[family];
  if (!plan.many)
    return;
  sends_paths_[family] = true;
  if (!plan.one_per_as && plan.most == 0) {
    all_paths_[family] |= c.members;
    return;
  }
  auto& all = choices_[family];
  auto found = std::ranges::find(all, plan, &chosen_paths::plan);
  if (found == all.end())
    found = all.insert(all.end(), {plan, {}});
  found->members |= c.members;
}

hold_back reason_to_hold_back(const wire::attribute_summary& a, const source_facts& source,
                              const wire::outbound_form& form, const reflection_role& target,
                              const export_rules& rules) noexcept {
  if (a.no_advertise)
    return hold_back::no_advertise;
  if (a.has_otc && rules.hold_back_otc)
    return hold_back::role;
  if (a.no_peer && rules.hold_back_no_peer)
    return hold_back::no_peer;
  if (form.kind == wire::session_kind::ibgp) // RFC 4271 §9.2: not from iBGP to iBGP
    return is_reflection(source, form) && !reflects(source.reflection, target) ? hold_back::split_horizon
                                                                               : hold_back::none;
  if (a.no_export_subconfed)
    return hold_back::no_export_subconfed;
  return a.no_export && form.kind != wire::session_kind::confed_ebgp ? hold_back::no_export : hold_back::none;
}

} // namespace bellman::rib
