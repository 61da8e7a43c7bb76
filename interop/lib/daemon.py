"""What every neighbour daemon can do in a scenario, whoever wrote it."""
from dataclasses import dataclass
from pathlib import Path

from .route import BOTH
from .wait import until


@dataclass(frozen=True)
class Site:
    """Where a speaker lives and who it is. `port` is its BGP port; `next_hop4` what its routes say where a loopback address
    of its own would not do."""

    name: str
    asn: int
    router_id: str
    address4: str
    address6: str
    port: int = 179
    next_hop4: str = ""

    def address(self, transport):
        return self.address6 if transport == "ipv6" else self.address4

    def next_hop(self, family):
        return self.address6 if family == "ipv6" else self.next_hop4 or self.address4


@dataclass(frozen=True)
class Session:
    """A session as the neighbour sees it: its own site, the other's, and over which addresses they meet."""

    own: Site
    other: Site
    transport: str = "ipv4"
    passive: bool = False
    hold_time: int = 30
    families: tuple = BOTH

    @property
    def own_address(self):
        return self.own.address(self.transport)

    @property
    def address(self):
        return self.other.address(self.transport)

    @property
    def is_ebgp(self):
        return self.own.asn != self.other.asn

    def next_hop(self, family):
        """What our routes say; explicit, because IPv6 routes over an IPv4 connection have no other way to know."""
        return self.own.next_hop(family)


class Neighbor:
    """A BGP daemon with one session. Subclasses say how it is configured, asked and told."""

    label = ""
    default_med = None  # what it sends where we say nothing

    def __init__(self, session, folder):
        self.session = session
        self.folder = Path(folder) / session.own.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.routes = {}
        self.process = None

    # ---- what subclasses provide
    @staticmethod
    def version():
        """Name and version for the report."""
        raise NotImplementedError

    @staticmethod
    def unavailable():
        """Why it cannot be started here, if it cannot."""
        return None

    def start(self):
        raise NotImplementedError

    def announce(self, routes):
        """Exactly these routes are announced from now on (attributes but the own AS and next hop are kept as given)."""
        raise NotImplementedError

    def state(self):
        """The session's state in lower case, as the daemon names it."""
        raise NotImplementedError

    def received(self, family):
        """Its table of what came over the session: prefix -> Route, as it came."""
        raise NotImplementedError

    def reflection(self, prefix):
        """ORIGINATOR_ID and CLUSTER_LIST (a list, or None) of an IPv4 route that it received."""
        raise NotImplementedError

    def session_mark(self):
        """Stays the same as long as the session is the same one; None while there is none."""
        raise NotImplementedError

    def withdrawals(self):
        """How many routes were withdrawn over the session; None if the daemon does not count that."""
        return None

    def counters(self):
        """Messages by the names that bellmand has for them, but from this side: updates_in are those it received. None for
        what it does not count, an empty one if it counts nothing."""
        return {}

    def disable(self):
        raise NotImplementedError

    def enable(self):
        raise NotImplementedError

    def request_refresh(self):
        """Asks the other side for everything again (RFC 2918)."""
        raise NotImplementedError

    def show(self):
        """Its own list of neighbours, for people."""
        raise NotImplementedError

    @staticmethod
    def as_shown(route):
        """A route without what the daemon's own tables do not tell apart."""
        return route

    # ---- common to all
    def stop(self):
        return self.process.stop() if self.process else True

    def is_up(self):
        return self.state() == "established"

    def until_up(self, seconds=30):
        until(lambda: f"{self.label} sees the session as {self.state()}", self.is_up, seconds, daemon=self.label)

    def table(self):
        return {p: r for family in self.session.families for p, r in self.received(family).items()}

    def sent(self):
        """What it announces, as it arrives at the other side: prefix -> Route."""
        own = (self.session.own.asn,) if self.session.is_ebgp else ()
        local_pref = None if self.session.is_ebgp else 100
        return {p: r.with_(next_hop=self.session.next_hop(r.family), as_path=own + r.as_path, local_pref=local_pref,
                           med=self.default_med if r.med is None else r.med)
                for p, r in self.routes.items() if r.family in self.session.families}
