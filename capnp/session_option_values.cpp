#include "capnp/session_option_values.hpp"

#include "capnp/values.hpp"

namespace bellman::api {

namespace {

std::uint32_t count(std::chrono::seconds s) { return static_cast<std::uint32_t>(s.count()); }

} // namespace

void write_options(const peer::session_options& from, SessionOptions::Builder out) {
  out.setFqdn(as_text(from.fqdn));
  out.setSoftwareVersion(from.software_version);
  out.setEnhancedRefresh(from.enhanced_refresh);
  out.setDelayOpen(count(from.delay_open));
  out.setDampOscillations(from.damp_oscillations);
  out.setIdleHoldMax(count(from.idle_hold_max));
  out.setSendHoldTime(count(from.send_hold_time));
  out.setExtendedNextHop(from.extended_next_hop);
  out.setMultiprotocol(from.multiprotocol);
  out.setAdvertiseRouter(from.advertise_router);
  out.setLogLevel(as_text(std::string{peer::name_of(from.log_level)}));
}

result<peer::session_options_patch, refusal> read_options(SessionOptionsPatch::Reader in) {
  peer::session_options_patch p;
  if (in.getFqdn().isSet())
    p.fqdn = as_string(in.getFqdn().getSet());
  take(in.getSoftwareVersion(), p.software_version);
  take(in.getEnhancedRefresh(), p.enhanced_refresh);
  take_seconds(in.getDelayOpen(), p.delay_open);
  take(in.getDampOscillations(), p.damp_oscillations);
  take_seconds(in.getIdleHoldMax(), p.idle_hold_max);
  take_seconds(in.getSendHoldTime(), p.send_hold_time);
  take(in.getExtendedNextHop(), p.extended_next_hop);
  take(in.getMultiprotocol(), p.multiprotocol);
  take(in.getAdvertiseRouter(), p.advertise_router);
  if (in.getLogLevel().isSet()) {
    p.log_level = peer::parse_word<peer::log_level>(as_string(in.getLogLevel().getSet()));
    if (!p.log_level)
      return fail{refusal{"invalid", "this has to be " + peer::choice_of<peer::log_level>(), "patch.options.logLevel"}};
  }
  return p;
}

} // namespace bellman::api
