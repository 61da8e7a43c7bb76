#include "cli/option_text.hpp"

#include "cli/arguments.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

namespace bellman::cli {

namespace {

std::string seconds(std::uint32_t n) { return std::to_string(n) + " s"; }

} // namespace

void add_session_options(CLI::App& app, client::session_options_patch& o) {
  const auto flag = [&](const char* name, std::optional<bool>& to, const char* help) {
    add_value(app, name, type_name::on_off, help, parse_on_off, into(to));
  };
  const auto time = [&](const char* name, std::optional<std::uint32_t>& to, const char* help) {
    add_value(app, name, "SECONDS", help, parse_count, into(to));
  };
  add_value(app, "--fqdn", type_name::text, "host.domain, told to it in OPEN; \"\": nothing", parse_text, into(o.fqdn));
  flag("--software-version", o.software_version, "our version is told to it in OPEN");
  flag("--enhanced-refresh", o.enhanced_refresh, "RFC 7313, where --route-refresh is on");
  time("--delay-open", o.delay_open, "0 to 240, wait for its OPEN before ours goes out");
  flag("--damp-oscillations", o.damp_oscillations, "failures in a row hold the next attempt off longer and longer");
  time("--idle-hold-max", o.idle_hold_max, "1 to 3600, but no longer than this (120)");
  time("--send-hold-time", o.send_hold_time, "8 to 65535, so long it may take nothing (480; RFC 9687)");
  flag("--extended-next-hop", o.extended_next_hop, "IPv4 routes may have IPv6 next hops (RFC 8950)");
  flag("--multiprotocol", o.multiprotocol, "RFC 4760 is announced; off: IPv4 unicast and nothing else");
  add_value(app, "--log-level", "inherit|trace|debug|info|warning|error|off", "what its session says to the log",
            parse_text, into(o.log_level));
  flag("--advertise-router", o.advertise_router, "we are announced as a router on its link, so that it finds us");
}

std::vector<std::pair<std::string, std::string>> option_lines(const client::session_options& o) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](bool said, const char* name, std::string value) {
    if (said)
      out.emplace_back(name, std::move(value));
  };
  add(!o.fqdn.empty(), "FQDN announced", printable(o.fqdn));
  add(o.software_version, "Version announced", "yes");
  add(!o.enhanced_refresh, "Enhanced refresh", "not announced");
  add(o.delay_open != 0, "OPEN delayed", seconds(o.delay_open));
  add(!o.damp_oscillations, "Damping", "off: the next attempt comes at once");
  add(o.damp_oscillations && o.idle_hold_max != 120, "Held off at most", seconds(o.idle_hold_max));
  add(o.send_hold_time != 480, "Send hold time", seconds(o.send_hold_time));
  add(o.extended_next_hop, "IPv6 next hops for IPv4", "announced");
  add(!o.multiprotocol, "Multiprotocol", "not announced");
  add(o.advertise_router, "Router", "announced on its link");
  add(o.log_level != "inherit", "Log level", printable(o.log_level));
  return out;
}

nlohmann::ordered_json options_json(const client::session_options& o) {
  return {{"fqdn", o.fqdn},
          {"software_version", o.software_version},
          {"enhanced_refresh", o.enhanced_refresh},
          {"delay_open", o.delay_open},
          {"damp_oscillations", o.damp_oscillations},
          {"idle_hold_max", o.idle_hold_max},
          {"send_hold_time", o.send_hold_time},
          {"extended_next_hop", o.extended_next_hop},
          {"multiprotocol", o.multiprotocol},
          {"log_level", o.log_level},
          {"advertise_router", o.advertise_router}};
}

} // namespace bellman::cli
