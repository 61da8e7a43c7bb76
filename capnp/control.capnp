@0xee572f432a74789b;
# The daemon itself.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

using Common = import "common.capnp";

interface ControlView {
  # Viewer and up.

  health @0 () -> (health :Health);
  # Always answers; a part that does not answer in time is shown as not ok.

  version @1 () -> (version :Text, schema :UInt32);
  # `schema` counts up with each addition to the API.

  tree @2 () -> TreeResult;
  # The supervision tree, from the root down. A supervisor that does not answer at once is shown as "busy", without its
  # children. "unavailable" while there is no root supervisor.

  logLevel @3 () -> (level :LogLevel);
}

interface ControlAdmin {
  # Admin only.

  setLogLevel @0 (level :LogLevel) -> Common.Outcome;

  shutdown @1 (graceful :Bool) -> Common.Outcome;
  # Returns as soon as the daemon has begun to stop. `graceful`: it comes back; neighbours that keep our routes while we restart
  # (RFC 4724) are not told, the others are as ever.

  reload @2 () -> ReloadResult;
  # Reads the configuration file again. Nothing is changed if it has an error.

  injectFault @3 (target :Text, reason :Text) -> Common.Outcome;
  # Makes an actor fail, to see the supervisors work. The target is the name it is registered under ("part0", "neighbors",
  # "ledger" ...), or its path in the supervision tree, as in "root/peer supervisor/peer 127.0.0.11". A supervisor that fails
  # takes those below it with it. Returns when the fault is on its way.
  # "forbidden" unless the configuration allows it (debug.faults); "not-found"; "unavailable" while the target is not running.
}

enum LogLevel {
  trace @0;
  debug @1;
  info @2;
  warning @3;
  error @4;
  off @5;
}

struct Health {
  ok @0 :Bool;
  # Every part answers.
  uptime @1 :UInt64;
  # seconds
  neighborsConfigured @2 :UInt32;
  neighborsEstablished @3 :UInt32;
  ledgerOk @4 :Bool;
  partitions @5 :List(PartitionHealth);
  connections @6 :UInt32;
  # Of this API.
  watches @7 :UInt32;
  problems @8 :List(Text);
  # For people.
  calls @9 :CallCounts;
  restart @10 :RestartProgress;
}

struct CallCounts {
  # What has become of connections to the listener, since the start. What the kernel drops for a wrong TCP MD5 signature
  # is not among them.

  accepted @0 :UInt64;
  tooMany @1 :UInt64;
  # Refused: too many without an OPEN (listen.half_open).
  tooManyOfOne @2 :UInt64;
  # Refused: listen.half_open_per_address.
  tooOften @3 :UInt64;
  # Refused: listen.calls_per_second.
  silent @4 :UInt64;
  # Closed: no OPEN within listen.open_within.
  halfOpen @5 :UInt32;
  # Now.
}

struct RestartProgress {
  # Our own restart (RFC 4724): until the neighbours' routes are back nothing is advertised.

  deferring @0 :Bool;
  left @1 :UInt32;
  # Seconds until it ends at the latest.
  waitingFor @2 :List(Data);
  # Neighbours whose End-of-RIB is missing.
}

struct PartitionHealth {
  index @0 :UInt32;
  ok @1 :Bool;
  prefixes4 @2 :UInt64;
  prefixes6 @3 :UInt64;
  paths @4 :UInt64;
  tombstones @5 :UInt64;
  newestSequence @6 :UInt64;
  epoch @7 :UInt64;
  changesLogged @8 :UInt64;
  memory @9 :UInt64;
  # bytes of tables, attribute sets apart
  peerSets @10 :UInt64;
  cohorts @11 :UInt64;
  walksLeft @12 :UInt64;
  frozenSlots @13 :UInt64;
  unsendable @14 :UInt64;
}

struct SupervisionNode {
  name @0 :Text;
  kind @1 :Text;
  # "worker", or the strategy of a supervisor: "one-for-one", "one-for-all", "rest-for-one"; "supervisor" if it has not said.
  state @2 :Text;
  # "running", "backing off" (its restart has a time), "waiting" (for the restart of a sibling, or until it is needed),
  # "stopping", "stopped" (ended for good), "busy" (a supervisor that did not answer).
  restarts @3 :UInt64;
  lastFailure @4 :Text;
  # For people; empty: never.
  lastFailureAt @5 :Int64;
  # Seconds since 1970; 0: never.
  children @6 :List(SupervisionNode);
}

struct TreeResult {
  union {
    ok @0 :SupervisionNode;
    error @1 :Common.Fault;
  }
}

struct ReloadResult {
  union {
    ok @0 :List(ReloadLine);
    error @1 :Common.Fault;
  }
}

struct ReloadLine {
  neighbor @0 :Text;
  # An address; else what the line is about: "[global]", "policies" ...
  what @1 :Text;
  # "added", "removed", "none", "soft", "reset", "kept (changed by API)", "kept (changes with a restart)",
  # "kept for neighbours that use them: ..."
}
