@0xb1f6c0f2d5a7e94c;
# What a session does to every route besides policy. Words are as in the configuration file.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");
using Common = import "common.capnp";

struct RouteRules {
  role @0 :Text;
  # "none", "provider", "rs", "rs-client", "customer", "peer": what we are to the neighbour (RFC 9234).
  roleStrict @1 :Bool;
  # The neighbour has to announce its role too.
  allowOwnAs @2 :UInt32;
  # 0 to 255: so often our AS number may stand in a path that is no loop.
  asOverride @3 :Bool;
  # In paths to the neighbour ours takes the place of its AS number.
  removePrivateAs @4 :Text;
  # "off", "leading", "all", "replace": private AS numbers in paths to the neighbour (RFC 6996).
  localAsNoPrepend @5 :Bool;
  # Paths that come do not get localAs.
  localAsReplaceAs @6 :Bool;
  # Paths that leave do not show the AS of the speaker behind localAs.
  localAsDual @7 :Bool;
  # Where the neighbour refuses localAs, the AS of the speaker is tried, and so on.
  gracefulShutdown @8 :Bool;
  # What comes with GRACEFUL_SHUTDOWN gets LOCAL_PREF 0 (RFC 8326).
  gracefulShutdownSend @9 :Bool;
  # What leaves gets GRACEFUL_SHUTDOWN, what comes gets LOCAL_PREF 0: our side of the session goes.
  blackhole @10 :Text;
  # "ignore", "no-export", "no-advertise", "reject": what comes with BLACKHOLE (RFC 7999).
  defaultLocalPref @11 :UInt32;
  # LOCAL_PREF of what comes over eBGP.
  med @12 :Text;
  # "standard", "keep", "remove": on the way out.
  nextHop @13 :Text;
  # "standard", "self", "unchanged": on the way out.
  aigp @14 :Text;
  # "standard", "on", "off": whether the session carries AIGP (RFC 7311); "standard" is all but eBGP.
  bestPathPerClient @15 :Bool;
  # A client of the route server gets the next path where it may not have the best one (RFC 7947).
  nextHopSubnets @16 :List(Common.Prefix);
  # eBGP, nextHop "standard": subnets where the neighbour is as we are, so that next hops in them stay (RFC 4271 §5.1.3, "third
  # party"), but for the neighbour's own address. Of its family those count where it lies in. At most 8.
}

struct RouteRulesPatch {
  # `keep` is the default of each, as in NeighborPatch.

  role :union {
    keep @0 :Void;
    set @1 :Text;
  }
  roleStrict :union {
    keep @2 :Void;
    set @3 :Bool;
  }
  allowOwnAs :union {
    keep @4 :Void;
    set @5 :UInt32;
  }
  asOverride :union {
    keep @6 :Void;
    set @7 :Bool;
  }
  removePrivateAs :union {
    keep @8 :Void;
    set @9 :Text;
  }
  localAsNoPrepend :union {
    keep @10 :Void;
    set @11 :Bool;
  }
  localAsReplaceAs :union {
    keep @12 :Void;
    set @13 :Bool;
  }
  localAsDual :union {
    keep @14 :Void;
    set @15 :Bool;
  }
  gracefulShutdown :union {
    keep @16 :Void;
    set @17 :Bool;
  }
  gracefulShutdownSend :union {
    keep @18 :Void;
    set @19 :Bool;
  }
  blackhole :union {
    keep @20 :Void;
    set @21 :Text;
  }
  defaultLocalPref :union {
    keep @22 :Void;
    set @23 :UInt32;
  }
  med :union {
    keep @24 :Void;
    set @25 :Text;
  }
  nextHop :union {
    keep @26 :Void;
    set @27 :Text;
  }
  aigp :union {
    keep @28 :Void;
    set @29 :Text;
  }
  bestPathPerClient :union {
    keep @30 :Void;
    set @31 :Bool;
  }
  nextHopSubnets :union {
    keep @32 :Void;
    set @33 :List(Common.Prefix);
    # All of them; an empty list: none.
  }
}
