"""A neighbour is killed with -9 and starts again: its routes are kept meanwhile, and what it does not announce again goes.

    BIRD, FRR, GoBGP, ExaBGP  ──▶  bellmand (helper)  ──▶  BIRD, the witness
        kill -9, start

RFC 4724 §4.2: the routes become stale, and the witness sees no withdrawal. The neighbour comes back with two routes of each
family less; its End-of-RIB sweeps those, and nothing else. Then it stays away: when its restart time is over, all of its routes go.
After that, an operator who disables it gets rid of its routes at once.
"""
from lib.bird import Bird
from lib.case import not_applicable
from lib.exabgp import ExaBgp
from lib.frr import Frr
from lib.gobgp import GoBgp
from lib.openbgpd import OpenBgpd
from lib.process import Process
from lib.route import Route, by_prefix, canonical
from lib.wait import require, until
from lib.world import World

RESTART_TIME = 8
ACCEPT = [{"then": {"outcome": "accept"}}]


class RestartingBird(Bird):
    options = f"graceful restart on; graceful restart time {RESTART_TIME};"
    sweeps_exactly = True

    def start_again(self):
        """With -R its OPEN says that it restarted and kept its forwarding."""
        self.write_configuration()
        self.control.unlink(missing_ok=True)
        self.process = Process("bird-again", ["bird", "-f", "-R", "-c", self.configuration, "-s", self.control,
                                              "-P", self.folder / "bird.pid"], self.folder)
        self.process.until_ready("no control socket", self.control.is_socket)


class RestartingFrr(Frr):
    sweeps_exactly = False  # FRR 8.4 sends End-of-RIB seconds before its first route: all that was stale goes, and returns

    def base_configuration(self):
        head, tail = super().base_configuration().split("\n neighbor", 1)  # it wants to know before it has a neighbour
        lines = [head, " bgp graceful-restart", f" bgp graceful-restart restart-time {RESTART_TIME}",
                 " bgp graceful-restart preserve-fw-state", f" neighbor{tail}"]
        return "\n".join(lines) + "\n"

    def write_configuration(self):
        self.configuration.write_text(self.whole_configuration())

    def announce(self, routes):
        """The configuration has them already."""
        self.routes = {canonical(r.prefix): r for r in routes}

    def start_again(self):
        self.start()


class RestartingGoBgp(GoBgp):
    sweeps_exactly = False  # its routes are told to it when it runs, perhaps behind its End-of-RIB
    arguments = ()

    def configuration(self):
        text = super().configuration()
        own = f"[neighbors.graceful-restart.config]\nenabled = true\nrestart-time = {RESTART_TIME}\n"
        families = text.replace('-unicast"\n', '-unicast"\n[neighbors.afi-safis.mp-graceful-restart.config]\nenabled = true\n')
        return families.replace("[[neighbors.afi-safis]]", own + "[[neighbors.afi-safis]]", 1)

    def start_again(self):
        self.control.unlink(missing_ok=True)
        self.process = Process("gobgpd-again", ["gobgpd", "-r", "-f", self.folder / "gobgpd.toml", "-p", "--pprof-disable",
                                                "--api-hosts", f"unix://{self.control}"], self.folder)
        self.process.until_ready("no answer on its socket", self.answers)
        wanted, self.routes = self.routes, {}
        self.announce(wanted.values())


class RestartingExaBgp(ExaBgp):
    """Its OPEN always says that it restarted and kept its forwarding."""

    capabilities = (f"graceful-restart {RESTART_TIME}",)
    sweeps_exactly = True

    def start_again(self):
        self.start()


def routes():
    return [Route(f"10.77.{i}.0/24") for i in range(6)] + [Route(f"2001:db8:77{i}::/48") for i in range(6)]


def exported(neighbor, hub):
    """As the witness should have them: accepted as they came, sent on by bellmand."""
    return by_prefix(r.with_(as_path=(hub.site.asn, *r.as_path), next_hop=hub.site.next_hop(r.family), med=None)
                     for r in neighbor.sent().values())


def keep(neighbor, routes):
    """What it will announce when it starts again."""
    neighbor.routes = {canonical(r.prefix): r for r in routes}


def body(kind, build, folder, transport):
    with World(build, folder, transport) as world:
        world.hub.policies = {"all": ACCEPT}
        policies = {"import_policy": ["all"], "export_policy": ["all"]}
        restarting = world.add(kind, name="restarting", **policies)
        witness = world.add(Bird, name="witness", **policies)
        restarting.announce(routes())
        world.start()
        hub, address = world.hub, restarting.session.own_address
        world.settle("announce", {witness: exported(restarting, hub)})

        def restart():
            return hub.show(address)["restart"]

        def stale():
            return sum(c["stale"] for c in hub.show(address)["routes"])

        until("both families would be kept", lambda: len(restart()["families"]) == 2)
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
        until("its restart time is over", lambda: not restart()["restarting"], seconds=RESTART_TIME + 5, daemon=restarting.label)
        world.settle("gone for good", {witness: {}})

        restarting.start_again()
        world.until_up()
        world.settle("back", {witness: exported(restarting, hub)}, 40)
        hub.ctl("neighbor", "disable", address)
        world.settle("disabled", {witness: {}})
        require(not restart()["stale"], f"a neighbour that is disabled is not a restart: {restart()}", restarting.label)


def runs():
    for transport in ("ipv4", "ipv6"):
        for kind in (RestartingBird, RestartingFrr, RestartingGoBgp, RestartingExaBgp):
            yield (kind,), transport, lambda build, folder, k=kind, t=transport: body(k, build, folder, t)
        yield (OpenBgpd,), transport, not_applicable("announces Graceful Restart without families, for End-of-RIB alone: nothing is kept")
