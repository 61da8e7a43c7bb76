"""A confederation (RFC 5065) of BIRD, FRR, GoBGP and bellmand, and what the world around it sees.

                confederation 64500
    ┌────────────────────────────────────────────┐
    │  BIRD 65011     FRR 65012     GoBGP 65013  │
    │      └──────── bellmand 65000 ──────┘      │
    │                 │    │    │                │
    │     BIRD 65000 (iBGP)   │                  │
    └───────────────────│─────│──────────────────┘
                  FRR 65015  BIRD 65016

Members know each other by member ASes, in AS_CONFED_SEQUENCE (§4.1); LOCAL_PREF, MED and next hop cross from member to member (§5.1,
§5.2). The outside knows 64500 alone. NO_EXPORT ends at the border of the confederation, NO_EXPORT_SUBCONFED at that of the member
AS. A path with our member AS, or the identifier, is a loop. Segments of a confederation have no length (§5.3), and what another member
learned is inside: a route of the outside is better. Neither needs a policy among members (RFC 8212 is for eBGP).
"""
from dataclasses import replace

from lib.bird import Bird
from lib.frr import Frr
from lib.gobgp import GoBgp
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import BELLMAN_AS, World

IDENTIFIER, MEMBERS = 64500, (65011, 65012, 65013)
NO_EXPORT, NO_ADVERTISE, NO_EXPORT_SUBCONFED = "65535:65281", "65535:65282", "65535:65283"
SHARED = "203.0.113.0/24"
ACCEPT = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}


class Inside:
    """What a member has to know; `local_pref` is what it says over the sessions of the confederation where nobody says otherwise."""

    inside, local_pref, held_back = True, 100, frozenset()


class BirdMember(Inside, Bird):
    options = f"confederation {IDENTIFIER}; confederation member yes;"


class BirdInternal(Inside, Bird):
    options = f"confederation {IDENTIFIER};"


class FrrMember(Inside, Frr):
    held_back = frozenset({NO_ADVERTISE, NO_EXPORT_SUBCONFED})  # it obeys for routes of its own

    def base_configuration(self):
        others = " ".join(str(asn) for asn in (BELLMAN_AS, *MEMBERS) if asn != self.session.own.asn)
        lines = f" bgp confederation identifier {IDENTIFIER}\n bgp confederation peers {others}\n"
        return super().base_configuration().replace(" no bgp ebgp-requires-policy", lines + " no bgp ebgp-requires-policy", 1)


class GoBgpMember(Inside, GoBgp):
    def configuration(self):
        others = [asn for asn in (BELLMAN_AS, *MEMBERS) if asn != self.session.own.asn]
        table = f"[global.confederation.config]\nenabled = true\nidentifier = {IDENTIFIER}\nmember-as-list = {others}\n"
        return super().configuration().replace("[[neighbors]]", table + "[[neighbors]]", 1)


class FrrOutside(Frr):
    held_back = frozenset({NO_ADVERTISE, NO_EXPORT_SUBCONFED, NO_EXPORT})


class BirdOutside(Bird):
    held_back = frozenset()


def routes_of(n):
    """Plain ones, one with a MED, one that has come a long way, and one for each well-known community."""
    return [Route(f"10.{n}.0.0/24"), Route(f"10.{n}.1.0/24", med=7, communities=frozenset(["64999:1"])),
            Route(f"10.{n}.2.0/24", as_path=(64701, 64702), origin="incomplete"),
            Route(f"10.{n}.3.0/24", communities=frozenset([NO_EXPORT])), Route(f"10.{n}.4.0/24", communities=frozenset([NO_ADVERTISE])),
            Route(f"10.{n}.5.0/24", communities=frozenset([NO_EXPORT_SUBCONFED])), Route(f"2001:db8:{n}::/48", med=9)]


def is_inside(n):
    return getattr(n, "inside", False)


def arrived(n):
    """What it announces as it arrives here: a member's LOCAL_PREF and MED are believed."""
    return {p: r.with_(local_pref=n.local_pref if is_inside(n) else None) for p, r in n.sent().items()}


def exported(hub, source, r, to):
    """Nothing where it may not go. Paths are flat here; where the brackets stand is looked at apart."""
    own_as, from_own_as = to.session.own.asn == BELLMAN_AS, source.session.own.asn == BELLMAN_AS
    if source is to or (own_as and from_own_as) or NO_ADVERTISE in r.communities:
        return None
    if not own_as and NO_EXPORT_SUBCONFED in r.communities or not is_inside(to) and NO_EXPORT in r.communities:
        return None
    if own_as:
        return r.with_(local_pref=r.local_pref or 100)
    if is_inside(to):
        return r.with_(as_path=(BELLMAN_AS, *r.as_path), local_pref=r.local_pref or 100)
    outside = r.as_path[1:] if is_inside(source) and not from_own_as else r.as_path
    return r.with_(as_path=(IDENTIFIER, *outside), next_hop=hub.site.next_hop(r.family), med=None, local_pref=None)


def check(world, step):
    """The best of each prefix: a shorter path outside of confederation segments, then the outside before the inside."""
    best = {}
    for n in world.neighbors:
        for p, r in arrived(n).items():
            member = is_inside(n) and n.session.own.asn != BELLMAN_AS
            key = (-(r.local_pref or 100), len(r.as_path) - member, r.med or 0, is_inside(n))
            if p not in best or key < best[p][0]:
                best[p] = (key, n, r)
    wanted = {to: by_prefix(filter(None, (exported(world.hub, n, r, to) for _, n, r in best.values()))) for to in world.neighbors}
    world.settle(step, wanted)
    for n in filter(is_inside, world.neighbors):  # settle leaves LOCAL_PREF out where the numbers differ
        for p, r in n.table().items():
            require(r.local_pref == wanted[n][p].local_pref, f"{step}: LOCAL_PREF of {p} at {n.session.own.name} is {r.local_pref}")


def outsider(world, kind, name):
    n = world.add(kind, name=name, **ACCEPT)
    n.session = replace(n.session, other=replace(n.session.other, asn=IDENTIFIER))
    return n


def body(build, folder, transport):
    with World(build, folder, transport) as world:
        hub = world.hub
        hub.confederation = {"identifier": IDENTIFIER, "members": [BELLMAN_AS, *MEMBERS]}
        bird, frr = world.add(BirdMember, name="bird-member"), world.add(FrrMember, name="frr-member")
        gobgp = world.add(GoBgpMember, name="gobgp-member")
        internal = world.add(BirdInternal, asn=BELLMAN_AS, name="bird-internal")
        outer_frr, outer_bird = outsider(world, FrrOutside, "frr-outside"), outsider(world, BirdOutside, "bird-outside")
        for number, n in enumerate(world.neighbors, 11):
            n.announce([r for r in routes_of(number) if r.communities.isdisjoint(n.held_back)])
        # Both are two long, for (65011) has no length: the one from outside is better.
        bird.announce([*routes_of(11), Route(SHARED, as_path=(64710, 64711))])
        outer_bird.announce([*routes_of(16), Route(SHARED, as_path=(64710,))])
        world.start()
        kinds_are_shown(hub, {bird: "confederation", frr: "confederation", gobgp: "confederation", internal: "ibgp",
                              outer_frr: "ebgp", outer_bird: "ebgp"})
        check(world, "announce")
        brackets_stand_where_they_should(hub, bird, frr, internal)
        # A member's path is shorter now, though it crossed a border more.
        bird.announce([*routes_of(11), Route(SHARED, as_path=(64710,))])
        check(world, "confederation segments have no length")
        loops_are_found(world, bird, outer_bird)
        for n in world.neighbors:
            n.announce([r for r in n.routes.values() if not r.communities])
        check(world, "some are withdrawn")


def kinds_are_shown(hub, wanted):
    for n, kind in wanted.items():
        shown = hub.show(n.session.own_address)
        require(shown["session"] == kind, f"the session with {n.session.own.name} is {shown['session']}, not {kind}")
        told = IDENTIFIER if kind == "ebgp" else BELLMAN_AS
        require(shown["local_as"] == told and not shown["rfc8212"], f"{n.session.own.name} is told {shown['local_as']}")


def brackets_stand_where_they_should(hub, bird, frr, internal):
    said = bird.birdc("show", "route", "all", "10.12.2.0/24")
    require(f"BGP.as_path: ({BELLMAN_AS} 65012) 64701 64702" in said, f"BIRD has\n{said}")
    said = frr.vtysh("show bgp ipv4 unicast 10.11.2.0/24")
    require(f"({BELLMAN_AS} 65011) 64701 64702" in said, f"FRR has\n{said}")
    said = internal.birdc("show", "route", "all", "10.13.2.0/24")
    require("BGP.as_path: (65013) 64701 64702" in said, f"BIRD inside has\n{said}")
    row = hub.ctl("route", "list", "--view", "advertised", "--neighbor", bird.session.own_address, "--prefix", "10.16.0.0/24")["routes"][0]
    require("(65000) 65016" in str(row), f"bellmand says that it sent {row}")


def loops_are_found(world, member, outer):
    """Our member AS among members, the identifier outside; our member AS outside is somebody else's."""
    member.announce([*member.routes.values(), Route("10.99.1.0/24", as_path=(64701, IDENTIFIER))])
    outer.announce([*outer.routes.values(), Route("10.99.2.0/24", as_path=(IDENTIFIER, 64701)), Route("10.99.3.0/24", as_path=(BELLMAN_AS, 64701))])
    hub = world.hub

    def reasons():
        rows = [r for n in (member, outer) for r in hub.ctl("route", "list", "--view", "received", "--neighbor", n.session.own_address)["routes"]]
        return {r["prefix"]: r.get("rejected") for r in rows if r["prefix"].startswith("10.99.")}

    wanted = {"10.99.1.0/24": "as-loop", "10.99.2.0/24": "as-loop", "10.99.3.0/24": None}
    until(lambda: f"loops: {reasons()}", lambda: reasons() == wanted, 20)
    for n in (member, outer):
        n.announce([r for r in n.routes.values() if not r.prefix.startswith("10.99.")])


def runs():
    for transport in ("ipv4", "ipv6"):
        yield [Bird, Frr, GoBgp], transport, lambda build, folder, t=transport: body(build, folder, t)
