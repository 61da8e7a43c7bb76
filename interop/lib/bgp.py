"""BGP messages as bytes and back: just enough to be a neighbour, also one that is wrong on purpose.

A prefix is bytes here, as on the wire: its length, then as many octets as that needs.
"""
import socket
import struct
from functools import lru_cache
from ipaddress import ip_network

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE_REFRESH = range(1, 6)
NAMES = {OPEN: "open", UPDATE: "update", NOTIFICATION: "notification", KEEPALIVE: "keepalive", ROUTE_REFRESH: "refresh"}
ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF, ATOMIC_AGGREGATE, AGGREGATOR, COMMUNITIES = range(1, 9)
ORIGINATOR_ID, CLUSTER_LIST, MP_REACH, MP_UNREACH, AS4_PATH, AS4_AGGREGATOR, LARGE_COMMUNITIES = 9, 10, 14, 15, 17, 18, 32
AFI = {"ipv4": 1, "ipv6": 2}
AS_TRANS = 23456
MARKER = b"\xff" * 16
WELL_KNOWN, OPTIONAL, TRANSITIVE = 0x40, 0x80, 0xC0  # flags of an attribute


def message(kind, body=b""):
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def keepalive():
    return message(KEEPALIVE)


def notification(code, subcode, data=b""):
    return message(NOTIFICATION, bytes([code, subcode]) + data)


def route_refresh(family, subtype=0):
    return message(ROUTE_REFRESH, struct.pack("!HBB", AFI[family], subtype, 1))


# ---- OPEN
def capability(code, value=b""):
    return bytes([code, len(value)]) + value


def capabilities(asn, families=("ipv4", "ipv6"), four_byte=True, refresh=True, extended=True):
    out = b"".join(capability(1, struct.pack("!HBB", AFI[f], 0, 1)) for f in families)
    if refresh:
        out += capability(2) + capability(70)
    if extended:
        out += capability(6)
    return out + (capability(65, struct.pack("!I", asn)) if four_byte else b"")


def open_message(asn, router_id, hold_time=30, offered=b"", version=4):
    """Capabilities in one optional parameter (RFC 5492)."""
    parameters = bytes([2, len(offered)]) + offered if offered else b""
    head = struct.pack("!BHH4sB", version, asn if asn < 65536 else AS_TRANS, hold_time, socket.inet_aton(router_id), len(parameters))
    return message(OPEN, head + parameters)


def capabilities_of(body):
    """Code -> values of the OPEN with this body."""
    found, at, end = {}, 10, len(body)
    while at + 2 <= end:
        kind, size = body[at], body[at + 1]
        at += 2
        inner, stop = at, at + size
        while kind == 2 and inner + 2 <= stop:
            found.setdefault(body[inner], []).append(body[inner + 2:inner + 2 + body[inner + 1]])
            inner += 2 + body[inner + 1]
        at = stop
    return found


# ---- prefixes
def prefix(text):
    network = ip_network(text)
    return bytes([network.prefixlen]) + network.network_address.packed[:(network.prefixlen + 7) // 8]


def prefix_text(raw, afi):
    width, kind = (4, socket.AF_INET) if afi == 1 else (16, socket.AF_INET6)
    return f"{socket.inet_ntop(kind, raw[1:].ljust(width, bytes(1)))}/{raw[0]}"


def canonical_text(text):
    """Others shorten IPv6 addresses in other ways; IPv4 has only one."""
    return prefix_text(prefix(text), 2) if ":" in text else text


def split_prefixes(data):
    out, at = [], 0
    while at < len(data):
        end = at + 1 + (data[at] + 7) // 8
        out.append(data[at:end])
        at = end
    return out


def split_paths(data):
    """The same with a path id in front of each (RFC 7911 §3)."""
    out, at = [], 0
    while at < len(data):
        end = at + 5 + (data[at + 4] + 7) // 8
        out.append(data[at:end])
        at = end
    return out


# ---- attributes
def attribute(kind, flags, value):
    if len(value) > 255:
        return struct.pack("!BBH", flags | 0x10, kind, len(value)) + value
    return bytes([flags, kind, len(value)]) + value


def path_value(path, four_byte=True):
    """Numbers become AS_SEQUENCEs, frozensets AS_SETs; a segment holds at most 255."""
    segments = []
    for hop in path:
        if isinstance(hop, frozenset):
            segments.append((1, sorted(hop)))
        elif segments and segments[-1][0] == 2 and len(segments[-1][1]) < 255:
            segments[-1][1].append(hop)
        else:
            segments.append((2, [hop]))
    code = "I" if four_byte else "H"
    return b"".join(struct.pack(f"!BB{len(n)}{code}", kind, len(n), *n) for kind, n in segments)


def segments_of(value, four_byte=True):
    """[(segment type, numbers)] of an AS_PATH or AS4_PATH."""
    out, at, width = [], 0, 4 if four_byte else 2
    while at < len(value):
        kind, count = value[at], value[at + 1]
        end = at + 2 + count * width
        out.append((kind, struct.unpack(f"!{count}{'I' if four_byte else 'H'}", value[at + 2:end])))
        at = end
    return out


@lru_cache(maxsize=200_000)
def path_of(value, four_byte=True):
    path = []
    for kind, numbers in segments_of(value, four_byte):
        path += numbers if kind == 2 else [frozenset(numbers)]
    return tuple(path)


def communities_value(communities):
    return b"".join(struct.pack("!HH", *map(int, c.split(":"))) for c in communities)


def split_attributes(raw):
    """Type -> (flags, value); the extended-length flag is not kept."""
    out, at = {}, 0
    while at < len(raw):
        flags, kind = raw[at], raw[at + 1]
        if flags & 0x10:
            size, at = (raw[at + 2] << 8) + raw[at + 3], at + 4
        else:
            size, at = raw[at + 2], at + 3
        out[kind] = (flags & 0xEF, raw[at:at + size])
        at += size
    return out


# ---- UPDATE
def update_body(withdrawn=b"", attributes=b"", nlri=b""):
    return struct.pack("!H", len(withdrawn)) + withdrawn + struct.pack("!H", len(attributes)) + attributes + nlri


def update(withdrawn=b"", attributes=b"", nlri=b""):
    return message(UPDATE, update_body(withdrawn, attributes, nlri))


def mp_reach(afi, next_hop, nlri):
    return attribute(MP_REACH, OPTIONAL, struct.pack("!HBB", afi, 1, len(next_hop)) + next_hop + b"\0" + nlri)


def mp_unreach(afi, nlri):
    return attribute(MP_UNREACH, OPTIONAL, struct.pack("!HB", afi, 1) + nlri)


def end_of_rib(family):
    return update() if family == "ipv4" else update(attributes=mp_unreach(AFI[family], b""))


def slices(prefixes, room):
    """Joins prefixes into pieces of at most `room` octets."""
    piece, size = [], 0
    for p in prefixes:
        if size + len(p) > room:
            yield b"".join(piece)
            piece, size = [], 0
        piece.append(p)
        size += len(p)
    if piece:
        yield b"".join(piece)


def announcements(afi, attributes, next_hop, prefixes, limit=4096):
    """UPDATEs for prefixes that share `attributes` (which has neither NEXT_HOP nor MP_REACH)."""
    if afi == 1:
        attributes += attribute(NEXT_HOP, WELL_KNOWN, next_hop)
        return [update(attributes=attributes, nlri=n) for n in slices(prefixes, limit - 23 - len(attributes))]
    room = limit - 23 - len(attributes) - 4 - 5 - len(next_hop)
    return [update(attributes=mp_reach(afi, next_hop, n) + attributes) for n in slices(prefixes, room)]


def withdrawals(afi, prefixes, limit=4096):
    if afi == 1:
        return [update(withdrawn=n) for n in slices(prefixes, limit - 23)]
    return [update(attributes=mp_unreach(afi, n)) for n in slices(prefixes, limit - 23 - 7)]
