"""A hundred established neighbours and nothing to do: less than one percent of a processor.

    100 speakers, hold time 30, two routes each ──▶ bellmand, watched for 20 s
"""
from lib.case import Case, expect
from lib.crowd import add_speakers
from lib.gauge import resident_mb, share_of_cpu
from lib.route import Route
from lib.wait import until
from lib.world import World

ALONE = True  # it measures
NEIGHBORS, SECONDS, LIMIT = 100, 20, 0.01


def body(build, folder):
    with World(build, folder) as world:
        speakers = add_speakers(world, NEIGHBORS)
        for i, s in enumerate(speakers):
            s.announce([Route(f"10.120.{i}.0/24"), Route(f"2001:db8:{i:x}::/48")])
        world.start()
        until("every route is everywhere", lambda: all(len(s.table_of_session()) >= 2 * (NEIGHBORS - 1) for s in speakers), 30)
        pid = world.hub.process.pid
        share = share_of_cpu(pid, SECONDS)
        print(f"  {NEIGHBORS} sessions: {share:.2%} of a processor over {SECONDS} s, {resident_mb(pid):.0f} MB", flush=True)
        for s in speakers:
            s.expect_up("at the end")
        expect(share < LIMIT, f"{share:.2%} of a processor with nothing to do")


def runs():
    yield [Case(f"{NEIGHBORS} idle sessions")], "ipv4", body
