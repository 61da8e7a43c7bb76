"""Several paths of a prefix, in and out (RFC 7911): everybody holds the paths that he should, each under an id of its own.

    a AS 65011 ──┐                       ┌──▶ ids: a speaker with Add-Path, which sees the ids
    b AS 64701 ──┼──▶ bellmand AS 65000 ─┼──▶ limited: the same, takes two paths of a prefix (paths limit)
    c AS 64701 ──┘          ▲            └──▶ plain: a speaker without Add-Path
                            │ both ways
                    BIRD, FRR or GoBGP ◀── x, y: speakers

Who has Add-Path holds every path but his own, `plain` the best one. What comes and goes, what overtakes another, and another choice
(`best-2`, `per-as`) changes that and no more: the ids of other paths stay. At the end of each step the invariant, with every
path counted: what a neighbour holds = what bellmand says it advertised = what the scenario worked out.
"""
import struct
import time
from collections import Counter

from lib import bgp
from lib.add_path import (AddPathBird, AddPathFrr, AddPathGoBgp, AddPathSpeaker, FrrBestPerAs, LimitedSpeaker, ManyPathsSender)
from lib.case import Case
from lib.route import Route, differences
from lib.speaker import Speaker
from lib.table import parse_row
from lib.wait import require, until, until_empty
from lib.world import World, site

SHARED4 = [f"10.88.{i}.0/24" for i in range(4)]
SHARED6 = [f"2001:db8:88{i}::/48" for i in range(4)]
SHARED = SHARED4 + SHARED6
ACCEPT = [{"then": {"outcome": "accept"}}]
POLICIES = {"import_policy": ["all"], "export_policy": ["all"]}


def behind(hops):
    """An AS path of so many numbers behind the sender's own."""
    return tuple(64500 + i for i in range(hops))


def listed(hub, view, neighbor):
    """[(path id, Route)], without what was rejected: FRR sends us our own paths back."""
    rows = hub.ctl("route", "list", "--view", view, "--neighbor", neighbor.session.own_address)["routes"]
    return [(row["path_id"], parse_row(row)) for row in rows if not row.get("rejected")]


class Scene:
    def __init__(self, world, kind):
        world.hub.policies = {"all": ACCEPT}
        self.world, self.hub = world, world.hub
        self.a = world.add(Speaker, name="a", **POLICIES)
        self.b = world.add(Speaker, asn=64701, name="b", **POLICIES)
        self.c = world.add(Speaker, asn=64701, name="c", **POLICIES)
        self.peer = world.add(kind, name="peer", add_path_receive=True, add_path_send="all", **POLICIES)
        self.ids = world.add(AddPathSpeaker, name="ids", add_path_send="all", **POLICIES)
        self.limited = world.add(LimitedSpeaker, name="limited", add_path_send="all", **POLICIES)
        self.plain = world.add(Speaker, name="plain", **POLICIES)
        one_as = kind is FrrBestPerAs
        self.x = self.peer.add_source(site("x", 41, 64801))
        self.y = self.peer.add_source(site("y", 42, 64801 if one_as else 64802))
        self.sends_all = not one_as
        self.choice = {self.peer: (None, False), self.ids: (None, False), self.limited: (2, False)}
        self.peer_is_up = True
        for source, hops in ((self.a, 0), (self.b, 1), (self.c, 2)):
            source.announce([Route(p, as_path=behind(hops)) for p in SHARED])
        self.x.announce([Route(p, as_path=behind(3)) for p in SHARED4])
        self.y.announce([Route(p, as_path=behind(4)) for p in SHARED4])

    def of_peer(self):
        """What bellmand has of the daemon: the paths of its sources."""
        if not self.peer_is_up:
            return []
        own = self.peer.session
        paths = [r.with_(as_path=(own.own.asn, *r.as_path), next_hop=own.next_hop("ipv4"), med=None, local_pref=None)
                 for s in (self.x, self.y) for r in s.sent().values()]
        if self.sends_all:
            return paths
        best = {}
        for r in paths:
            best[r.prefix] = min(best.get(r.prefix, r), r, key=lambda p: len(p.as_path))
        return list(best.values())

    def all_paths(self):
        """[(source, Route)], the best of each prefix first; no two are of the same length."""
        paths = [(s, r) for s in (self.a, self.b, self.c) if s.wanted for r in s.sent().values()]
        paths += [(self.peer, r) for r in self.of_peer()]
        return sorted(paths, key=lambda p: len(p[1].as_path))

    def wanted(self, to):
        most, per_as = self.choice.get(to, (1, False))
        chosen, seen = [], set()
        paths = self.all_paths()
        if to not in self.choice:  # the best one of all, unless it is his own
            best = {}
            for source, r in paths:
                best.setdefault(r.prefix, (source, r))
            paths = list(best.values())
        counts = Counter()
        for source, r in paths:
            key = (r.prefix, r.as_path[0])
            if source is to or (most is not None and counts[r.prefix] >= most) or (per_as and key in seen):
                continue
            seen.add(key)
            counts[r.prefix] += 1
            chosen.append(r.with_(as_path=(self.hub.site.asn, *r.as_path), next_hop=self.hub.site.next_hop(r.family), med=None,
                                  local_pref=None))
        return Counter(chosen)

    def held(self, to):
        if to in self.choice:
            routes = [r for f in to.session.families for r in to.received_paths(f)]
        else:
            routes = to.table().values()
        return Counter(r.with_(local_pref=None) for r in routes)

    def settle(self, step, seconds=30):
        for to in (self.peer, self.ids, self.limited, self.plain):
            if to is self.peer and not self.peer_is_up:
                continue
            wanted = self.wanted(to)
            until_empty(f"{step}: {to.session.own.name} does not hold what it should",
                        lambda t=to, w=wanted: unlike(w, self.held(t)), seconds, daemon=self.peer.label)
            until_empty(f"{step}: the advertised view of {to.session.own.name}",
                        lambda t=to, w=wanted: unlike(w, Counter(r.with_(local_pref=None) for _, r in listed(self.hub, "advertised", t))),
                        seconds, daemon=self.peer.label)
        until_empty(f"{step}: what bellmand has of {self.peer.label}", lambda: self.received_is_wrong(), seconds, daemon=self.peer.label)
        self.check_ids(step)

    def received_is_wrong(self):
        rows = listed(self.hub, "received", self.peer) if self.peer_is_up else []
        wrong = unlike(Counter(self.of_peer()), Counter(r.with_(med=None, local_pref=None) for _, r in rows))
        if len({(r.prefix, number) for number, r in rows}) != len(rows):
            wrong.append("a path id stands for two paths")
        return wrong

    def check_ids(self, step):
        """The ids on the wire are those of the advertised view, and each stands for one path of its prefix."""
        for to in (self.ids, self.limited):
            said = {(r.prefix, number): r for number, r in listed(self.hub, "advertised", to)}
            wrong = differences({str(k): r for k, r in said.items()}, {str(k): r for k, r in to.paths_by_id().items()}, ["local_pref"])
            require(not wrong, f"{step}: ids of {to.session.own.name}: {wrong[:5]}", self.peer.label)
            require(all(number != 0 for _, number in said), f"{step}: a path without an id", self.peer.label)


def unlike(wanted, got):
    lines = [f"missing {n} x {r.brief()}" for r, n in (wanted - got).items()]
    return lines + [f"unexpected {n} x {r.brief()}" for r, n in (got - wanted).items()]


def ids_of(speaker, but_from=()):
    """(prefix, AS path) -> id, without the paths of some neighbouring ASes."""
    return {(p, r.as_path): number for (p, number), r in speaker.paths_by_id().items() if r.as_path[1] not in but_from}


def body(kind, build, folder):
    with World(build, folder) as world:
        s = Scene(world, kind)
        world.start()
        s.settle("announce")
        agreed = s.hub.show(s.peer.session.own_address)["add_paths"]
        require(sorted(agreed) == ["ipv4-unicast both", "ipv6-unicast both"], f"Add-Path with {s.peer.label}: {agreed}", s.peer.label)
        agreed = s.hub.show(s.limited.session.own_address)["add_paths"]
        require(sorted(agreed) == ["ipv4-unicast send, at most 2", "ipv6-unicast send, at most 2"], f"the limit: {agreed}", s.peer.label)
        mark = s.peer.session_mark()

        before = ids_of(s.ids, but_from=[64701])
        s.b.announce(list(s.b.routes.values())[::2])
        s.settle("half of b's paths go")
        require(ids_of(s.ids, but_from=[64701]) == before, "ids of other paths have changed", s.peer.label)

        table = s.ids.table_of_session()
        gone, before = dict(table.withdrawn), ids_of(s.ids)
        s.a.announce([r.with_(as_path=behind(7)) for r in s.a.routes.values()])
        s.settle("the best one becomes the worst one")
        require(s.ids.table_of_session().withdrawn == gone, "a change of order withdrew a path", s.peer.label)
        others = {k: n for k, n in before.items() if k[1][1] != s.a.session.own.asn}
        require(ids_of(s.ids, but_from=[s.a.session.own.asn]) == others, "ids of other paths have changed", s.peer.label)

        s.x.announce(list(s.x.routes.values())[:2])
        s.settle("half of x's paths go")
        s.b.announce([Route(p, as_path=behind(1)) for p in SHARED])
        s.settle("b's paths are back")

        for choice, what in (("best-2", (2, False)), ("per-as", (None, True)), ("all", (None, False))):
            s.hub.ctl("neighbor", "change", s.peer.session.own_address, "--add-path-send", choice)
            s.choice[s.peer] = what
            s.settle(choice)
        s.peer.request_refresh()
        s.settle("refresh")
        require(s.peer.session_mark() == mark, "the session of the daemon is another one", s.peer.label)
        again = [n.session.own.name for n in world.neighbors if s.hub.neighbor(n.session.own_address)["sessions"] != 1]
        require(not again, f"there were further sessions of {again}", s.peer.label)

        s.b.disable()
        s.settle("b is down")
        s.b.enable()
        world.until_up()
        s.settle("b is back")
        s.peer.disable()
        s.peer_is_up = False
        s.settle("the daemon is down")
        s.peer.enable()
        world.until_up()
        s.peer_is_up = True
        s.settle("the daemon is back")


def over_the_limit(build, folder):
    """A neighbour that sends more paths than it was told to: what is too much is refused, and the session stays."""
    with World(build, folder) as world:
        world.hub.policies = {"all": ACCEPT}
        sender = world.add(ManyPathsSender, name="sender", families=("ipv4",), add_path_receive=True, paths_limit=2, **POLICIES)
        plain = world.add(Speaker, name="plain", families=("ipv4",), **POLICIES)
        world.start()
        hub, address = world.hub, sender.session.own_address
        told = told_limit(sender)
        require(told == [(1, 1, 2)], f"it was told the limit {told}")
        prefix = SHARED4[0]
        sender.send_paths([(n, Route(prefix, as_path=behind(5 - n))) for n in (1, 2, 3)])

        def counts():
            return next(iter(hub.show(address)["routes"]), {})

        until(lambda: f"two are kept, one refused: {counts()}", lambda: (counts().get("received"), counts().get("refused")) == (2, 1))
        require([n for n, _ in sorted(listed(hub, "received", sender), key=lambda r: r[0])] == [1, 2], "the first two are kept")
        until("the best of them goes on", lambda: len(plain.table()[prefix].as_path) == 5 if prefix in plain.table() else False)
        sender.withdraw_path(prefix, 1)
        sender.send_paths([(3, Route(prefix, as_path=behind(2)))])
        until("there is room for another", lambda: len(plain.table()[prefix].as_path) == 4 if prefix in plain.table() else False)
        sender.withdraw_path(prefix, 3)
        sender.withdraw_path(prefix, 9)
        sender.withdraw_path(prefix, 2)
        until("none is left", lambda: not plain.table())
        time.sleep(0.3)
        sender.expect_up("at the end")


def told_limit(speaker):
    values = bgp.capabilities_of(speaker.link.open_body).get(76, [])
    return [one for v in values for one in struct.iter_unpack("!HBH", v)]


def runs():
    for kind in (AddPathBird, AddPathFrr, FrrBestPerAs, AddPathGoBgp):
        yield (kind,), "ipv4", lambda build, folder, k=kind: body(k, build, folder)
    yield [Case("over the limit")], "ipv4", over_the_limit
