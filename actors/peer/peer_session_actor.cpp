#include "actors/peer/peer_session_actor.hpp"

#include "actors/net/links.hpp"
#include "actors/registry.hpp"
#include "wire/bgp/route_refresh.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <utility>

namespace bellman::peer {

namespace {

inbound_settings inbound_of(const neighbor_settings& settings, const negotiated& agreed, const rib::session_info& info,
                            const wire::ip_address& local, const peer_ports& ports) {
  inbound_settings s;
  s.peer = info.peer;
  s.epoch = info.epoch;
  s.context = agreed.decoding();
  s.context.aigp = settings.rules.aigp;
  s.ipv4 = agreed.has(wire::ipv4_unicast);
  s.ipv6 = agreed.has(wire::ipv6_unicast);
  s.partitions = ports.partitions;
  s.attributes = ports.attributes;
  auto& checks = s.checks;
  checks.kind = agreed.kind;
  checks.peer_as = agreed.peer_as;
  checks.local_as = settings.local_as;
  checks.speaker_as = settings.speaker_as;
  checks.confed = settings.confed;
  checks.router_id = settings.router_id;
  checks.cluster_id = settings.cluster_id;
  checks.speaker_cluster = settings.speaker_cluster;
  checks.enforce_first_as = settings.enforce_first_as;
  checks.allow_own_as = settings.rules.allow_own_as;
  checks.role = settings.rules.role;
  checks.over_loopback = local.is_loopback();
  checks.own_addresses = {local.without_zone()};
  for (const auto& own : {settings.next_hop_v4, settings.next_hop_v6})
    if (own)
      checks.own_addresses.push_back(*own);
  return s;
}

} // namespace

rib::retentions retentions_of(const std::vector<restart::kept>& kept) {
  rib::retentions out{};
  for (const auto& k : kept)
    out[k.family == wire::ipv6_unicast ? 1 : 0] =
        k.keep == restart::keep::all_stale ? rib::retention::all : rib::retention::session;
  return out;
}

std::vector<caf::actor> find_partitions(caf::actor_system& system, std::uint32_t count) {
  std::vector<caf::actor> parts(count);
  for (std::uint32_t i = 0; i < count; ++i)
    parts[i] = find_actor(system, names::partition(i));
  return parts;
}

peer_session::peer_session(session_host host, const neighbor_settings& settings, negotiated agreed,
                           std::shared_ptr<net::connection> link, rib::slot_ptr slot)
    : host_{std::move(host)}, who_{to_string(settings.address)}, agreed_{std::move(agreed)}, link_{std::move(link)},
      walks_{host_.ports.partitions, agreed_.families}, parts_{find_partitions(host_.self->system(),
                                                                               host_.ports.partitions)} {
  const auto local = link_->local().address;
  beside_ = net::global_beside(local);
  const auto out = outbound_of(settings, agreed_, local, beside_);
  info_ = info_of(settings, agreed_, out);
  info_.peer_address = (settings.address.is_interface() ? link_->remote().address : settings.address).without_zone();
  info_.peer = host_.cell->id();
  info_.epoch = host_.cell->next_epoch();
  info_.slot = std::move(slot);
  in_.emplace(inbound_of(settings, agreed_, info_, local, host_.ports));
  describe();
  watch_limits(settings);
  link_->join(info_.slot->slot()); // before any partition can send
  for (std::uint32_t i = 0; i < parts_.size(); ++i)
    announce_to(i);
  host_.cell->log().info("session_up peer={} as={} hold={} families={}", who_, agreed_.peer_as,
                         agreed_.hold_time.count(), agreed_.families.size());
  for (const auto f : out.without_next_hop)
    host_.cell->log().warn("family_not_sent peer={} family={}: no next hop of ours; set next_hop_{}", who_,
                           to_string(f), f.afi == wire::afi::ipv4 ? "v4" : "v6");
}

template <class Message>
void peer_session::tell_partitions(const Message& m) {
  for (const auto& p : parts_)
    if (p)
      host_.self->send(p, m);
}

void peer_session::end(const std::vector<restart::kept>& kept) {
  tell_partitions(msg::session_down{info_.peer, info_.epoch, retentions_of(kept)});
  host_.cell->update([](msg::neighbor_status& s) {
    s.families.clear();
    s.add_paths.clear();
    s.end_of_rib_received.clear();
    s.limits_reached.clear();
    s.hold_time = s.keepalive = std::chrono::seconds{0};
  });
}

// ---- from the neighbour
// ------------------------------------------------------------------------------------------------

std::optional<wire::notification> peer_session::update(wire::bytes_view body) {
  auto fault = in_->update(body);
  if (fault) {
    in_->take({}); // Nothing of what came before matters any more.
    report_errors();
  }
  return fault;
}

std::optional<wire::notification> peer_session::refresh(wire::bytes_view body,
                                                        const std::shared_ptr<rib::credit>& owed) {
  using kind = wire::route_refresh::kind;
  const auto r = wire::decode_route_refresh(body);
  if (!r)
    return r.error();
  const bool request = r->subtype == static_cast<std::uint8_t>(kind::request);
  if (!agreed_.has(r->family) || (request ? !agreed_.answer_refresh : !agreed_.enhanced_refresh)) {
    if (const auto count = refreshes_ignored_.pass(std::chrono::steady_clock::now()))
      host_.cell->log().warn("refresh_ignored peer={} family={} subtype={} count={}", who_, to_string(r->family),
                             r->subtype, *count);
    return {};
  }
  ended_ = flush(owed); // What came before it belongs before it.
  if (r->subtype == static_cast<std::uint8_t>(kind::begin)) {
    std::erase(unanswered_, r->family);
    // RFC 7313 §4: before its End-of-RIB a neighbour that restarts has not announced what is kept of it.
    if (agreed_.restart.negotiated && !complete_.contains(r->family))
      return {};
    // A second one asks for nothing new: what comes until EoRR counts from the first on.
    if (refreshing_.insert(r->family).second)
      tell_partitions(msg::refresh_begin{info_.peer, r->family, owed});
  } else if (r->subtype == static_cast<std::uint8_t>(kind::end)) {
    if (refreshing_.erase(r->family) != 0)
      tell_partitions(msg::refresh_end{info_.peer, r->family, owed});
  } else if (request)
    perform(walks_.wanted(r->family, agreed_.enhanced_refresh ? walks::marks::borr_and_eorr : walks::marks::none));
  return {};
}

std::vector<wire::family> peer_session::flush(const std::shared_ptr<rib::credit>& owed) {
  auto batches = in_->take(owed);
  for (std::size_t i = 0; i < batches.size(); ++i)
    if (batches[i] && parts_[i])
      host_.self->send(parts_[i], msg::routes{std::move(batches[i])});
  auto ended = std::exchange(ended_, {});
  const auto now = in_->take_end_of_rib();
  count(now);
  ended.insert(ended.end(), now.begin(), now.end());
  return ended;
}

void peer_session::count(const std::vector<wire::family>& ended) {
  const auto& now = in_->counts();
  const auto before = std::exchange(counted_, now);
  complete_.insert(ended.begin(), ended.end());
  if (now.updates == before.updates)
    return;
  host_.cell->update([&](msg::neighbor_status& s) {
    s.updates_in += now.updates - before.updates;
    s.withdrawn_as_error += now.withdrawn_as_error - before.withdrawn_as_error;
    s.attributes_discarded += now.attributes_discarded - before.attributes_discarded;
    for (const auto f : ended)
      if (std::ranges::find(s.end_of_rib_received, f) == s.end_of_rib_received.end())
        s.end_of_rib_received.push_back(f);
  });
  report_errors();
}

/// RFC 7606 §8. A neighbour that sends nothing else must not fill the disk.
void peer_session::report_errors() {
  const auto news = in_->take_errors();
  if (!news.empty())
    host_.cell->update([&](msg::neighbor_status& s) { s.attribute_errors.add(news); });
  if (const auto due = error_log_.pass(news, std::chrono::steady_clock::now()))
    for (const auto& e : due->all())
      host_.cell->log().warn("attribute_error peer={} attribute={} action=\"{}\" count={} reason=\"{}\" octets=\"{}\"",
                             who_, wire::attribute_name(e.type), action_text(e.action), e.count,
                             quotable(reason_text(e)), wire::to_hex(e.data));
}

// ---- to the neighbour
// --------------------------------------------------------------------------------------------------

bool peer_session::ask_for_routes() {
  if (!agreed_.route_refresh)
    return false;
  for (const auto f : agreed_.families)
    link_->send(wire::encode(wire::route_refresh{f, 0}));
  if (agreed_.enhanced_refresh)
    unanswered_ = agreed_.families;
  return true;
}

void peer_session::replay() {
  for (const auto f : agreed_.families)
    perform(walks_.wanted(f, walks::marks::none));
}

bool peer_session::change_policies(const neighbor_settings& settings) {
  const auto now = info_of(settings, agreed_, outbound_of(settings, agreed_, link_->local().address, beside_));
  if (now.ipv4 != info_.ipv4 || now.ipv6 != info_.ipv6)
    return false;
  const bool formed = now.form != info_.form;
  info_.import_chain = now.import_chain;
  info_.export_chain = now.export_chain;
  info_.form = now.form;
  info_.rules = now.rules;
  info_.send_paths = now.send_paths;
  const bool discarded = info_.tally && info_.tally->discarded(0) + info_.tally->discarded(1) != 0;
  watch_limits(settings);
  tell_partitions(msg::chains_changed{info_.peer, now.import_chain, now.export_chain, formed, now.form, info_.tally,
                                      now.rules, now.send_paths});
  if (discarded)
    ask_for_routes(); // there may be room now
  return true;
}

/// The tally is made with the first limit, and stays.
void peer_session::watch_limits(const neighbor_settings& settings) {
  if (settings.max_prefixes.empty() && settings.max_prefixes_out.empty() && !info_.tally)
    return;
  if (!info_.tally)
    info_.tally = std::make_shared<rib::prefix_tally>(
        host_.ports.partitions, [peer = caf::actor_cast<caf::actor>(host_.self), m = msg::peer_tallied{info_.epoch}] {
          caf::anon_send(peer, m);
        });
  host_.cell->update([](msg::neighbor_status& s) { s.limits_reached.clear(); });
  const auto o = limits_.use(settings.max_prefixes, settings.max_prefixes_out, *info_.tally);
  say(o);
  if (o.stop) // Never from within: whoever runs the session is told in its turn.
    caf::anon_send(caf::actor_cast<caf::actor>(host_.self), msg::peer_tallied{info_.epoch});
  passed_ = o.stop;
}

std::optional<prefix_limit> peer_session::tallied(const msg::peer_tallied& m) {
  if (m.epoch != info_.epoch || !info_.tally)
    return {};
  const auto o = limits_.look(*info_.tally);
  say(o);
  return o.stop ? o.stop : passed_;
}

void peer_session::say(const limit_watch::outcome& o) {
  if (o.said.empty())
    return;
  for (const auto& text : o.said)
    host_.cell->log().warn("prefix_limit peer={} {}", who_, text);
  host_.cell->update(
      [&](msg::neighbor_status& s) { s.limits_reached.insert(s.limits_reached.end(), o.said.begin(), o.said.end()); });
}

void peer_session::walked(const msg::peer_walked& m) {
  if (m.epoch == info_.epoch)
    perform(walks_.finished(m.walk, m.partition));
}

void peer_session::perform(const walks::effects& effects) {
  for (const auto& e : effects) {
    if (const auto* s = std::get_if<walks::send>(&e))
      link_->send(s->message);
    else
      for (std::uint32_t i = 0; i < parts_.size(); ++i)
        replay_from(i, std::get<walks::replay>(e));
  }
}

// ---- partitions
// --------------------------------------------------------------------------------------------------------

/// The partition's deliveries are with the fan-out when this counts down, so what is sent upon it comes behind them.
rib::barrier_ptr peer_session::report(walks::walk_id walk, std::uint32_t partition) const {
  const auto peer = caf::actor_cast<caf::actor>(host_.self);
  return std::make_shared<rib::barrier>(
      1, [peer, m = msg::peer_walked{info_.epoch, walk, partition}] { caf::anon_send(peer, m); });
}

void peer_session::announce_to(std::uint32_t partition) {
  if (parts_[partition])
    host_.self->send(parts_[partition], msg::session_up{info_, report(walks::initial, partition)});
}

void peer_session::replay_from(std::uint32_t partition, const walks::replay& r) {
  if (parts_[partition])
    host_.self->send(parts_[partition], msg::replay{info_.peer, r.family, report(r.walk, partition)});
}

bool peer_session::replace_partition(std::uint32_t index, caf::actor partition) {
  if (index >= parts_.size())
    return true;
  parts_[index] = std::move(partition);
  refreshing_.clear(); // it has not heard of one that is under way; the others pass over what they know
  announce_to(index);
  if (congested_ && parts_[index])
    host_.self->send(parts_[index], msg::outlet_congested{info_.slot->slot(), true});
  for (const auto& r : walks_.owed_by(index))
    replay_from(index, r);
  return ask_for_routes();
}

void peer_session::congested(rib::slot_id slot, bool congested) {
  if (slot != info_.slot->slot())
    return;
  congested_ = congested;
  tell_partitions(msg::outlet_congested{slot, congested});
}

void peer_session::describe() {
  host_.cell->link(link_);
  host_.cell->update([this](msg::neighbor_status& s) {
    s.peer_router_id = agreed_.peer_router_id;
    s.peer_as = agreed_.peer_as;
    s.hold_time = agreed_.hold_time;
    s.keepalive = agreed_.keepalive;
    s.families = agreed_.families;
    s.add_paths.clear();
    for (const auto& terms : agreed_.add_paths)
      s.add_paths.push_back(to_text(terms));
    s.capabilities_sent = agreed_.sent;
    s.capabilities_received = agreed_.received;
    s.local = link_->local();
    s.remote = link_->remote();
    s.end_of_rib_received.clear();
  });
}

} // namespace bellman::peer
