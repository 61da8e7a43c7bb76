"""Inputs that fuzzers found in other daemons, over TCP: the daemon stays up, ends each connection, and disturbs nobody.

    400 speakers, all AS 10 with identifier 10.0.1.1 ── an input each, round by round ──▶ bellmand ◀──▶ two witnesses

Each input is sent twice: at once after the connection is made, and after a handshake. Then the sending side is closed: the
daemon must close too, within bounded time. Routes that fuzzed UPDATEs announce go to the witnesses, who read every byte of
it; at the end they must have what bellmand says they have, which is only what they told each other.
"""
import json
import socket
import tarfile
import time
from collections import Counter

from lib.case import Case, expect, not_applicable
from lib.crowd import add_speaker, add_speakers, widen
from lib.link import Link
from lib.mrt import test_data
from lib.reactor import reactor
from lib.route import Route, differences
from lib.wait import until, until_empty
from lib.world import World

ALONE = True  # it measures
ASN, ROUTER_ID, SPEAKERS = 10, "10.0.1.1", 400
CORPORA = ("corpi-bgpd-gen.tar.gz", "corpi-bgpd-seed.tar.gz", "corpi-bird-gen.tar.gz")
PATIENCE = 20  # seconds for one connection


def corpus():
    """(name, bytes) of each input; of messages that were sent one after the other, all together."""
    out = []
    for file in CORPORA:
        with tarfile.open(test_data("bgp-fuzz", file)) as archive:
            out += [(f"{file}:{m.name}", archive.extractfile(m).read()) for m in archive.getmembers() if m.isfile()]
    out += [(f.name, f.read_bytes()) for f in sorted(test_data("bgp-fuzz", "gobgp-bad-len").iterdir())]
    for known in json.loads(test_data("bgp-fuzz", "known_crash_inputs.json").read_text()):
        out.append((known["id"], b"".join(map(bytes.fromhex, known["send"]))))
    return out


class Attempt:
    """One input over one connection of one speaker."""

    def __init__(self, speaker, name, data, greets):
        self.name, self.data, self.greets, self.fed, self.begun = name, data, greets, False, time.monotonic()
        s = speaker.session
        self.link = Link.connect(s.own_address, s.address, s.other.port, identity=speaker.identity if greets else None)

    def step(self):
        """True when it is over."""
        if not self.fed and (self.link.is_up() if self.greets else self.link.opened):
            self.fed = True
            self.link.send(self.data, counted=False)
            reactor().call(self.shut)
        return self.link.closed is not None

    def shut(self):
        if self.link.closed is None:
            self.link.write()
            try:
                self.link.sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the daemon was faster

    def was_refused(self):
        """The neighbour is held off after failures: Connection Rejected. The input was not looked at."""
        return self.link.established is None and self.link.notification is not None and self.link.notification[:2] == (6, 5)

    def outcome(self):
        n = self.link.notification
        return f"NOTIFICATION {n[0]}/{n[1]}" if n else "closed"


def run_round(speakers, work, alive, outcomes):
    """One input for each speaker. Answers what must be tried again."""
    attempts = [Attempt(s, *w) for s, w in zip(speakers, work)]
    stuck = lambda: [a.name for a in attempts if not a.step()]  # noqa: E731
    until(lambda: f"bellmand closes after: {stuck()[:5]}", lambda: not alive() or not stuck(), PATIENCE, 0.01)
    expect(alive(), lambda: f"bellmand ended in the round of {[a.name for a in attempts][:400]}")
    again = []
    for attempt in attempts:
        if attempt.was_refused() or attempt.greets and not attempt.fed:
            again.append((attempt.name, attempt.data, attempt.greets))
        else:
            outcomes[attempt.outcome()] += 1
    return again


def body(build, folder):
    widen()
    with World(build, folder) as world:
        witnesses = [add_speaker(world, name=f"witness{i}", hold_time=9) for i in range(2)]
        for i, w in enumerate(witnesses):
            w.announce([Route(f"10.{50 + i}.{k}.0/24") for k in range(100)] + [Route(f"2001:db8:{i + 1}{k:03x}::/48") for k in range(100)])
        first = len(world.neighbors)
        speakers = add_speakers(world, SPEAKERS, asn=ASN, router_id=ROUTER_ID, families=("ipv4", "ipv6"), enforce_first_as=False)
        world.neighbors = world.neighbors[:first]  # they are not started as others are
        world.start()
        begin, outcomes, inputs = time.monotonic(), Counter(), corpus()
        work = [(n, d, greets) for greets in (False, True) for n, d in inputs]
        rounds, most = 0, 6 * len(work) // SPEAKERS
        while work and rounds < most:
            # Addresses are used in turn: a neighbour that fails again and again is not listened to for a second.
            started = time.monotonic()
            again = run_round(speakers, work[:SPEAKERS], world.hub.process.is_alive, outcomes)
            work = work[SPEAKERS:] + again
            rounds += 1
            time.sleep(max(0, 1.1 - (time.monotonic() - started)))
            for w in witnesses:
                w.expect_up("a session beside")
        expect(not work, lambda: f"{len(work)} inputs never had a session, as {work[0][0]}")
        print(f"  {2 * len(inputs)} connections in {time.monotonic() - begin:.1f} s: " + ", ".join(f"{n} {k}" for k, n in outcomes.most_common(8)), flush=True)
        check_witnesses(world, witnesses)


def check_witnesses(world, witnesses):
    for w, other in (witnesses, reversed(witnesses)):
        hub = world.hub.site
        wanted = {p: r.with_(next_hop=hub.next_hop(r.family), as_path=(hub.asn, *r.as_path)) for p, r in other.sent().items()}
        until_empty(f"{w.session.own.name} has what it should", lambda: differences(wanted, w.table(), ["local_pref"]))
        until_empty(f"the advertised view of {w.session.own.name}", lambda: differences(wanted, world.advertised(w)))
        status = world.hub.neighbor(w.session.own_address)
        expect(status["sessions"] == 1, f"{w.session.own.name} had {status['sessions']} sessions")
        expect(w.link.longest_silence < 9, f"{w.session.own.name} heard nothing for {w.link.longest_silence:.1f} s")


def runs():
    yield [Case("fuzzers' inputs")], "ipv4", body if test_data("bgp-fuzz") else not_applicable("BELLMAN_TEST_DATA is not set")
