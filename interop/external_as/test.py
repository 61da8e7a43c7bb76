"""Neighbours whose AS number neither side has written down: remote_as "external" and "internal".

            bellmand AS 65000
         ┌─────────┴─────────┐
    BIRD AS 65011        FRR AS 65012, remote-as external

Each session has the number of the OPEN, in what is shown and in paths. Another form costs the session of that neighbour and
no other. Whoever is of the wrong side is refused with Bad Peer AS (RFC 4271 §6.2).
"""
from lib.bird import Bird
from lib.frr import Frr
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import BELLMAN_AS, World

KEYS = {"remote_as": "external", "import_policy": ["accept-all"], "export_policy": ["accept-all"]}


class OpenFrr(Frr):
    def base_configuration(self):
        return super().base_configuration().replace(f"remote-as {BELLMAN_AS}", "remote-as external", 1)


def body(build, folder):
    with World(build, folder) as world:
        hub = world.hub
        bird, frr = world.add(Bird, **KEYS), world.add(OpenFrr, **KEYS)
        for n, d in enumerate((bird, frr)):
            d.announce([Route(f"203.0.{n}.0/24"), Route(f"2001:db8:{n + 1}::/48")])
        world.start()
        for d in (bird, frr):
            is_shown(hub, d, "external")
        settle(world, "external on both sides")

        before = world.marks()
        hub.neighbors[bird.session.own_address]["remote_as"] = bird.session.own.asn
        hub.reload()
        until("the session with BIRD is another one", lambda: bird.session_mark() not in (None, before[bird]), 30)
        world.until_up()
        is_shown(hub, bird, "number")
        world.require_same_sessions("a number in place of a form", before, but=[bird])
        settle(world, "a number in place of a form")

        address = frr.session.own_address
        hub.ctl("neighbor", "change", address, "--remote-as", "internal")
        until(lambda: f"FRR is not ours: {hub.show(address)['last_error']}", lambda: "sent OPEN Message Error / Bad Peer AS" in hub.show(address)["last_error"], 30)
        hub.ctl("neighbor", "change", address, "--remote-as", "external")
        world.until_up(60)
        is_shown(hub, frr, "external")
        settle(world, "external once more")


def is_shown(hub, neighbor, form):
    shown = hub.show(neighbor.session.own_address)
    require((shown["remote_as"], shown["remote_as_form"], shown["session"]) == (neighbor.session.own.asn, form, "ebgp"),
            f"{neighbor.session.own.name} is shown as {shown['remote_as']}, {shown['remote_as_form']}, {shown['session']}")


def settle(world, step):
    own, (bird, frr) = world.hub.site, world.neighbors

    def passed_on(source):
        return by_prefix([r.with_(as_path=(own.asn, *r.as_path), next_hop=own.next_hop(r.family), med=None) for r in source.sent().values()])

    world.settle(step, {bird: passed_on(frr), frr: passed_on(bird)})


def runs():
    yield [Bird, Frr], "ipv4", body
