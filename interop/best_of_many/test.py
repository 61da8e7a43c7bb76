"""All peers of a RouteViews table at once: of up to 46 real paths of each prefix, the right one goes on.

    peer 1 of the file  ── its paths ──▶ ┐
    ...                                  ├▶ bellmand AS 65000 ──▶ receiver: the best of each prefix
    peer 46 of the file ── its paths ──▶ ┘

Which one that is, is worked out here from what `bgpdump -m` reads: RFC 4271 §9.1.2.2 between eBGP peers, so AS path length,
ORIGIN, MED between paths of the same neighbouring AS, BGP identifier. Then half of the peers leave, and it must be right again.
"""
import socket
import time
from dataclasses import replace

from lib import bgp
from lib.case import Case, expect, not_applicable
from lib.comparison import STAYS_HERE, compare, has_as, row_summary, seen
from lib.crowd import add_speaker
from lib.mrt import bgpdump_lines, read_table, test_data
from lib.stream import advertised_rows
from lib.wait import until_empty
from lib.world import BELLMAN_AS, World

ALONE = True  # it measures
ORIGINS = ("igp", "egp", "incomplete")
FILES = {"RouteViews 2014": "rib-v4.route-views.20140523.A.mrt.gz", "RouteViews 2015 IPv6": "rib-v6.route-views6.20151101.A.mrt.gz"}


class Peer:
    def __init__(self, speaker, entries, lines):
        self.speaker, self.entries, self.lines = speaker, entries, lines
        self.rank = int.from_bytes(socket.inet_aton(speaker.session.own.router_id), "big")
        self.meds = {bgp.prefix_text(e.prefix, e.afi): med_of(e.attributes) for e in entries}

    def messages(self):
        groups = {}
        for e in self.entries:
            groups.setdefault((e.attributes, e.next_hop, e.afi), []).append(e.prefix)
        return b"".join(m for (raw, hop, afi), prefixes in groups.items() for m in bgp.announcements(afi, raw, hop, prefixes))


def med_of(raw):
    return int.from_bytes(bgp.split_attributes(raw).get(bgp.MED, (0, b""))[1], "big")


def length(path):
    """A set counts as one (§9.1.2.2 a)."""
    return len(path.split())


def best_of(candidates):
    """`candidates`: (peer, line, MED), none of them with our own AS."""
    shortest = min(length(line.as_path) for _, line, _ in candidates)
    left = [c for c in candidates if length(c[1].as_path) == shortest]
    origin = min(ORIGINS.index(c[1].origin) for c in left)
    left = [c for c in left if ORIGINS.index(c[1].origin) == origin]
    lowest = {}
    for peer, _, med in left:
        asn = peer.speaker.session.own.asn
        lowest[asn] = min(lowest.get(asn, med), med)
    left = [c for c in left if c[2] == lowest[c[0].speaker.session.own.asn]]
    return min(left, key=lambda c: c[0].rank)[1]


def expected(peers, hub):
    candidates, out = {}, {}
    for peer in peers:
        for prefix, line in peer.lines.items():
            if not has_as(line.as_path, BELLMAN_AS):
                candidates.setdefault(prefix, []).append((peer, line, peer.meds[prefix]))
    for prefix, paths in candidates.items():
        line = best_of(paths)
        if not line.communities & STAYS_HERE:
            out[prefix] = (replace(line, as_path=f"{BELLMAN_AS} {line.as_path}"), hub.next_hop("ipv6" if ":" in prefix else "ipv4"), None)
    return out


def body(build, folder, file):
    path = test_data("mrt", "rib", file)
    numbers, entries = read_table(path)
    lines = bgpdump_lines(path)
    with World(build, folder) as world:
        receiver, peers = add_speaker(world, 64801, "receiver"), []
        for number, mine in entries.items():
            address, asn = numbers[number]
            text = socket.inet_ntop(socket.AF_INET6 if len(address) == 16 else socket.AF_INET, address)
            peers.append(Peer(add_speaker(world, asn, f"peer{number}"), mine, lines[text, asn]))
        world.start()
        begin, wanted = time.monotonic(), expected(peers, world.hub.site)
        for peer in peers:
            peer.speaker.send(peer.messages())
        settle(world, receiver, wanted, "all peers", begin, sum(len(p.entries) for p in peers))
        begin = time.monotonic()
        for peer in peers[::2]:
            peer.speaker.disable()
        settle(world, receiver, expected(peers[1::2], world.hub.site), "half of them gone", begin, sum(len(p.entries) for p in peers[1::2]))
        for n in [receiver, *(p.speaker for p in peers[1::2])]:
            n.expect_up("at the end")
            expect(world.hub.neighbor(n.session.own_address)["sessions"] == 1, f"{n.session.own.name} had another session")


def settle(world, receiver, wanted, step, begin, paths):
    until_empty(step, lambda: wrong(wanted, seen(receiver.table_of_session())), 30, 0.2)
    print(f"  {step}: {paths} paths, {len(wanted)} best ones, by {receiver.link.last_update - begin:.2f} s", flush=True)
    compare(f"{step}: the advertised view", wanted, {r["prefix"]: row_summary(r) for r in advertised_rows(world.hub, receiver)})


def wrong(wanted, got):
    lines = [f"missing {p}: {wanted[p]}" for p in wanted.keys() - got.keys()] + [f"unexpected {p}" for p in got.keys() - wanted.keys()]
    return lines + [f"{p}: {got[p]}\n      not {wanted[p]}" for p in wanted.keys() & got.keys() if got[p] != wanted[p]]


def runs():
    for name, file in FILES.items():
        real = test_data("mrt", "rib")
        yield [Case(name)], "ipv4", (lambda b, folder, f=file: body(b, folder, f)) if real else not_applicable("BELLMAN_TEST_DATA is not set")
