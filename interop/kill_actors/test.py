"""Every kind of actor fails in a live system; the supervisors bring it back, and neighbours see what the design allows.

                            bellmand AS 65000                 routes of its own: 198.51.100.0/28 ...
        ┌──────────────┬────────────┴────┬─────────────────┐
    BIRD AS 65011   FRR AS 65012   GoBGP AS 65013  witness AS 65014

    root                    rest_for_one: what stands below starts again too
    ├── store supervisor    ledger                         nobody notices
    ├── policy supervisor   policies, its chains           nobody notices
    ├── rib supervisor      partition, injector, metrics    nobody notices: routes stay advertised, Route Refresh brings them back
    ├── peer supervisor     neighbors, announcer           nobody notices
    │                       peer × 4                       its session resets, no other
    └── api supervisor      gateway, watch                 nobody notices; the watch goes on from its cursor

After each failure: the tree shows the restart and its reason, sessions are the same ones as before, nothing was withdrawn,
nothing was sent twice, injected routes are still there, and a change still gets through. The witness keeps all it hears.
In the second run a neighbour without Route Refresh (RFC 2918) loses its session to a partition's failure: nothing else would
bring its routes back. So does FRR, once: its bgpd does not answer a refresh of a neighbour with RFC 7313 and without Graceful
Restart; bellmand notices, and its next session goes without RFC 7313. In the first run it has learned that before.
The third run is about failures that come too often: the supervisor gives up, then its own restarts it, and in the end the daemon ends.
"""
import time

from lib.bird import Bird
from lib.case import not_applicable
from lib.exabgp import ExaBgp
from lib.frr import Frr
from lib.openbgpd import OpenBgpd
from lib.witness import Witness
from lib.route import Route, by_prefix
from lib.wait import Failed, require, until
from lib.watch import Watch
from lib.world import KINDS, World

ACCEPT = [{"then": {"outcome": "accept"}}]
INJECTED = [f"198.51.100.{16 * i}/28" for i in range(8)] + [f"2001:db8:ff{i}::/48" for i in range(4)]


def routes_of(number):
    """Spread over both partitions, which share addresses out by their leading 16 (IPv4) and 32 (IPv6) bits."""
    own = [Route(f"{20 + i}.{number}.0.0/24", communities=frozenset([f"650{number}:{i}"])) for i in range(12)]
    return own + [Route(f"2001:db{8 + i}:{number}::/48", as_path=(64500,)) for i in range(4)]


class Live:
    """The system of a run, and what each neighbour has to have while all is well."""

    def __init__(self, build, folder, kinds):
        self.world = World(build, folder)
        self.hub = self.world.hub
        self.hub.policies = {"in": ACCEPT, "out": ACCEPT}
        for kind in kinds:
            keys = {"graceful_restart": "off"} if kind is Frr else {}
            n = self.world.add(kind, import_policy=["in"], export_policy=["out"], **keys)
            n.announce(routes_of(n.session.own.asn - 65000))
        self.own = set(INJECTED)
        self.probes = 0

    def start(self):
        self.world.start()
        for prefix in INJECTED:
            self.hub.inject(prefix, "--community", "65000:77")
        self.settle("before all")

    def wanted(self, neighbor):
        hub = self.hub.site
        out = [r.with_(as_path=(hub.asn, *r.as_path), next_hop=hub.next_hop(r.family), med=None)
               for n in self.world.neighbors if n is not neighbor for r in n.sent().values()]
        out += [Route(p, as_path=(hub.asn,), next_hop=hub.next_hop("ipv6" if ":" in p else "ipv4"), communities=frozenset(["65000:77"]))
                for p in self.own]
        return by_prefix(out)

    def settle(self, step, seconds=30):
        self.world.settle(step, {n: self.wanted(n) for n in self.world.neighbors}, seconds)

    def still_works(self, step):
        """A route of our own comes and goes again at all neighbours; two, one of them in each partition."""
        self.probes += 1
        probes = {f"100.{64 + self.probes}.0.0/16", f"100.{96 + self.probes}.0.0/16"}
        for prefix in probes:
            self.insist(step, prefix)
        self.own |= probes
        self.settle(f"{step}: two routes come")
        for prefix in probes:
            self.hub.withdraw(prefix)
        self.own -= probes
        self.settle(f"{step}: two routes go")

    def insist(self, step, prefix):
        """Writes are refused while the ledger is away; not for long."""
        last = []

        def taken():
            try:
                self.hub.inject(prefix, "--community", "65000:77")
                return True
            except Failed as failure:
                last[:] = [str(failure)]
                return False

        until(lambda: f"{step}: a write is taken again: {last}", taken, 15)

    # ---- failing
    def node(self, path):
        return self.hub.nodes().get(path, {"state": "not there", "restarts": 0, "last_failure": ""})

    def until_restarted(self, step, path, before, reason, seconds=20):
        until(lambda: f"{step}: {path} runs again and says why it did not: {self.node_or_trouble(path)}",
              lambda: self.has_restarted(path, before, reason), seconds)

    def has_restarted(self, path, before, reason):
        node = self.node_or_trouble(path)
        return node["state"] == "running" and node["restarts"] > before and reason in node["last_failure"]

    def node_or_trouble(self, path):
        try:
            return self.node(path)
        except Failed as failure:  # the API is part of what fails
            return {"state": str(failure), "restarts": 0, "last_failure": ""}

    def kill(self, path, reason, target=None):
        before = self.node(path)["restarts"]
        try:
            self.hub.fault(target or path, reason)
        except Failed as failure:  # the call goes through the gateway: with it goes its answer
            require("failed under the request" in str(failure), f"{path}: {failure}")
        self.until_restarted(f"{path} fails", path, before, reason)


def counts(live):
    """What neighbours have heard that they must not hear again: withdrawals, and at the witness every route."""
    return {n: (n.withdrawals(), n.count("announce") if isinstance(n, Witness) else None) for n in live.world.neighbors}


def nobody_notices(live, path, target=None, refreshes=0):
    """`refreshes`: how many Route Refresh requests each neighbour may expect."""
    world, step = live.world, f"{path} fails"
    marks, heard = world.marks(), counts(live)
    raw = next((n for n in world.neighbors if isinstance(n, Witness)), None)
    asked = raw.count("refresh") if raw else 0
    live.kill(path, f"test of {path}", target)
    if raw and refreshes:
        until(f"{step}: Route Refresh requests at the witness", lambda: raw.count("refresh") >= asked + refreshes, 20)
    live.settle(step)
    time.sleep(1)  # whatever would be withdrawn late, after the answers to a refresh
    world.require_same_sessions(step, marks)
    now = counts(live)
    for n in heard:
        require(now[n] == heard[n], f"{step}: (withdrawn, announced) at {n.label} were {heard[n]} and are {now[n]}", n.label)
    require(live.hub.injected() == live.own, f"{step}: injected routes are {sorted(live.hub.injected())}")
    live.still_works(step)


def one_session_resets(live, neighbor):
    step, marks = f"the peer of {neighbor.label} fails", live.world.marks()
    live.kill(f"root/peer supervisor/peer {neighbor.session.own_address}", f"test of {neighbor.label}")
    live.world.until_reset(step, neighbor, marks, 60)
    live.world.until_up(40)
    live.settle(step)
    live.world.require_same_sessions(step, marks, but=[neighbor])


def all_comes_back(live, path, target=None):
    """A supervisor in the middle: sessions may reset, nothing may be lost."""
    live.kill(path, f"test of {path}", target)
    until(f"{path} fails: the API answers", live.hub.answers, 30)
    live.world.until_up(90)
    live.settle(f"{path} fails", 40)
    require(live.hub.injected() == live.own, f"{path} fails: injected routes are {sorted(live.hub.injected())}")
    live.still_works(path)


def chain_fails(live):
    """Its last program stays in use; the next change of the definitions makes a new one compile."""
    path = "root/policy supervisor/policies/chain ebgp:in"
    marks = live.world.marks()
    live.hub.fault(path, "test of a chain")
    until("a chain fails: the tree says so", lambda: (live.node(path)["state"], live.node(path)["restarts"]) == ("waiting", 1), 10)
    live.still_works("a chain fails")
    live.hub.policies["in"] = [{"match": {"any_community": ["65011:3"]}, "then": {"outcome": "reject"}}, *ACCEPT]
    live.hub.reload()
    hidden = "23.11.0.0/24"
    live.world.settle("a chain compiles again", {n: {p: r for p, r in live.wanted(n).items() if p != hidden} for n in live.world.neighbors})
    require(live.node(path)["state"] == "running", f"the chain is {live.node(path)}")
    live.hub.policies["in"] = ACCEPT
    live.hub.reload()
    live.settle("a chain is as it was")
    live.world.require_same_sessions("a chain fails", marks)


def without_marks(live, neighbor):
    """A soft reset that FRR does not answer costs nothing but a line in the log; the next session is one that FRR answers in."""
    address, log = neighbor.session.own_address, live.hub.process.log_path
    marks = live.world.marks()
    live.hub.ctl("neighbor", "reset", address, "--soft", "in")
    until("bellmand notices that FRR does not answer", lambda: f"refresh_marks_withheld peer={address}" in log.read_text(), 10)
    live.world.require_same_sessions("a refresh without an answer", marks)
    live.hub.ctl("neighbor", "reset", address)
    live.world.until_reset("FRR without RFC 7313", neighbor, marks)
    live.world.until_up()
    require("enhanced-route-refresh" not in live.hub.show(address)["capabilities_sent"], "RFC 7313 is announced to FRR again")
    live.settle("FRR without RFC 7313")


def watch_goes_on(live, folder):
    with Watch(live.hub, folder) as watch:
        until("the watch has its snapshot", watch.has_snapshot, 10)
        path = next(p for p in live.hub.nodes() if p.startswith("root/api supervisor/watch"))
        nobody_notices_once(live, path)
        live.insist(path, "100.99.0.0/16")
        until(f"{path} fails: the client hears of a new route", lambda: watch.knows("100.99.0.0/16"), 20)
        live.hub.withdraw("100.99.0.0/16")
        until(f"{path} fails: the client hears that it is gone", lambda: not watch.knows("100.99.0.0/16"), 20)


def nobody_notices_once(live, path):
    """For actors that are not started again where their client comes anew."""
    marks = live.world.marks()
    live.hub.fault(path, f"test of {path}")
    live.settle(f"{path} fails")
    live.world.require_same_sessions(f"{path} fails", marks)


def ledger_escalates(live):
    """Five failures of the ledger in a minute are restarted; the next one is more than its supervisor takes."""
    ledger, above = "root/store supervisor/ledger", "root/store supervisor"
    for number in range(1, 8):
        until(lambda: f"the ledger runs: {live.node_or_trouble(ledger)}", lambda: live.node_or_trouble(ledger)["state"] == "running", 40)
        if live.node_or_trouble(above)["restarts"]:
            break
        live.hub.fault(ledger, f"failure {number}")
        until(lambda: f"failure {number} is noticed: {live.node_or_trouble(ledger)}",
              lambda: f"failure {number}" in live.node_or_trouble(ledger)["last_failure"] or live.node_or_trouble(above)["restarts"], 10, 0.05)
    until(lambda: f"the store supervisor gave up and was restarted: {live.node_or_trouble(above)}",
          lambda: live.has_restarted(above, 0, "too many restarts of ledger, at last for: failure 6"), 40)
    live.world.until_up(90)
    live.settle("the ledger fails too often", 40)
    require(live.hub.injected() == live.own, "the ledger fails too often: injected routes were lost")


def root_gives_up(live):
    """Nobody is left to decide: the daemon ends with 1, and whoever started it starts it again."""
    hub = live.hub
    for number in range(1, 8):
        path = "root/api supervisor"
        until("the API answers", lambda: not hub.process.is_alive() or live.node_or_trouble(path)["state"] == "running", 40)
        if not hub.process.is_alive():
            break
        try:
            hub.fault(path, f"failure {number}")
        except Failed:
            pass  # the answer went with it
    until("the daemon ends by itself", lambda: not hub.process.is_alive(), 30)
    require(hub.process.child.returncode == 1, f"the daemon ended with {hub.process.child.returncode}, not 1")
    require("tree_gave_up" in hub.process.log_path.read_text(), "the log does not say that the tree gave up")
    hub.start()
    live.world.until_up(90)
    live.settle("started again", 40)


def body(build, folder):
    live = Live(build, folder, [*KINDS, Witness])
    with live.world:
        live.start()
        nobody_notices(live, "root/store supervisor/ledger", "ledger")
        nobody_notices(live, "root/rib supervisor/injector", "injector")
        nobody_notices(live, "root/rib supervisor/metrics", "metrics")
        chain_fails(live)
        nobody_notices(live, "root/policy supervisor/policies", "policies")
        without_marks(live, live.world.neighbors[1])
        for part in range(2):
            nobody_notices(live, f"root/rib supervisor/partition {part}", f"part{part}", refreshes=2)
        nobody_notices(live, "root/peer supervisor/neighbors", "neighbors")
        nobody_notices(live, "root/peer supervisor/announcer")
        nobody_notices(live, "root/api supervisor/gateway")
        watch_goes_on(live, folder)
        for n in live.world.neighbors:
            one_session_resets(live, n)
        nobody_notices(live, "root/api supervisor")
        for path in ("root/peer supervisor", "root/rib supervisor", "root/policy supervisor", "root/store supervisor"):
            all_comes_back(live, path)


def body_without_refresh(build, folder):
    """BIRD has not the capability: each partition's failure resets its session, and FRR's the first time."""
    live = Live(build, folder, [Bird, Frr])
    bird, frr = live.world.neighbors
    bird.options = "enable route refresh off;"
    with live.world:
        live.start()
        marks = live.world.marks()
        for part in range(2):
            live.kill(f"root/rib supervisor/partition {part}", f"test of partition {part}")
            concerned = [bird, frr] if part == 0 else [bird]
            for n in concerned:
                live.world.until_reset(f"partition {part} fails", n, marks)
            live.world.until_up()
            live.settle(f"partition {part} fails")
            live.world.require_same_sessions(f"partition {part} fails", marks, but=concerned)
            marks = live.world.marks()


def body_of_escalation(build, folder):
    live = Live(build, folder, [Bird, Witness])
    with live.world:
        live.start()
        ledger_escalates(live)
        root_gives_up(live)


def runs():
    yield [*KINDS, Witness], "ipv4", body
    yield [OpenBgpd], "ipv4", not_applicable("7.7 does not answer the Route Refresh that brings its routes back to a partition")
    yield [ExaBgp], "ipv4", not_applicable("4.2.21 breaks its session over the Route Refresh that brings its routes back to a partition")
    yield [Bird, Frr], "ipv4", body_without_refresh
    yield [Bird, Witness], "ipv4", body_of_escalation
