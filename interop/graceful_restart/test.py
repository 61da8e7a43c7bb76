"""A neighbour is killed with -9 and starts again: its routes are kept meanwhile, and what it does not announce again goes.

    BIRD, FRR, GoBGP, ExaBGP  ──▶  bellmand (helper)  ──▶  BIRD, the witness
        kill -9, start

RFC 4724 §4.2: the routes become stale, and the witness sees no withdrawal. The neighbour comes back with two routes of each
family less; its End-of-RIB sweeps those, and nothing else. Then it stays away: when its restart time is over, all of its routes go.
After that, an operator who disables it gets rid of its routes at once.

In the last run both partitions of bellmand fail while the neighbour is away, and nothing of this changes: a neighbour that is away
cannot be asked for its routes again.
"""
from lib.bird import Bird
from lib.case import not_applicable
from lib.graceful import GRACEFUL, GracefulBird, GracefulExaBgp, keep
from lib.openbgpd import OpenBgpd
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import World

ACCEPT = [{"then": {"outcome": "accept"}}]


def routes():
    return [Route(f"10.77.{i}.0/24") for i in range(6)] + [Route(f"2001:db8:77{i}::/48") for i in range(6)]


def exported(neighbor, hub):
    """As the witness should have them: accepted as they came, sent on by bellmand."""
    return by_prefix(r.with_(as_path=(hub.site.asn, *r.as_path), next_hop=hub.site.next_hop(r.family), med=None)
                     for r in neighbor.sent().values())


class Case:
    """A neighbour that restarts, a witness of what others see of it, and both have what they should."""

    def __init__(self, world, kind):
        world.hub.policies = {"all": ACCEPT}
        policies = {"import_policy": ["all"], "export_policy": ["all"]}
        self.hub = world.hub
        self.restarting, self.witness = world.add(kind, name="restarting", **policies), world.add(Bird, name="witness", **policies)
        self.restarting.announce(routes())
        world.start()
        world.settle("announce", {self.witness: exported(self.restarting, self.hub)})
        until("both families would be kept", lambda: len(self.restart()["families"]) == 2)

    def show(self):
        return self.hub.show(self.restarting.session.own_address)

    def restart(self):
        return self.show()["restart"]

    def stale(self):
        return sum(c["stale"] for c in self.show()["routes"])


def body(kind, build, folder, transport):
    with World(build, folder, transport) as world:
        case = Case(world, kind)
        hub, restarting, witness, restart, stale = case.hub, case.restarting, case.witness, case.restart, case.stale
        before, wanted = witness.withdrawals(), exported(restarting, hub)

        restarting.process.kill()
        until(lambda: f"it is away and its routes are stale: {restart()}, {stale()}",
              lambda: restart()["restarting"] and stale() == 12, daemon=restarting.label)
        world.settle("away", {witness: wanted})
        require(witness.withdrawals() == before, "the witness saw a withdrawal while the neighbour was away", restarting.label)

        left = [r for i, r in enumerate(routes()) if i % 6 > 1]
        keep(restarting, left)
        restarting.start_again()
        world.until_up()
        until(lambda: f"End-of-RIB ends it: {restart()}, {stale()} stale",
              lambda: not restart()["stale"] and stale() == 0, seconds=40, daemon=restarting.label)
        world.settle("after End-of-RIB", {witness: exported(restarting, hub)}, 40)
        if restarting.sweeps_exactly:
            require(witness.withdrawals() == before + 4,
                    f"{witness.withdrawals() - before} withdrawals for the 4 routes that were not announced again", restarting.label)

        restarting.process.kill()
        until("it is away again", lambda: restart()["restarting"], daemon=restarting.label)
        until("its restart time is over", lambda: not restart()["restarting"], seconds=restarting.restart_time + 5, daemon=restarting.label)
        world.settle("gone for good", {witness: {}})

        restarting.start_again()
        world.until_up()
        world.settle("back", {witness: exported(restarting, hub)}, 40)
        hub.ctl("neighbor", "disable", restarting.session.own_address)
        world.settle("disabled", {witness: {}})
        require(not restart()["stale"], f"a neighbour that is disabled is not a restart: {restart()}", restarting.label)


def partitions_fail(hub, step):
    """Both, and their successors wait until nobody has anything to say any more."""
    paths = [f"root/rib supervisor/partition {i}" for i in range(2)]
    before = hub.nodes()

    def recovered():
        return hub.process.log_path.read_text().count("partition_recovered")

    already = recovered()
    for path in paths:
        hub.fault(path, f"test: {step}")
        until(f"{step}: {path} runs again",
              lambda p=path: hub.nodes()[p]["state"] == "running" and hub.nodes()[p]["restarts"] > before[p]["restarts"])
    until(f"{step}: the partitions have recovered", lambda: recovered() == already + len(paths), 20)


def over_failures(build, folder):
    kind = type("GracefulBird", (GracefulBird,), {"restart_time": 25})
    with World(build, folder) as world:
        case = Case(world, kind)
        hub, restarting, witness, restart, stale = case.hub, case.restarting, case.witness, case.restart, case.stale
        before, wanted = witness.withdrawals(), exported(restarting, hub)

        restarting.process.kill()
        until(lambda: f"its routes are stale: {stale()}", lambda: stale() == 12)
        partitions_fail(hub, "away")
        require(restart()["restarting"] and stale() == 12, f"after the failures: {restart()}, {stale()}")
        world.settle("partitions failed", {witness: wanted})
        require(witness.withdrawals() == before, "the witness saw a withdrawal when partitions failed")

        keep(restarting, [r for i, r in enumerate(routes()) if i % 6 > 1])
        restarting.start_again()
        world.until_up()
        until(lambda: f"End-of-RIB ends it: {restart()}, {stale()} stale", lambda: not restart()["stale"] and stale() == 0, 40)
        world.settle("after End-of-RIB", {witness: exported(restarting, hub)}, 40)
        require(witness.withdrawals() == before + 4,
                f"{witness.withdrawals() - before} withdrawals for the 4 routes that were not announced again")

        restarting.process.kill()
        until(lambda: f"its routes are stale again: {stale()}", lambda: stale() == 8)
        partitions_fail(hub, "away again")
        world.settle("partitions failed again", {witness: exported(restarting, hub)})
        until("its restart time is over", lambda: not restart()["restarting"], seconds=kind.restart_time + 5)
        world.settle("gone for good", {witness: {}})


def runs():
    for transport in ("ipv4", "ipv6"):
        for kind in (*GRACEFUL, GracefulExaBgp):
            yield (kind,), transport, lambda build, folder, k=kind, t=transport: body(k, build, folder, t)
        yield (OpenBgpd,), transport, not_applicable("announces Graceful Restart without families, for End-of-RIB alone: nothing is kept")
    yield (GracefulBird,), "ipv4", over_failures
