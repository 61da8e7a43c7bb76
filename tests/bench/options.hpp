#pragma once
// What the load generator is told on its command line, as `--name value` pairs.

#include "wire/prefix.hpp"

#include <cstdint>
#include <stdexcept>

namespace bellman::bench {

/// A command line that makes no sense; what() is for people.
struct bad_option : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct options {
  wire::ip_address target = wire::ip_address::v4(0);
  std::uint16_t port = 179;
  std::uint32_t target_asn = 65000;
  wire::ip_address base = wire::ip_address::v4(0); ///< Address of neighbour 0; neighbour i has base + i.
  std::uint32_t base_asn = 100001;                 ///< AS number of neighbour 0.
  std::uint32_t senders = 1;
  std::uint32_t receivers = 1;
  bool route_server = false; ///< Every sender receives too, each has prefixes of its own, paths stay as they are.
  std::uint32_t prefixes = 1000;
  std::uint32_t prefixes6 = 0;
  std::uint32_t seed = 1;
  bool first_is_best = false; ///< Sender 0 has the best path of every prefix; else the best ones are spread.
  std::uint32_t bursts = 0;   ///< Churn: withdraw and announce again `burst_size` best paths, so many times.
  std::uint32_t burst_size = 100;
  std::uint32_t flap = 0; ///< So many senders, from 0 on, end their sessions and return; one but for a route server.
  bool stay = false;      ///< Sessions stay up after the figures, until standard input ends.
  std::uint32_t timeout = 60; ///< seconds, for each phase
  std::uint32_t pid = 0;      ///< of the target, to read its CPU time and memory; 0: do not
};

/// Reads the command line. Throws bad_option.
options parse_options(int argc, char** argv);

} // namespace bellman::bench
