"""A bellmand and its neighbours in one namespace, and the invariant that every scenario ends its steps with."""
from .bellmand import Bellmand
from .bird import Bird
from .daemon import Session, Site
from .exabgp import ExaBgp
from .frr import Frr
from .gobgp import GoBgp
from .namespace import NET4, NET6
from .openbgpd import OpenBgpd
from .route import differences
from .wait import require, until, until_empty

KINDS = (Bird, Frr, GoBgp)  # those of the lab
ALL_KINDS = (*KINDS, OpenBgpd, ExaBgp)
BELLMAN_AS = 65000


def site(name, number, asn):
    """Addresses follow from the number: 1 is bellmand, neighbours start at 11."""
    return Site(name, asn, f"10.0.0.{number}", f"{NET4}.{number}", f"{NET6}:{number}")


class World:
    """`with World(...) as world:` starts nothing yet: a scenario configures first, then calls start()."""

    def __init__(self, build, folder, transport="ipv4"):
        self.folder, self.transport = folder, transport
        self.hub = Bellmand(site("bellmand", 1, BELLMAN_AS), build, folder, transport)
        self.neighbors = []

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        for part in [*self.neighbors, self.hub]:
            part.stop()

    def add(self, kind, asn=None, passive=False, name=None, families=("ipv4", "ipv6"), **keys):
        """A neighbour of this kind; `keys` go to its table in bellmand's configuration."""
        number = 11 + len(self.neighbors)
        own = site(name or kind.label.lower(), number, asn or 65000 + number)
        session = Session(own, self.hub.site, self.transport, passive, families=families)
        neighbor = kind(session, self.folder)
        self.neighbors.append(neighbor)
        self.hub.add_neighbor(session, **keys)
        return neighbor

    def start(self):
        self.hub.start()
        for n in self.neighbors:
            n.start()
        self.until_up()

    def until_up(self, seconds=30):
        for n in self.neighbors:
            n.until_up(seconds)
        self.hub.until_up([n.session.own_address for n in self.neighbors])

    # ---- sessions that must not notice
    def marks(self):
        """What tells the present sessions from later ones, as each neighbour sees its own."""
        return {n: n.session_mark() for n in self.neighbors}

    def require_same_counts(self, step):
        """An established session's counts are those of the neighbour, where it keeps some."""
        for n in self.neighbors:
            until(lambda n=n: f"{step}: bellmand's counts are not those of {n.label}: {self.other_counts(n)}", lambda n=n: not self.other_counts(n),
                  daemon=n.label)

    def other_counts(self, neighbor):
        traffic = self.hub.neighbor(neighbor.session.own_address)["traffic"]
        ours = {f"{name}_{'in' if way == 'out' else 'out'}": (key, traffic[key]) for key in traffic for name, _, way in (key.rpartition("_"),) if way in ("in", "out")}
        return {key: f"{ours[key][1]} at bellmand, {count} there" for key, count in neighbor.counters().items()
                if count is not None and ours[key][1] != count}

    def require_same_sessions(self, step, before, but=()):
        for n, mark in before.items():
            if n not in but:
                now = n.session_mark()
                require(mark is not None and now == mark, f"{step}: the session of {n.label} was {mark} and is {now}", n.label)

    def until_reset(self, step, neighbor, before, seconds=40):
        """Waits for another session of this neighbour."""
        until(lambda: f"{step}: another session of {neighbor.label} than {before[neighbor]}: {neighbor.session_mark()}",
              lambda: neighbor.session_mark() not in (None, before[neighbor]), seconds, daemon=neighbor.label)

    # ---- the invariant
    def settle(self, step, wanted, seconds=20):
        """Each neighbour's own table == what bellmand says it advertised to it == what policy over the best paths says.
        `wanted` maps a neighbour to its routes (prefix -> Route), which the scenario worked out by itself."""
        for neighbor, routes in wanted.items():
            until_empty(f"{step}: {neighbor.label} does not have what it should",
                        lambda n=neighbor, r=routes: complaints(n, r), seconds, daemon=neighbor.label)
            until_empty(f"{step}: bellmand's advertised view for {neighbor.label} is not what it sent",
                        lambda n=neighbor, r=routes: differences(r, self.advertised(n)), seconds,
                        daemon=neighbor.label)

    def advertised(self, neighbor):
        return self.hub.advertised(neighbor.session.own_address, neighbor.session.families)


def complaints(neighbor, wanted):
    """LOCAL_PREF never crosses an eBGP session; daemons show one of their own there."""
    return differences({p: neighbor.as_shown(r) for p, r in wanted.items()}, neighbor.table(), ["local_pref"] if neighbor.session.is_ebgp else [])
