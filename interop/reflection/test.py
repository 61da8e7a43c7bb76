"""Route reflection: clients hear everybody inside, non-clients hear clients, and nothing is changed on the way but two lists.

            AS 65000                        │
    client A ──┐                            │
    client B ──┤ bellmand (reflector) ──eBGP── GoBGP
    other C  ──┤                            │
    other D  ──┘                            │

All daemons take turns as clients and others. What a client sends goes to all, what a non-client sends to
the clients and across the border (RFC 4456 §6), with ORIGINATOR_ID and CLUSTER_LIST (§8) and the next hop as it was (§10). B
belongs to a cluster of its own at last, and then no route goes between A and B while client_to_client is off in one cluster.
"""
from lib.bird import Bird
from lib.exabgp import ExaBgp
from lib.frr import Frr
from lib.gobgp import GoBgp
from lib.openbgpd import OpenBgpd
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import BELLMAN_AS, World

ALL = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}
SHARED = "203.0.113.0/24"


def routes_of(n):
    return [Route(f"10.{n}.0.0/24"), Route(f"10.{n}.1.0/24", med=7, communities=frozenset(["64999:1"])),
            Route(f"10.{n}.2.0/24", as_path=(64501, 64502), origin="incomplete"), Route(f"2001:db8:{n}::/48")]


class Expectation:
    def __init__(self, world, clients):
        self.world, self.clients, self.between = world, set(clients), True

    def goes(self, source, to):
        if source is to:
            return False
        if source.session.is_ebgp or to.session.is_ebgp:
            return True
        if source in self.clients and to in self.clients:
            return self.between
        return source in self.clients or to in self.clients

    def best(self):
        chosen = {}
        for n in self.world.neighbors:
            for r in n.sent().values():
                r = r.with_(local_pref=100 if n.session.is_ebgp else r.local_pref)
                held = chosen.get(r.prefix)
                if held is None or (r.local_pref, -len(r.as_path)) > (held[1].local_pref, -len(held[1].as_path)):
                    chosen[r.prefix] = (n, r)
        return chosen.values()

    def as_it_arrives(self, r, to):
        if not to.session.is_ebgp:
            return r
        return r.with_(as_path=(BELLMAN_AS, *r.as_path), next_hop=self.world.hub.site.next_hop(r.family), med=None, local_pref=None)

    def check(self, step):
        best = list(self.best())
        wanted = {to: by_prefix(self.as_it_arrives(r, to) for source, r in best if self.goes(source, to)) for to in self.world.neighbors}
        self.world.settle(step, wanted)


def require_lists(receiver, source, clusters):
    prefix = next(p for p in source.sent() if p.endswith(".0.0/24"))
    wanted = (source.session.own.router_id, clusters)
    until(lambda: f"{prefix} at {receiver.session.own.name}: originator and clusters are {receiver.reflection(prefix)}, not {wanted}",
          lambda: receiver.reflection(prefix) == wanted, 10, daemon=receiver.label)


def scenario(client_kinds, other_kinds, transport):
    def body(build, folder):
        with World(build, folder, transport) as world:
            hub = world.hub
            a, b = (world.add(kind, asn=BELLMAN_AS, name=f"client{i}", route_reflector_client=True, next_hop_self=True, **ALL)
                    for i, kind in enumerate(client_kinds))
            c, d = (world.add(kind, asn=BELLMAN_AS, name=f"other{i}", **ALL) for i, kind in enumerate(other_kinds))
            border = world.add(GoBgp, **ALL)
            for i, n in enumerate((a, b, c, d)):
                n.announce(routes_of(11 + i))
            border.announce([Route("10.20.0.0/24", as_path=(64510,)), Route(SHARED, as_path=(64510, 64511))])
            # RFC 4456 §10: next_hop_self is not for what is reflected; for the border's routes it would be.
            for n in (a, b):
                hub.neighbors[n.session.own_address]["next_hop_self"] = False
            hub.neighbors[a.session.own_address]["next_hop_self"] = True
            expect = Expectation(world, (a, b))
            own = hub.site.next_hop
            arrives = expect.as_it_arrives
            outside = {"10.20.0.0/24", SHARED}
            expect.as_it_arrives = lambda r, to: (arrives(r, to).with_(next_hop=own(r.family)) if to is a and r.prefix in outside
                                                  else arrives(r, to))
            world.start()
            expect.check("announce")
            ours = hub.site.router_id
            require_lists(b, a, [ours])
            require_lists(c, a, [ours])
            require_lists(a, d, [ours])

            a.announce([*routes_of(11), Route(SHARED)])
            expect.check("a client has the better path")
            a.announce(routes_of(11)[:2])
            expect.check("and withdraws")

            for n in (a, b):
                hub.neighbors[n.session.own_address]["client_to_client"] = False
            marks = world.marks()
            hub.reload()
            for n in (a, b):
                world.until_reset("client_to_client", n, marks)
            world.until_up()
            expect.between = False
            expect.check("not between clients")
            world.require_same_sessions("not between clients", marks, but=(a, b))

            hub.neighbors[b.session.own_address]["cluster_id"] = "10.0.0.99"
            marks = world.marks()
            hub.reload()
            world.until_reset("cluster_id", b, marks)
            world.until_up()
            expect.between = True
            expect.check("clients of two clusters")
            require_lists(b, a, ["10.0.0.99", ours])
            require_lists(a, b, [ours, "10.0.0.99"])
            require_lists(c, b, [ours, "10.0.0.99"])

            shown = hub.show(b.session.own_address)
            require(shown["settings"]["route_reflector_client"] and shown["settings"]["cluster_id"] == "10.0.0.99",
                    f"neighbor show: {shown['settings']}")

    return body


def runs():
    for clients, others, transport in (((Bird, Frr), (Bird, Frr), "ipv4"), ((OpenBgpd, ExaBgp), (GoBgp, Bird), "ipv4"),
                                       ((Frr, Bird), (ExaBgp, OpenBgpd), "ipv6"), ((ExaBgp, GoBgp), (Frr, OpenBgpd), "ipv6")):
        yield [*clients, *others, GoBgp], transport, scenario(clients, others, transport)
