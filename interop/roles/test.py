"""Roles of RFC 9234, as BIRD and FRR understand them.

       provider              peer
     BIRD AS 65011       FRR AS 65012
            └───── bellmand ─────┘
                   AS 65000
            ┌──────────┴──────────┐
      BIRD AS 65013         BIRD AS 65014
        customer       no role: a customer that leaks

What comes from above or from the side goes to the customer only, with OTC; what the customer sends goes everywhere. A route with
OTC that comes from below is a leak: kept, shown, not used. Roles that are no pair have no session, and the notification says why.
"""
import re

from lib.bird import Bird
from lib.frr import Frr
from lib.route import Route, canonical
from lib.wait import require, until
from lib.world import World

ACCEPT = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}
NO_PEER = "65535:65284"
ABOVE, BESIDE = Route("203.0.113.0/24"), Route("2001:db8:12::/48")
BELOW, PRIVATE = Route("198.51.100.0/24"), Route("2001:db8:13::/48", communities=frozenset({NO_PEER}))
LEAKED, OWN = "192.0.2.0/24", "192.88.99.0/24"


class WithRole(Bird):
    role = ""

    @property
    def options(self):
        return f"local role {self.role};" if self.role else ""

    def otc(self, prefix):
        found = re.search(r"BGP\.otc: (\d+)", self.birdc("show", "route", "all", prefix, check=False))
        return int(found.group(1)) if found else None


class Provider(WithRole):
    role = "provider"


class Customer(WithRole):
    role = "customer"


class Leaking(WithRole):
    """Says nothing of a role, and announces a route with OTC and one without."""

    def originate(self, family):
        text = super().originate(family)
        if family == "ipv4":
            routes = f"  route {LEAKED} blackhole {{ bgp_otc = 64999; }};\n  route {OWN} blackhole;\n}}"
            text = text.replace("\n}", "\n" + routes, 1)
        return text


class Peer(Frr):
    def base_configuration(self):
        a = self.session.address
        return super().base_configuration().replace(" address-family", f" neighbor {a} local-role peer strict-mode\n address-family", 1)

    def otc(self, prefix):
        found = re.search(r"otc\D+(\d+)", self.vtysh(f"show bgp ipv{6 if ':' in prefix else 4} unicast {prefix}"))
        return int(found.group(1)) if found else None


def body(build, folder):
    with World(build, folder) as world:
        hub = world.hub
        provider = world.add(Provider, name="provider", role="customer", role_strict=True, **ACCEPT)
        peer = world.add(Peer, role="peer", role_strict=True, **ACCEPT)
        customer = world.add(Customer, name="customer", role="provider", role_strict=True, **ACCEPT)
        leaking = world.add(Leaking, name="leaking", role="provider", **ACCEPT)
        provider.announce([ABOVE])
        peer.announce([BESIDE])
        customer.announce([BELOW, PRIVATE])
        world.start()
        each_says_its_role(hub, {provider: "provider", peer: "peer", customer: "customer"})
        routes_go_where_they_may(world, provider, peer, customer)
        leaks_are_kept_and_not_used(hub, leaking, provider, customer)
        roles_that_are_no_pair_are_refused(world, provider)
        a_role_has_to_be_announced_where_that_is_strict(world, leaking)


def each_says_its_role(hub, roles):
    for neighbor, role in roles.items():
        said = hub.show(neighbor.session.own_address)["capabilities_received"]
        require(f"role {role}" in said, f"{neighbor.session.own.name} announces {said}")


def routes_go_where_they_may(world, provider, peer, customer):
    of = {n: set() for n in (provider, peer, customer)}
    of[provider] = {BELOW.prefix, PRIVATE.prefix, OWN}
    of[peer] = {BELOW.prefix, OWN}
    of[customer] = {ABOVE.prefix, BESIDE.prefix, OWN}
    for neighbor, prefixes in of.items():
        wanted = {canonical(p) for p in prefixes}
        until(lambda n=neighbor, w=wanted: f"{n.session.own.name} has {sorted(n.table())}, not {sorted(w)}",
              lambda n=neighbor, w=wanted: set(n.table()) == w, 20, daemon=neighbor.label)
    for neighbor, prefix, wanted in ((customer, ABOVE.prefix, 65011), (customer, BESIDE.prefix, 65012), (customer, OWN, 65000),
                                     (peer, BELOW.prefix, 65000), (provider, BELOW.prefix, None)):
        # BIRD, as a provider, would have no OTC on what comes from its customer.
        got = neighbor.otc(prefix)
        require(got == wanted, f"OTC of {prefix} at {neighbor.session.own.name} is {got}, not {wanted}")


def leaks_are_kept_and_not_used(hub, leaking, provider, customer):
    address = leaking.session.own_address
    rows = hub.ctl("route", "list", "--view", "received", "--neighbor", address)
    rows = rows["routes"] if isinstance(rows, dict) else rows
    reasons = {r["prefix"]: r.get("rejected") for r in rows}
    require(reasons == {LEAKED: "otc", OWN: None}, f"received from the leaking customer: {reasons}")
    explained = str(hub.ctl("route", "explain", LEAKED))
    require("otc" in explained, f"explain says {explained}")
    for neighbor in (provider, customer):
        require(LEAKED not in neighbor.table(), f"{neighbor.session.own.name} has the leaked route")


def roles_that_are_no_pair_are_refused(world, provider):
    hub, address = world.hub, provider.session.own_address
    hub.neighbors[address]["role"] = "peer"
    hub.reload()
    until(lambda: f"the mismatch is said: {hub.show(address)['last_error']!r}",
          lambda: "Role Mismatch" in hub.show(address)["last_error"], 20)
    require(not hub.is_up(address), "there is a session of a peer with a provider")
    hub.neighbors[address]["role"] = "customer"
    hub.reload()
    until("the session is up again", lambda: hub.is_up(address), 30)


def a_role_has_to_be_announced_where_that_is_strict(world, leaking):
    hub, address = world.hub, leaking.session.own_address
    hub.neighbors[address]["role_strict"] = True
    hub.reload()
    until(lambda: f"the missing role is said: {hub.show(address)['last_error']!r}",
          lambda: "Role Mismatch" in hub.show(address)["last_error"] and not hub.is_up(address), 20)


def runs():
    yield [Bird, Frr], "ipv4", body
