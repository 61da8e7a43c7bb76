"""Policies as configs/hosting.toml and configs/ddos-mitigation.toml have them, between a customer, an upstream and the API.

    API ──injects──▶ bellmand AS 65000
                 ┌──────────┴──────────┐
        a customer AS 65011   an upstream AS 65012

Customer and upstream are BIRD and FRR, then GoBGP and OpenBGPD, then OpenBGPD and ExaBGP.
Prefix sets with ge and le, origin AS, communities, LOCAL_PREF, MED, prepending, removal of marks; what is rejected is kept with its
reason. Then both directions change while everything runs, and no session resets. At last a session without policies: no
route passes, and the log, the list of neighbours and `--check` say so (RFC 8212).
"""
from lib.bird import Bird
from lib.exabgp import ExaBgp
from lib.frr import Frr
from lib.gobgp import GoBgp
from lib.openbgpd import OpenBgpd
from lib.process import output_of
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import World

CUSTOMER, UPSTREAM, BLACKHOLE, NO_EXPORT = "65000:1", "65000:3", "65535:666", "65535:65281"
SETS = {"bogons": ["0.0.0.0/0", "192.168.0.0/16 le 32", "::/0", "fc00::/7 le 128"],
        "too-specific": ["0.0.0.0/0 ge 25", "::/0 ge 49"],
        "customer": ["192.0.2.0/24", "203.0.112.0/22 ge 23 le 24", "2001:db8:601::/48"],
        "our-hosts": ["198.51.100.0/24 ge 32", "2001:db8:53::/48 ge 128"]}
SANITY = [{"match": {"prefix_set": "bogons"}, "then": {"outcome": "reject", "reason": "bogon or default route"}},
          {"match": {"as_path_contains": 64666}, "then": {"outcome": "reject", "reason": "through 64666"}},
          {"name": "forget-our-marks", "then": {"remove_communities": [CUSTOMER, UPSTREAM]}}]
CUSTOMER_IN = [{"match": {"prefix_set": "customer", "origin_as": 65011},
                "then": {"local_pref": 200, "add_communities": [CUSTOMER], "add_large_communities": ["65000:1:11"], "outcome": "accept"}},
               {"then": {"outcome": "reject", "reason": "not in this customer's set"}}]
UPSTREAM_IN = [{"match": {"prefix_set": "too-specific"}, "then": {"outcome": "reject", "reason": "too specific"}},
               {"match": {"any_community": ["graceful-shutdown"]}, "then": {"local_pref": 0, "add_communities": [UPSTREAM], "outcome": "accept"}},
               {"then": {"local_pref": 100, "add_communities": [UPSTREAM], "outcome": "accept"}}]
CUSTOMER_OUT = [{"match": {"any_community": [UPSTREAM]}, "then": {"med": 30, "remove_communities": [UPSTREAM], "outcome": "accept"}},
                {"match": {"prefix_set": "our-hosts", "any_community": ["blackhole"]},
                 "then": {"add_communities": ["65000:53"], "outcome": "accept"}},
                {"then": {"outcome": "reject", "reason": "not for customers"}}]
LOOK_LONGER = [{"then": {"prepend": {"times": 3}}}]
OURS_AND_CUSTOMERS = [{"match": {"any_community": [UPSTREAM]}, "then": {"outcome": "reject", "reason": "learned from an upstream"}},
                      {"match": {"prefix_set": "too-specific"}, "then": {"outcome": "reject", "reason": "stays inside"}},
                      {"then": {"remove_communities": [CUSTOMER], "outcome": "accept"}}]

OF_CUSTOMER = [  # route, and why it is rejected
    (Route("192.0.2.0/24", communities=frozenset([UPSTREAM, "65011:5"])), ""),  # a mark that it must not set
    (Route("203.0.112.0/23"), ""), (Route("203.0.113.0/24", med=4), ""), (Route("2001:db8:601::/48"), ""),
    (Route("203.0.112.0/22"), "not in this customer's set"),  # shorter than ge 23
    (Route("203.0.113.0/25"), "not in this customer's set"),  # longer than le 24
    (Route("192.0.2.0/25"), "not in this customer's set"),  # the set has it without le
    (Route("203.0.114.0/24", as_path=(64501,)), "not in this customer's set"),  # another origin
    (Route("0.0.0.0/0"), "bogon or default route"), (Route("192.168.7.0/24"), "bogon or default route"),
    (Route("2001:db8:602::/48"), "not in this customer's set")]
OF_UPSTREAM = [
    (Route("20.1.0.0/16", as_path=(64500,), communities=frozenset(["65012:9"])), ""), (Route("20.2.0.0/24", med=77), ""),
    (Route("20.3.0.0/24", communities=frozenset(["65535:0"])), ""), (Route("2001:db8:700::/48"), ""),
    (Route("20.4.0.0/25"), "too specific"), (Route("2001:db8:701::/64"), "too specific"),
    (Route("20.5.0.0/16", as_path=(64500, 64666, 64501)), "through 64666"), (Route("fc00:7::/48"), "bogon or default route")]
PAIRS = ((Bird, Frr), (GoBgp, OpenBgpd), (OpenBgpd, ExaBgp))
HOST = "198.51.100.7/32"


def prepare(world, kinds=PAIRS[0]):
    hub = world.hub
    hub.prefix_sets = dict(SETS)
    hub.policies = {"sanity": SANITY, "customer-in": CUSTOMER_IN, "upstream-in": UPSTREAM_IN, "customer-out": CUSTOMER_OUT,
                    "look-longer": LOOK_LONGER, "ours-and-customers": OURS_AND_CUSTOMERS}
    customer = world.add(kinds[0], import_policy=["sanity", "customer-in"], export_policy=["customer-out"])
    upstream = world.add(kinds[1], import_policy=["sanity", "upstream-in"], export_policy=["look-longer", "ours-and-customers"])
    customer.announce([r for r, _ in OF_CUSTOMER])
    upstream.announce([r for r, _ in OF_UPSTREAM])


def body(kinds, build, folder, transport):
    with World(build, folder, transport) as world:
        prepare(world, kinds)
        hub, (customer, upstream) = world.hub, world.neighbors
        world.start()
        hub.inject(HOST, "--community", "blackhole")
        hub.inject("198.51.100.0/24", "--med", "5")
        hub.inject("198.51.101.9/32", "--community", "blackhole")  # not ours to blackhole
        to_customer, to_upstream = exports(world, customer, upstream)
        world.settle("as configured", {customer: to_customer, upstream: to_upstream})
        rejected_are_kept_with_reasons(hub, customer, OF_CUSTOMER)
        rejected_are_kept_with_reasons(hub, upstream, OF_UPSTREAM)
        local_prefs_are_set(hub)
        both_directions_change(world, customer, upstream, to_customer, to_upstream)
        without_policies_nothing_passes(world, customer, upstream)


def exports(world, customer, upstream):
    """What the policies above come to, worked out by hand."""
    hub, sent = world.hub.site, {n: n.sent() for n in world.neighbors}

    def out(r, times=1, **changed):
        return r.with_(as_path=(hub.asn,) * times + r.as_path, next_hop=hub.next_hop(r.family), **changed)

    accepted = [sent[upstream][r.prefix] for r, why in OF_UPSTREAM if not why]
    to_customer = [out(r, med=30) for r in accepted]  # the mark is added on the way in and removed on the way out
    to_customer.append(out(Route(HOST), communities=frozenset([BLACKHOLE, "65000:53"])))
    accepted = [sent[customer][r.prefix] for r, why in OF_CUSTOMER if not why]
    to_upstream = [out(r, 4, med=None, communities=r.communities - {UPSTREAM}, large=frozenset(["65000:1:11"])) for r in accepted]
    to_upstream.append(out(Route("198.51.100.0/24"), 4, med=5))  # a MED of our own leaves
    return by_prefix(to_customer), by_prefix(to_upstream)


def rejected_are_kept_with_reasons(hub, neighbor, routes):
    found = {r["prefix"]: r["reject_text"] for r in filtered(hub, neighbor)}
    wanted = {r.prefix: why for r, why in routes if why}
    require(found == wanted, f"filtered routes of {neighbor.label} are {found}, not {wanted}")


def filtered(hub, neighbor):
    """Without our own routes, which FRR sends back."""
    rows = hub.ctl("route", "list", "--filtered", "--neighbor", neighbor.session.own_address)["routes"]
    return [r for r in rows if r["rejected"] != "as-loop"]


def local_prefs_are_set(hub):
    best = hub.best()
    for prefix, wanted in (("192.0.2.0/24", 200), ("20.1.0.0/16", 100), ("20.3.0.0/24", 0)):
        require(best[prefix].local_pref == wanted, f"LOCAL_PREF of {prefix} is {best[prefix].local_pref}, not {wanted}")


def both_directions_change(world, customer, upstream, to_customer, to_upstream):
    hub, marks = world.hub, world.marks()
    hub.prefix_sets["customer"] = ["203.0.112.0/22 le 24", "2001:db8:601::/48"]
    hub.reload()
    changed = {p: r for p, r in to_upstream.items() if p != "192.0.2.0/24"}
    new = customer.sent()["203.0.112.0/22"]
    changed["203.0.112.0/22"] = new.with_(as_path=(hub.site.asn,) * 4 + new.as_path, next_hop=hub.site.address4, med=None,
                                          large=frozenset(["65000:1:11"]))
    world.settle("the customer's set changes", {customer: to_customer, upstream: changed})

    hub.policies["look-longer"] = [{"then": {"prepend": {"asn": 64999, "times": 1}, "med": 9}}]
    hub.policies["customer-out"] = [{"match": {"family": "ipv6-unicast"}, "then": {"outcome": "reject"}}, *CUSTOMER_OUT[1:2],
                                    {"match": {"neighbor_as": 65012}, "then": {"set_communities": ["65000:8"], "outcome": "accept"}}]
    hub.reload()
    shorter = {p: r.with_(as_path=(hub.site.asn, 64999, *r.as_path[4:]), med=9) for p, r in changed.items()}
    fewer = {p: r.with_(med=None, communities=r.communities if p == HOST else frozenset(["65000:8"]))
             for p, r in to_customer.items() if r.family == "ipv4"}
    world.settle("both export policies change", {customer: fewer, upstream: shorter})

    hub.prefix_sets, hub.policies = dict(SETS), {**hub.policies, "look-longer": LOOK_LONGER, "customer-out": CUSTOMER_OUT}
    hub.reload()
    world.settle("all is as before", {customer: to_customer, upstream: to_upstream})
    world.require_same_sessions("policies change at run time", marks)


def without_policies_nothing_passes(world, customer, upstream):
    hub, address, marks = world.hub, upstream.session.own_address, world.marks()
    for key in ("import_policy", "export_policy"):
        hub.neighbors[address][key] = []
    since = hub.process.log_path.stat().st_size
    hub.reload()
    only_ours = {HOST: Route(HOST, as_path=(hub.site.asn,), next_hop=hub.site.address4, communities=frozenset([BLACKHOLE, "65000:53"]))}
    world.settle("a session without policies", {customer: only_ours, upstream: {}})
    world.require_same_sessions("a session without policies", marks)
    said = hub.show(address)["rfc8212"]
    require(said == "import and export", f"`neighbor show` says of missing policies: {said!r}")
    until("the log says that no route passes", lambda: "8212" in hub.process.log_path.read_text()[since:], 15)
    checked = output_of(["sh", "-c", f"{hub.build}/actors/daemon/bellmand --check --config {hub.configuration} 2>&1"])
    require("no import and no export policy" in checked and "RFC 8212" in checked, f"--check says: {checked}")
    rows = filtered(hub, upstream)
    reasons = {r["rejected"] for r in rows}
    require(len(rows) == len(OF_UPSTREAM) and reasons == {"no-policy"}, f"{len(rows)} routes are kept, with reasons {reasons}")


def runs():
    for transport in ("ipv4", "ipv6"):
        for kinds in PAIRS:
            yield kinds, transport, lambda build, folder, k=kinds, t=transport: body(k, build, folder, t)
