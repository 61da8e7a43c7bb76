#include "actors/peer/neighbors_peers_actor.hpp"

#include "wire/bgp/notification.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <stdexcept>

namespace bellman::peer {

namespace {

constexpr auto between_tries = std::chrono::milliseconds{100};
constexpr int most_tries = 600;                               ///< for a peer that is being restarted
constexpr auto between_rejections = std::chrono::seconds{10}; ///< that are logged

msg::origin_of_setting origin_of(const roster::member& m) {
  return m.by_api ? msg::origin_of_setting::api : msg::origin_of_setting::file;
}

} // namespace

void neighbors_peers::carry_out(const std::map<wire::ip_address, step>& steps, const std::string& text) {
  for (const auto& [a, what] : steps) {
    spdlog::info("neighbor_changed neighbor={} what={}", to_string(a), to_string(what));
    if (what == step::added)
      begin(a, memory().roster.members().at(a));
    else if (what == step::removed)
      end(a);
    else
      configure(memory().find(a), memory().roster.members().at(a), text);
  }
}

void neighbors_peers::begin(const wire::ip_address& a, const roster::member& m) {
  const auto number = memory().ids.take();
  if (!number) // `plan` counts, so this is a bug
    throw std::logic_error{"no number is left for a neighbor"};
  const auto cell = std::make_shared<peer_cell>(number->id, m.settings, origin_of(m), number->epoch);
  memory().cells[a] = cell;
  start(cell);
}

void neighbors_peers::start(const std::shared_ptr<peer_cell>& cell) {
  const auto a = cell->settings().address;
  if (memory().find(a) != cell)
    return; // removed meanwhile
  auto make = [cell, make_peer = ports_.make_peer, peer = ports_.peer](caf::actor_system& system) {
    return make_peer(system, cell, peer);
  };
  if (!ports_.start_peer)
    make(self_->system());
  else if (!ports_.start_peer("peer " + to_string(a), std::move(make)))
    self_->delayed_send(self_, between_tries, msg::try_again{[this, cell] { start(cell); }});
}

void neighbors_peers::resume() {
  if (ports_.start_peer)
    for (const auto& [a, cell] : memory().cells)
      start(cell);
}

void neighbors_peers::end(const wire::ip_address& a) {
  const auto cell = memory().find(a);
  memory().cells.erase(a);
  memory().ids.give_back(cell->id(), [cell] { return cell->epoch(); });
  say_goodbye(cell, most_tries);
}

/// A peer that has just failed comes back once more, and has to be told then.
void neighbors_peers::say_goodbye(const std::shared_ptr<peer_cell>& cell, int tries) {
  const auto again = [this, cell, tries] {
    if (tries > 0)
      self_->delayed_send(self_, between_tries, msg::try_again{[=, this] { say_goodbye(cell, tries - 1); }});
  };
  const auto peer = cell->actor();
  if (!peer)
    return again();
  self_->request(peer, caf::infinite, msg::deconfigure_peer{}).then([] {}, [again](const caf::error&) { again(); });
}

/// Where the peer is between two lives, the next one finds the settings in its cell.
void neighbors_peers::configure(const std::shared_ptr<peer_cell>& cell, const roster::member& m,
                                const std::string& text) {
  const auto peer = cell->actor();
  if (!peer)
    return cell->configure(m.settings, origin_of(m));
  self_->request(peer, caf::infinite, msg::configure_peer{m.settings, origin_of(m), text})
      .then([] {},
            [=, this](const caf::error&) {
              if (cell->actor() != peer && cell->actor())
                configure(cell, m, text);
              else
                cell->configure(m.settings, origin_of(m));
            });
}

void neighbors_peers::tell(const msg::partition_restarted& m) {
  for (const auto& [a, cell] : memory().cells)
    if (const auto peer = cell->actor())
      self_->send(peer, m);
}

void neighbors_peers::begin_anew(rib::peer_id id) {
  for (const auto& [a, cell] : memory().cells)
    if (cell->id() == id && cell->actor()) {
      spdlog::warn("routes_missing neighbor={}", to_string(a));
      caf::anon_send(cell->actor(),
                     msg::reset_neighbor{a, msg::reset_neighbor::kind::hard, "route refresh unanswered"});
    }
}

void neighbors_peers::hand_over(const msg::accepted& m) {
  const auto from = m.link->remote().address;
  const auto member = memory().roster.members().find(from);
  if (member != memory().roster.members().end() && member->second.settings.enabled)
    if (const auto cell = memory().find(from); cell && cell->actor())
      return self_->send(cell->actor(), m);
  // RFC 4486 §4: Cease, Connection Rejected
  m.link->close(
      wire::encode(wire::make_notification(wire::error_code::cease, wire::cease_subcode::connection_rejected)));
  log_rejection(from);
}

void neighbors_peers::log_rejection(const wire::ip_address& from) {
  ++rejections_;
  const auto now = std::chrono::steady_clock::now();
  if (rejection_logged_ && now - *rejection_logged_ < between_rejections)
    return;
  spdlog::warn("connection_rejected remote={} count={}", to_string(from), std::exchange(rejections_, 0));
  rejection_logged_ = now;
}

} // namespace bellman::peer
