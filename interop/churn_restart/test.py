"""A neighbour with many routes restarts again and again: no ghost, no lost route, and memory that stays where it was.

    speaker, restarting  ──▶  bellmand (helper)  ──▶  speaker, the receiver
    speaker, steady      ──▶

RFC 4724 §4.2. Each time the connection ends without a word, the neighbour comes back with its R and F bits and sends its table
once more: one route in 97 is missing now, one in 89 has other attributes. The receiver must see exactly that: a withdrawal for
each that is missing, an UPDATE for each that is another one, and nothing for the rest.

BELLMAN_CHURN=full: 200,000 routes each, ten restarts in two minutes. Otherwise 20,000 and four.
"""
import os
import socket
import struct
import time

from lib import bgp
from lib.case import Case
from lib.crowd import add_speaker
from lib.gauge import Peak, resident_mb
from lib.wait import require, until
from lib.world import World

FULL = os.environ.get("BELLMAN_CHURN") == "full"
ROUTES, RESTARTS, PACE = (200_000, 10, 12.0) if FULL else (20_000, 4, 1.0)
GONE, OTHER = 97, 89  # one in so many
SHARED = 5  # prefixes of an attribute set


def capability(restarted):
    return bgp.capability(64, struct.pack("!H", (0x8000 if restarted else 0) | 120) + struct.pack("!HBB", 1, 1, 0x80))


def identity(speaker, restarted):
    s = speaker.session
    offered = bgp.capabilities(s.own.asn, ("ipv4",)) + capability(restarted)
    return bgp.open_message(s.own.asn, s.own.router_id, 90, offered)


def prefix(first, i):
    return bytes([24, first + (i >> 16), i >> 8 & 255, i & 255])


def is_gone(i, generation):
    return generation > 0 and i % GONE == generation


def is_other(i, generation):
    return generation > 0 and i % OTHER == generation


def table(first, asn, generation):
    """What is announced in this generation: prefix -> attributes."""
    made, out = {}, {}
    for i in range(ROUTES):
        if is_gone(i, generation):
            continue
        key = (i // SHARED, is_other(i, generation))
        if key not in made:
            communities = [f"64900:{key[0] % 1000}"] + (["64901:1"] if key[1] else [])
            made[key] = (bgp.attribute(bgp.ORIGIN, bgp.WELL_KNOWN, b"\0")
                         + bgp.attribute(bgp.AS_PATH, bgp.WELL_KNOWN, bgp.path_value([asn, 64900, 100_000 + key[0]]))
                         + bgp.attribute(bgp.COMMUNITIES, bgp.TRANSITIVE, bgp.communities_value(communities)))
        out[prefix(first, i)] = made[key]
    return out


def messages(announced, hop):
    groups = {}
    for p, raw in announced.items():
        groups.setdefault(raw, []).append(p)
    return b"".join(m for raw, prefixes in groups.items() for m in bgp.announcements(1, raw, hop, prefixes)) + bgp.end_of_rib("ipv4")


def communities_value(raw):
    return bgp.split_attributes(raw)[bgp.COMMUNITIES][1]


def complaints(receiver, wanted):
    have = receiver.table_of_session().routes[1]
    wrong = [p for p, raw in wanted.items() if p in have and have[p].value(bgp.COMMUNITIES) != communities_of(raw)]
    return (f"{len(wanted.keys() - have.keys())} routes are lost, {len(have.keys() - wanted.keys())} are ghosts, "
            f"{len(wrong)} have the attributes of another time") if wrong or have.keys() != wanted.keys() else ""


MEMO = {}


def communities_of(raw):
    if raw not in MEMO:
        MEMO[raw] = communities_value(raw)
    return MEMO[raw]


def body(build, folder):
    with World(build, folder) as world:
        hub = world.hub
        keys = {"families": ("ipv4",), "hold_time": 90}
        churning, steady = add_speaker(world, name="churning", **keys), add_speaker(world, name="steady", **keys)
        receiver = add_speaker(world, name="receiver", **keys)
        churning.identity = identity(churning, False)
        hop = socket.inet_aton("192.0.2.9")
        tables = [table(20, churning.session.own.asn, g) for g in range(RESTARTS + 1)]
        others = table(60, steady.session.own.asn, 0)
        data = [messages(t, hop) for t in tables]
        world.start()
        steady.send(messages(others, hop))
        churning.send(data[0])
        wanted = {**others, **tables[0]}
        until(lambda: f"the start: {complaints(receiver, wanted)}", lambda: not complaints(receiver, wanted), 120, 0.2)
        pid, sizes, begin = hub.process.child.pid, [resident_mb(hub.process.child.pid)], time.monotonic()
        address = churning.session.own_address
        with Peak(pid) as peak:
            for g in range(1, RESTARTS + 1):
                seen = receiver.table_of_session()
                before = seen.withdrawn[1], seen.announced[1]
                churning.wanted = False
                churning.link.close()
                until("its routes are stale", lambda: hub.show(address)["restart"]["restarting"], 10, 0.02)
                time.sleep(PACE / 10)
                churning.identity = identity(churning, True)
                churning.enable()
                until("it is back", lambda: hub.is_up(address), 10, 0.02)
                require(not complaints(receiver, {**others, **tables[g - 1]}), "the receiver noticed the restart itself")
                churning.send(data[g])
                wanted = {**others, **tables[g]}
                until(lambda: f"restart {g}: {complaints(receiver, wanted)}", lambda: not complaints(receiver, wanted), 60, 0.2)
                until("End-of-RIB ended it", lambda: not hub.show(address)["restart"]["stale"], 20, 0.05)
                check_traffic(g, receiver, before, tables)
                sizes.append(resident_mb(pid))
                time.sleep(max(0.0, begin + g * PACE - time.monotonic()))
        took = time.monotonic() - begin
        receiver.expect_up("at the end")
        steady.expect_up("at the end")
        for view, most in (("received", len(tables[-1])), ("stale", 0)):
            count = sum(c[view] for c in hub.show(address)["routes"])
            require(count == most, f"{count} routes are {view}, not {most}")
        print(f"  2 x {ROUTES} routes, {RESTARTS} restarts in {took:.1f} s; resident {' '.join(f'{s:.0f}' for s in sizes)} MB, "
              f"peak {peak.mb:.0f} MB", flush=True)
        settled = sizes[2:]
        require(max(settled) < 1.1 * settled[0] + 10, f"memory grows: {sizes}")


def check_traffic(g, receiver, before, tables):
    """Not more was said than had changed; a prefix that is back is announced, not withdrawn."""
    now, old, new = receiver.table_of_session(), tables[g - 1], tables[g]
    withdrawn, announced = now.withdrawn[1] - before[0], now.announced[1] - before[1]
    gone = len(old.keys() - new.keys())
    changed = sum(1 for p, raw in new.items() if old.get(p) != raw)
    require(withdrawn == gone, f"restart {g}: {withdrawn} withdrawals for {gone} routes")
    require(announced == changed, f"restart {g}: {announced} announcements for {changed} changes")


def runs():
    yield (Case(f"{2 * ROUTES // 1000}k"),), "ipv4", body
