"""bellmand restarts, by plan and by kill -9: its neighbours keep its routes meanwhile, and lose only what is really gone.

    BIRD, the source  ──▶  bellmand (restarting speaker)  ──▶  BIRD, FRR or GoBGP, the helper
         routes              restarts; has injected routes          looked at all the time

RFC 4724 §4.1. While bellmand is away, and until its End-of-RIB, the helper has every route that will be there afterwards. The
source changes its routes meanwhile: what it withdrew goes with End-of-RIB, and no ghost remains. A plain shutdown is told, and
takes the routes away at once. Against a raw speaker: the bits of the OPEN, no NOTIFICATION, no End-of-RIB before the
neighbours' own or the deferral time, and routes before End-of-RIB.
"""
import struct
import time

from lib import bgp
from lib.case import Case
from lib.crowd import add_speaker
from lib.graceful import GRACEFUL, GracefulBird
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import World, complaints

ACCEPT = [{"then": {"outcome": "accept"}}]
FULL = {"graceful_restart": "full", "import_policy": ["all"], "export_policy": ["all"]}
INJECTED = ["198.51.100.0/24", "203.0.113.0/24", "2001:db8:aaaa::/48"]


def routes(first, last):
    return [Route(f"10.77.{i}.0/24") for i in range(first, last)] + [Route(f"2001:db8:77{i}::/48") for i in range(first, last)]


def wanted_of(world, source):
    """At the helper: what the source announces, and what was injected."""
    site = world.hub.site
    learned = [r.with_(as_path=(site.asn, *r.as_path), next_hop=site.next_hop(r.family), med=None) for r in source.sent().values()]
    own = [Route(p, as_path=(site.asn,), next_hop=site.next_hop(Route(p).family)) for p in INJECTED]
    return by_prefix([*learned, *own])


class Watch:
    """Looks at the helper's table again and again: routes of `always` must never be missing."""

    def __init__(self, helper, always):
        self.helper, self.always, self.looks = helper, set(always), 0

    def look(self):
        missing = self.always - set(self.helper.table())
        require(not missing, f"the helper has lost {sorted(missing)[:5]} at look {self.looks}", self.helper.label)
        self.looks += 1

    def until(self, what, condition, seconds=40):
        until(what, lambda: self.look() or condition(), seconds, 0.05, self.helper.label)


def restart(world, source, helper, how, change):
    """One restart; `change` is what the source announces afterwards."""
    hub = world.hub
    until("the helper would keep our routes", lambda: hub.show(helper.session.own_address)["restart"]["ours_kept"])
    before = set(helper.table())
    gone_before = helper.withdrawals()
    stay = {r.prefix for r in change} | set(INJECTED)
    watch = Watch(helper, before & stay)
    watch.look()
    if how == "planned":
        hub.ctl("shutdown", "--graceful")
        until("bellmand has ended", lambda: not hub.process.is_alive(), 20, 0.02)
    else:
        hub.process.kill()
    source.announce(change)
    away = time.monotonic() + 1.5
    watch.until("the helper keeps them", lambda: time.monotonic() > away)
    hub.start()
    wanted = wanted_of(world, source)
    watch.until("both sessions are back", lambda: hub.is_up(helper.session.own_address) and hub.is_up(source.session.own_address))
    watch.until(lambda: f"{how}: after End-of-RIB: {complaints(helper, wanted)[:5]}; {hub.ctl('status')['restart']}",
                lambda: not complaints(helper, wanted), 60)
    world.settle(how, {helper: wanted})
    return watch.looks, None if gone_before is None else helper.withdrawals() - gone_before


def body(kind, build, folder):
    with World(build, folder) as world:
        hub = world.hub
        hub.policies = {"all": ACCEPT}
        hub.global_keys = {"own_restart_time": 60, "selection_deferral_time": 30}
        source = world.add(GracefulBird, name="source", **FULL)
        helper = world.add(kind, name="helper", **FULL)
        source.announce(routes(0, 6))
        world.start()
        for prefix in INJECTED:
            hub.inject(prefix)
        world.settle("start", {helper: wanted_of(world, source)})
        for how, change in (("planned", routes(2, 7)), ("kill -9", routes(3, 8)), ("planned", routes(3, 8))):
            looks, gone = restart(world, source, helper, how, change)
            print(f"  {how}: {looks} looks at the helper, {gone} withdrawals counted", flush=True)
        hub.ctl("shutdown")
        until("bellmand has ended", lambda: not hub.process.is_alive(), 20)
        until("a plain shutdown is no restart", lambda: not helper.table(), 10, daemon=helper.label)
        hub.start()
        require(not hub.ctl("status")["restart"]["deferring"], "a start after a plain shutdown is no restart")
        world.until_up()
        world.settle("at the end", {helper: wanted_of(world, source)}, 40)


# ---- against a raw speaker
GRACEFUL_OFFER = bgp.capability(64, struct.pack("!H", 0x4000 | 60) + struct.pack("!HBB", 1, 1, 0x80) + struct.pack("!HBB", 2, 1, 0x80))


def graceful_speaker(world, name):
    s = add_speaker(world, name=name, graceful_restart="full")
    offered = bgp.capabilities(s.session.own.asn) + GRACEFUL_OFFER
    s.identity = bgp.open_message(s.session.own.asn, s.session.own.router_id, 30, offered)
    return s


def restart_capability(link):
    value = bgp.capabilities_of(link.open_body)[64][0]
    flags = int.from_bytes(value[:2], "big")
    return {"restarted": bool(flags & 0x8000), "notification": bool(flags & 0x4000), "time": flags & 0xFFF,
            "forwarding": [bool(value[i + 3] & 0x80) for i in range(2, len(value), 4)]}


def order(link):
    """"routes" and "end" in the order in which they came."""
    words = []
    for body in link.updates():
        word = "end" if len(body) == 4 or body[:7] == b"\0\0\0\6\x80\x0f\3" else "routes"
        if not words or words[-1] != word:
            words.append(word)
    return words


def raw(build, folder):
    with World(build, folder) as world:
        hub = world.hub
        hub.global_keys = {"own_restart_time": 60, "selection_deferral_time": 6}
        first, second = graceful_speaker(world, "first"), graceful_speaker(world, "second")
        first.announce(routes(0, 3))
        world.start()
        hub.inject(INJECTED[0])
        opened = restart_capability(second.link)
        require(opened == {"restarted": False, "notification": True, "time": 60, "forwarding": [True, True]}, f"the first OPEN says {opened}")
        until("both have been told", lambda: len(second.table_of_session()) == 7)
        for s in (first, second):
            until("our routes would be kept", lambda s=s: hub.show(s.session.own_address)["restart"]["ours_kept"])

        def away(how):
            links = [s.link for s in (first, second)]
            for s in (first, second):
                s.wanted = False
            how()
            for link in links:
                until("the connection ends", lambda: link.closed is not None, 10, 0.02)
                require(link.notification is None, f"a NOTIFICATION: {link.notification}")
            until("bellmand has ended", lambda: not hub.process.is_alive(), 20, 0.02)
            hub.start()

        away(lambda: hub.ctl("shutdown", "--graceful"))
        second.enable()
        until("the second is back", lambda: hub.is_up(second.session.own_address))
        opened = restart_capability(second.link)
        require(opened["restarted"] and opened["forwarding"] == [True, True], f"the OPEN of a restart says {opened}")
        second.send(*map(bgp.end_of_rib, second.session.families))
        time.sleep(2)
        waiting = hub.ctl("status")["restart"]
        require(waiting["deferring"] and waiting["waiting_for"] == [first.session.own_address], f"it waits for the first: {waiting}")
        require(not second.link.updates(), "something was advertised before the first neighbour's routes were back")
        first.enable()
        first.until_up()
        until("its routes and its End-of-RIB end the deferral", lambda: len(second.table_of_session()) == 7, 3)
        second.until_end_of_rib(3)
        require(order(second.link) == ["routes", "end"], f"routes first, then End-of-RIB: {order(second.link)}")

        away(hub.process.kill)
        begin = time.monotonic()
        second.enable()
        until("the second is back", lambda: hub.is_up(second.session.own_address))
        until("after the deferral time the rest is told", lambda: second.link.updates(), 10, 0.02)
        took = time.monotonic() - begin
        require(3 < took < 9, f"the deferral took {took:.1f} s of 6")
        second.until_end_of_rib(3)
        require(order(second.link) == ["routes", "end"] and len(second.table_of_session()) == 1, "only what was injected is left")
        first.enable()
        first.until_up()
        require(not restart_capability(first.link)["restarted"], "the restart is over")
        until("the first comes late", lambda: len(second.table_of_session()) == 7, 10)


def runs():
    for kind in GRACEFUL:
        yield (kind,), "ipv4", lambda build, folder, k=kind: body(k, build, folder)
    yield (Case("raw"),), "ipv4", raw
