@0x9b4d5f2e80c7a6d3;
# How far next hops are: the interior cost of best path (RFC 4271 §9.1.2.2 e), and what AIGP adds up (RFC 7311). And which ones
# cannot be reached (RFC 4271 §9.1.2.1).

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

using Common = import "common.capnp";

interface MetricsView {
  # Viewer and up.

  list @0 () -> MetricList;
  # By prefix: those of the file, and what the API says over them.
}

interface MetricsAdmin {
  # Operator and up: another metric moves traffic, as a policy does. What is acknowledged is on disk, outlives restarts and
  # reloads, and is on its way to the table.

  set @0 (metrics :List(NextHopMetric)) -> Common.Outcome;
  # All of them or none; an entry that is there gets what is new. "invalid", with the field; "limit"; "busy" while another
  # change is being stored.

  remove @1 (prefixes :List(Common.Prefix)) -> Common.Outcome;
  # All of them or none. "not-found" where one is not there. An entry of the file that was removed stays so over reloads, until
  # it is set again.
}

struct NextHopMetric {
  prefix @0 :Common.Prefix;
  # Of next hops; the longest that covers one counts.
  union {
    cost @1 :UInt32;
    # 0 to 4294967294. A next hop that no entry covers is further away than any cost says, where there are entries.
    unreachable @2 :Void;
    # Routes with such a next hop are kept and not used: RejectReason.unreachableNextHop.
  }
}

struct MetricRow {
  metric @0 :NextHopMetric;
  fromApi @1 :Bool;
}

struct MetricList {
  union {
    ok @0 :List(MetricRow);
    error @1 :Common.Fault;
  }
}
