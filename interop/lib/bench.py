"""Raw connections by hand: say one wrong thing, look at the answer."""
import socket

from . import bgp
from .case import expect
from .link import Link
from .wait import until


class Bench:
    """A daemon that many checks share; each takes neighbours that no other has used."""

    def __init__(self, world, external, internal):
        self.world, self.external, self.internal = world, external, internal

    def take(self, ibgp=False):
        return (self.internal if ibgp else self.external).pop()

    def dial(self, speaker, identity=None):
        s = speaker.session
        link = Link.connect(s.own_address, s.address, s.other.port, identity=identity)
        until("connected", lambda: link.opened or link.closed, 15, 0.01)
        return link

    def greeted(self, speaker, **changes):
        """A link after the handshake; `changes` to the OPEN."""
        link = self.dial(speaker, self.open_of(speaker, **changes))
        until(lambda: f"established: {link.notification or link.why}", lambda: link.is_up() or link.closed, 15, 0.01)
        expect(link.is_up(), lambda: f"no session: {link.notification or link.why}")
        until("Established in bellmand", lambda: self.world.hub.is_up(speaker.session.own_address), 15, 0.02)
        return link

    def open_of(self, speaker, asn=None, router_id=None, hold_time=30, offered=None, version=4, **offers):
        own = speaker.session.own
        offered = bgp.capabilities(asn or own.asn, **offers) if offered is None else offered
        return bgp.open_message(asn or own.asn, router_id or own.router_id, hold_time, offered, version)

    def refused(self, speaker, what, *wanted, data=None, greet=True, **changes):
        """`what` is said after the handshake, or as the first thing; the answer must be one of `wanted`."""
        link = self.greeted(speaker, **changes) if greet else self.dial(speaker)
        link.send(what, counted=False)
        got = speaker.until_closed(link, 10)
        expect(got in wanted, f"answered {got}, not {' or '.join(map(str, wanted))}")
        expect(data is None or link.notification[2] == data, lambda: f"its data is {link.notification[2].hex()}, not {data.hex()}")
        return "{}/{}".format(*got)

    def status(self, speaker):
        return self.world.hub.neighbor(speaker.session.own_address)

    def received(self, speaker, *words):
        return self.world.hub.ctl("route", "list", "--view", "received", "--neighbor", speaker.session.own_address, *words)["routes"]


def update_for(speaker, network="10.77.0.0/24", path=None, hop="198.51.100.7"):
    raw = bgp.attribute(bgp.ORIGIN, bgp.WELL_KNOWN, b"\0") + bgp.attribute(bgp.AS_PATH, bgp.WELL_KNOWN, bgp.path_value(path or (speaker.session.own.asn,)))
    return bgp.announcements(1, raw, socket.inet_aton(hop), [bgp.prefix(network)])[0]
