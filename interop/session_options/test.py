"""What OPEN tells of bellmand, and when it goes out (RFC 4271 §8.1.1, DelayOpen), as FRR and GoBGP see it.

             bellmand AS 65000, rs1.example.net
         ┌──────────┴──────────┐
    FRR AS 65012           GoBGP AS 65013

FRR announces its name itself. With an OPEN that is delayed the session comes up as soon as the neighbour's has come, long
before the delay is over, whoever calls; the routes are the same.
"""
import time

from lib.case import run_checks
from lib.frr import Frr
from lib.gobgp import GoBgp
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import World

DELAY = 20
NAME = "rs1.example.net"


def body(build, folder):
    with World(build, folder) as world:
        hub = world.hub
        keys = {"import_policy": ["accept-all"], "export_policy": ["accept-all"], "fqdn": NAME, "software_version": True,
                "enhanced_refresh": False, "delay_open": DELAY}
        frr, gobgp = world.add(Frr, **keys), world.add(GoBgp, passive=True, **keys)
        for n, d in enumerate((frr, gobgp)):
            d.announce([Route(f"203.0.{n}.0/24")])
        began = time.monotonic()
        world.start()
        took = time.monotonic() - began
        require(took < DELAY, f"the sessions took {took:.1f} s, so nobody's OPEN was answered before {DELAY} s were over")
        world.settle("the routes are through", {frr: passed_on(world, gobgp), gobgp: passed_on(world, frr)})
        frr_knows_the_name(frr)
        what_is_announced(hub, frr.session.own_address)
        what_is_announced(hub, gobgp.session.own_address)
        received = hub.show(frr.session.own_address)["capabilities_received"]
        require(any(text.startswith("fqdn ") for text in received), f"FRR announced its name: {received}")


def without_capabilities(build, folder):
    """For neighbours that trip over optional parameters: FRR and GoBGP take an OPEN that has none."""
    off = {"route_refresh": False, "extended_messages": False, "four_byte_as": False, "graceful_restart": "off",
           "multiprotocol": False, "families": ("ipv4",), "import_policy": ["accept-all"], "export_policy": ["accept-all"]}
    with World(build, folder) as world:
        frr, gobgp = world.add(Frr, **off), world.add(GoBgp, **off)
        for n, d in enumerate((frr, gobgp)):
            d.announce([Route(f"203.0.{n}.0/24")])
        world.start()
        for d in (frr, gobgp):
            sent = world.hub.show(d.session.own_address)["capabilities_sent"]
            require(sent == [], f"nothing is announced: {sent}")
        world.settle("the routes are through", {frr: passed_on(world, gobgp), gobgp: passed_on(world, frr)})


def frr_knows_the_name(frr):
    names = frr.peer().get("neighborCapabilities", {}).get("hostName", {})
    require((names.get("rcvHostName"), names.get("rcvDomainName")) == ("rs1", "example.net"), f"FRR has our name: {names}")


def what_is_announced(hub, address):
    sent = hub.show(address)["capabilities_sent"]
    require(f"fqdn {NAME}" in sent, f"the name is announced: {sent}")
    require(any(text.startswith("software-version bellmand ") for text in sent), f"the version is announced: {sent}")
    require("enhanced-route-refresh" not in sent and "route-refresh" in sent, f"RFC 2918 without RFC 7313: {sent}")


def passed_on(world, source):
    own = world.hub.site
    sent = source.sent().values()
    return by_prefix([r.with_(as_path=(own.asn,) + r.as_path, next_hop=own.next_hop(r.family), med=None) for r in sent])


def runs():
    yield [Frr, GoBgp], "ipv4", lambda build, folder: run_checks([
        ("what OPEN tells, and when", lambda: body(build, folder / "told")),
        ("an OPEN without capabilities", lambda: without_capabilities(build, folder / "plain"))])
