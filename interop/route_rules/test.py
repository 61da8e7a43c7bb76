"""What a session does to routes besides policy, seen from BIRD and FRR.

    BIRD AS 65011  ──▶  bellmand AS 65000  ──▶  FRR AS 65012
                             └──▶  BIRD AS 65000, inside

AS numbers in paths: private ones, the neighbour's own, ours, and another one of ours on a session; communities that act by
themselves; MED, next hop, LOCAL_PREF. All but what OPEN says changes within the session.
"""
from lib.bird import Bird
from lib.frr import Frr
from lib.namespace import NET4, NET6
from lib.route import Route, by_prefix, canonical
from lib.wait import require, until
from lib.world import World

ACCEPT = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}
PRIVATE = Route("203.0.113.0/24", as_path=(64512, 3356, 4200000001))
OVERRIDDEN = Route("2001:db8:1::/48", as_path=(3356, 65012))
LOOPED = Route("198.51.100.0/24", as_path=(3356, 65000))
PLAIN = Route("192.0.2.0/24", as_path=(3356,), med=7)
SHUTDOWN, BLACKHOLE, NO_EXPORT = "65535:0", "65535:666", "65535:65281"
ALL = [PRIVATE, OVERRIDDEN, PLAIN]


class Source(Bird):
    """`hub_as` is what it expects bellmand's AS to be."""

    label = "BIRD"
    hub_as = 65000

    def write_configuration(self):
        super().write_configuration()
        text = self.configuration.read_text()
        s = self.session
        self.configuration.write_text(text.replace(f"neighbor {s.address} port {s.other.port} as {s.other.asn};",
                                                   f"neighbor {s.address} port {s.other.port} as {self.hub_as};"))

    def expect(self, asn):
        self.hub_as = asn
        self.write_configuration()
        self.birdc("configure")


def body(build, folder):
    with World(build, folder) as world:
        source = world.add(Source, name="source", **ACCEPT)
        frr = world.add(Frr, **ACCEPT)
        inside = world.add(Bird, asn=65000, name="inside", **ACCEPT)
        source.announce(ALL)
        world.start()
        lab = Lab(world, source, frr, inside)
        lab.paths_change_within_the_session()
        lab.med_and_next_hop_change_within_the_session()
        lab.next_hops_on_the_shared_subnet_stay()
        lab.communities_act_by_themselves()
        lab.local_pref_is_the_neighbours()
        lab.our_number_may_stand_in_a_path()
        lab.two_numbers_of_ours()
        lab.a_neighbour_of_either_number()


class Lab:
    def __init__(self, world, source, frr, inside):
        self.world, self.hub, self.source, self.frr, self.inside = world, world.hub, source, frr, inside

    def set(self, neighbor, **keys):
        table = self.hub.neighbors[neighbor.session.own_address]
        table.update(keys)
        self.hub.reload()

    def passed_on(self, change=lambda r: r, front=(65000,)):
        """What FRR gets. The loop check of FRR takes away what has its number."""
        sent = [change(r.with_(as_path=front + r.as_path, next_hop=self.hub.site.next_hop(r.family), med=None))
                for r in self.source.sent().values()]
        return by_prefix([r for r in sent if 65012 not in r.as_path])

    def at_frr(self, step, **how):
        """FRR's table; what it drops as a loop is still advertised to it."""
        wanted = self.passed_on(**how)
        from lib.world import complaints
        until(lambda: f"{step}: FRR: {complaints(self.frr, wanted)}", lambda: not complaints(self.frr, wanted), 20, daemon="FRR")

    def paths_change_within_the_session(self):
        self.at_frr("no rule")
        marks = self.world.marks()

        def path(f):
            return lambda r: r.with_(as_path=r.as_path[:1] + f(r.as_path[1:]))

        private = lambda n: 64512 <= n <= 65534 or n >= 4200000000  # noqa: E731
        self.set(self.frr, remove_private_as="all")  # all but its own, which is private too
        self.at_frr("private numbers removed", change=path(lambda p: tuple(n for n in p if not private(n) or n == 65012)))
        self.set(self.frr, remove_private_as="replace")
        self.at_frr("private numbers replaced", change=path(lambda p: tuple(65000 if private(n) and n != 65012 else n for n in p)))
        self.set(self.frr, remove_private_as="leading")
        self.at_frr("private numbers in front removed", change=path(leading_removed(private)))
        self.set(self.frr, remove_private_as="off", as_override=True)
        self.at_frr("its own number overridden", change=path(lambda p: tuple(65000 if n == 65012 else n for n in p)))
        self.set(self.frr, as_override=False)
        self.at_frr("no rule any more")
        self.world.require_same_sessions("paths change", marks)

    def med_and_next_hop_change_within_the_session(self):
        marks = self.world.marks()
        self.set(self.frr, med="keep")
        self.at_frr("MED kept", change=lambda r: r.with_(med=7 if r.prefix == PLAIN.prefix else None))
        self.set(self.frr, med="standard", next_hop="unchanged")
        self.at_frr("next hop unchanged", change=lambda r: r.with_(next_hop=self.source.session.next_hop(r.family)))
        self.set(self.frr, next_hop="standard")
        self.at_frr("as before")
        self.world.require_same_sessions("MED and next hop change", marks)

    def next_hops_on_the_shared_subnet_stay(self):
        """RFC 4271 §5.1.3: FRR reaches BIRD by itself. It is never told its own address, and what is elsewhere goes through us."""
        marks = self.world.marks()
        theirs = self.source.session.next_hop
        self.set(self.frr, next_hop_subnets=[f"{NET4}.0/24"])
        self.at_frr("next hops of IPv4 stay", change=lambda r: r.with_(next_hop=theirs(r.family)) if r.family == "ipv4" else r)
        self.set(self.frr, next_hop_subnets=[f"{NET4}.0/24", f"{NET6}:/64"])
        self.at_frr("next hops of both families stay", change=lambda r: r.with_(next_hop=theirs(r.family)))
        ours, own = self.hub.site.next_hop("ipv4"), self.frr.session.own.address4
        wanted = {"198.18.0.0/24": theirs("ipv4"), "198.18.1.0/24": ours, "198.18.2.0/24": ours}
        for prefix, hop in zip(wanted, (theirs("ipv4"), own, "192.0.2.77")):
            self.hub.inject(prefix, "--next-hop", hop)
        until(lambda: f"next hops of our own routes: FRR has {self.hops_at_frr(wanted)}, not {wanted}",
              lambda: self.hops_at_frr(wanted) == wanted, 20, daemon="FRR")
        for prefix in wanted:
            self.hub.withdraw(prefix)
        self.set(self.frr, next_hop_subnets=[])
        self.at_frr("next hops are ours again")
        self.world.require_same_sessions("subnets of next hops change", marks)

    def communities_act_by_themselves(self):
        marks = self.world.marks()
        tagged = PLAIN.with_(communities=frozenset({SHUTDOWN}))
        self.source.announce([tagged])
        self.at_inside("GRACEFUL_SHUTDOWN", tagged, 0)
        self.set(self.source, graceful_shutdown=False)
        self.at_inside("GRACEFUL_SHUTDOWN not heeded", tagged, 100)
        self.set(self.source, graceful_shutdown=True)
        self.source.announce([PLAIN])
        self.at_inside("no GRACEFUL_SHUTDOWN", PLAIN, 100)
        self.hub.ctl("neighbor", "change", self.frr.session.own_address, "--graceful-shutdown-send", "on")
        self.at_frr("GRACEFUL_SHUTDOWN sent", change=lambda r: r.with_(communities=frozenset({SHUTDOWN})))
        self.hub.ctl("neighbor", "change", self.frr.session.own_address, "--graceful-shutdown-send", "off")
        self.at_frr("GRACEFUL_SHUTDOWN taken back")
        hole = PLAIN.with_(communities=frozenset({BLACKHOLE}))
        self.source.announce([hole])
        marked = lambda r: r.with_(communities=frozenset({BLACKHOLE, NO_EXPORT}))  # noqa: E731: FRR adds NO_EXPORT itself
        self.at_frr("BLACKHOLE left to policy", change=marked)
        self.set(self.source, blackhole="no-export")
        self.at_inside("BLACKHOLE kept inside", hole.with_(communities=frozenset({BLACKHOLE, NO_EXPORT})), 100)
        until(lambda: f"FRR has {sorted(self.frr.table())}", lambda: not self.frr.table(), 10, daemon="FRR")
        self.set(self.source, blackhole="reject")
        until("BLACKHOLE rejected", lambda: self.rejected() == {PLAIN.prefix: "blackhole"}, 10)
        self.set(self.source, blackhole="ignore")
        self.at_frr("BLACKHOLE left to policy again", change=marked)
        self.source.announce(ALL)
        self.at_frr("all again")
        self.world.require_same_sessions("communities act", marks)

    def local_pref_is_the_neighbours(self):
        self.set(self.source, default_local_pref=150)
        self.at_inside("LOCAL_PREF", PLAIN, 150)
        self.set(self.source, default_local_pref=100)
        self.at_inside("LOCAL_PREF as before", PLAIN, 100)

    def our_number_may_stand_in_a_path(self):
        self.source.announce([LOOPED])
        until(lambda: f"the loop is seen: {self.rejected()}", lambda: self.rejected() == {LOOPED.prefix: "as-loop"}, 10)
        self.set(self.source, allow_own_as=1)
        self.at_frr("our number allowed once")
        self.source.announce([LOOPED.with_(as_path=(3356, 65000, 65000))])
        until(lambda: f"twice is too often: {self.rejected()}", lambda: self.rejected() == {LOOPED.prefix: "as-loop"}, 10)
        self.source.announce(ALL)
        self.set(self.source, allow_own_as=0)
        self.at_frr("no loop")

    def two_numbers_of_ours(self):
        """RFC 7705: FRR and BIRD see 65099 on the session, and each other behind both numbers."""
        frr_route = Route("100.64.0.0/24", as_path=(174,))
        self.frr.announce([frr_route])
        self.source.expect(65099)
        self.set(self.source, local_as=65099)
        until("the session with another number", lambda: self.hub.is_up(self.source.session.own_address), 30)
        self.at_frr("both numbers show", front=(65000, 65099))
        self.at_source("both numbers show", frr_route, (65099, 65000, 65012, 174))
        marks = self.world.marks()
        self.set(self.source, local_as_no_prepend=True)
        self.at_frr("not in what comes")
        self.set(self.source, local_as_replace_as=True)
        self.at_source("alone in what leaves", frr_route, (65099, 65012, 174))
        self.world.require_same_sessions("the variants change", marks)

    def a_neighbour_of_either_number(self):
        address = self.source.session.own_address
        self.set(self.source, local_as_dual=True)
        until("the session with the other number", lambda: self.hub.is_up(address), 30)
        self.source.expect(65000)
        until("the neighbour expects the speaker's own number", lambda: self.path_at_source() == (65000, 65012, 174), 60)
        self.source.expect(65099)
        until("and the other one again", lambda: self.path_at_source() == (65099, 65012, 174), 60)

    # ---- what is seen
    def rejected(self):
        rows = self.hub.ctl("route", "list", "--view", "received", "--neighbor", self.source.session.own_address)
        rows = rows["routes"] if isinstance(rows, dict) else rows
        return {r["prefix"]: r.get("rejected") for r in rows}

    def at_inside(self, step, route, local_pref):
        wanted = route.with_(as_path=(65011,) + route.as_path, next_hop=self.source.session.next_hop("ipv4"), local_pref=local_pref)
        until(lambda: f"{step}: inside has {self.inside.table().get(route.prefix)}, not {wanted}",
              lambda: self.inside.table().get(route.prefix) == wanted, 20, daemon="BIRD")

    def hops_at_frr(self, prefixes):
        return {p: r.next_hop for p, r in self.frr.table().items() if p in prefixes}

    def path_at_source(self):
        route = self.source.table().get(canonical("100.64.0.0/24"))
        return route and route.as_path

    def at_source(self, step, route, path):
        until(lambda: f"{step}: BIRD sees the path {self.path_at_source()}, not {path}", lambda: self.path_at_source() == path, 20,
              daemon="BIRD")


def leading_removed(private):
    def change(path):
        at = next((i for i, n in enumerate(path) if not private(n) or n == 65012), len(path))
        return path[at:]
    return change


def runs():
    yield [Bird, Frr], "ipv4", body
