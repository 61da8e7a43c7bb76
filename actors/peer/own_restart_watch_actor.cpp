// One timer: while selection is deferred it looks often who is still awaited; afterwards it renews the mark. A crash
// leaves the mark as it was written last, at most `beat` ago.
#include "actors/peer/own_restart_watch_actor.hpp"

#include "actors/ledger/messages.hpp"
#include "actors/peer/own_run.hpp"
#include "actors/peer/peer_session_actor.hpp"
#include "actors/registry.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace bellman::peer {

namespace {

using namespace std::chrono_literals;

constexpr auto look_again = 100ms; ///< while deferring
constexpr auto gathered_within = 200ms;
constexpr auto beat = 15s;

constexpr std::array families{wire::ipv4_unicast, wire::ipv6_unicast};

bool is_up(const msg::neighbor_status& n) { return n.state == "Established"; }

counterpart counterpart_of(const msg::neighbor_status& n, const std::set<wire::ip_address>& expected) {
  const auto& r = n.restart;
  return {expected.contains(n.settings.address),
          n.settings.enabled,
          is_up(n),
          r.negotiated,
          r.restarted,
          n.families,
          n.end_of_rib_received};
}

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

} // namespace

own_restart_watch::own_restart_watch(caf::event_based_actor* self, std::shared_ptr<neighbors_memory> memory,
                                     peer_ports ports)
    : self_{self}, memory_{std::move(memory)}, ports_{std::move(ports)}, marked_{ports_.own->expected} {
  if (ports_.own->is_deferring() || !marked_.empty() || memory_->has_file) // else nobody keeps anything of ours yet
    again(look_again);
}

void own_restart_watch::again(std::chrono::milliseconds after) {
  self_->delayed_send(self_, after, msg::look_at_restart{++round_});
}

void own_restart_watch::look_soon() {
  if (!ports_.own->is_deferring() && keepers() != marked_)
    again(gathered_within);
}

void own_restart_watch::look(const msg::look_at_restart& m) {
  if (m.round != round_ || ended_)
    return;
  end_deferrals_that_are_due();
  const bool due = !marked_at_ || self_->clock().now() - *marked_at_ >= beat;
  if (const auto now = keepers(); now != marked_ || (due && !now.empty()))
    mark();
  if (ports_.own->is_deferring())
    again(look_again);
  else if (!marked_.empty())
    again(beat);
}

std::vector<wire::ip_address> own_restart_watch::awaited(wire::family family) const {
  std::vector<wire::ip_address> all;
  for (const auto& n : memory_->statuses())
    if (is_awaited(counterpart_of(n, ports_.own->expected), family))
      all.push_back(n.settings.address);
  const auto missing = missing_callers();
  all.insert(all.end(), missing.begin(), missing.end());
  return all;
}

std::vector<wire::ip_address> own_restart_watch::missing_callers() const {
  std::vector<wire::ip_address> all;
  for (const auto& a : ports_.own->expected)
    if (!memory_->roster.members().contains(a) && !called_.contains(a) && memory_->roster.range_of(a))
      all.push_back(a);
  return all;
}

void own_restart_watch::end_deferrals_that_are_due() {
  if (!ports_.own->is_deferring() || !memory_->has_file)
    return;
  for (const auto& a : ports_.own->expected)
    if (memory_->roster.is_dynamic(a))
      called_.insert(a);
  for (std::size_t f = 0; f < families.size(); ++f)
    if (ports_.own->deferred[f])
      end_deferral_if_due(f);
}

void own_restart_watch::end_deferral_if_due(std::size_t f) {
  const auto left = awaited(families[f]);
  const bool late = std::chrono::steady_clock::now() >= ports_.own->give_up;
  if (!left.empty() && !late)
    return;
  ports_.own->deferred[f] = false;
  for (const auto& p : find_partitions(self_->system(), ports_.partitions))
    if (p)
      self_->send(p, msg::deferral_over{families[f]});
  if (left.empty())
    spdlog::info("selection_released family={} neighbors={}", to_string(families[f]), ports_.own->expected.size());
  for (const auto& a : left)
    spdlog::warn("selection_released_without family={} peer={}: no End-of-RIB within the time", to_string(families[f]),
                 to_string(a));
}

bool own_restart_watch::is_away(const msg::neighbor_status& n) const {
  const auto who = counterpart_of(n, ports_.own->expected);
  return !who.up && ports_.own->is_deferring() && is_awaited(who, wire::ipv4_unicast); // of every family
}

/// Those who are not back yet keep what they have.
std::set<wire::ip_address> own_restart_watch::keepers() const {
  std::set<wire::ip_address> all;
  for (const auto& n : memory_->statuses())
    if (is_up(n) ? n.restart.ours_kept : is_away(n))
      all.insert(n.settings.address);
  if (ports_.own->is_deferring())
    for (const auto& a : missing_callers())
      all.insert(a);
  return all;
}

msg::store_run own_restart_watch::mark_of_now() const {
  msg::store_run wanted;
  wanted.at = unix_now();
  for (const auto& a : keepers()) {
    wanted.neighbors.push_back(a);
    const auto member = memory_->roster.members().find(a);
    const bool is_member = member != memory_->roster.members().end();
    const auto range = is_member ? std::nullopt : memory_->roster.range_of(a);
    const auto settings = is_member ? member->second.settings
                          : range   ? memory_->roster.settings_in(*range, a)
                                    : neighbor_settings{};
    const auto seconds = remembered_for(settings).count();
    wanted.valid_for = std::max(wanted.valid_for, static_cast<std::uint32_t>(seconds));
  }
  return wanted;
}

void own_restart_watch::mark() {
  const auto ledger = find_ledger();
  if (!ledger || !memory_->has_file)
    return;
  auto wanted = mark_of_now();
  marked_ = {wanted.neighbors.begin(), wanted.neighbors.end()};
  marked_at_ = self_->clock().now();
  self_->request(ledger, caf::infinite, std::move(wanted))
      .then([](const msg::outcome&) {},
            [this](const caf::error& e) {
              spdlog::warn("run_not_marked reason={}", self_->system().render(e));
              marked_.clear();
            });
}

caf::actor own_restart_watch::find_ledger() const { return find_actor(self_->system(), names::ledger); }

msg::restart_progress own_restart_watch::progress() const {
  msg::restart_progress p;
  p.deferring = ports_.own->is_deferring();
  if (!p.deferring)
    return p;
  p.left = std::chrono::ceil<std::chrono::seconds>(
      std::max(ports_.own->give_up - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration{0}));
  std::set<wire::ip_address> waiting_for;
  for (std::size_t f = 0; f < families.size(); ++f)
    if (ports_.own->deferred[f])
      for (const auto& a : awaited(families[f]))
        waiting_for.insert(a);
  p.waiting_for = {waiting_for.begin(), waiting_for.end()};
  return p;
}

caf::typed_response_promise<msg::outcome> own_restart_watch::end(const msg::end_of_run& m) {
  auto asker = self_->make_response_promise<msg::outcome>();
  ended_ = true;
  const auto ledger = find_ledger();
  if (!ledger) {
    asker.deliver(msg::outcome{refusal{"unavailable", "the ledger is away", {}}});
    return asker;
  }
  auto last = m.comes_back ? mark_of_now() : msg::store_run{};
  self_->request(ledger, caf::infinite, std::move(last))
      .then([asker](msg::outcome& o) mutable { asker.deliver(std::move(o)); },
            [asker](caf::error& e) mutable { asker.deliver(std::move(e)); });
  return asker;
}

} // namespace bellman::peer
