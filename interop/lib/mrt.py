"""Reads and writes TABLE_DUMP_V2 files (RFC 6396 §4.3), and reads what bgpdump says of the same file."""
import gzip
import os
import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from . import bgp
from .process import output_of

WELL_KNOWN = {"no-export": "65535:65281", "no-advertise": "65535:65282", "local-AS": "65535:65283", "no-peer": "65535:65284"}


def test_data(*parts):
    """A file of the third-party test data, or None where there is none on this machine."""
    root = os.environ.get("BELLMAN_TEST_DATA")
    path = Path(root, *parts) if root else None
    return path if path and path.exists() else None


@dataclass(frozen=True)
class Entry:
    """A route of one peer. `attributes` are the bytes without NEXT_HOP and MP_REACH."""

    afi: int
    prefix: bytes
    attributes: bytes
    next_hop: bytes


def read_table(path):
    """The peers [(address bytes, AS)], and the entries of each, by its number."""
    return read_dump(gzip.open(path).read())


def read_dump(data):
    at, peers, entries = 0, [], {}
    while at + 12 <= len(data):
        _, kind, subtype, size = struct.unpack_from("!IHHI", data, at)
        record = data[at + 12:at + 12 + size]
        at += 12 + size
        if kind == 13 and subtype == 1:
            peers = read_peers(record)
        elif kind == 13 and subtype in (2, 4):
            for number, entry in read_rib(record, 1 if subtype == 2 else 2):
                entries.setdefault(number, []).append(entry)
    return peers, entries


def read_peers(record):
    size = struct.unpack_from("!H", record, 4)[0]
    count, at, peers = struct.unpack_from("!H", record, 6 + size)[0], 8 + size, []
    for _ in range(count):
        kind = record[at]
        width, wide = (16 if kind & 1 else 4), (4 if kind & 2 else 2)
        end = at + 5 + width + wide
        peers.append((record[at + 5:at + 5 + width], int.from_bytes(record[end - wide:end], "big")))
        at = end
    return peers


def read_rib(record, afi):
    end = 5 + (record[4] + 7) // 8
    prefix, at = record[4:end], end + 2
    for _ in range(struct.unpack_from("!H", record, end)[0]):
        number, _, size = struct.unpack_from("!HIH", record, at)
        yield number, entry_of(afi, prefix, record[at + 8:at + 8 + size])
        at += 8 + size


def entry_of(afi, prefix, raw):
    """MP_REACH is abbreviated to the next hop (§4.3.4); some writers put the whole attribute there."""
    values, rest = bgp.split_attributes(raw), b""
    for kind, (flags, value) in values.items():
        if kind not in (bgp.NEXT_HOP, bgp.MP_REACH):
            rest += bgp.attribute(kind, flags, value)
    hop = values.get(bgp.NEXT_HOP, (0, b""))[1]
    if afi == 2:
        reach = values[bgp.MP_REACH][1]
        hop = reach[1:1 + reach[0]] if reach[0] else reach[4:4 + reach[3]]
    return Entry(afi, prefix, rest, hop)


def write_table(path, site, attributes_of, routes):
    """Routes as the only peer of the dump would have them, for daemons that load such a file; `attributes_of` makes the bytes
    of a route's attributes without its next hop."""
    peer = b"\2" + socket.inet_aton(site.router_id) + socket.inet_aton(site.address4) + struct.pack("!I", site.asn)
    records = [(1, socket.inet_aton(site.router_id) + struct.pack("!HH", 0, 1) + peer)]
    for number, r in enumerate(routes):
        hop, six = ip_address(site.next_hop(r.family)).packed, r.family == "ipv6"
        raw = attributes_of(r) + (bgp.attribute(bgp.MP_REACH, bgp.OPTIONAL, bytes([len(hop)]) + hop) if six
                                  else bgp.attribute(bgp.NEXT_HOP, bgp.WELL_KNOWN, hop))
        entry = struct.pack("!HIH", 0, 0, len(raw)) + raw
        records.append((4 if six else 2, struct.pack("!I", number) + bgp.prefix(r.prefix) + struct.pack("!H", 1) + entry))
    Path(path).write_bytes(b"".join(struct.pack("!IHHI", 0, 13, kind, len(r)) + r for kind, r in records))


@dataclass(frozen=True)
class Line:
    """A line of `bgpdump -m`: what a receiver must still be able to read after us."""

    as_path: str
    origin: str
    communities: frozenset
    atomic: bool
    aggregator: str


def address_text(text):
    kind = socket.AF_INET6 if ":" in text else socket.AF_INET
    return socket.inet_ntop(kind, socket.inet_pton(kind, text))


def bgpdump_lines(path):
    """(peer address, AS) -> prefix -> Line."""
    found = {}
    for text in output_of(["bgpdump", "-m", path], seconds=60).splitlines():
        w = text.split("|")
        communities = frozenset(WELL_KNOWN.get(c, c) for c in w[11].split())
        line = Line(w[6], w[7].lower(), communities, w[12] == "AG", w[13])
        found.setdefault((address_text(w[3]), int(w[4])), {})[bgp.canonical_text(w[5])] = line
    return found
