@0xc7e3a15b90d2f486;
# How a session is set up and watched over, besides what every session has.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

struct SessionOptions {
  fqdn @0 :Text;
  # "host.domain", announced in the FQDN capability; empty: not announced.
  softwareVersion @1 :Bool;
  # The software version capability is announced.
  enhancedRefresh @2 :Bool;
  # RFC 7313 is announced where route refresh is.
  delayOpen @3 :UInt32;
  # Seconds, 0 to 240, that we wait for the neighbour's OPEN before ours goes out (RFC 4271 §8.1.1).
  dampOscillations @4 :Bool;
  # Failures in a row hold the next attempt off longer and longer.
  idleHoldMax @5 :UInt32;
  # Seconds, 1 to 3600: but no longer than this.
  sendHoldTime @6 :UInt32;
  # Seconds, 8 to 65535: so long the neighbour may take nothing (RFC 9687); at least twice the hold time counts.
  extendedNextHop @7 :Bool;
  # IPv4 routes may come and go with IPv6 next hops, where the neighbour agrees (RFC 8950).
  logLevel @8 :Text;
  # "inherit" (the daemon's), "trace", "debug", "info", "warning", "error" or "off". A change takes effect at once, without a reset.
  multiprotocol @9 :Bool;
  # RFC 4760 is announced. Without it there is IPv4 unicast and nothing else.
  advertiseRouter @10 :Bool;
  # We are announced as a router on its link (RFC 4861), so that it finds us. Needs an interface in its address.
}

struct SessionOptionsPatch {
  # `keep` is the default of each, as in NeighborPatch.

  fqdn :union {
    keep @0 :Void;
    set @1 :Text;
  }
  softwareVersion :union {
    keep @2 :Void;
    set @3 :Bool;
  }
  enhancedRefresh :union {
    keep @4 :Void;
    set @5 :Bool;
  }
  delayOpen :union {
    keep @6 :Void;
    set @7 :UInt32;
  }
  dampOscillations :union {
    keep @8 :Void;
    set @9 :Bool;
  }
  idleHoldMax :union {
    keep @10 :Void;
    set @11 :UInt32;
  }
  sendHoldTime :union {
    keep @12 :Void;
    set @13 :UInt32;
  }
  extendedNextHop :union {
    keep @14 :Void;
    set @15 :Bool;
  }
  logLevel :union {
    keep @16 :Void;
    set @17 :Text;
  }
  multiprotocol :union {
    keep @18 :Void;
    set @19 :Bool;
  }
  advertiseRouter :union {
    keep @20 :Void;
    set @21 :Bool;
  }
}
