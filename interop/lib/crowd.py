"""Raw speakers around bellmand: any number of them, each on an address of its own."""
import subprocess

from .bellmand import ACCEPT_ALL
from .daemon import Session, Site
from .namespace import NET4, NET6
from .speaker import Speaker

WIDE = "10.98"  # 65,000 further addresses


def widen():
    """Makes the addresses of WIDE usable in this namespace."""
    subprocess.run(["ip", "route", "replace", "local", f"{WIDE}.0.0/16", "dev", "lo"], check=True, stdin=subprocess.DEVNULL)


def site(number, asn, name=None, router_id=None):
    """The first 200 live beside bellmand, the others in WIDE."""
    near = number < 200
    high, low = divmod(number, 250)
    address = f"{NET4}.{11 + number}" if near else f"{WIDE}.{high}.{low + 1}"
    return Site(name or f"speaker{number}", asn, router_id or f"10.1.{high}.{low + 1}", address, f"{NET6}:{0x1000 + number:x}")


def add_speaker(world, asn=None, name=None, passive=False, hold_time=30, router_id=None, families=("ipv4", "ipv6"), offers=None, **keys):
    """A speaker that connects, or waits to be connected to where it is `passive`; bellmand then does the other. All routes
    pass unless `keys`, the neighbour's settings in bellmand's configuration, have other policies."""
    number = len(world.neighbors)
    session = Session(site(number, asn or 64600 + number, name, router_id), world.hub.site, world.transport, passive, hold_time, families)
    speaker = Speaker(session, **(offers or {}))
    world.neighbors.append(speaker)
    world.hub.add_neighbor(session, **{"passive": not passive, **ACCEPT_ALL, **keys})
    return speaker


def add_speakers(world, count, **how):
    return [add_speaker(world, **how) for _ in range(count)]


def exported(world, routes, ebgp=True):
    """What a speaker must see of routes as they arrive (Speaker.sent()), where no policy changes them; towards iBGP they keep next hop and MED."""
    hub = world.hub.site
    if not ebgp:
        return {p: r.with_(local_pref=100) for p, r in routes.items()}
    return {p: r.with_(as_path=(hub.asn, *r.as_path), next_hop=hub.next_hop(r.family), med=None, local_pref=None) for p, r in routes.items()}
