@0xfdda7c21c4e61550;
# Routes of the API: durable, owned, written in batches that are all or nothing.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

using Common = import "common.capnp";
using Attributes = import "attributes.capnp";

interface Injector {
  # Injector and up, for one owner. Other owners' routes are out of reach.

  begin @0 () -> BeginResult;
  # Starts a batch. Nothing happens until it is committed; dropping it forgets it.

  announce @1 (routes :List(OwnRoute), requestId :Text) -> CommitResult;
  # A batch in one call, for a few routes.

  withdraw @2 (prefixes :List(Common.Prefix), requestId :Text) -> CommitResult;

  list @3 () -> InjectedCursorResult;
  # The routes of this owner, in prefix order.

  withdrawAll @4 () -> CommitResult;
  # All routes of this owner.
}

interface Batch {
  # Rows of one call: at most 1000 (put, del). Edits of the same prefix: the last one wins. What is wrong with a row is said
  # by commit.

  defineAttrs @0 (id :UInt32, attributes :Attributes.AttributeSet) -> stream;
  # Names a set for the rows that follow. An id can be defined once.

  put @1 (rows :List(PutRow)) -> stream;

  del @2 (prefixes :List(Common.Prefix)) -> stream;

  commit @3 (requestId :Text) -> CommitResult;
  # All or nothing: when it returns ok, the routes are on disk and on their way to the neighbours. An id that was acknowledged
  # before is answered as before and changes nothing; empty: the daemon makes one. The batch is used up, whatever the answer.
}

struct PutRow {
  prefix @0 :Common.Prefix;
  attributes @1 :UInt32;
  # An id of defineAttrs.
}

struct OwnRoute {
  prefix @0 :Common.Prefix;
  attributes @1 :Attributes.AttributeSet;
}

struct Committed {
  sequence @0 :UInt64;
  # Of the ledger; grows.
  announced @1 :UInt64;
  withdrawn @2 :UInt64;
}

struct CommitResult {
  union {
    ok @0 :Committed;
    error @1 :Common.Fault;
  }
}

struct BeginResult {
  union {
    ok @0 :Batch;
    error @1 :Common.Fault;
    # "limit": too many batches are open.
  }
}

interface InjectedCursor {
  next @0 (max :UInt32) -> InjectedPageResult;
  # At most `max` rows (0: 1000; never more than 10000).
}

struct InjectedPage {
  rows @0 :List(InjectedRow);
  attributes @1 :List(Attributes.AttributeSet);
  done @2 :Bool;
}

struct InjectedRow {
  prefix @0 :Common.Prefix;
  attributes @1 :UInt32;
  # Index in the page's sets.
  owner @2 :Text;
}

struct InjectedPageResult {
  union {
    ok @0 :InjectedPage;
    error @1 :Common.Fault;
  }
}
struct InjectedCursorResult {
  union {
    ok @0 :InjectedCursor;
    error @1 :Common.Fault;
  }
}
