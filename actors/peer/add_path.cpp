#include "actors/peer/add_path.hpp"

#include <algorithm>

namespace bellman::peer {

namespace {

using wire::add_path_mode;

/// RFC 7911 §4 allows one tuple a family; of several the last one counts.
template <class List>
auto last_of(const List& list, wire::family f) {
  const auto found = std::find_if(list.rbegin(), list.rend(), [&](const auto& x) { return x.family == f; });
  return found == list.rend() ? nullptr : &*found;
}

bool can(const wire::capabilities& c, wire::family f, add_path_mode direction) {
  const auto* said = last_of(c.add_paths, f);
  return said != nullptr && (said->mode == direction || said->mode == add_path_mode::both);
}

} // namespace

void offer_add_path(const neighbor_settings& settings, wire::capabilities& to) {
  const bool sends = !settings.add_path_send.is_off();
  if (!settings.add_path_receive && !sends)
    return;
  const auto mode = !sends                      ? add_path_mode::receive
                    : settings.add_path_receive ? add_path_mode::both
                                                : add_path_mode::send;
  for (const auto f : to.families) {
    to.add_paths.push_back({f, mode});
    if (settings.add_path_receive && settings.paths_limit != 0)
      to.paths_limits.push_back({f, settings.paths_limit});
  }
}

std::vector<add_path_terms> add_path_terms_of(const std::vector<wire::family>& common, const wire::capabilities& ours,
                                              const wire::capabilities& theirs) {
  std::vector<add_path_terms> out;
  for (const auto f : common) {
    add_path_terms t{.family = f,
                     .receive = can(ours, f, add_path_mode::receive) && can(theirs, f, add_path_mode::send),
                     .send = can(ours, f, add_path_mode::send) && can(theirs, f, add_path_mode::receive)};
    if (const auto* limit = last_of(theirs.paths_limits, f); t.send && limit != nullptr)
      t.limit = limit->limit;
    if (t.receive || t.send)
      out.push_back(t);
  }
  return out;
}

rib::path_plan plan_of(const send_choice& choice, const add_path_terms& terms) noexcept {
  if (!terms.send)
    return {};
  rib::path_plan plan{
      .many = true, .one_per_as = choice.what == send_choice::kind::per_as, .most = std::uint16_t{choice.most}};
  if (terms.limit != 0 && (plan.most == 0 || terms.limit < plan.most))
    plan.most = terms.limit;
  return plan;
}

std::uint16_t paths_kept(const neighbor_settings& settings) noexcept {
  return settings.paths_limit != 0 ? settings.paths_limit : most_paths_kept;
}

std::string to_text(const add_path_terms& t) {
  return to_string(t.family) +
         (t.receive && t.send ? " both"
          : t.receive         ? " receive"
                              : " send") +
         (t.limit != 0 ? ", at most " + std::to_string(t.limit) : "");
}

} // namespace bellman::peer
