#include "actors/peer/neighbors_peers_actor.hpp"

#include "actors/net/socket_options.hpp"
#include "actors/peer/ao_chain.hpp"
#include "actors/peer/protection_actor.hpp"
#include "wire/bgp/notification.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <stdexcept>

namespace bellman::peer {

namespace {

constexpr auto between_tries = std::chrono::milliseconds{100};
constexpr int most_tries = 600; ///< for a peer that is being restarted

wire::prefix host(const wire::ip_address& a) { return wire::make_prefix(a, a.is_v4() ? 32 : 128); }

/// An interface has one neighbour at a time: who comes second does not take the place of the one that is there.
bool has_another(peer_cell& cell, const wire::ip_address& from) {
  bool another = false;
  if (cell.settings().address.is_interface())
    cell.update([&](const msg::neighbor_status& s) {
      another = s.state == "Established" && s.remote && s.remote->address != from;
    });
  return another;
}

} // namespace

// ---- keys: the listeners have them before the peer has its settings

namespace {

net::signing signing_of(const key_files& files) { return files.ao.empty() ? net::signing::md5 : net::signing::ao; }

/// Another chain of TCP-AO keys is taken over by a session that goes on, if one of its keys can be in use meanwhile.
bool can_roll_over(const std::optional<net::keyring::entry>& before, const net::keyring::entry& now) {
  return before && !before->chain.empty() && !now.chain.empty() && now.trouble.empty() &&
         !plan_ao(before->chain, now.chain).resets;
}

} // namespace

/// A dynamic neighbour has the TCP-AO keys of its range: the kernel takes no id twice for addresses that overlap.
void neighbors_peers::keep_keys(const wire::ip_address& a, const roster::member& m) {
  const auto files = files_of(m.settings);
  if (!files.any() || (m.range && !files.ao.empty()))
    return drop_keys(a);
  fill(host(a), files, unreadable::blocks);
}

void neighbors_peers::drop_keys(const wire::ip_address& a) {
  if (ports_.peer.keys)
    ports_.peer.keys->erase(host(a));
}

void neighbors_peers::fill(const wire::prefix& whom, const key_files& files, unreadable then) {
  if (!ports_.peer.keys)
    return;
  auto& ring = *ports_.peer.keys;
  auto keys = read_keys(files);
  if (keys)
    return ring.set(whom, std::move(*keys));
  const auto last = ring.exact(whom);
  if (then == unreadable::keeps_last && last && last->trouble.empty())
    spdlog::error("{} neighbor={} reason=\"{}\": the last one stays in force", net::missing_event(signing_of(files)),
                  to_string(whom), quotable(keys.error()));
  else
    ring.block(whom, keys.error(), signing_of(files));
}

/// A call of a range has to be signed before anybody knows who calls.
void neighbors_peers::keep_range_keys(bool anew) {
  if (!ports_.peer.keys)
    return;
  std::map<wire::prefix, key_files> wanted;
  for (const auto& [range, r] : memory().roster.ranges())
    if (auto files = memory().roster.key_files_of(r); files.any())
      wanted[range] = std::move(files);
  auto& known = memory().range_keys;
  for (const auto& [range, files] : known)
    if (!wanted.contains(range))
      ports_.peer.keys->erase(range);
  for (const auto& [range, files] : wanted) {
    const auto before = known.find(range);
    const bool same = before != known.end() && before->second == files;
    if (anew || !same)
      fill(range, files, same ? unreadable::keeps_last : unreadable::blocks);
  }
  known = std::move(wanted);
}

void neighbors_peers::renew_keys() {
  if (!ports_.peer.keys)
    return;
  const auto& ring = *ports_.peer.keys;
  std::map<wire::ip_address, std::optional<net::keyring::entry>> before;
  for (const auto& [a, m] : memory().roster.members())
    if (files_of(m.settings).any())
      before[a] = ring.find(a);
  keep_range_keys(true);
  for (const auto& [a, last] : before) {
    const auto& m = memory().roster.members().at(a);
    const auto files = files_of(m.settings);
    if (!m.range || files.ao.empty())
      fill(host(a), files, unreadable::keeps_last);
    if (const auto now = ring.find(a))
      use_keys(a, last, *now);
  }
}

/// What the kernel did not take of a chain at an earlier time may be taken now, so that one is told in any case.
void neighbors_peers::use_keys(const wire::ip_address& a, const std::optional<net::keyring::entry>& before,
                               const net::keyring::entry& now) {
  const bool changed = before != now, ao = !now.chain.empty();
  if (changed)
    spdlog::info("{} neighbor={}", ao ? "tcp_ao_keys_changed" : "md5_key_changed", to_string(a));
  const auto cell = memory().find(a);
  const auto peer = cell ? cell->actor() : caf::actor{};
  if (!peer)
    return;
  if (can_roll_over(before, now))
    self_->send(peer, msg::renew_keys{});
  else if (changed)
    self_->send(peer, msg::reset_neighbor{a, msg::reset_neighbor::kind::hard, ao ? "other keys" : "another password"});
}

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
  keep_range_keys(false);
}

void neighbors_peers::begin(const wire::ip_address& a, const roster::member& m) {
  keep_keys(a, m);
  if (ports_.peer.guests && !m.range)
    ports_.peer.guests->add(a);
  announce(m.settings);
  const auto number = memory().ids.take();
  if (!number) // `plan` counts, so this is a bug
    throw std::logic_error{"no number is left for a neighbor"};
  const auto cell = std::make_shared<peer_cell>(number->id, m.settings, origin_of(m), number->epoch);
  memory().cells[a] = cell;
  start(cell);
}

void neighbors_peers::announce(const neighbor_settings& s) const {
  if (ports_.peer.links)
    ports_.peer.links->want(s.address, s.enabled && s.options.advertise_router);
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
  drop_keys(a);
  if (ports_.peer.guests)
    ports_.peer.guests->remove(a);
  if (ports_.peer.links)
    ports_.peer.links->want(a, false);
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

/// Where the peer is between two lives, the next one finds the settings in its cell. Other files of keys are settings
/// like all others; other keys in the same files are not seen in them.
void neighbors_peers::configure(const std::shared_ptr<peer_cell>& cell, const roster::member& m,
                                const std::string& text) {
  const auto& a = m.settings.address;
  const bool same_files = files_of(cell->settings()) == files_of(m.settings);
  const auto last = ports_.peer.keys ? ports_.peer.keys->find(a) : std::nullopt;
  keep_keys(a, m);
  announce(m.settings);
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
  if (const auto now = last && same_files ? ports_.peer.keys->find(a) : std::nullopt; now && now != last)
    use_keys(a, last, *now);
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

void neighbors_peers::hand_over_when_started(const std::shared_ptr<net::connection>& link, int tries) {
  if (const auto cell = memory().find(link->remote().address); tries == 0 || !cell || cell->actor())
    return hand_over({link});
  self_->delayed_send(self_, between_tries,
                      msg::try_again{[this, link, tries] { hand_over_when_started(link, tries - 1); }});
}

void neighbors_peers::hand_over(const msg::accepted& m) {
  const auto from = m.link->remote().address;
  const auto* member = memory().roster.caller(from);
  if (member != nullptr && member->settings.enabled)
    if (const auto guard = protection_of(member->settings, ports_.peer.keys.get())) { // never without its key
      // A call from too far away must not count as one of the neighbour, not even for the time of its refusal.
      if (!net::too_far(m.link->came_with(), guard->least_ttl).empty()) {
        m.link->close({});
        return log_rejection(from);
      }
      if (const auto cell = memory().find(member->settings.address); cell && cell->actor() && !has_another(*cell, from))
        return self_->send(cell->actor(), m);
    }
  // RFC 4486 §4: Cease, Connection Rejected
  m.link->close(
      wire::encode(wire::make_notification(wire::error_code::cease, wire::cease_subcode::connection_rejected)));
  log_rejection(from);
}

void neighbors_peers::log_rejection(const wire::ip_address& from) {
  if (const auto count = rejections_.pass(std::chrono::steady_clock::now()))
    spdlog::warn("connection_rejected remote={} count={}", to_string(from), *count);
}

} // namespace bellman::peer
