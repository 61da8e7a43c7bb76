"""A raw speaker that behaves: its routes go out with every session and to every Route Refresh, and all it hears is kept in order."""
import time
from dataclasses import dataclass
from ipaddress import ip_address

from . import bgp
from .bgp import AFI
from .link import Link
from .received import Attributes
from .route import Route
from .speaker import Speaker, attributes_of

FAMILIES = {afi: family for family, afi in AFI.items()}


@dataclass(frozen=True)
class Heard:
    what: str  # "announce", "withdraw", "end-of-rib", "refresh" or "notification"
    at: float
    prefix: str = ""
    route: Route | None = None
    family: str = ""
    text: str = ""


class Witness(Speaker):
    label = "witness"

    def __init__(self, session, folder=None):
        super().__init__(session, folder)
        self.heard, self.sessions = [], 0
        self.extra_attributes = {}  # prefix -> whole attributes, sent behind the others

    @staticmethod
    def version():
        return "witness (raw)"

    # ---- its connections
    def adopt(self, sock):
        self.links.append(WitnessLink(sock, owner=self, identity=self.identity, on_close=self.on_close))

    def connect(self):
        s = self.session
        link = WitnessLink.connect(s.own_address, s.address, s.other.port, owner=self, identity=self.identity, on_close=self.on_close)
        self.links.append(link)
        return link

    def greet(self, link):
        self.sessions, self.greeted = self.sessions + 1, link
        link.say(b"".join(self.messages_for(self.routes.values()) + [bgp.end_of_rib(f) for f in self.session.families]))

    def answer_refresh(self, link, body):
        """With the marks of RFC 7313, whose capability we announce."""
        afi = int.from_bytes(body[:2], "big")
        family = FAMILIES[afi]
        ours = [r for r in self.routes.values() if r.family == family]
        marked = 70 in bgp.capabilities_of(link.open_body)
        begin, end = ([bgp.route_refresh(family, 1)], [bgp.route_refresh(family, 2)]) if marked else ([], [])
        link.say(b"".join(begin + self.messages_for(ours) + end))

    def messages_for(self, routes, limit=4096):
        routes = list(routes)
        out = super().messages_for([r for r in routes if r.prefix not in self.extra_attributes], limit)
        for r in routes:
            if r.prefix in self.extra_attributes:
                raw = attributes_of(r, (self.session.own.asn,), with_local_pref=False) + self.extra_attributes[r.prefix]
                via = ip_address(self.session.next_hop(r.family)).packed
                out += bgp.announcements(AFI[r.family], raw, via, [bgp.prefix(r.prefix)], limit)
        return out

    # ---- its memory
    def take(self, link, kind, body):
        now = time.monotonic()
        if kind == bgp.UPDATE:
            self.heard += [Heard(what, now, **details) for what, details in read_update(body)]
        elif kind == bgp.ROUTE_REFRESH and body[2] == 0:
            self.heard.append(Heard("refresh", now, family=FAMILIES[int.from_bytes(body[:2], "big")]))
            self.answer_refresh(link, body)
        elif kind == bgp.NOTIFICATION:
            self.heard.append(Heard("notification", now, text=f"{body[0]}/{body[1]}"))

    def count(self, what):
        return sum(h.what == what for h in list(self.heard))

    def session_mark(self):
        return self.sessions if self.is_up() else None

    def withdrawals(self):
        return self.count("withdraw")


class WitnessLink(Link):
    def __init__(self, sock, owner, **how):
        self.owner = owner
        super().__init__(sock, **how)

    def on_message(self, kind, body, now):
        super().on_message(kind, body, now)
        self.owner.take(self, kind, body)

    def on_keepalive(self, now):
        was_up = self.established is not None
        super().on_keepalive(now)
        if self.established is not None and not was_up:
            self.owner.greet(self)


def read_update(body):
    """(what, details) of everything in an UPDATE, in order."""
    size = (body[0] << 8) + body[1]
    end = 4 + size + (body[2 + size] << 8) + body[3 + size]
    values = bgp.split_attributes(body[4 + size:end])
    nlri, reach, unreach = body[end:], values.pop(bgp.MP_REACH, None), values.pop(bgp.MP_UNREACH, None)
    for p in bgp.split_prefixes(body[2:2 + size]):
        yield "withdraw", {"prefix": bgp.prefix_text(p, 1)}
    for p in bgp.split_prefixes(unreach[1][3:]) if unreach else ():
        yield "withdraw", {"prefix": bgp.prefix_text(p, int.from_bytes(unreach[1][:2], "big"))}
    if reach:
        afi, length = int.from_bytes(reach[1][:2], "big"), reach[1][3]
        attributes = Attributes(values, reach[1][4:4 + length], True)
        for p in bgp.split_prefixes(reach[1][5 + length:]):
            yield "announce", announced(p, afi, attributes)
    own = Attributes(values, values.get(bgp.NEXT_HOP, (0, b""))[1], True)
    for p in bgp.split_prefixes(nlri):
        yield "announce", announced(p, 1, own)
    if not size and not nlri and not reach and (not unreach or len(unreach[1]) == 3):
        yield "end-of-rib", {"family": FAMILIES[int.from_bytes(unreach[1][:2], "big")] if unreach else "ipv4"}


def announced(prefix, afi, attributes):
    text = bgp.prefix_text(prefix, afi)
    return {"prefix": text, "route": attributes.route(text)}
