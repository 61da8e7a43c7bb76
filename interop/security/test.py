"""TCP MD5 signatures and GTSM with BIRD: who calls and who waits, right and wrong keys, near and far.

    bellmand AS 65000 ── key from a file / TTL 255 ── BIRD AS 65011
"""
import time

from lib.bird import Bird
from lib.case import expect, run_checks
from lib.wait import until
from lib.world import World

ACCEPT = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}
GLANCE = 8  # seconds in which a session that may not come up does not


def world_of(build, folder, transport, options, bellmand_calls, **keys):
    folder.mkdir(parents=True, exist_ok=True)
    world = World(build, folder, transport)
    if "password" in keys:
        secret = folder / "secret"
        secret.write_text(keys.pop("password") + "\n")
        keys["password_file"] = str(secret)
    bird = world.add(Bird, passive=bellmand_calls, **ACCEPT, **keys)
    if not bellmand_calls:
        world.hub.neighbors[bird.session.own_address]["passive"] = True
    bird.options = options
    return world, bird


def comes_up(build, folder, *args, **keys):
    world, bird = world_of(build, folder, *args, **keys)
    with world:
        world.start()
        shown = world.hub.show(bird.session.own_address)
        expect("hunter2" not in str(shown) and "secret" not in str(shown), "the API answers the key or its file")
        log = "".join(f.read_text(errors="replace") for f in world.hub.folder.rglob("*.log"))
        expect("hunter2" not in log, "the log has the key")


def stays_down(build, folder, *args, **keys):
    world, bird = world_of(build, folder, *args, **keys)
    with world:
        world.hub.start()
        bird.start()
        end = time.monotonic() + GLANCE
        while time.monotonic() < end:
            expect(not world.hub.is_up(bird.session.own_address), "the session came up")
            time.sleep(0.5)


def body(build, folder, transport):
    checks = []
    for calls in (True, False):
        side = "bellmand calls" if calls else "BIRD calls"
        for name, check, options, keys in (
                ("right key", comes_up, 'password "hunter2";', {"password": "hunter2"}),
                ("wrong key", stays_down, 'password "other";', {"password": "hunter2"}),
                ("key here only", stays_down, "", {"password": "hunter2"}),
                ("key there only", stays_down, 'password "hunter2";', {}),
                ("GTSM on both", comes_up, "multihop 1; ttl security on;", {"ttl_security": 1}),
                ("GTSM here only", stays_down, "multihop 64;", {"ttl_security": 1}),
                ("GTSM and key", comes_up, 'multihop 1; ttl security on; password "hunter2";', {"ttl_security": 1, "password": "hunter2"})):
            place = folder / f"{name}-{calls}".replace(" ", "-")
            checks.append((f"{name}, {side}", lambda c=check, o=options, k=keys, p=place, b=calls: c(build, p, transport, o, b, **dict(k))))
    run_checks(checks)


def runs():
    for transport in ("ipv4", "ipv6"):
        yield (Bird,), transport, lambda build, folder, t=transport: body(build, folder, t)
