"""iBGP beside eBGP: what an AS keeps inside, what crosses its border, and what must not go on.

                   AS 65000                          │ border
    plain   ──iBGP──┐                                │
                    bellmand ──────────eBGP──────────── border AS 65013
    through ──iBGP──┘        └─────────eBGP──────────── raw    AS 65014

Daemons take turns: four times two of them are inside and one outside. The first inside gets the next hops of others as they are, the
second has next_hop_self. FRR stays inside: it keeps its own routes with NO_EXPORT to itself. Between iBGP neighbours nothing is passed on (RFC 4271
§9.2.1.1); AS path, MED and LOCAL_PREF stay as they are inside; across the border the AS is prepended, MED and LOCAL_PREF end
(§5.1.4, §5.1.5) and the next hop is ours. A LOCAL_PREF that an eBGP neighbour sends all the same counts for nothing. NO_EXPORT,
NO_ADVERTISE and NO_EXPORT_SUBCONFED are honoured without a policy that says so (RFC 1997).
"""
import struct

from lib.bird import Bird
from lib.exabgp import ExaBgp
from lib.frr import Frr
from lib.gobgp import GoBgp
from lib.openbgpd import OpenBgpd
from lib.witness import Witness
from lib.bgp import LOCAL_PREF, WELL_KNOWN, attribute
from lib.route import Route, by_prefix
from lib.wait import require
from lib.world import BELLMAN_AS, World

NO_EXPORT, NO_ADVERTISE, NO_EXPORT_SUBCONFED = "65535:65281", "65535:65282", "65535:65283"
SHARED = "203.0.113.0/24"
TURNS = ((Bird, Frr, GoBgp), (GoBgp, OpenBgpd, Bird), (ExaBgp, Bird, OpenBgpd), (OpenBgpd, Frr, ExaBgp))
ACCEPT = [{"then": {"outcome": "accept"}}]
PREFER = [{"match": {"any_community": ["65013:200"]}, "then": {"local_pref": 200, "outcome": "accept"}}, *ACCEPT]


def routes_of(n, other_as):
    """Plain ones, one with a MED, and one for each well-known community."""
    block = f"10.{n}"
    return [Route(f"{block}.0.0/24"), Route(f"{block}.1.0/24", med=7, communities=frozenset(["64999:1"])),
            Route(f"{block}.2.0/24", as_path=(other_as, 64502), origin="incomplete"),
            Route(f"{block}.3.0/24", communities=frozenset([NO_EXPORT])), Route(f"{block}.4.0/24", communities=frozenset([NO_ADVERTISE])),
            Route(f"{block}.5.0/24", communities=frozenset([NO_EXPORT_SUBCONFED])), Route(f"2001:db8:{n}::/48", med=9)]


class Expectation:
    def __init__(self, world, through, local_prefs):
        self.world, self.through, self.local_prefs = world, through, local_prefs

    def best(self):
        """By LOCAL_PREF as import policy leaves it, then by the length of the path; no two are equal in both."""
        chosen = {}
        for n in self.world.neighbors:
            for r in n.sent().values():
                r = r.with_(local_pref=self.local_prefs(n, r))
                held = chosen.get(r.prefix)
                if held is None or (r.local_pref, -len(r.as_path)) > (held[1].local_pref, -len(held[1].as_path)):
                    chosen[r.prefix] = (n, r)
        return chosen

    def exported(self, source, r, to):
        inside, from_inside = not to.session.is_ebgp, not source.session.is_ebgp
        if source is to or (inside and from_inside) or NO_ADVERTISE in r.communities:
            return None
        if not inside and r.communities & {NO_EXPORT, NO_EXPORT_SUBCONFED}:
            return None
        ours = self.world.hub.site.next_hop(r.family)
        if inside:
            return r.with_(next_hop=ours if to is self.through else r.next_hop)
        return r.with_(as_path=(BELLMAN_AS, *r.as_path), next_hop=ours, med=None, local_pref=None)

    def check(self, step):
        best = self.best().values()
        wanted = {to: by_prefix(filter(None, (self.exported(source, r, to) for source, r in best))) for to in self.world.neighbors}
        self.world.settle(step, wanted)


def local_pref_after_import(neighbor, route):
    if not neighbor.session.is_ebgp:
        return route.local_pref
    return 200 if "65013:200" in route.communities else 100


def body(kinds, build, folder, transport):
    with World(build, folder, transport) as world:
        hub = world.hub
        hub.policies = {"prefer": PREFER, "all": ACCEPT}
        plain = world.add(kinds[0], asn=BELLMAN_AS, import_policy=["all"], export_policy=["all"])
        through = world.add(kinds[1], asn=BELLMAN_AS, import_policy=["all"], export_policy=["all"], next_hop_self=True)
        border = world.add(kinds[2], import_policy=["prefer"], export_policy=["all"])
        raw = world.add(Witness, import_policy=["all"], export_policy=["all"])
        plain.announce(routes_of(11, 64501))
        through.announce([*routes_of(12, 64501), Route(SHARED, as_path=(64510, 64511, 64512))])
        border.announce([*routes_of(13, 64501), Route(SHARED, as_path=(64510,))])
        # LOCAL_PREF 500 over eBGP: were it believed, this longer path would win.
        raw.extra_attributes[SHARED] = attribute(LOCAL_PREF, WELL_KNOWN, struct.pack("!I", 500))
        raw.announce([*routes_of(14, 64501), Route(SHARED, as_path=(64510, 64511, 64512))])
        expect = Expectation(world, through, local_pref_after_import)
        world.start()
        expect.check("announce")
        session_is_kept(hub, raw)

        # Now the inner path, which is two long, is not the longest that wins: LOCAL_PREF decides before length.
        through.announce([*routes_of(12, 64501), Route(SHARED, as_path=(64510,), local_pref=100)])
        border.announce([*routes_of(13, 64501), Route(SHARED, as_path=(64510, 64511, 64513), communities=frozenset(["65013:200"]))])
        expect.check("import policy prefers the longer path")

        for n in (plain, border):
            n.announce([r for r in n.routes.values() if r.communities.isdisjoint({NO_EXPORT, NO_ADVERTISE})])
        expect.check("some are withdrawn")

        marks = world.marks()
        hub.neighbors[through.session.own_address]["next_hop_self"] = False
        hub.reload()
        exported = expect.exported
        expect.exported = lambda source, r, to: keep_next_hop(exported(source, r, to), source, r, to)
        expect.check("no next_hop_self any more")
        world.require_same_sessions("no next_hop_self any more", marks)


def keep_next_hop(out, source, r, to):
    return out and (out if to.session.is_ebgp else out.with_(next_hop=r.next_hop))


def session_is_kept(hub, raw):
    """RFC 4271 §5.1.5: it is ignored, nothing else."""
    status = hub.show(raw.session.own_address)
    require(status["state"] == "Established" and status["sessions"] == 1, f"after a LOCAL_PREF over eBGP: {status['state']}, {status['sessions']} sessions")
    row = hub.ctl("route", "list", "--view", "received", "--neighbor", raw.session.own_address, "--prefix", SHARED)["routes"][0]
    require(row["attributes"].get("local_pref") != 500, f"LOCAL_PREF of an eBGP neighbour was believed: {row}")


def runs():
    for transport in ("ipv4", "ipv6"):
        for kinds in TURNS:
            yield [*kinds, Witness], transport, lambda build, folder, k=kinds, t=transport: body(k, build, folder, t)
