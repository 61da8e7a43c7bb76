"""Tables of the real Internet pass through: what one speaker sends, another receives, with everything that belongs to a route.

    RouteViews file ──▶ speaker, as one of its peers ──▶ bellmand AS 65000 ──▶ speaker ──▶ its table ─┐
           └────────▶ bgpdump -m ─────────────────────────────────────────────▶ what should be in it ─┴─ equal?

The receiver must have each prefix with our AS in front of the path, the ORIGIN, the communities, AGGREGATOR and
ATOMIC_AGGREGATE of the file, our next hop and no MED; routes with our AS in their path, and those with NO_EXPORT, must not
come through. Every seventh attribute set is given an unknown transitive attribute, which must arrive with the Partial bit,
and every eleventh one that is not transitive, which must not (RFC 4271 §5). bellmand's own advertised view must say the same.
Where BELLMAN_TEST_DATA is not set, tables are made up: 100,000 prefixes with attributes of the same kinds.
"""
import gzip
import socket
import struct
import time
from dataclasses import dataclass, replace

from lib import bgp
from lib.case import Case
from lib.comparison import STAYS_HERE, UNKNOWN, UNKNOWN_LOCAL, compare, has_as, row_summary, seen, text_of_path
from lib.crowd import add_speaker
from lib.mrt import Entry, Line, bgpdump_lines, read_table, test_data
from lib.stream import advertised_rows
from lib.wait import until
from lib.world import BELLMAN_AS, World

ALONE = True  # it measures
ORIGINS = {"igp": 0, "egp": 1, "incomplete": 2}


@dataclass
class Feed:
    """A peer of a table: who it is, what it sends, what of that a receiver must see."""

    asn: int
    entries: list
    lines: dict  # prefix -> Line


# ---- where tables come from
def from_file(file, asn):
    """The peer of this AS with the most routes."""
    path = test_data("mrt", "rib", file)
    peers, entries = read_table(path)
    number = max((n for n in entries if peers[n][1] == asn), key=lambda n: len(entries[n]))
    address = peers[number][0]
    text = socket.inet_ntop(socket.AF_INET6 if len(address) == 16 else socket.AF_INET, address)
    return Feed(asn, entries[number], bgpdump_lines(path)[text, asn])


def from_prefix_list():
    """The DFZ of 2014: each prefix with a path to its origin AS."""
    entries, lines = [], {}
    with gzip.open(test_data("prefixes", "dfz_2014_v4_prefix_origin.txt.gz"), "rt") as rows:
        for row in rows:
            network, origin = row.split()
            add_entry(entries, lines, network, [64900, 64901 + int(origin) % 7, int(origin)])
    return Feed(64900, entries, lines)


def made_up(afi, count=100_000):
    """Attribute sets shared by a few prefixes each: AS_SETs, aggregators, communities, all origins."""
    entries, lines = [], {}
    for i in range(count):
        group = i // 5
        path = [64900, 64901 + group % 50, 100_000 + group] + ([frozenset({64999, 200_000 + group})] if group % 9 == 0 else [])
        network = f"{20 + (i >> 16)}.{i >> 8 & 255}.{i & 255}.0/24" if afi == 1 else f"2a{i >> 16:02x}:{i & 65535:x}::/32"
        communities = [f"64900:{group % 1000}", f"64900:{1000 + group % 7}"] if group % 3 else []
        add_entry(entries, lines, network, path, ["igp", "egp", "incomplete"][group % 3], communities, group % 4 == 0)
    return Feed(64900, entries, lines)


def add_entry(entries, lines, network, path, origin="igp", communities=(), aggregated=False):
    raw = bgp.attribute(bgp.ORIGIN, bgp.WELL_KNOWN, bytes([ORIGINS[origin]])) + bgp.attribute(bgp.AS_PATH, bgp.WELL_KNOWN, bgp.path_value(path))
    raw += bgp.attribute(bgp.MED, bgp.OPTIONAL, struct.pack("!I", path[-1] if isinstance(path[-1], int) else 7))
    if aggregated:
        raw += bgp.attribute(bgp.ATOMIC_AGGREGATE, bgp.WELL_KNOWN, b"")
        raw += bgp.attribute(bgp.AGGREGATOR, bgp.TRANSITIVE, struct.pack("!I", 64900) + socket.inet_aton("192.0.2.9"))
    if communities:
        raw += bgp.attribute(bgp.COMMUNITIES, bgp.TRANSITIVE, bgp.communities_value(communities))
    afi = 2 if ":" in network else 1
    entries.append(Entry(afi, bgp.prefix(network), raw, socket.inet_aton("198.51.100.9") if afi == 1 else bytes.fromhex("20010db8" + 11 * "00" + "09")))
    lines[network] = Line(text_of_path(path), origin, frozenset(communities), aggregated, "64900 192.0.2.9" if aggregated else "")


# ---- what is sent
def with_unknown(feed):
    """(attributes, next hop) -> (afi, prefixes), and the value of the unknown attribute that each prefix must keep."""
    groups, kept = {}, {}
    for e in feed.entries:
        groups.setdefault((e.attributes, e.next_hop), (e.afi, []))[1].append(e.prefix)
    decorated = {}
    for number, ((raw, hop), (afi, prefixes)) in enumerate(groups.items()):
        if number % 7 == 0:
            raw += bgp.attribute(UNKNOWN, bgp.TRANSITIVE, value := struct.pack("!I", number))
            kept.update((bgp.prefix_text(p, afi), value) for p in prefixes)
        if number % 11 == 0:
            raw += bgp.attribute(UNKNOWN_LOCAL, bgp.OPTIONAL, b"local")
        decorated[raw, hop] = (afi, prefixes)
    return decorated, kept


def messages(groups):
    return b"".join(m for (raw, hop), (afi, prefixes) in groups.items() for m in bgp.announcements(afi, raw, hop, prefixes))


# ---- what must arrive
def expected(feed, kept, hub):
    """prefix -> what is compared; `seen` makes the same of a table."""
    out = {}
    for prefix, line in feed.lines.items():
        prefix = bgp.canonical_text(prefix)
        if has_as(line.as_path, BELLMAN_AS) or line.communities & STAYS_HERE:
            continue
        hop = hub.next_hop("ipv6" if ":" in prefix else "ipv4")
        out[prefix] = (replace(line, as_path=f"{BELLMAN_AS} {line.as_path}"), hop, kept.get(prefix))
    return out


def body(build, folder, source):
    feed = source()
    groups, kept = with_unknown(feed)
    data = messages(groups)
    with World(build, folder) as world:
        sender = add_speaker(world, feed.asn, "sender")
        receiver = add_speaker(world, 64801, "receiver")
        world.start()
        wanted = expected(feed, kept, world.hub.site)
        begin = time.monotonic()
        sender.send(data)
        until(lambda: f"{len(receiver.table_of_session())} of {len(wanted)} prefixes", lambda: len(receiver.table_of_session()) >= len(wanted), 120, 0.05)
        took = receiver.link.last_update - begin
        print(f"  {len(feed.entries)} prefixes in {sender.link.sent[bgp.UPDATE]} UPDATEs sent, {len(wanted)} in "
              f"{receiver.link.received[bgp.UPDATE]} received within {took:.2f} s", flush=True)
        compare("the receiver's table", wanted, seen(receiver.table_of_session()))
        compare("bellmand's advertised view", wanted, {r["prefix"]: row_summary(r) for r in advertised_rows(world.hub, receiver)})

        sender.send(b"".join(bgp.withdrawals(1, [e.prefix for e in feed.entries if e.afi == 1]) + bgp.withdrawals(2, [e.prefix for e in feed.entries if e.afi == 2])))
        until(lambda: f"{len(receiver.table_of_session())} prefixes are left", lambda: not len(receiver.table_of_session()), 60, 0.05)
        compare("the advertised view when all is withdrawn", {}, {r["prefix"]: r for r in advertised_rows(world.hub, receiver)})
        for n in world.neighbors:
            n.expect_up("at the end")


def runs():
    real = test_data("mrt", "rib")
    cases = [("RouteViews 2014", lambda: from_file("rib-v4.route-views.20140523.A.mrt.gz", 8492)),
             ("RouteViews 2015 IPv6", lambda: from_file("rib-v6.route-views6.20151101.A.mrt.gz", 3277)),
             ("DFZ 2014", from_prefix_list)] if real else [("100k IPv4", lambda: made_up(1)), ("100k IPv6", lambda: made_up(2))]
    for name, source in cases:
        yield [Case(name)], "ipv4", lambda build, folder, s=source: body(build, folder, s)
