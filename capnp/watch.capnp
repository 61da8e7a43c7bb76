@0xe3170b7ece63374f;
# Following changes of routes. A slow client delays only its own cursor: of a prefix that changed many times it sees the newest
# state, and it never misses a final one.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

using Common = import "common.capnp";
using Attributes = import "attributes.capnp";
using Rows = import "rows.capnp";

interface RouteSink {
  # Implemented by the client.
  batch @0 (batch :WatchBatch) -> stream;
  # In order. The daemon sends on only while the client takes them.
}

interface RouteWatch {
  # Dropping it ends the watch.

  next @0 (max :UInt32, timeoutMs :UInt32) -> WatchBatchResult;
  # The pull form, for clients without callbacks: at most about `max` events (0: 512), empty after the timeout (at most
  # 60000). "invalid" on a watch that has a sink, "busy" while another call waits.
}

struct WatchBatch {
  mark @0 :Mark;
  # A batch with a mark has no events.
  events @1 :List(RouteEvent);
  attributes @2 :List(Attributes.AttributeSet);
  neighbors @3 :List(Rows.NeighborName);
  cursor @4 :WatchCursor;
  # Where to go on after this batch has been dealt with.
  coalesced @5 :UInt64;
  # How many changes were overtaken by newer ones since the last batch, and so were not shown.
}

enum Mark {
  none @0;
  snapshotBegin @1;
  # From here to snapshotEnd every route of the filter is shown. Later changes may be mixed in. What the client knew before
  # and is not shown in between is gone.
  snapshotEnd @2;
  resync @3;
  # The cursor is too old, or a part of the table was restarted: a snapshot follows.
}

struct RouteEvent {
  prefix @0 :Common.Prefix;
  withdrawn @1 :Bool;
  # No route of the filter is left. May be said of a prefix that never was in the filter.
  paths @2 :List(Rows.Route);
  # One for the view `best`. They replace whatever was known of the prefix.
  sequence @3 :UInt64;
  # Grows within one partition of the table.
}

struct WatchCursor {
  # For the client just a value to keep and to give back.
  partitions @0 :List(PartitionCursor);
}

struct PartitionCursor {
  epoch @0 :UInt64;
  position @1 :UInt64;
  resumeAt @2 :UInt64;
  inSnapshot @3 :Bool;
}

struct WatchBatchResult {
  union {
    ok @0 :WatchBatch;
    error @1 :Common.Fault;
  }
}
