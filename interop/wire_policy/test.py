"""Limits on the number of routes, as BIRD and FRR live through them.

             bellmand AS 65000
         ┌──────────┴──────────┐
    BIRD AS 65011         FRR AS 65012

Each neighbour has a limit: first it is discarded what goes over it, then the session ends with Cease, Maximum Number of
Prefixes Reached, which the neighbour names, and nothing comes back before the time that is set, nor fails to after it.
"""
import time

from lib.bird import Bird
from lib.frr import Frr
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import World

ROUTES = [Route(f"203.0.{n}.0/24") for n in range(8)]
PAUSE = 4


def limits(hub, neighbor, **keys):
    hub.neighbors[neighbor.session.own_address]["max_prefixes"] = {"ipv4-unicast": keys}
    hub.reload()


def body(build, folder):
    with World(build, folder) as world:
        hub = world.hub
        open_ = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}
        bird, frr = world.add(Bird, **open_), world.add(Frr, **open_)
        bird.announce(ROUTES[:3])
        world.start()
        world.settle("no limit yet", {frr: passed_on(world, bird)})
        what_is_over_the_limit_is_discarded(world, bird, frr)
        the_session_ends_and_comes_back(world, bird)
        bird.announce([])  # FRR sends back what it has from us, and that counts as received
        the_session_ends_and_comes_back(world, frr)


def passed_on(world, source):
    hub, sent = world.hub.site, source.sent()
    return by_prefix([r.with_(as_path=(hub.asn,) + r.as_path, next_hop=hub.next_hop(r.family), med=None) for r in sent.values()])


def counts(hub, neighbor):
    rows = hub.show(neighbor.session.own_address)["routes"]
    return next((r["received"] for r in rows if r["family"] == "ipv4-unicast"), 0)


def what_is_over_the_limit_is_discarded(world, bird, frr):
    hub, marks = world.hub, world.marks()
    limits(hub, bird, limit=5, action="discard")
    until("the limit is in force", lambda: hub.show(bird.session.own_address)["settings"]["max_prefixes"], 5)
    bird.announce(ROUTES)
    until(lambda: f"bellmand has 5 of BIRD's routes: {counts(hub, bird)}", lambda: counts(hub, bird) == 5, 10)
    until(lambda: f"FRR has them: {len(frr.table())}", lambda: len(frr.table()) == 5, 10)
    said = hub.show(bird.session.own_address)["limits_reached"]
    require(any("discarded" in line for line in said), f"`neighbor show` says of the limit: {said}")
    limits(hub, bird, limit=8, action="discard")  # asks for what was discarded
    world.settle("there is room for all", {frr: passed_on(world, bird)})
    world.require_same_sessions("routes are discarded", marks)


def the_session_ends_and_comes_back(world, neighbor):
    hub, address = world.hub, neighbor.session.own_address
    neighbor.announce(ROUTES[:2])
    until(lambda: f"bellmand has 2 routes of {neighbor.label}: {counts(hub, neighbor)}", lambda: counts(hub, neighbor) == 2, 10)
    limits(hub, neighbor, limit=4, restart_after=PAUSE)
    until("the limit is in force", lambda: in_force(hub, address) == [4], 5)
    neighbor.announce(ROUTES[:6])
    until(lambda: f"the session with {neighbor.label} ends: {hub.state_of(address)}", lambda: hub.state_of(address) == "idle", 10)
    ended = time.monotonic()
    said = hub.show(address)["last_error"]
    require("Maximum Number of Prefixes" in said, f"bellmand says {said!r}")
    until(lambda: f"{neighbor.label} names the reason: {last_error(neighbor)!r}",
          lambda: "max" in last_error(neighbor).lower() and "prefix" in last_error(neighbor).lower(), 5, daemon=neighbor.label)
    neighbor.announce(ROUTES[:3])
    until(lambda: f"the session with {neighbor.label} is up again", lambda: hub.is_up(address), PAUSE + 20)
    waited = time.monotonic() - ended
    require(waited > PAUSE - 1, f"the session came back after {waited:.1f} s, with restart_after = {PAUSE}")
    until(lambda: f"its 3 routes are back: {counts(hub, neighbor)}", lambda: counts(hub, neighbor) == 3, 20)


def in_force(hub, address):
    return [limit["limit"] for limit in hub.show(address)["settings"]["max_prefixes"]]


def last_error(neighbor):
    if isinstance(neighbor, Frr):
        return neighbor.peer().get("lastNotificationReason", "") or ""
    text = neighbor.details()
    log = neighbor.process.log_path.read_text()
    return next((line for line in [*text.splitlines(), *log.splitlines()] if "prefix" in line.lower() and "max" in line.lower()), "")


def runs():
    yield [Bird, Frr], "ipv4", body
