"""Limits on the number of routes, as two daemons live through them: BIRD, and each of the others in turn.

             bellmand AS 65000
         ┌──────────┴──────────┐
    BIRD AS 65011       another AS 65012

Each neighbour has a limit: first it is discarded what goes over it, then the session ends with Cease, Maximum Number of
Prefixes Reached, which the neighbour names, and nothing comes back before the time that is set, nor fails to after it. BIRD is the one whose routes are
discarded: OpenBGPD 7.7 and ExaBGP 4.2.21 do not answer the Route Refresh that brings them when there is room.
"""
import time

from lib.bird import Bird
from lib.exabgp import ExaBgp
from lib.frr import Frr
from lib.gobgp import GoBgp
from lib.openbgpd import OpenBgpd
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import World

ROUTES = [Route(f"203.0.{n}.0/24") for n in range(8)]
PAUSE = 4


def limits(hub, neighbor, **keys):
    hub.neighbors[neighbor.session.own_address]["max_prefixes"] = {"ipv4-unicast": keys}
    hub.reload()


def body(kinds, build, folder, transport):
    with World(build, folder, transport) as world:
        hub = world.hub
        open_ = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}
        first, second = (world.add(kind, **open_) for kind in kinds)
        first.announce(ROUTES[:3])
        world.start()
        world.settle("no limit yet", {second: passed_on(world, first)})
        what_is_over_the_limit_is_discarded(world, first, second)
        the_session_ends_and_comes_back(world, first)
        first.announce([])  # FRR sends back what it has from us, and that counts as received
        the_session_ends_and_comes_back(world, second)


def passed_on(world, source):
    hub, sent = world.hub.site, source.sent()
    return by_prefix([r.with_(as_path=(hub.asn,) + r.as_path, next_hop=hub.next_hop(r.family), med=None) for r in sent.values()])


def counts(hub, neighbor):
    rows = hub.show(neighbor.session.own_address)["routes"]
    return next((r["received"] for r in rows if r["family"] == "ipv4-unicast"), 0)


def what_is_over_the_limit_is_discarded(world, sender, other):
    hub, marks = world.hub, world.marks()
    limits(hub, sender, limit=5, action="discard")
    until("the limit is in force", lambda: hub.show(sender.session.own_address)["settings"]["max_prefixes"], 15)
    sender.announce(ROUTES)
    until(lambda: f"bellmand has 5 of the sender's routes: {counts(hub, sender)}", lambda: counts(hub, sender) == 5, 10)
    until(lambda: f"{other.label} has them: {len(other.table())}", lambda: len(other.table()) == 5, 10)
    said = hub.show(sender.session.own_address)["limits_reached"]
    require(any("discarded" in line for line in said), f"`neighbor show` says of the limit: {said}")
    limits(hub, sender, limit=8, action="discard")  # asks for what was discarded
    world.settle("there is room for all", {other: passed_on(world, sender)})
    world.require_same_sessions("routes are discarded", marks)


def the_session_ends_and_comes_back(world, neighbor):
    hub, address = world.hub, neighbor.session.own_address
    neighbor.announce(ROUTES[:2])
    until(lambda: f"bellmand has 2 routes of {neighbor.label}: {counts(hub, neighbor)}", lambda: counts(hub, neighbor) == 2, 10)
    limits(hub, neighbor, limit=4, restart_after=PAUSE)
    until("the limit is in force", lambda: in_force(hub, address) == [4], 15)
    neighbor.announce(ROUTES[:6])
    until(lambda: f"the session with {neighbor.label} ends: {hub.state_of(address)}", lambda: hub.state_of(address) == "idle", 10)
    ended = time.monotonic()
    said = hub.show(address)["last_error"]
    require("Maximum Number of Prefixes" in said, f"bellmand says {said!r}")
    until(lambda: f"{neighbor.label} names the reason: {last_error(neighbor)!r}", lambda: last_error(neighbor), 15, daemon=neighbor.label)
    neighbor.announce(ROUTES[:3])
    until(lambda: f"the session with {neighbor.label} is up again", lambda: hub.is_up(address), PAUSE + 20)
    waited = time.monotonic() - ended
    require(waited > PAUSE - 1, f"the session came back after {waited:.1f} s, with restart_after = {PAUSE}")
    until(lambda: f"its 3 routes are back: {counts(hub, neighbor)}", lambda: counts(hub, neighbor) == 3, 20)


def in_force(hub, address):
    return [limit["limit"] for limit in hub.show(address)["settings"]["max_prefixes"]]


def last_error(neighbor):
    """What it says of its session's end, if it names the limit."""
    if isinstance(neighbor, ExaBgp):
        return "6/1" if (6, 1) in neighbor.notifications() else ""
    said = neighbor.process.log_path.read_text()
    if isinstance(neighbor, Frr):
        said = neighbor.peer().get("lastNotificationReason") or ""
    elif isinstance(neighbor, Bird):
        said += neighbor.details()
    return next((line for line in said.splitlines() if "prefix" in line.lower() and "max" in line.lower()), "")


def runs():
    for kinds, transport in (((Bird, Frr), "ipv4"), ((Bird, OpenBgpd), "ipv4"), ((Bird, GoBgp), "ipv6"), ((Bird, ExaBgp), "ipv6")):
        yield kinds, transport, lambda build, folder, k=kinds, t=transport: body(k, build, folder, t)
