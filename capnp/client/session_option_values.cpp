#include "capnp/client/session_option_values.hpp"

#include "capnp/client/values.hpp"

namespace bellman::client {

using api::give;
using api::give_text;

session_options read_options(api::SessionOptions::Reader in) {
  session_options o;
  o.fqdn = api::as_string(in.getFqdn());
  o.software_version = in.getSoftwareVersion();
  o.enhanced_refresh = in.getEnhancedRefresh();
  o.delay_open = in.getDelayOpen();
  o.damp_oscillations = in.getDampOscillations();
  o.idle_hold_max = in.getIdleHoldMax();
  o.send_hold_time = in.getSendHoldTime();
  o.extended_next_hop = in.getExtendedNextHop();
  o.multiprotocol = in.getMultiprotocol();
  o.advertise_router = in.getAdvertiseRouter();
  o.log_level = api::as_string(in.getLogLevel());
  return o;
}

void write_options(const session_options_patch& from, api::SessionOptionsPatch::Builder out) {
  give_text(from.fqdn, out.getFqdn());
  give(from.software_version, out.getSoftwareVersion());
  give(from.enhanced_refresh, out.getEnhancedRefresh());
  give(from.delay_open, out.getDelayOpen());
  give(from.damp_oscillations, out.getDampOscillations());
  give(from.idle_hold_max, out.getIdleHoldMax());
  give(from.send_hold_time, out.getSendHoldTime());
  give(from.extended_next_hop, out.getExtendedNextHop());
  give(from.multiprotocol, out.getMultiprotocol());
  give(from.advertise_router, out.getAdvertiseRouter());
  give_text(from.log_level, out.getLogLevel());
}

} // namespace bellman::client
