@0x87b42c16793fad67;
# The way in. A client holds references only to what its credential allows.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bellman::api");

using Common = import "common.capnp";
using Routes = import "routes.capnp";
using Inject = import "inject.capnp";
using Neighbors = import "neighbors.capnp";
using Control = import "control.capnp";
using Metrics = import "metrics.capnp";

interface Gate {
  # The bootstrap interface.

  enter @0 (credential :Credential) -> EnterResult;
  # Opens a session with the role of this credential. "forbidden" if it has none.
}

struct Credential {
  union {
    socket @0 :Void;
    # Who the operating system says is at the other end of the Unix socket.
    token @1 :Text;
    # The text of a token file.
  }
}

struct EnterResult {
  union {
    ok @0 :Session;
    error @1 :Common.Fault;
  }
}

enum Role {
  # Each includes those before it.
  viewer @0;
  injector @1;
  operator @2;
  admin @3;
}

interface Session {
  # Each method below hands out an interface, or fails with "forbidden" where the role does not allow it. What was handed out
  # stays valid as long as the connection.

  who @0 () -> (role :Role, name :Text);
  # Who the daemon takes this client for: "uid:NAME" or "token:NAME".

  routes @1 () -> RoutesResult;
  # viewer and up

  inject @2 (owner :Text) -> InjectResult;
  # injector and up. Every injected route belongs to an owner: the session's name where `owner` is empty. Only an operator
  # may name another.

  neighbors @3 () -> NeighborsViewResult;
  # viewer and up

  neighborsAdmin @4 () -> NeighborsAdminResult;
  # operator and up

  control @5 () -> ControlViewResult;
  # viewer and up

  controlAdmin @6 () -> ControlAdminResult;
  # admin

  metrics @7 () -> MetricsViewResult;
  # viewer and up

  metricsAdmin @8 () -> MetricsAdminResult;
  # operator and up

  struct MetricsViewResult {
    union {
      ok @0 :Metrics.MetricsView;
      error @1 :Common.Fault;
    }
  }
  struct MetricsAdminResult {
    union {
      ok @0 :Metrics.MetricsAdmin;
      error @1 :Common.Fault;
    }
  }
  struct RoutesResult {
    union {
      ok @0 :Routes.Routes;
      error @1 :Common.Fault;
    }
  }
  struct InjectResult {
    union {
      ok @0 :Inject.Injector;
      error @1 :Common.Fault;
    }
  }
  struct NeighborsViewResult {
    union {
      ok @0 :Neighbors.NeighborsView;
      error @1 :Common.Fault;
    }
  }
  struct NeighborsAdminResult {
    union {
      ok @0 :Neighbors.NeighborsAdmin;
      error @1 :Common.Fault;
    }
  }
  struct ControlViewResult {
    union {
      ok @0 :Control.ControlView;
      error @1 :Common.Fault;
    }
  }
  struct ControlAdminResult {
    union {
      ok @0 :Control.ControlAdmin;
      error @1 :Common.Fault;
    }
  }
}
