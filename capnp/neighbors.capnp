@0xdf76c513ef26d523;
# Neighbours: what is configured, what state they are in, and the changes to both.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

using Common = import "common.capnp";
using Rules = import "route_rules.capnp";
using Options = import "session_options.capnp";

interface NeighborsView {
  # Viewer and up.

  list @0 () -> NeighborListResult;
  # All neighbours, by address.

  show @1 (address :Data) -> NeighborResult;
  # "not-found" if no neighbour has this address.
  #
  # The address of a neighbour has 4 or 16 octets, wherever it stands. A link-local one has the name of the interface
  # behind its 16 ("eth0" is 20 octets in all): the same address behind two interfaces is two neighbours. 16 zeros and
  # the name of an interface are the neighbour that is known by that interface alone.

  watch @2 (sink :NeighborSink) -> NeighborWatchResult;
  # The current list first, in one call with `snapshot` set, then each change of a state. A slow sink is shown the newest
  # state of a neighbour, not each one in between.

  ranges @3 () -> RangeListResult;
  # Ranges of addresses whose callers become neighbours, as long as their session lasts.
}

interface NeighborsAdmin {
  # Operator and up. Changes are on disk when the call returns.

  add @0 (address :Data, group :Text, patch :NeighborPatch) -> Common.Outcome;
  # "exists" if there is one with this address.

  change @1 (address :Data, group :GroupChange, patch :NeighborPatch) -> Common.Outcome;
  # Members of the patch that are `keep` stay as they are. What cannot change within a session resets it.

  remove @2 (address :Data) -> Common.Outcome;
  # Ends the session with Cease, Peer De-configured.

  enable @3 (address :Data) -> Common.Outcome;

  disable @4 (address :Data, text :Text) -> Common.Outcome;
  # Ends the session with Cease, Administrative Shutdown; `text` goes to the neighbour (RFC 9003, at most 255 octets).

  reset @5 (address :Data, kind :ResetKind, text :Text) -> Common.Outcome;
  # "busy" or "unavailable" where the session cannot do this, as soft-in without Route Refresh.

  addRange @6 (range :DynamicRange) -> Common.Outcome;
  # "exists" if there is this range; ranges may lie within others, and the longest counts.

  removeRange @7 (range :Common.Prefix) -> Common.Outcome;
  # Its neighbours go with it, or to a range around it that takes them.
}

struct DynamicRange {
  range @0 :Common.Prefix;
  group @1 :Text;
  # Where its neighbours have their settings from.
  remoteAs @2 :List(AsRange);
  # Who may call; empty with a form that is no number, and only then.
  limit @3 :UInt32 = 100;
  # Neighbours at a time.
  remoteAsForm @4 :RemoteAsForm;
}

enum RemoteAsForm {
  number @0;
  external @1;
  # Any AS but ours, and those of our confederation: eBGP with the AS of the OPEN.
  internal @2;
  # Ours: iBGP.
}

struct AsRange {
  first @0 :UInt32;
  last @1 :UInt32;
}

struct DynamicRangeStatus {
  range @0 :DynamicRange;
  origin @1 :SettingOrigin;
  neighbors @2 :UInt32;
  # Now; the rest since the start.
  accepted @3 :UInt64;
  refusedAs @4 :UInt64;
  refusedLimit @5 :UInt64;
  refusedWaiting @6 :UInt64;
  # A second call before the OPEN of the first, or too many callers at a time.
}

struct RangeListResult {
  union {
    ok @0 :List(DynamicRangeStatus);
    error @1 :Common.Fault;
  }
}

enum ResetKind {
  hard @0;
  # Cease, Administrative Reset, and a new session.
  softIn @1;
  # Route Refresh to the neighbour (RFC 2918).
  softOut @2;
  # Everything advertised is sent again.
  softBoth @3;
}

interface NeighborSink {
  # Implemented by the client.
  batch @0 (snapshot :Bool, neighbors :List(NeighborStatus)) -> stream;
}

interface WatchHandle {
  # Dropping it ends the watch.
}

struct NeighborListResult {
  union {
    ok @0 :List(NeighborStatus);
    error @1 :Common.Fault;
  }
}
struct NeighborResult {
  union {
    ok @0 :NeighborStatus;
    error @1 :Common.Fault;
  }
}
struct NeighborWatchResult {
  union {
    ok @0 :WatchHandle;
    error @1 :Common.Fault;
  }
}

struct GroupChange {
  union {
    keep @0 :Void;
    set @1 :Text;
    # Empty: no group.
  }
}

struct NeighborPatch {
  # A partial statement about a neighbour. `keep`, the default of each member: in `add`, inherited from the group and then
  # from the defaults; in `change`, as it is.

  description :union {
    keep @0 :Void;
    set @1 :Text;
  }
  remoteAs :union {
    keep @2 :Void;
    set @3 :UInt32;
    external @80 :Void;
    internal @81 :Void;
    # In place of a number, as in RemoteAsForm.
  }
  localAs :union {
    keep @4 :Void;
    set @5 :UInt32;
  }
  remotePort :union {
    keep @6 :Void;
    set @7 :UInt16;
  }
  localAddress :union {
    keep @8 :Void;
    set @9 :Data;
  }
  passive :union {
    keep @10 :Void;
    set @11 :Bool;
  }
  enabled :union {
    keep @12 :Void;
    set @13 :Bool;
  }
  holdTime :union {
    keep @14 :Void;
    set @15 :UInt32;
    # seconds: 0 or 3..65535
  }
  keepaliveTime :union {
    keep @16 :Void;
    set @17 :UInt32;
    # seconds; 0: a third of the hold time
  }
  connectRetry :union {
    keep @18 :Void;
    set @19 :UInt32;
    # seconds: 1..65535
  }
  families :union {
    keep @20 :Void;
    set @21 :List(Common.Family);
  }
  importPolicy :union {
    keep @22 :Void;
    set @23 :List(Text);
    # names, evaluated in order
  }
  exportPolicy :union {
    keep @24 :Void;
    set @25 :List(Text);
  }
  routeServerClient :union {
    keep @26 :Void;
    set @27 :Bool;
  }
  nextHopSelf :union {
    keep @28 :Void;
    set @29 :Bool;
  }
  extendedMessages :union {
    keep @30 :Void;
    set @31 :Bool;
  }
  routeRefresh :union {
    keep @32 :Void;
    set @33 :Bool;
  }
  fourByteAs :union {
    keep @34 :Void;
    set @35 :Bool;
  }
  enforceFirstAs :union {
    keep @36 :Void;
    set @37 :Bool;
  }
  nextHopV4 :union {
    keep @38 :Void;
    set @39 :Data;
    # 4 octets: what "self" means on this session.
  }
  nextHopV6 :union {
    keep @40 :Void;
    set @41 :Data;
    # 16 octets
  }
  gracefulRestart :union {
    keep @42 :Void;
    set @43 :Text;
    # "helper": routes of a neighbour that restarts are kept (RFC 4724, receiving speaker). "full": it is asked to keep ours
    # while we restart, too. "off": not announced.
  }
  restartTime :union {
    keep @44 :Void;
    set @45 :UInt32;
    # seconds, 0..4095: the longest that we wait for the neighbour
  }
  staleTime :union {
    keep @46 :Void;
    set @47 :UInt32;
    # seconds, 1..65535: the longest that a route stays stale
  }
  routeReflectorClient :union {
    keep @48 :Void;
    set @49 :Bool;
    # RFC 4456
  }
  clusterId :union {
    keep @50 :Void;
    set @51 :UInt32;
    # IPv4 as a number, not 0.
  }
  clientToClient :union {
    keep @52 :Void;
    set @53 :Bool;
  }
  maxPrefixes :union {
    keep @54 :Void;
    set @55 :List(PrefixLimit);
    # Of what the neighbour announces; at most one a family. Empty: no limits.
  }
  maxPrefixesOut :union {
    keep @56 :Void;
    set @57 :List(PrefixLimit);
    # Of what it is sent: warn or shutdown, and nothing to count but what is advertised.
  }
  rules @58 :Rules.RouteRulesPatch;
  options @59 :Options.SessionOptionsPatch;
  passwordFile :union {
    keep @60 :Void;
    set @61 :Text;
    # A file of the daemon's machine; its first line is the TCP MD5 key (RFC 2385). Empty: no signatures.
  }
  ttlSecurity :union {
    keep @62 :Void;
    set @63 :UInt16;
    # Hops to the neighbour, 1..254 (RFC 5082); 0: off.
  }
  ttl :union {
    keep @64 :Void;
    set @65 :UInt16;
    # Of what is sent to it, 1..255; 0: the system's.
  }
  forwardingPreserved :union {
    keep @66 :Void;
    set @67 :Bool;
    # F bits of our own restart (RFC 4724 §3).
  }
  longLivedStaleTime :union {
    keep @68 :Void;
    set @69 :UInt32;
    # seconds, 0..16777215: how long routes may stay stale behind the restart time (RFC 9494); 0: not announced
  }
  longLivedToAll :union {
    keep @70 :Void;
    set @71 :Bool;
    # iBGP: without the capability too, with NO_EXPORT and LOCAL_PREF 0.
  }
  addPathReceive :union {
    keep @72 :Void;
    set @73 :Bool;
    # Several paths of one prefix are taken (RFC 7911), in every family.
  }
  addPathSend :union {
    keep @74 :Void;
    set @75 :Text;
    # "off"; "all"; "best-1" to "best-255": the best ones of those that policy lets through; "per-as": of those the best of
    # each neighbouring AS.
  }
  pathsLimit :union {
    keep @76 :Void;
    set @77 :UInt16;
    # 0..255: paths of one prefix that are kept of the neighbour, which is told (draft-abraitis-idr-addpath-paths-limit);
    # 0: 255 are, and it is not told. Needs addPathReceive.
  }
  tcpAoFile :union {
    keep @78 :Void;
    set @79 :Text;
    # A file of the daemon's machine with keys of TCP-AO (RFC 5925). Empty: none. Not together with passwordFile. Fails with
    # `unsupported` where the kernel does not have it.
  }
}

struct PrefixLimit {
  family @0 :Common.Family;
  limit @1 :UInt32;
  threshold @2 :UInt8 = 75;
  # 1 to 100: percent of the limit at which it is said once a session.
  action @3 :LimitAction = shutdown;
  count @4 :LimitCount = received;
  restartAfter @5 :UInt32;
  # Seconds from a shutdown to the next attempt; 0: none, until a hard reset or another limit.
}

enum LimitAction {
  warn @0;
  discard @1;
  # Further routes are not taken; needs `received`.
  shutdown @2;
  # Cease, Maximum Number of Prefixes Reached, with family and limit (RFC 4486).
}

enum LimitCount {
  received @0;
  # With those that a check or a policy has rejected.
  accepted @1;
}

struct NeighborSettings {
  # What a session runs with: own settings, group and defaults together.

  group @0 :Text;
  description @1 :Text;
  remoteAs @2 :UInt32;
  # With the form `external` that of the session, also while its routes are kept for a restart; 0: it is not known.
  localAs @3 :UInt32;
  routerId @4 :UInt32;
  # Ours. IPv4 as a number: 192.0.2.1 is 0xC0000201.
  remotePort @5 :UInt16;
  localAddress @6 :Data;
  # Empty: chosen by the system.
  passive @7 :Bool;
  enabled @8 :Bool;
  holdTime @9 :UInt32;
  keepaliveTime @10 :UInt32;
  connectRetry @11 :UInt32;
  families @12 :List(Common.Family);
  importPolicy @13 :List(Text);
  exportPolicy @14 :List(Text);
  routeServerClient @15 :Bool;
  nextHopSelf @16 :Bool;
  extendedMessages @17 :Bool;
  routeRefresh @18 :Bool;
  fourByteAs @19 :Bool;
  enforceFirstAs @20 :Bool;
  nextHopV4 @21 :Data;
  # Empty: from the connection's local address.
  nextHopV6 @22 :Data;
  gracefulRestart @23 :Text;
  # "off", "helper" or "full"
  restartTime @24 :UInt32;
  staleTime @25 :UInt32;
  # seconds
  routeReflectorClient @26 :Bool;
  clusterId @27 :UInt32;
  clientToClient @28 :Bool;
  maxPrefixes @29 :List(PrefixLimit);
  maxPrefixesOut @30 :List(PrefixLimit);
  rules @31 :Rules.RouteRules;
  options @32 :Options.SessionOptions;
  passwordSet @33 :Bool;
  # TCP MD5; neither the key nor its file is ever answered.
  ttlSecurity @34 :UInt16;
  ttl @35 :UInt16;
  forwardingPreserved @36 :Bool;
  longLivedStaleTime @37 :UInt32;
  longLivedToAll @38 :Bool;
  addPathReceive @39 :Bool;
  addPathSend @40 :Text;
  pathsLimit @41 :UInt16;
  kind @42 :Text;
  # "ebgp", "ibgp", or "confederation": another member AS of ours (RFC 5065).
  confederation @43 :UInt32;
  # The identifier of our confederation; 0: we are in none.
  tcpAoSet @44 :Bool;
  # As passwordSet.
  remoteAsForm @45 :RemoteAsForm;
}

enum SettingOrigin {
  file @0;
  api @1;
  dynamic @2;
  # A caller of a range.
}

struct NeighborStatus {
  address @0 :Data;
  id @1 :UInt16;
  # The `source` of its routes, for as long as it is configured.
  settings @2 :NeighborSettings;
  origin @3 :SettingOrigin;
  state @4 :Text;
  # "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established" (RFC 4271 §8.2.2). In a watch also "Removed": it is
  # no longer configured.
  adminDown @5 :Bool;
  since @6 :Int64;
  # Of the state; seconds since 1970.
  peerRouterId @7 :UInt32;
  sessions @8 :UInt32;
  # Times Established.
  holdTime @9 :UInt32;
  keepalive @10 :UInt32;
  # Negotiated, seconds.
  families @11 :List(Common.Family);
  # Negotiated.
  capabilitiesSent @12 :List(Text);
  capabilitiesReceived @13 :List(Text);
  local @14 :Common.Endpoint;
  remote @15 :Common.Endpoint;
  lastError @16 :Text;
  lastErrorAt @17 :Int64;
  # Seconds since 1970; 0: there was none.
  traffic @18 :Traffic;
  updatesIn @19 :UInt64;
  withdrawnAsError @20 :UInt64;
  # UPDATEs treated as withdraw for a malformed attribute (RFC 7606).
  attributesDiscarded @21 :UInt64;
  routes @22 :List(RouteCounts);
  # By family, where there is anything to count.
  endOfRibReceived @23 :List(Common.Family);
  rfc8212 @24 :Text;
  # "import", "export", "import and export" where the lack of a policy blocks an eBGP session (RFC 8212); else empty.
  restart @25 :RestartStatus;
  limitsReached @26 :List(Text);
  # What has been said of `maxPrefixes` and `maxPrefixesOut` in this session, for people.
  attributeErrors @27 :List(AttributeError);
  # Of all sessions since the neighbour was configured.
  range @28 :Text;
  # Of a dynamic neighbour; else empty.
  addPaths @29 :List(Text);
  # Add-Path as agreed in this session: "ipv4-unicast receive", "ipv6-unicast send, at most 4", "ipv4-unicast both".
}

struct AttributeError {
  # Faults of received path attributes (RFC 7606): an entry an attribute and action.

  type @0 :UInt8;
  # 0: the list of attributes as a whole.
  name @1 :Text;
  # "AS_PATH"
  action @2 :Text;
  # "discarded", "treated as withdraw", "session reset"
  count @3 :UInt64;
  reason @4 :Text;
  # Of the last one: "Attribute Length Error" and so on (RFC 4271 §6.3).
  data @5 :Data;
  # The last offending attribute, its first 64 octets.
}

struct RestartStatus {
  # Graceful restart of the neighbour (RFC 4724, 8538), as agreed in this session or in the last one.

  negotiated @0 :Bool;
  notification @1 :Bool;
  # N bit of both: also a session that ends with a NOTIFICATION is a restart.
  restartTime @2 :UInt32;
  # The neighbour's estimate, seconds.
  families @3 :List(Common.Family);
  # Kept when the session ends.
  forwardingPreserved @4 :List(Common.Family);
  # F bit.
  stale @5 :List(Common.Family);
  # With paths of an earlier session.
  restarting @6 :Bool;
  # The neighbour is away, and its routes are kept.
  until @7 :Int64;
  # When stale routes go at the latest, seconds since 1970; 0: there are none.
  restarted @8 :Bool;
  # R bit: its last OPEN said that it had restarted.
  oursKept @9 :Bool;
  # It keeps our routes while we restart.
  longLived @10 :List(LongLife);
  # Families that may stay stale behind the restart time.
}

struct LongLife {
  # RFC 9494
  family @0 :Common.Family;
  staleTime @1 :UInt32;
  # seconds: the lesser of the neighbour's time and ours
  active @2 :Bool;
  # What is stale of it has LLGR_STALE and ranks last.
}

struct RouteCounts {
  family @0 :Common.Family;
  received @1 :UInt64;
  accepted @2 :UInt64;
  advertised @3 :UInt64;
  stale @4 :UInt64;
  # Of those received: announced in an earlier session, kept for a restart.
  longLived @5 :UInt64;
  # Of those stale: for long (RFC 9494).
  refused @6 :UInt64;
  # Announced in this session and not kept: one more path of its prefix than the neighbour may have. Not among those received.
}

struct Traffic {
  # As it crossed the socket in this session.
  opensIn @0 :UInt64;
  opensOut @1 :UInt64;
  updatesIn @2 :UInt64;
  updatesOut @3 :UInt64;
  notificationsIn @4 :UInt64;
  notificationsOut @5 :UInt64;
  keepalivesIn @6 :UInt64;
  keepalivesOut @7 :UInt64;
  refreshesIn @8 :UInt64;
  refreshesOut @9 :UInt64;
  bytesIn @10 :UInt64;
  bytesOut @11 :UInt64;
  outboxBytes @12 :UInt64;
  outboxPeak @13 :UInt64;
}
