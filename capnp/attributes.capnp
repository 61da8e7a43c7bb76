@0xdf09f038e624b4ec;
# The path attributes of a route, parsed (RFC 4271 and the documents named at each member).

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

enum Origin {
  igp @0;
  egp @1;
  incomplete @2;
  absent @3;
  # The set has no ORIGIN. In an injected route: igp.
}

enum SegmentType {
  asSequence @0;
  asSet @1;
  confedSequence @2;
  confedSet @3;
}

struct AsSegment {
  type @0 :SegmentType;
  asns @1 :List(UInt32);
  # At most 255 on the wire; a longer AS_SEQUENCE of an injected route is split.
}

struct Aggregator {
  asn @0 :UInt32;
  address @1 :UInt32;
  # IPv4 as a number: 192.0.2.1 is 0xC0000201.
}

struct LargeCommunity {
  # RFC 8092
  global @0 :UInt32;
  local1 @1 :UInt32;
  local2 @2 :UInt32;
}

struct NextHop {
  global @0 :Data;
  # 4 or 16 octets. All zero in an injected route: the address of the session that it is sent over.
  linkLocal @1 :Data;
  # RFC 2545: 16 octets, or empty.
}

struct UnknownAttribute {
  # Byte-exact, as it came.
  flags @0 :UInt8;
  type @1 :UInt8;
  value @2 :Data;
}

struct AttributeSet {
  # A member that has a "has" flag counts only where the flag is set. Pointers that are null are absent.

  origin @0 :Origin = absent;
  asPath @1 :List(AsSegment);
  # Neighbour first. Numbers are four octets wide (RFC 6793). Empty for a route of our own.
  nextHop @2 :NextHop;
  # In an injected route, null means the address of the session that it is sent over.
  hasMed @3 :Bool;
  med @4 :UInt32;
  hasLocalPref @5 :Bool;
  localPref @6 :UInt32;
  atomicAggregate @7 :Bool;
  aggregator @8 :Aggregator;
  communities @9 :List(UInt32);
  # RFC 1997, ascending.
  extendedCommunities @10 :List(UInt64);
  # RFC 4360, ascending.
  largeCommunities @11 :List(LargeCommunity);
  ipv6ExtendedCommunities @12 :List(Data);
  # RFC 5701: 20 octets each.
  hasOriginatorId @13 :Bool;
  originatorId @14 :UInt32;
  # RFC 4456
  clusterList @15 :List(UInt32);
  # RFC 4456, nearest first.
  hasOtc @16 :Bool;
  otc @17 :UInt32;
  # RFC 9234
  hasAigp @18 :Bool;
  aigp @19 :UInt64;
  # RFC 7311
  unknown @20 :List(UnknownAttribute);
  partialTypes @21 :UInt64;
  # Bit n: the attribute of type n carries the Partial bit (RFC 4271 §5).
}
