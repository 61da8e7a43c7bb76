"""BIRD, FRR, GoBGP, OpenBGPD, ExaBGP at once over eBGP, IPv4 and IPv6 routes: announce, change, withdraw, flap, refresh, new policy.

                               bellmand AS 65000
          ┌───────────────┬────────────┼─────────────┬────────────────┐
    BIRD AS 65011   FRR AS 65012   GoBGP AS 65013   OpenBGPD AS 65014   ExaBGP AS 65015

Each announces prefixes of its own, and all announce the same one of each family with paths of different lengths, so that
best path has to choose and has to choose again when the best goes away. After each step the invariant must hold; what
"policy over the best paths" says is worked out here, independently of bellmand. Messages are counted alike on both sides.
"""
from lib.route import Route, by_prefix
from lib.world import ALL_KINDS, World

SHARED = ("203.0.113.0/24", "2001:db8:cc::/48")
IMPORT = [{"name": "hidden", "match": {"any_community": ["65000:666"]}, "then": {"outcome": "reject", "reason": "hidden"}},
          {"then": {"add_communities": ["65000:1"], "outcome": "accept"}}]
EXPORT = [{"then": {"outcome": "accept"}}]
EXPORT_LATER = [{"name": "no-v6-of-frr", "match": {"neighbor_as": 65012, "family": "ipv6-unicast"}, "then": {"outcome": "reject"}},
                {"then": {"med": 50, "add_large_communities": ["65000:7:7"], "remove_communities": ["65000:1"],
                          "outcome": "accept"}}]


def routes_of(number, longer):
    """`longer`: how many numbers stand behind its own in the path of the shared prefixes."""
    own = [Route(f"10.{number}.{i}.0/24", communities=frozenset([f"650{number}:{i}"])) for i in range(8)]
    own += [Route(f"2001:db8:{number}{i}::/48", large=frozenset([f"650{number}:1:{i}"]), origin="incomplete") for i in range(8)]
    own.append(Route(f"10.{number}.100.0/22", med=number, as_path=(64496, 64497, 64498)))
    own.append(Route(f"10.{number}.66.0/24", communities=frozenset(["65000:666"])))  # import policy rejects it
    return own + [Route(p, as_path=tuple(range(64500, 64500 + longer))) for p in SHARED]


class Expectation:
    """What each neighbour should have: the shortest path of each prefix, from another neighbour, as our policies change it."""

    def __init__(self, world):
        self.world, self.later, self.down = world, False, set()

    def best(self):
        chosen = {}
        for n in self.world.neighbors:
            for r in n.sent().values() if n not in self.down else ():
                usable = "65000:666" not in r.communities
                if usable and (r.prefix not in chosen or len(r.as_path) < len(chosen[r.prefix][1].as_path)):
                    chosen[r.prefix] = (n, r)
        return chosen

    def exported(self, r):
        if self.later and r.family == "ipv6" and r.as_path[0] == 65012:
            return None
        hub = self.world.hub.site
        out = r.with_(as_path=(hub.asn, *r.as_path), next_hop=hub.next_hop(r.family), med=None, communities=r.communities | {"65000:1"})
        if self.later:
            out = out.with_(med=50, large=r.large | {"65000:7:7"}, communities=r.communities)
        return out

    def of(self, neighbor):
        routes = (self.exported(r) for source, r in self.best().values() if source is not neighbor)
        return by_prefix(filter(None, routes))

    def check(self, step):
        self.world.settle(step, {n: self.of(n) for n in self.world.neighbors if n not in self.down})


def prepare(world):
    world.hub.policies = {"in": IMPORT, "out": EXPORT}
    for longer, kind in enumerate(ALL_KINDS):
        n = world.add(kind, import_policy=["in"], export_policy=["out"])
        n.announce(routes_of(n.session.own.asn - 65000, longer))


def body(build, folder, transport):
    with World(build, folder, transport) as world:
        prepare(world)
        expect = Expectation(world)
        world.start()
        expect.check("announce")

        for n in world.neighbors:
            n.announce([r.with_(communities=r.communities | {"64999:5"}) for r in n.routes.values()])
        expect.check("only the communities change")
        world.require_same_counts("messages so far")

        for n in world.neighbors:
            n.announce([r for i, r in enumerate(n.routes.values()) if i % 3])
        expect.check("a third is withdrawn")

        first = world.neighbors[0]
        first.disable()
        expect.down.add(first)
        expect.check("the best neighbour goes")
        first.enable()
        world.until_up()
        expect.down.clear()
        expect.check("the best neighbour returns")

        for n in world.neighbors:
            n.request_refresh()
        expect.check("route refresh from all")

        world.hub.policies["out"], expect.later = EXPORT_LATER, True
        world.hub.reload()
        expect.check("another export policy at run time")
        world.until_up(1)

        for n in world.neighbors:
            n.announce([])
        expect.check("all is withdrawn")


def runs():
    for transport in ("ipv4", "ipv6"):
        yield ALL_KINDS, transport, lambda build, folder, t=transport: body(build, folder, t)
