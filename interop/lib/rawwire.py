"""Octets of the raw speaker: the messages and attributes that scenarios need, written down apart from the project's codec."""
import ipaddress
import struct
from dataclasses import dataclass, field

from .route import Route

ORIGINS = ("igp", "egp", "incomplete")
MULTIPROTOCOL, ROUTE_REFRESH, FOUR_OCTET_AS = 1, 2, 65


@dataclass
class Update:
    announced: list = field(default_factory=list)
    withdrawn: list = field(default_factory=list)
    end_of_rib: str = ""


def encode_message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def afi_of(family):
    return 2 if family == "ipv6" else 1


def capability(code, value=b""):
    return bytes([code, len(value)]) + value


def encode_open(session, refresh):
    caps = b"".join(capability(MULTIPROTOCOL, struct.pack("!HBB", afi_of(f), 0, 1)) for f in session.families)
    caps += capability(ROUTE_REFRESH) if refresh else b""
    caps += capability(FOUR_OCTET_AS, struct.pack("!I", session.own.asn))
    number = session.own.asn if session.own.asn < 65536 else 23456
    fixed = struct.pack("!BHH", 4, number, session.hold_time) + ipaddress.ip_address(session.own.router_id).packed
    return fixed + bytes([len(caps) + 2, 2, len(caps)]) + caps


def parse_open(body):
    """Codes and values of the capabilities, in order."""
    found, at, end = [], 10, 10 + body[9]
    while at < end:
        kind, size = body[at], body[at + 1]
        inner, at = body[at + 2:at + 2 + size], at + 2 + size
        while kind == 2 and inner:
            found.append((inner[0], inner[2:2 + inner[1]]))
            inner = inner[2 + inner[1]:]
    return found


def capabilities_of(parsed):
    return {code for code, _ in parsed}


# ---- prefixes
def encode_prefix(prefix):
    net = ipaddress.ip_network(prefix)
    return bytes([net.prefixlen]) + net.network_address.packed[:(net.prefixlen + 7) // 8]


def parse_prefixes(octets, family):
    size, at, out = (16 if family == "ipv6" else 4), 0, []
    while at < len(octets):
        length = octets[at]
        used = (length + 7) // 8
        packed = octets[at + 1:at + 1 + used].ljust(size, b"\0")
        out.append(str(ipaddress.ip_network((packed, length))))
        at += 1 + used
    return out


# ---- attributes
def attribute(flags, code, value):
    return struct.pack("!BBH", flags | 0x10, code, len(value)) + value


def encode_attributes(session, r):
    path = ((session.own.asn,) if session.is_ebgp else ()) + r.as_path
    segment = struct.pack(f"!BB{len(path)}I", 2, len(path), *path) if path else b""
    out = attribute(0x40, 1, bytes([ORIGINS.index(r.origin)])) + attribute(0x40, 2, segment)
    if r.family == "ipv4":
        out += attribute(0x40, 3, ipaddress.ip_address(session.next_hop("ipv4")).packed)
    if r.med is not None:
        out += attribute(0x80, 4, struct.pack("!I", r.med))
    if not session.is_ebgp:
        out += attribute(0x40, 5, struct.pack("!I", 100 if r.local_pref is None else r.local_pref))
    if r.communities:
        out += attribute(0xc0, 8, b"".join(struct.pack("!HH", *map(int, c.split(":"))) for c in sorted(r.communities)))
    if r.family == "ipv6":
        hop = ipaddress.ip_address(session.next_hop("ipv6")).packed
        out += attribute(0x80, 14, struct.pack("!HBB", 2, 1, len(hop)) + hop + b"\0" + encode_prefix(r.prefix))
    if r.large:
        out += attribute(0xc0, 32, b"".join(struct.pack("!III", *map(int, c.split(":"))) for c in sorted(r.large)))
    return out


def encode_update(session, announced=None, withdrawn=None, extra=b""):
    if withdrawn and ":" in withdrawn:
        attributes = attribute(0x80, 15, struct.pack("!HB", 2, 1) + encode_prefix(withdrawn))
        return struct.pack("!HH", 0, len(attributes)) + attributes
    if withdrawn:
        gone = encode_prefix(withdrawn)
        return struct.pack("!H", len(gone)) + gone + b"\0\0"
    attributes = encode_attributes(session, announced) + extra
    nlri = encode_prefix(announced.prefix) if announced.family == "ipv4" else b""
    return struct.pack("!HH", 0, len(attributes)) + attributes + nlri


def parse_update(body):
    gone = struct.unpack_from("!H", body)[0]
    size = struct.unpack_from("!H", body, 2 + gone)[0]
    attributes, nlri = body[4 + gone:4 + gone + size], body[4 + gone + size:]
    update = Update(withdrawn=parse_prefixes(body[2:2 + gone], "ipv4"))
    route, six, hop6 = Route(""), [], ""
    reached, has_unreach = False, False
    for code, value in each_attribute(attributes):
        if code == 14:
            hop6 = str(ipaddress.ip_address(value[4:20]))
            six, reached = parse_prefixes(value[5 + value[3]:], "ipv6"), True
        elif code == 15:
            gone6, has_unreach = parse_prefixes(value[3:], "ipv6"), True
            update.withdrawn += gone6
        else:
            route = route.with_(**parse_attribute(code, value))
    update.announced = [route.with_(prefix=p) for p in parse_prefixes(nlri, "ipv4")]
    update.announced += [route.with_(prefix=p, next_hop=hop6) for p in six]
    if not update.announced and not update.withdrawn and not reached:
        update.end_of_rib = "ipv6" if has_unreach else "ipv4"
    return update


def each_attribute(octets):
    at = 0
    while at < len(octets):
        flags, code = octets[at], octets[at + 1]
        if flags & 0x10:
            size, at = struct.unpack_from("!H", octets, at + 2)[0], at + 4
        else:
            size, at = octets[at + 2], at + 3
        yield code, octets[at:at + size]
        at += size


def parse_attribute(code, value):
    read = {
        1: lambda: {"origin": ORIGINS[value[0]]},
        2: lambda: {"as_path": parse_path(value)},
        3: lambda: {"next_hop": str(ipaddress.ip_address(value))},
        4: lambda: {"med": struct.unpack("!I", value)[0]},
        5: lambda: {"local_pref": struct.unpack("!I", value)[0]},
        8: lambda: {"communities": frozenset("%d:%d" % pair for pair in struct.iter_unpack("!HH", value))},
        32: lambda: {"large": frozenset("%d:%d:%d" % three for three in struct.iter_unpack("!III", value))},
    }
    return read.get(code, dict)()


def parse_path(value):
    path, at = [], 0
    while at < len(value):
        kind, count = value[at], value[at + 1]
        numbers = struct.unpack_from(f"!{count}I", value, at + 2)
        path += [frozenset(numbers)] if kind == 1 else numbers
        at += 2 + 4 * count
    return tuple(path)
