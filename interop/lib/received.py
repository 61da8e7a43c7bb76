"""The table that the UPDATEs of a session make: what an independent receiver believes."""
import socket
import struct

from . import bgp
from .route import Route

ORIGINS = ("igp", "egp", "incomplete")


class Attributes:
    """Type -> (flags, value) of everything but MP_REACH and MP_UNREACH, and the next hop. Many prefixes share one."""

    __slots__ = ("values", "next_hop", "four_byte")

    def __init__(self, values, next_hop, four_byte):
        self.values, self.next_hop, self.four_byte = values, next_hop, four_byte

    def value(self, kind):
        return self.values[kind][1] if kind in self.values else None

    def number(self, kind):
        return int.from_bytes(self.values[kind][1], "big") if kind in self.values else None

    def as_path(self):
        return bgp.path_of(self.value(bgp.AS_PATH) or b"", self.four_byte)

    def next_hop_text(self):
        if len(self.next_hop) == 4:
            return socket.inet_ntop(socket.AF_INET, self.next_hop)
        return socket.inet_ntop(socket.AF_INET6, self.next_hop[:16]) if len(self.next_hop) >= 16 else ""

    def communities(self):
        raw = self.value(bgp.COMMUNITIES) or b""
        return frozenset(f"{a}:{b}" for a, b in struct.iter_unpack("!HH", raw))

    def large(self):
        raw = self.value(bgp.LARGE_COMMUNITIES) or b""
        return frozenset(f"{a}:{b}:{c}" for a, b, c in struct.iter_unpack("!III", raw))

    def route(self, prefix):
        origin = self.value(bgp.ORIGIN)
        return Route(prefix, self.next_hop_text(), self.as_path(), ORIGINS[origin[0]] if origin else "", self.number(bgp.MED),
                     self.number(bgp.LOCAL_PREF), self.communities(), self.large())


class Table:
    """Takes UPDATE bodies in order. `routes` is AFI -> prefix as bytes -> Attributes."""

    def __init__(self, four_byte=True):
        self.four_byte = four_byte
        self.routes = {1: {}, 2: {}}
        self.announced, self.withdrawn = {1: 0, 2: 0}, {1: 0, 2: 0}
        self.ended = set()  # AFIs whose End-of-RIB came
        self.last_raw, self.last = None, None

    split = staticmethod(bgp.split_prefixes)

    def take(self, body):
        size = (body[0] << 8) + body[1]
        at = 2 + size
        end = at + 2 + (body[at] << 8) + body[at + 1]
        raw, nlri = body[at + 2:end], body[end:]
        if not size and not raw and not nlri:
            self.ended.add(1)
        if size:
            self.withdraw(1, body[2:at])
        if raw:
            self.take_attributes(raw, nlri)

    def take_attributes(self, raw, nlri):
        if raw == self.last_raw and nlri:
            return self.add(1, nlri, self.last)
        values = bgp.split_attributes(raw)
        reach, unreach = values.pop(bgp.MP_REACH, None), values.pop(bgp.MP_UNREACH, None)
        if unreach:
            afi = int.from_bytes(unreach[1][:2], "big")
            self.withdraw(afi, unreach[1][3:])
            if len(unreach[1]) == 3 and not values and not nlri:
                self.ended.add(afi)
        if reach:
            afi, size = int.from_bytes(reach[1][:2], "big"), reach[1][3]
            self.add(afi, reach[1][5 + size:], Attributes(values, reach[1][4:4 + size], self.four_byte))
        if nlri:
            own = Attributes(values, values.get(bgp.NEXT_HOP, (0, b""))[1], self.four_byte)
            if not reach and not unreach:
                self.last_raw, self.last = raw, own
            self.add(1, nlri, own)

    def add(self, afi, nlri, attributes):
        prefixes = self.split(nlri)
        self.announced[afi] += len(prefixes)
        self.routes[afi].update(dict.fromkeys(prefixes, attributes))

    def withdraw(self, afi, nlri):
        routes, prefixes = self.routes[afi], self.split(nlri)
        self.withdrawn[afi] += len(prefixes)
        for p in prefixes:
            routes.pop(p, None)

    def __len__(self):
        return len(self.routes[1]) + len(self.routes[2])


class PathTable(Table):
    """Of a session with Add-Path in both families: the keys have the path id's four octets in front of the prefix."""

    split = staticmethod(bgp.split_paths)
