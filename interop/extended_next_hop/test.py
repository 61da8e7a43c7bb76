"""IPv4 routes with IPv6 next hops (RFC 8950), where both sides say so and nowhere else.

                              bellmand AS 65000
        ┌───────────────┬────────────┴──┬──────────────────┐
    BIRD AS 65011   FRR AS 65012   GoBGP AS 65013   speakers: inside, and outside over IPv4
      \\____________ over IPv6, RFC 8950 ________/       without it

Over IPv6 bellmand says its IPv6 address for IPv4 routes too. The speaker inside would have to be told the IPv6 next hop that
a route came with, and has not announced that it can read one: it is told nothing of it, and that is counted. The one outside
is told bellmand's own IPv4 address.
"""
from dataclasses import replace

from lib.bird import Bird
from lib.crowd import add_speaker
from lib.frr import Frr
from lib.gobgp import GoBgp
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import World

ACCEPT = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}


class ExtendedBird(Bird):
    channel_options = "extended next hop on;"

    def write_configuration(self):
        super().write_configuration()
        text = self.configuration.read_text()
        head, _, tail = text.rpartition("  ipv6 {")
        self.configuration.write_text(head + "  ipv6 {" + tail.replace(self.channel_options, ""))


class ExtendedFrr(Frr):
    options = ("capability extended-nexthop",)

    def base_configuration(self):
        """FRR says its own address of the session by itself."""
        lines = super().base_configuration().splitlines()
        return "\n".join(line for line in lines if "set ip next-hop" not in line) + "\n"


def body(build, folder):
    with World(build, folder, "ipv6") as world:
        hub = world.hub
        daemons = [world.add(kind, extended_next_hop=True, **ACCEPT) for kind in (ExtendedBird, ExtendedFrr, GoBgp)]
        for n, d in enumerate(daemons):
            own = replace(d.session.own, next_hop4=d.session.own.address6)
            d.session = replace(d.session, own=own)
            hub.neighbors[d.session.own_address].pop("next_hop_v4")
            d.announce([Route(f"203.0.{n}.0/24"), Route(f"2001:db8:{n}::/48")])
        inside = add_speaker(world, asn=65000, name="inside")
        world.transport = "ipv4"
        outside = add_speaker(world, name="outside")
        world.start()
        address = hub.site.address6
        everywhere = {d: passed_on([o for o in daemons if o is not d], 65000, address, address) for d in daemons}
        everywhere[outside] = passed_on(daemons, 65000, hub.site.address4, address)
        everywhere[inside] = {p: r.with_(local_pref=100) for o in daemons for p, r in o.sent().items() if r.family == "ipv6"}
        world.settle("the routes are through", everywhere)
        for d in daemons:
            for way in ("sent", "received"):
                names = hub.show(d.session.own_address)[f"capabilities_{way}"]
                require("extended-next-hop" in names, f"{d.label}: {way}: {names}", d.label)
            came = hub.routes("--view", "received", "--neighbor", d.session.own_address)
            hops = {p: r.next_hop for p, r in came.items()}
            require(set(hops.values()) == {d.session.own.address6}, f"next hops of {d.label} as they came: {hops}", d.label)
        unsendable = sum(p["unsendable"] for p in hub.ctl("status")["partitions"])
        require(unsendable > 0, "what the speaker inside could not be told was not counted")
        withdraw(world, daemons[0], daemons[1])


def withdraw(world, source, other):
    source.announce([Route("2001:db8:0::/48")])
    until("the IPv4 route of BIRD is gone at FRR", lambda: "203.0.0.0/24" not in other.table(), daemon=other.label)


def passed_on(sources, asn, hop4, hop6):
    routes = [r for s in sources for r in s.sent().values()]
    return by_prefix([r.with_(as_path=(asn,) + r.as_path, next_hop=hop6 if r.family == "ipv6" else hop4, med=None, local_pref=None)
                      for r in routes])


def runs():
    yield [Bird, Frr, GoBgp], "ipv6", body
