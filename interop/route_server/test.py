"""A route server (RFC 7947) between five daemons: next hop, AS path and MED pass untouched, and nobody gets his own back.

                               bellmand AS 65000
          ┌───────────────┬────────────┼─────────────┬────────────────┬────────────────┐
    BIRD AS 65011   FRR AS 65012   GoBGP AS 65013   OpenBGPD AS 65014   ExaBGP AS 65015   witness AS 65016

All are route_server_clients without a best path of their own (path_hiding has those). OpenBGPD has to be told that the first AS of a path is not bellmand's.

Neighbours see each other's routes as if they had a session with one another. For the shared prefixes every client gets the
best path that is not his own. NO_EXPORT stops at the route server, as RFC 1997 says; communities otherwise pass.
"""
from lib.openbgpd import OpenBgpd
from lib.route import Route, by_prefix
from lib.wait import require
from lib.witness import Witness
from lib.world import ALL_KINDS, World

SHARED = ("203.0.113.0/24", "2001:db8:cc::/48")
MEMBERS_IN = [{"match": {"max_as_path_length": 3}, "then": {"outcome": "accept"}},
              {"then": {"outcome": "reject", "reason": "path too long"}}]
MEMBERS_OUT = [{"then": {"outcome": "accept"}}]


def routes_of(number, behind):
    """`behind`: how many numbers stand behind the member's own in the path of the shared prefixes."""
    own = [Route(f"10.{number}.{i}.0/24", med=100 + i, communities=frozenset([f"650{number}:{i}"]), large=frozenset([f"650{number}:0:{i}"]))
           for i in range(4)]
    own += [Route(f"2001:db8:{number}{i}::/48", med=i + 1, origin="incomplete") for i in range(4)]
    own.append(Route(f"10.{number}.9.0/24", as_path=(64496, 64497, 64498)))  # four long: import policy rejects it
    return own + [Route(p, med=5 * number, as_path=tuple(range(64500, 64500 + behind))) for p in SHARED]


class Expectation:
    """A route server has one best path a prefix, and it does not go back to whom it came from."""

    def __init__(self, world):
        self.world, self.down = world, set()

    def best(self):
        chosen = {}
        for n in self.world.neighbors:
            for r in n.sent().values() if n not in self.down else ():
                if len(r.as_path) <= 3 and (r.prefix not in chosen or len(r.as_path) < len(chosen[r.prefix][1].as_path)):
                    chosen[r.prefix] = (n, r)
        return chosen

    def check(self, step):
        best = self.best().values()
        wanted = {to: by_prefix(r.with_(local_pref=None) for source, r in best if source is not to)
                  for to in self.world.neighbors if to not in self.down}
        self.world.settle(step, wanted)


class Member(OpenBgpd):
    options = ("enforce neighbor-as no",)


MEMBERS = (*(Member if kind is OpenBgpd else kind for kind in ALL_KINDS), Witness)


def prepare(world, kinds=MEMBERS[:-1]):
    world.hub.policies = {"members-in": MEMBERS_IN, "members-out": MEMBERS_OUT}
    world.hub.groups["members"] = {"route_server_client": True, "best_path_per_client": False, "import_policy": ["members-in"], "export_policy": ["members-out"]}
    for behind, kind in enumerate(kinds):
        n = world.add(kind, group="members")
        n.announce(routes_of(n.session.own.asn - 65000, min(behind, 2)))


def body(build, folder, transport):
    with World(build, folder, transport) as world:
        prepare(world, MEMBERS)
        first, third, raw = world.neighbors[0], world.neighbors[2], world.neighbors[-1]
        raw.announce([r for r in raw.routes.values() if r.prefix not in SHARED])
        expect = Expectation(world)
        world.start()
        expect.check("announce")
        nothing_of_his_own(raw)

        for n in world.neighbors:
            n.announce([r.with_(med=r.med and r.med + 1, communities=r.communities | {"64999:5"}) for r in n.routes.values()])
        expect.check("MED and communities change")

        first.disable()
        expect.down.add(first)
        expect.check("the best member leaves")
        first.enable()
        world.until_up()
        expect.down.clear()
        expect.check("the best member returns")

        for n in world.neighbors[1:-1]:
            n.announce([r for i, r in enumerate(n.routes.values()) if i % 2])
        expect.check("half is withdrawn")

        world.hub.inject("198.51.100.0/24", "--next-hop", third.session.own.address4, "--as-path", "65099", "--med", "3")
        injected = Route("198.51.100.0/24", next_hop=third.session.own.address4, as_path=(65099,), med=3)
        best = expect.best().values()
        world.settle("a route of the operator's own",
                     {to: by_prefix([injected, *(r for source, r in best if source is not to)]) for to in world.neighbors})
        nothing_of_his_own(raw)


def nothing_of_his_own(raw):
    own = [h.prefix for h in raw.heard if h.what == "announce" and raw.session.own.asn in h.route.as_path]
    require(not own, f"routes went back to the member they came from: {own}", "witness")


def runs():
    for transport in ("ipv4", "ipv6"):
        yield MEMBERS, transport, lambda build, folder, t=transport: body(build, folder, t)
