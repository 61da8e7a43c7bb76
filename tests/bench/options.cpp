#include "tests/bench/options.hpp"

#include <charconv>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace bellman::bench {

namespace {

std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw bad_option{"`" + std::string{text} + "` is not a number"};
  return value;
}

wire::ip_address address(std::string_view text) {
  const auto parsed = wire::parse_ip(text);
  if (!parsed || !parsed->is_v4())
    throw bad_option{"`" + std::string{text} + "` is not an IPv4 address"};
  return *parsed;
}

} // namespace

options parse_options(int argc, char** argv) {
  options o;
  const auto to = [](auto& member) {
    return [&member](std::string_view text) { member = static_cast<std::decay_t<decltype(member)>>(number(text)); };
  };
  const std::map<std::string_view, std::function<void(std::string_view)>> known{
      {"--target", [&](std::string_view text) { o.target = address(text); }},
      {"--base", [&](std::string_view text) { o.base = address(text); }},
      {"--port", to(o.port)},
      {"--target-asn", to(o.target_asn)},
      {"--base-asn", to(o.base_asn)},
      {"--senders", to(o.senders)},
      {"--receivers", to(o.receivers)},
      {"--route-server", to(o.route_server)},
      {"--prefixes", to(o.prefixes)},
      {"--prefixes6", to(o.prefixes6)},
      {"--seed", to(o.seed)},
      {"--first-is-best", to(o.first_is_best)},
      {"--bursts", to(o.bursts)},
      {"--burst-size", to(o.burst_size)},
      {"--flap", to(o.flap)},
      {"--stay", to(o.stay)},
      {"--timeout", to(o.timeout)},
      {"--pid", to(o.pid)},
  };
  for (int i = 1; i < argc; i += 2) {
    const auto found = known.find(argv[i]);
    if (found == known.end())
      throw bad_option{"there is no option " + std::string{argv[i]}};
    if (i + 1 == argc)
      throw bad_option{std::string{argv[i]} + " has no value"};
    found->second(argv[i + 1]);
  }
  if (o.senders == 0 || o.senders > 1000)
    throw bad_option{"--senders must be 1 to 1000"};
  if ((o.bursts > 0 || (o.flap > 0 && !o.route_server)) && (o.senders < 2 || o.receivers == 0 || o.route_server))
    throw bad_option{"--bursts and --flap want two senders and a receiver, --bursts no route server"};
  if (o.flap > (o.route_server ? o.senders - 1 : 1))
    throw bad_option{"--flap wants somebody who stays, and takes one sender without --route-server"};
  return o;
}

} // namespace bellman::bench
