@0xa8d9fb37543c696f;
# Values that every part of the API uses. Fields are only ever added.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

struct Fault {
  # An expected failure. Exceptions are for broken calls only: a lost connection, a revoked capability, an actor that failed
  # under the call.

  code @0 :Text;
  # Stable, for programs: "not-found", "exists", "invalid", "busy", "unavailable", "limit", "forbidden", "unsupported".
  message @1 :Text;
  # For people.
  field @2 :Text;
  # Path of the offending field, as in "patch.holdTime" or "rows[17].prefix"; empty where it is not about one.
  neighbor @3 :Text;
  # The neighbour it is about; empty where it is not about one.
  limit @4 :UInt64;
  # With code "limit": what is allowed, and what was asked for or is in use.
  current @5 :UInt64;
}

struct Outcome {
  # What a method without a further answer returns.
  union {
    ok @0 :Void;
    error @1 :Fault;
  }
}

struct Prefix {
  # An address block. Bits behind the length have to be zero in what a client sends.

  octets @0 :Data;
  # Always whole: 4 octets are IPv4, 16 are IPv6.
  length @1 :UInt8;
}

struct Family {
  # IANA numbers. IPv4 unicast is (1, 1), IPv6 unicast (2, 1).
  afi @0 :UInt16 = 1;
  safi @1 :UInt8 = 1;
}

struct Endpoint {
  address @0 :Data;
  # 4 or 16 octets; behind the 16 of a link-local address the name of its interface, as in NeighborsView.show.
  port @1 :UInt16;
}
