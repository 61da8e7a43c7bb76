"""Mistakes with sessions that other daemons shipped: each function is one, and says what must hold.

    1, 2, 20 or 700 raw speakers, who call or are called ── at once, twice, never, in vain ──▶ bellmand AS 65000
"""
import socket
import struct
import subprocess
import time

from lib import bgp
from lib.case import Case, expect
from lib.crowd import add_speaker, add_speakers, exported, widen
from lib.gauge import Peak
from lib.link import Link, Listener
from lib.route import Route
from lib.stream import rows
from lib.wait import until
from lib.world import World

ALONE = True  # it measures


# ---- 4
def a_flood_from_20_neighbours_loses_nothing_and_stays_bounded(build, folder):
    """20 speakers send a table of 20,000 prefixes ten times over, with other attributes each time, while a neighbour does not read."""
    prefixes, rounds = [bgp.prefix(f"10.{i >> 8}.{i & 255}.0/24") for i in range(20_000)], 10
    with World(build, folder) as world:
        senders, reader, sleeper = add_speakers(world, 20), add_speaker(world, name="reader"), add_speaker(world, name="sleeper")
        world.start()
        sleeper.link.pause()
        begin, size = time.monotonic(), 0
        with Peak(world.hub.process.pid) as peak:
            for s in senders:
                data = flood_of(s, prefixes, rounds)
                size += len(data)
                s.send(data)
            first = senders[0].session.own_address
            received = lambda n: sum(c["received"] for c in n["routes"])  # noqa: E731
            until("every route of every neighbour is there", lambda: sum(map(received, world.hub.list_neighbors())) == 20 * len(prefixes), 90, 0.5)
            final = {p: r for p, r in routes_of_flood(senders[0], rounds - 1).items()}
            until("the reader has the last state", lambda: all_are(reader, senders[0], rounds - 1, len(prefixes)), 60, 0.2)
            took = time.monotonic() - begin
            sleeper.link.resume()
            until("the sleeper, awake, has the last state", lambda: all_are(sleeper, senders[0], rounds - 1, len(prefixes)), 60, 0.2)
        print(f"  {20 * rounds * len(prefixes):,} routes, {size / 1e6:.0f} MB in {took:.1f} s; resident {peak.mb:.0f} MB at most", flush=True)
        expect(world.hub.ctl("route", "count", "--view", "received", "--neighbor", first)["count"] == len(final), "the received view is short")
        expect(peak.mb < 200, f"{peak.mb:.0f} MB resident")
        for n in world.neighbors:
            expect(world.hub.neighbor(n.session.own_address)["sessions"] == 1, f"{n.session.own.name} had another session")


def path_in_flood(speaker, turn):
    """The first speaker has the shortest path."""
    return (speaker.session.own.asn, 70_000 + turn) + (() if speaker.session.own.name.endswith("r0") else (1, 2))


def flood_of(speaker, prefixes, rounds):
    out = []
    for turn in range(rounds):
        for group in range(0, len(prefixes), 50):
            raw = bgp.attribute(bgp.ORIGIN, bgp.WELL_KNOWN, b"\0") + bgp.attribute(bgp.AS_PATH, bgp.WELL_KNOWN, bgp.path_value(path_in_flood(speaker, turn)))
            raw += bgp.attribute(bgp.COMMUNITIES, bgp.TRANSITIVE, struct.pack("!HH", turn, group // 50))
            out += bgp.announcements(1, raw, socket.inet_aton(speaker.session.own.address4), prefixes[group:group + 50])
    return b"".join(out)


def routes_of_flood(speaker, turn):
    return {f"10.{i >> 8}.{i & 255}.0/24": path_in_flood(speaker, turn) for i in range(20_000)}


def all_are(receiver, best, turn, count):
    routes, wanted = receiver.table_of_session().routes[1], path_in_flood(best, turn)
    return len(routes) == count and all(a.as_path()[1:] == wanted for a in routes.values())


# ---- 16
def deaf_listener(speaker):
    """Something that never answers a call: a listener whose queue is full, so that the kernel drops every further SYN."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((speaker.session.own_address, speaker.session.own.port))
    sock.listen(0)
    callers = []
    for _ in range(3):
        caller = socket.socket()
        caller.setblocking(False)
        caller.connect_ex(sock.getsockname())
        callers.append(caller)
    return sock, callers


def their_call_is_taken_while_ours_hangs(build, folder):
    with World(build, folder) as world:
        speaker = add_speaker(world, passive=True)
        sock, callers = deaf_listener(speaker)
        world.neighbors = []
        world.start()
        until("our call is under way", lambda: world.hub.state_of(speaker.session.own_address) == "connect", 15, 0.02)
        link = speaker.connect()
        until("established", lambda: link.is_up() or link.closed, 15, 0.005)
        expect(link.is_up(), lambda: f"{link.notification or link.why}")
        took = link.established - link.opened
        print(f"  {took * 1000:.0f} ms", flush=True)
        expect(took < 1, f"{took:.2f} s")
        world.hub.until_up([speaker.session.own_address], 2)
        link.close()
        for s in [sock, *callers]:
            s.close()


def collisions_follow_the_identifiers(build, folder):
    """RFC 4271 §6.8: the connection of the higher identifier stays, whoever sends OPEN first, and on which of them."""
    cases = [(router_id, order) for router_id in ("1.1.1.1", "200.1.1.1") for order in ("theirs first", "ours first")]
    with World(build, folder) as world:
        speakers = [add_speaker(world, passive=True, router_id=router_id, name=f"{router_id} {order}") for router_id, order in cases]
        world.neighbors, called = [], {}
        for s in speakers:
            s.listener = Listener(s.session.own_address, s.session.own.port, lambda sock, s=s: called.setdefault(s, []).append(Link(sock)))
        world.start()
        for s, (router_id, order) in zip(speakers, cases):
            collide(world, s, called, router_id, order)
        for s in speakers:
            s.stop()


def collide(world, s, called, router_id, order):
    what = f"identifier {router_id}, {order}"
    ours = until(f"{what}: bellmand calls", lambda: called.get(s), 15, 0.01)[0]  # opened by bellmand
    until(f"{what}: its OPEN", lambda: ours.open_body, 15, 0.01)
    theirs = Link.connect(s.session.own_address, s.session.address, s.session.other.port)
    until(f"{what}: its OPEN on our call", lambda: theirs.open_body or theirs.closed, 15, 0.01)
    expect(theirs.open_body, lambda: f"{what}: our call was refused: {theirs.notification or theirs.why}")
    for link in ((theirs, ours) if order == "theirs first" else (ours, theirs)):
        link.send(s.identity)
    stays, goes = (theirs, ours) if router_id == "200.1.1.1" else (ours, theirs)
    until(f"{what}: one of the two is closed", lambda: goes.closed or stays.closed, 15, 0.01)
    expect(stays.closed is None, lambda: f"{what}: the wrong one was closed: {stays.notification}")
    expect(goes.notification and goes.notification[:2] == (6, 7), lambda: f"{what}: closed with {goes.notification}, not 6/7")
    stays.send(bgp.keepalive())
    world.hub.until_up([s.session.own_address], 3)
    expect(stays.received[bgp.KEEPALIVE] >= 1, f"{what}: no KEEPALIVE")
    stays.send(bgp.notification(6, 2))
    stays.close()


# ---- 17
def one_session_is_up_within_a_second(build, folder):
    with World(build, folder) as world:
        caller, called = add_speaker(world), add_speaker(world, passive=True)
        world.neighbors = []
        world.start()
        took = {}
        for name, s in (("called by the speaker", caller), ("calling the speaker", called)):
            begin = time.monotonic()
            s.start()
            until(f"{name}: established", lambda s=s: s.is_up(), 15, 0.002)
            took[name] = s.link.established - begin
        print("  " + ", ".join(f"{k} {v * 1000:.0f} ms" for k, v in took.items()), flush=True)
        for s in (caller, called):
            s.stop()
        expect(took["called by the speaker"] < 1, f"{took}")
        # The speaker appears at a moment when bellmand may just have called in vain; it calls again within connect_retry, 2 s.
        expect(took["calling the speaker"] < 2.5, f"{took}")


def seven_hundred_sessions_at_once(build, folder):
    widen()
    for passive in (False, True):
        with World(build, folder / ("called" if passive else "calling")) as world:
            speakers = add_speakers(world, 700, passive=passive, hold_time=90)
            world.neighbors = []
            if passive:  # they wait, and the daemon comes
                for s in speakers:
                    s.start()
            begin = time.monotonic()
            world.hub.start()
            if not passive:
                begin = time.monotonic()
                for s in speakers:
                    s.start()
            until(lambda: f"{sum(s.is_up() for s in speakers)} of 700 are up", lambda: all(s.is_up() for s in speakers), 60, 0.02)
            took = max(s.link.established for s in speakers) - begin
            until("bellmand agrees", lambda: world.hub.ctl("status")["neighbors_established"] == 700, 15)
            print(f"  {took:.2f} s, {'bellmand calls, from its start' if passive else 'the speakers call'}", flush=True)
            for s in speakers:
                s.stop()
            expect(took < 3, f"{took:.2f} s")


# ---- 18
def hold_timers_survive_a_million_routes(build, folder):
    """Hold time 3 s, while a million routes come in and go out, are listed, and listed to a client that does not read."""
    with World(build, folder) as world:
        sender, receiver, quiet = add_speaker(world, hold_time=3), add_speaker(world, hold_time=3), add_speaker(world, hold_time=3, export_policy=["reject-all"])
        world.start()
        data, count = million(sender)
        stuck = None
        try:
            begin = time.monotonic()
            sender.send(data)
            until("a million routes arrive", lambda: sum(c["accepted"] for c in world.hub.neighbor(sender.session.own_address)["routes"]) == count, 90, 0.2)
            took = time.monotonic() - begin
            sender.send(data)  # and again, while the listings run
            argv = [str(world.hub.build / "cli/bellmanctl"), "--socket", str(world.hub.socket), "--json", "route", "list"]
            stuck = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
            begin = time.monotonic()
            listed = sum(1 for _ in rows(world.hub))
            print(f"  {count:,} routes taken in {took:.1f} s and listed in {time.monotonic() - begin:.1f} s", flush=True)
            expect(listed == count, f"{listed} of {count} routes were listed")
            until("the receiver has them", lambda: len(receiver.table_of_session()) == count, 60, 0.2)
        finally:
            if stuck:
                stuck.kill()
                stuck.wait()
                stuck.stdout.close()
        for n in world.neighbors:
            n.expect_up(n.session.own.name)
            expect(n.link.longest_silence < 3, f"{n.session.own.name} heard nothing for {n.link.longest_silence:.1f} s")
            expect(world.hub.neighbor(n.session.own_address)["sessions"] == 1, "there was another session")


def million(speaker):
    out, prefixes = [], []
    for high in range(16):
        for i in range(65536):
            prefixes.append(bytes([24, 16 + high, i >> 8, i & 255]))
    for at in range(0, len(prefixes), 256):
        raw = bgp.attribute(bgp.ORIGIN, bgp.WELL_KNOWN, b"\0") + bgp.attribute(bgp.AS_PATH, bgp.WELL_KNOWN, bgp.path_value((speaker.session.own.asn, 100_000 + at)))
        out += bgp.announcements(1, raw, socket.inet_aton("198.51.100.7"), prefixes[at:at + 256])
    return b"".join(out), len(prefixes)


# ---- 19
def retries_grow_apart_for_a_neighbour_that_refuses(build, folder):
    with World(build, folder) as world:
        speaker, calls = add_speaker(world, passive=True), []

        class Refuser(Link):
            def on_message(self, kind, body, now):
                """After the OPEN was read: a socket closed with something unread would take the NOTIFICATION with it."""
                self.say(bgp.notification(2, 2))
                self.end("refused")

        def refuse(sock):
            calls.append(time.monotonic())
            Refuser(sock)

        world.neighbors = []
        listener = Listener(speaker.session.own_address, speaker.session.own.port, refuse)
        world.hub.start()
        time.sleep(12)
        listener.close()
        gaps = [b - a for a, b in zip(calls, calls[1:])]
        print("  calls after " + ", ".join(f"{g:.1f}" for g in gaps) + " s", flush=True)
        expect(3 <= len(calls) <= 10, f"{len(calls)} calls in 12 s")
        expect(gaps[-1] > 2 * gaps[0], "the pauses do not grow")
        expect(all(b > 0.9 * a for a, b in zip(gaps, gaps[1:])), "a pause is shorter than the one before")
        expect("Bad Peer AS" in world.hub.neighbor(speaker.session.own_address)["last_error"], "the status does not say why")


# ---- 37
def counters_are_what_the_neighbour_counts(build, folder):
    with World(build, folder) as world:
        a, b = add_speaker(world, hold_time=3), add_speaker(world, hold_time=3)
        a.announce([Route(f"10.130.{i}.0/24", communities=frozenset([f"1:{i}"])) for i in range(200)])
        b.announce([Route(f"2001:db8:{i:x}::/48") for i in range(200)])
        world.start()
        world.settle("routes", {a: exported(world, b.sent()), b: exported(world, a.sent())})
        a.request_refresh()
        world.hub.ctl("neighbor", "reset", b.session.own_address, "--soft", "in")
        until("the request for a refresh comes", lambda: b.link.received[bgp.ROUTE_REFRESH] >= 1, 15)
        for s in (a, b):
            until(lambda s=s: f"{s.session.own.name}: {counts(world, s)} is not {own_counts(s)}", lambda s=s: counts(world, s) == own_counts(s), 15, 0.05)
            print(f"  {s.session.own.name}: {own_counts(s)}", flush=True)


def own_counts(s):
    inward, outward = ((bgp.OPEN, "opens"), (bgp.UPDATE, "updates"), (bgp.NOTIFICATION, "notifications"), (bgp.KEEPALIVE, "keepalives"), (bgp.ROUTE_REFRESH, "refreshes")), {}
    for kind, name in inward:
        outward[f"{name}_in"], outward[f"{name}_out"] = s.link.sent[kind], s.link.received[kind]
    return outward | {"bytes_in": s.link.bytes_sent, "bytes_out": s.link.bytes_received}


def counts(world, s):
    traffic = world.hub.neighbor(s.session.own_address)["traffic"]
    return {k: traffic[k] for k in own_counts(s)}


TRAPS = (a_flood_from_20_neighbours_loses_nothing_and_stays_bounded, their_call_is_taken_while_ours_hangs, collisions_follow_the_identifiers,
         one_session_is_up_within_a_second, seven_hundred_sessions_at_once, hold_timers_survive_a_million_routes,
         retries_grow_apart_for_a_neighbour_that_refuses, counters_are_what_the_neighbour_counts)


def runs():
    for trap in TRAPS:
        yield [Case(trap.__name__.replace("_", " "))], "ipv4", trap
