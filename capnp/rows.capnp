@0xb80ae8f67e848cac;
# A route as readers see it, and the question that selects routes.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

using Common = import "common.capnp";
using Attributes = import "attributes.capnp";

struct RouteQuery {
  view @0 :View;
  neighbor @1 :Data;
  # 4 or 16 octets: only routes of this neighbour; for `advertised`, those it has been sent. Empty: all.
  local @2 :Bool;
  # Only routes injected over this API; excludes `neighbor`.
  family @3 :Common.Family;
  # Null: all families.
  match @4 :Match;
  prefix @5 :Common.Prefix;
  # For all but `any`. A host address is a /32 or /128.
  hasOriginAs @6 :Bool;
  originAs @7 :UInt32;
  hasAsPathContains @8 :Bool;
  asPathContains @9 :UInt32;
  hasCommunity @10 :Bool;
  community @11 :UInt32;
  largeCommunity @12 :Attributes.LargeCommunity;
  # Null: no condition.
  filteredOnly @13 :Bool;
  # With `received`: only those that are not used, with their reason.

  enum View {
    best @0;
    # The best path of each prefix.
    allPaths @1;
    # Every usable path, after import policy.
    received @2;
    # Every path as it came, filtered ones included.
    advertised @3;
    # What `neighbor` has been sent, as it left.
  }
  enum Match {
    any @0;
    exact @1;
    longer @2;
    # The prefix and its parts.
    shorter @3;
    # The prefix and those that cover it.
    longest @4;
    # The longest that covers it, as forwarding would choose.
  }
}

struct NeighborName {
  id @0 :UInt16;
  # 0 is this speaker itself: injected routes.
  address @1 :Data;
  # Empty for the speaker itself, or if the neighbour has just been removed.
  asn @2 :UInt32;
}

struct Route {
  prefix @0 :Common.Prefix;
  # Null within a watch event, which has it already.
  source @1 :UInt16;
  # NeighborName.id
  pathId @2 :UInt32;
  # RFC 7911: the one of the neighbour; with `advertised` the one that it was sent. 0: none. Of injected routes: the owner.
  age @3 :UInt32;
  # Seconds since it was received.
  attributes @4 :UInt32;
  # Index in the page's sets. After import policy; for `received` as they came; for `advertised` as they left.
  receivedAttributes @5 :UInt32 = 0xffffffff;
  # As they came, where import policy rewrote them; else 0xffffffff.
  best @6 :Bool;
  stale @7 :Bool;
  rejected @8 :RejectReason;
  rejectText @9 :Text;
  # Policy's own reason.
  multipath @10 :Bool;
  # Not the best path, and as good as it: [best_path] says of how many, and how much alike they have to be.
}

enum RejectReason {
  none @0;
  asLoop @1;
  # RFC 4271 §9.1.2
  originatorLoop @2;
  # RFC 4456 §8
  clusterLoop @3;
  ownNextHop @4;
  # RFC 4271 §5.1.3
  martianNextHop @5;
  firstAs @6;
  # RFC 4271 §6.3: the leftmost AS is not the neighbour's.
  policy @7;
  noPolicy @8;
  # RFC 8212
  otc @9;
  # RFC 9234
  blackhole @10;
  # RFC 7999
  unreachableNextHop @11;
  # RFC 4271 §9.1.2.1: metrics.capnp says so.
}
