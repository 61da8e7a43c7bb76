@0xdd9f5312f2c7e28a;
# Reading routes: listing page by page, counting, explaining, watching.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

using Common = import "common.capnp";
using Attributes = import "attributes.capnp";
using Rows = import "rows.capnp";
using Watch = import "watch.capnp";

interface Routes {
  # Viewer and up.

  open @0 (query :Rows.RouteQuery) -> OpenResult;
  # Begins a listing. "not-found" for a neighbour that does not exist, "invalid" for a query that contradicts itself.

  count @1 (query :Rows.RouteQuery) -> CountResult;
  # How many rows the listing would have.

  explain @2 (prefix :Common.Prefix, neighbor :Data) -> ExplainResult;
  # Why the best path of exactly this prefix is best. No candidates: nobody announces it. With the address of a neighbour:
  # whether it is advertised there, too, and why not; "not-found" for a neighbour that does not exist.

  watch @3 (filter :Rows.RouteQuery, from :Watch.WatchCursor, sink :Watch.RouteSink) -> WatchResult;
  # Follows changes. `filter.view` is best, allPaths, or received with a neighbour. `from` null: a snapshot first.
  # `sink` null: the client pulls with RouteWatch.next.
}

interface Cursor {
  # Dropping it ends the listing.

  next @0 (max :UInt32) -> PageResult;
  # At most `max` rows (0: 1000; never more than 10000), and at least one unless `done`. Rows of a partition are consistent
  # with each other in order; a prefix that stays in the table is shown exactly once.
}

struct Page {
  rows @0 :List(Rows.Route);
  attributes @1 :List(Attributes.AttributeSet);
  # Each set once; rows refer to it by index.
  neighbors @2 :List(Rows.NeighborName);
  # The sources that occur in the rows.
  done @3 :Bool;
}

struct Candidate {
  route @0 :Rows.Route;
  lostAt @1 :Text;
  # Name of the step where it lost against the best ("local-pref", "as-path length" ...); empty for the best itself, and for
  # a path that cannot be used (see route.rejected).
}

struct Explanation {
  prefix @0 :Common.Prefix;
  candidates @1 :List(Candidate);
  # Best first, unusable ones last.
  attributes @2 :List(Attributes.AttributeSet);
  neighbors @3 :List(Rows.NeighborName);
  pairs @4 :List(Pair);
  # Each usable candidate with each, at most the first 32 of them.
  sending @5 :Sending;
  # Only where a neighbour was asked about.
}

struct Sending {
  sent @0 :Bool;
  # It is advertised to the neighbour.
  reason @1 :Text;
  # Else the first that stands in the way: "not-established" (a limit that was passed ends a session, too), "family" (not
  # agreed, or no next hop of ours), "selection-deferred", "no-path" (none that can be used), "own-route" (the best path is
  # the neighbour's), "no-advertise", "no-export", "no-export-subconfed", "no-peer", "role" (OTC, RFC 9234),
  # "split-horizon", "long-lived-stale", "policy", "next-hop" (the session cannot say it), "too-long", "not-chosen" (of
  # several paths), "congested", "pending".
  text @2 :Text;
  # With "policy": the reason that the statement gives.
}

struct Pair {
  # Indexes into `candidates`.
  winner @0 :UInt16;
  loser @1 :UInt16;
  step @2 :Text;
  # Where they parted ("local-pref" ...). MED counts only between routes of one neighbouring AS, so a path may lose to another
  # one than the best.
}

struct OpenResult {
  union {
    ok @0 :Cursor;
    error @1 :Common.Fault;
  }
}
struct PageResult {
  union {
    ok @0 :Page;
    error @1 :Common.Fault;
  }
}
struct CountResult {
  union {
    ok @0 :UInt64;
    error @1 :Common.Fault;
  }
}
struct ExplainResult {
  union {
    ok @0 :Explanation;
    error @1 :Common.Fault;
  }
}
struct WatchResult {
  union {
    ok @0 :Watch.RouteWatch;
    error @1 :Common.Fault;
  }
}
