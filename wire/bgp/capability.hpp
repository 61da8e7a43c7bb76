#pragma once
// Capabilities (RFC 5492) as one value: what a side announces in its OPEN.

#include "wire/bytes.hpp"
#include "wire/family.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bellman::wire {

struct extended_next_hop { ///< RFC 8950
  wire::family family;
  afi next_hop_afi = afi::ipv6;
  bool operator==(const extended_next_hop&) const = default;
};

enum class add_path_mode : std::uint8_t { receive = 1, send = 2, both = 3 }; ///< RFC 7911
struct add_path {
  wire::family family;
  add_path_mode mode = add_path_mode::both;
  bool operator==(const add_path&) const = default;
};
struct paths_limit { ///< draft-abraitis-idr-addpath-paths-limit, code 76
  wire::family family;
  std::uint16_t limit = 0;
  bool operator==(const paths_limit&) const = default;
};

struct graceful_restart { ///< RFC 4724, RFC 8538
  struct entry {
    wire::family family;
    bool forwarding_preserved = false;
    bool operator==(const entry&) const = default;
  };
  bool restarted = false;         ///< R bit
  bool notification = false;      ///< N bit, RFC 8538
  std::uint16_t restart_time = 0; ///< seconds, 0..4095
  std::vector<entry> families;
  bool operator==(const graceful_restart&) const = default;
};
struct long_lived_graceful_restart { ///< RFC 9494
  struct entry {
    wire::family family;
    bool forwarding_preserved = false;
    std::uint32_t stale_time = 0; ///< seconds, 0..2^24-1
    bool operator==(const entry&) const = default;
  };
  std::vector<entry> families;
  bool operator==(const long_lived_graceful_restart&) const = default;
};

enum class role : std::uint8_t { provider = 0, rs = 1, rs_client = 2, customer = 3, peer = 4 }; ///< RFC 9234

struct fqdn { ///< draft-walton-bgp-hostname-capability, code 73
  std::string host, domain;
  bool operator==(const fqdn&) const = default;
};

/// One that we keep as bytes: unknown, or known with a malformed value.
struct other_capability {
  std::uint8_t code = 0;
  bytes value;
  bool operator==(const other_capability&) const = default;
};

/// Everything one OPEN says. Order and grouping into parameters are not kept.
struct capabilities {
  std::vector<wire::family> families;                     ///< code 1, RFC 4760; any AFI/SAFI, in order, no duplicates
  bool route_refresh = false;                             ///< code 2, RFC 2918
  bool route_refresh_cisco = false;                       ///< code 128: the pre-standard one
  std::vector<extended_next_hop> extended_next_hops;      ///< code 5
  bool extended_message = false;                          ///< code 6, RFC 8654
  std::optional<wire::role> role;                         ///< code 9; of several different ones see `conflicting_roles`
  bool conflicting_roles = false;                         ///< RFC 9234 §4.2
  std::optional<wire::graceful_restart> graceful_restart; ///< code 64
  std::optional<std::uint32_t> four_byte_as;              ///< code 65, RFC 6793
  std::vector<wire::add_path> add_paths;                  ///< code 69
  bool enhanced_route_refresh = false;                    ///< code 70, RFC 7313
  std::optional<long_lived_graceful_restart> llgr;        ///< code 71
  std::optional<wire::fqdn> fqdn;                         ///< code 73
  std::optional<std::string> software_version;            ///< code 75
  std::vector<paths_limit> paths_limits;                  ///< code 76
  std::vector<other_capability> others;

  bool operator==(const capabilities&) const = default;
};

/// Adds the capabilities in the value of one "Capabilities" optional parameter. False if the TLVs do not fit together.
bool decode_capabilities(bytes_view value, capabilities& into);
/// The TLVs, without the optional-parameter header around them.
bytes encode_capabilities(const capabilities& c);

} // namespace bellman::wire
