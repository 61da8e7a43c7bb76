"""Clients of a route server that differ in what they may have (RFC 7947 §2.3): the best path of all is hidden from some of them.

    near, middle, far: speakers        bellmand AS 65000, the route server        BIRD, FRR, GoBGP: members with routes of their own

All announce the same prefixes, and each path may say from whom it is to be hidden: by a community that the export policy of one member
refuses, or by NO_EXPORT, which nobody gets. Whose own path is best has to get another one too. Every member gets the best path of those
that he may have, or, with `best_path_per_client` off, the best path of all or none. Policies and the knob change while the sessions
stay. Each step ends with the invariant: what a member holds = what bellmand says it advertised to him = what was worked out here.
"""
from lib.route import Route, by_prefix
from lib.speaker import Speaker
from lib.world import KINDS, World

PREFIXES = [f"203.0.{i}.0/24" for i in range(6)] + [f"2001:db8:cc{i}::/48" for i in range(6)]
NO_EXPORT = "65535:65281"
SOURCES = ("near", "middle", "far")


def mark(number):
    """Says: not to the member of this number."""
    return f"64999:{number}"


def members_out(number):
    return [{"match": {"any_community": [mark(number)]}, "then": {"outcome": "reject", "reason": "hidden"}}, {"then": {"outcome": "accept"}}]


class Scene:
    def __init__(self, world):
        self.world, self.hub = world, world.hub
        self.hub.policies = {"in": [{"then": {"outcome": "accept"}}]}
        self.hub.groups["members"] = {"route_server_client": True, "import_policy": ["in"]}
        self.refused, self.shared = {}, set()
        for kind in (*KINDS, Speaker, Speaker, Speaker):
            number = 11 + len(world.neighbors)
            name = SOURCES[number - 14] if kind is Speaker else None
            n = world.add(kind, name=name, group="members", export_policy=[f"out{number}"])
            self.refused[n] = mark(number)
            self.hub.policies[f"out{number}"] = members_out(number)
        self.members, self.sources = world.neighbors[:3], world.neighbors[3:]
        self.announce()

    def announce(self, med=1):
        """Paths get longer in the order near, BIRD, middle, FRR, far, GoBGP, so that no two are alike."""
        order = [n for pair in zip(self.sources, self.members) for n in pair]
        first, second, third = (self.refused[m] for m in self.members)
        hidden = {order[0]: [{first}, {second}, {first, second, third}, {NO_EXPORT}, set(), {third}],
                  order[1]: [set()] * 6, order[2]: [{first, third}, {third}, {first}, set(), {second}, {second}]}
        for hops, n in enumerate(order):
            marks = hidden.get(n, [set()] * 6)
            n.announce([Route(p, med=med, as_path=tuple(64500 + i for i in range(hops)), communities=frozenset(marks[i % 6]))
                        for i, p in enumerate(PREFIXES)])

    def wanted(self, to):
        paths = {}
        for n in self.world.neighbors:
            for r in n.sent().values() if n.wanted_up else ():
                paths.setdefault(r.prefix, []).append((n, r))
        out = []
        for of_prefix in paths.values():
            of_prefix.sort(key=lambda p: len(p[1].as_path))
            may = [r for n, r in (of_prefix[:1] if to in self.shared else of_prefix)
                   if n is not to and not r.communities & {NO_EXPORT, self.refused[to]}]
            out += may[:1]
        return by_prefix(r.with_(local_pref=None) for r in out)

    def settle(self, step):
        self.world.settle(step, {to: self.wanted(to) for to in self.world.neighbors if to.wanted_up})


def body(build, folder, transport):
    with World(build, folder, transport) as world:
        s = Scene(world)
        for n in world.neighbors:
            n.wanted_up = True
        world.start()
        s.settle("announce")
        before = {n: n.session_mark() for n in s.members}

        bird, frr, gobgp = s.members
        for n, said in ((frr, "off"), (bird, "off"), (frr, "on")):
            s.hub.ctl("neighbor", "change", n.session.own_address, "--best-path-per-client", said)
            (s.shared.add if said == "off" else s.shared.discard)(n)
            s.settle(f"best_path_per_client is {said} for {n.label}")

        s.announce(med=7)
        s.settle("MED of every path changes")
        for n in s.members:
            n.request_refresh()
        s.settle("refresh")

        number = gobgp.session.own.asn - 65000
        s.hub.policies[f"out{number}"] = members_out(11)
        s.hub.reload()
        s.refused[gobgp] = mark(11)
        s.settle("another export policy")

        near = s.sources[0]
        near.announce([r for i, r in enumerate(near.routes.values()) if i % 2])
        s.settle("the best source withdraws half")
        world.require_same_sessions("none of that costs a session", before)

        middle = s.sources[1]
        middle.disable()
        middle.wanted_up = False
        s.settle("a source leaves")
        middle.enable()
        world.until_up()
        middle.wanted_up = True
        s.settle("and returns")


def runs():
    for transport in ("ipv4", "ipv6"):
        yield KINDS, transport, lambda build, folder, t=transport: body(build, folder, t)
