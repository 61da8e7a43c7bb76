"""A raw BGP speaker as a neighbour: says exactly what a scenario wants, and keeps account of all that it is told."""
import socket
import struct
from pathlib import Path

from . import bgp
from .bgp import AFI, WELL_KNOWN
from .daemon import Neighbor
from .link import Link, Listener
from .reactor import reactor
from .received import ORIGINS, Table
from .route import canonical
from .wait import Failed, until

RETRY = 0.2


def attributes_of(route, own, four_byte=True, with_local_pref=False):
    """The bytes of a route's attributes without its next hop, in the order of their types."""
    out = bgp.attribute(bgp.ORIGIN, WELL_KNOWN, bytes([ORIGINS.index(route.origin)]))
    out += bgp.attribute(bgp.AS_PATH, WELL_KNOWN, bgp.path_value((*own, *route.as_path), four_byte))
    if route.med is not None:
        out += bgp.attribute(bgp.MED, bgp.OPTIONAL, struct.pack("!I", route.med))
    if with_local_pref:
        out += bgp.attribute(bgp.LOCAL_PREF, WELL_KNOWN, struct.pack("!I", 100 if route.local_pref is None else route.local_pref))
    if route.communities:
        out += bgp.attribute(bgp.COMMUNITIES, bgp.TRANSITIVE, bgp.communities_value(sorted(route.communities)))
    if route.large:
        values = sorted(tuple(map(int, c.split(":"))) for c in route.large)
        out += bgp.attribute(bgp.LARGE_COMMUNITIES, bgp.TRANSITIVE, b"".join(struct.pack("!III", *v) for v in values))
    return out


class Speaker(Neighbor):
    """Connects to the other side, or waits for it where its session is passive. `offers` changes the capabilities:
    four_byte, refresh, extended, families; `offered` replaces their bytes."""

    label = "speaker"

    def __init__(self, session, folder=None, offered=None, **offers):
        self.session, self.routes, self.process = session, {}, None
        self.folder = Path(folder) if folder else None
        self.four_byte = offers.get("four_byte", True)
        own = session.own
        if offered is None:
            offered = bgp.capabilities(own.asn, offers.pop("families", session.families), **offers)
        self.identity = bgp.open_message(own.asn, own.router_id, session.hold_time, offered)
        self.links, self.listener, self.wanted = [], None, False
        self.greeted = None  # the link that was sent our routes
        self.tables = {}  # link -> (table, messages taken)

    @staticmethod
    def version():
        return "speaker (raw)"

    # ---- its life
    def start(self):
        self.wanted = True
        if self.session.passive:
            self.listen()
        else:
            self.connect()

    def listen(self):
        self.listener = Listener(self.session.own_address, self.session.own.port, lambda s: self.adopt(s) if self.wanted else s.close())

    def adopt(self, sock):
        self.links.append(Link(sock, self.identity, on_close=self.on_close))

    def connect(self):
        """A further connection, also beside one that is there."""
        link = Link.connect(self.session.own_address, self.session.address, self.session.other.port, identity=self.identity,
                            on_close=self.on_close)
        self.links.append(link)
        return link

    def on_close(self, link):
        if self.wanted and not self.session.passive and not any(k.closed is None for k in self.links):
            reactor().later(RETRY, self.reconnect)

    def reconnect(self):
        if self.wanted and not any(k.closed is None for k in self.links):
            del self.links[:-8]
            self.connect()

    def stop(self):
        self.wanted = False
        if self.listener:
            self.listener.close()
        for link in list(self.links):
            link.close()
        self.tables.clear()
        return True

    def disable(self):
        self.wanted = False
        for link in [k for k in self.links if k.closed is None]:
            link.send(bgp.notification(6, 2))
            link.close()

    def enable(self):
        self.wanted = True
        if not self.session.passive:
            self.connect()

    @property
    def link(self):
        """The session's connection; the newest one where none is established."""
        return next((k for k in reversed(self.links) if k.is_up()), self.links[-1] if self.links else None)

    def state(self):
        return "established" if self.link and self.link.is_up() else "down"

    def show(self):
        return f"{self.session.own.name}: {self.state()}"

    # ---- what it says
    def send(self, *messages):
        self.link.send(messages[0] if len(messages) == 1 else b"".join(messages))

    def announce(self, routes):
        before, self.routes = self.routes, {p: r.with_(prefix=p) for r in routes for p in (canonical(r.prefix),)}
        if self.link and self.link.is_up():
            self.greeted = self.link
            gone = [p for p in before if p not in self.routes]
            self.send(b"".join(self.messages_without(gone) + self.messages_for(self.routes.values())))

    def until_up(self, seconds=30):
        super().until_up(seconds)
        if self.routes and self.greeted is not self.link:
            self.greeted = self.link
            self.send(b"".join(self.messages_for(self.routes.values())), *map(bgp.end_of_rib, self.session.families))

    def messages_for(self, routes, limit=4096):
        """UPDATEs that announce these, those with the same attributes together."""
        own, ibgp = ((self.session.own.asn,), False) if self.session.is_ebgp else ((), True)
        groups = {}
        for r in routes:
            via = socket.inet_pton(socket.AF_INET6 if r.family == "ipv6" else socket.AF_INET, r.next_hop or self.session.next_hop(r.family))
            groups.setdefault((AFI[r.family], attributes_of(r, own, self.four_byte, ibgp), via), []).append(bgp.prefix(r.prefix))
        return [m for (afi, raw, via), prefixes in groups.items() for m in bgp.announcements(afi, raw, via, prefixes, limit)]

    def messages_without(self, prefixes, limit=4096):
        out = []
        for family, afi in AFI.items():
            chosen = [bgp.prefix(p) for p in prefixes if (":" in p) == (family == "ipv6")]
            out += bgp.withdrawals(afi, chosen, limit)
        return out

    def request_refresh(self):
        self.send(*map(bgp.route_refresh, self.session.families))

    # ---- what it was told
    def table_of_session(self):
        """A Table of everything that came over the present connection."""
        link = self.link
        if link is None:
            return Table(self.four_byte)
        table, taken = self.tables.get(link, (None, 0))
        if table is None:
            self.tables = {link: (self.new_table(), 0)}
            table = self.tables[link][0]
        upto = len(link.messages)
        for kind, body in link.messages[taken:upto]:
            if kind == bgp.UPDATE:
                table.take(body)
        self.tables[link] = (table, upto)
        return table

    def new_table(self):
        return Table(self.four_byte)

    def received(self, family):
        afi = AFI[family]
        if not self.link:
            return {}
        read = self.table_of_session().routes[afi].items()
        return {text: a.route(text) for p, a in read for text in (bgp.prefix_text(p, afi),)}

    def until_end_of_rib(self, seconds=30):
        wanted = {AFI[f] for f in self.session.families}
        until(lambda: f"{self.session.own.name}: End-of-RIB for {wanted - self.table_of_session().ended}",
              lambda: wanted <= self.table_of_session().ended, seconds, daemon=self.label)

    def until_closed(self, link=None, seconds=20):
        """Waits for the end of a connection; answers the NOTIFICATION's code and subcode, or None."""
        link = link or self.link
        until(f"{self.session.own.name}: the connection ends", lambda: link.closed is not None, seconds, 0.01, self.label)
        return link.notification and link.notification[:2]

    def expect_up(self, what):
        if not self.link.is_up():
            raise Failed(f"{what}: the session ended: {self.link.notification or self.link.why}", self.label)
