#include "capnp/route_rule_values.hpp"

#include "capnp/values.hpp"

namespace bellman::api {

namespace {

template <class Enum>
std::string text_of(Enum e) {
  return std::string{peer::name_of(e)};
}

/// Remembers the first word that is none.
class word_reader {
public:
  template <class Enum>
  void take(const auto& from, const char* field, std::optional<Enum>& to) {
    if (!from.isSet())
      return;
    to = peer::parse_word<Enum>(as_string(from.getSet()));
    if (!to && !wrong_)
      wrong_ = refusal{"invalid", "this has to be " + peer::choice_of<Enum>(), std::string{"patch.rules."} + field};
  }
  const std::optional<refusal>& wrong() const { return wrong_; }

private:
  std::optional<refusal> wrong_;
};

/// False for a subnet that is none.
bool take_subnets(RouteRulesPatch::NextHopSubnets::Reader from, std::optional<std::vector<wire::prefix>>& to) {
  if (!from.isSet())
    return true;
  to.emplace();
  for (const auto p : from.getSet()) {
    const auto read = read_prefix(p);
    if (!read)
      return false;
    to->push_back(*read);
  }
  return true;
}

} // namespace

void write_rules(const peer::route_rules& from, RouteRules::Builder out) {
  out.setRole(as_text(text_of(from.role)));
  out.setRoleStrict(from.role_strict);
  out.setAllowOwnAs(from.allow_own_as);
  out.setAsOverride(from.as_override);
  out.setRemovePrivateAs(as_text(text_of(from.remove_private_as)));
  out.setLocalAsNoPrepend(from.local_as_no_prepend);
  out.setLocalAsReplaceAs(from.local_as_replace_as);
  out.setLocalAsDual(from.local_as_dual);
  out.setGracefulShutdown(from.graceful_shutdown);
  out.setGracefulShutdownSend(from.graceful_shutdown_send);
  out.setBlackhole(as_text(text_of(from.blackhole)));
  out.setDefaultLocalPref(from.default_local_pref);
  out.setMed(as_text(text_of(from.med)));
  out.setNextHop(as_text(text_of(from.next_hop)));
  out.setAigp(as_text(text_of(from.aigp)));
  out.setBestPathPerClient(from.best_path_per_client);
  write_prefixes(from.next_hop_subnets, out.initNextHopSubnets(static_cast<unsigned>(from.next_hop_subnets.size())));
}

result<peer::route_rules_patch, refusal> read_rules(RouteRulesPatch::Reader in) {
  peer::route_rules_patch p;
  word_reader words;
  words.take(in.getRole(), "role", p.role);
  take(in.getRoleStrict(), p.role_strict);
  take(in.getAllowOwnAs(), p.allow_own_as);
  take(in.getAsOverride(), p.as_override);
  words.take(in.getRemovePrivateAs(), "removePrivateAs", p.remove_private_as);
  take(in.getLocalAsNoPrepend(), p.local_as_no_prepend);
  take(in.getLocalAsReplaceAs(), p.local_as_replace_as);
  take(in.getLocalAsDual(), p.local_as_dual);
  take(in.getGracefulShutdown(), p.graceful_shutdown);
  take(in.getGracefulShutdownSend(), p.graceful_shutdown_send);
  words.take(in.getBlackhole(), "blackhole", p.blackhole);
  take(in.getDefaultLocalPref(), p.default_local_pref);
  words.take(in.getMed(), "med", p.med);
  words.take(in.getNextHop(), "nextHop", p.next_hop);
  words.take(in.getAigp(), "aigp", p.aigp);
  take(in.getBestPathPerClient(), p.best_path_per_client);
  if (words.wrong())
    return fail{*words.wrong()};
  if (!take_subnets(in.getNextHopSubnets(), p.next_hop_subnets))
    return fail{refusal{"invalid", "a subnet has 4 or 16 octets, and no host bits", "patch.rules.nextHopSubnets"}};
  return p;
}

} // namespace bellman::api
