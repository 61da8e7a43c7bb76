"""Mistakes with UPDATEs that other daemons shipped: each function is one, and says what must hold.

    one or two speakers that send ──▶ bellmand AS 65000 ──▶ eBGP and iBGP speakers that receive

After each step the receivers' tables equal what the function expects, and what bellmand says it advertised.
"""
import socket
import struct

from lib import bgp
from lib.case import Case, expect
from lib.crowd import add_speaker, exported
from lib.route import Route
from lib.wait import until
from lib.world import BELLMAN_AS, World

HOP4, HOP6 = "198.51.100.7", "2001:db8::7"


def raw_attributes(*parts):
    return b"".join(bgp.attribute(*p) for p in parts)


def plain(path, four_byte=True):
    return [(bgp.ORIGIN, bgp.WELL_KNOWN, b"\0"), (bgp.AS_PATH, bgp.WELL_KNOWN, bgp.path_value(path, four_byte))]


def say(speaker, network, *parts):
    """Announces one prefix with exactly these attributes."""
    six = ":" in network
    hop = socket.inet_pton(socket.AF_INET6, HOP6) if six else socket.inet_aton(HOP4)
    speaker.send(*bgp.announcements(2 if six else 1, raw_attributes(*parts), hop, [bgp.prefix(network)], 65535))


def attributes_at(receiver, network):
    return until(lambda: f"{network} at {receiver.session.own.name}", lambda: receiver.table_of_session().routes[2 if ":" in network else 1].get(bgp.prefix(network)), 10, 0.02)


# ---- 1
def one_attribute_set_larger_than_a_message_is_split(build, folder):
    """5,000 prefixes of each family with the same attributes: announced, refreshed, withdrawn, with and without extended messages."""
    with World(build, folder) as world:
        sender = add_speaker(world)
        receivers = [add_speaker(world, name="plain", offers={"extended": False}), add_speaker(world, name="extended")]
        world.start()
        sender.routes = {r.prefix: r for i in range(5000) for r in (Route(f"10.{i >> 8}.{i & 255}.0/24"), Route(f"2001:db8:{i + 1:x}::/48"))}
        sender.send(*sender.messages_for(sender.routes.values(), 65535))
        wanted = exported(world, sender.sent())
        world.settle("announced", {r: wanted for r in receivers})
        for r in receivers:
            before = dict(r.table_of_session().announced)
            r.request_refresh()
            until("the refresh is answered", lambda r=r, b=before: all(r.table_of_session().announced[a] >= b[a] + 5000 for a in (1, 2)), 15)
        world.settle("refreshed", {r: wanted for r in receivers})
        sender.send(*sender.messages_without(list(sender.routes), 65535))
        world.settle("withdrawn", {r: {} for r in receivers})
        expect(receivers[0].link.longest <= 4096, f"a message of {receivers[0].link.longest} octets without extended messages")
        for n in world.neighbors:
            n.expect_up("at the end")
        print(f"  longest message: {receivers[0].link.longest} without, {receivers[1].link.longest} with extended messages", flush=True)


def attributes_that_no_message_can_carry_withdraw_the_route(build, folder):
    """RFC 8654 §4: what came in an extended message and is too long for a neighbour without them is withdrawn there."""
    with World(build, folder) as world:
        sender = add_speaker(world)
        small, large = add_speaker(world, name="plain", offers={"extended": False}), add_speaker(world, name="extended")
        world.start()
        s, network = sender.session.own.asn, "10.5.0.0/24"
        say(sender, network, *plain((s,)))
        attributes_at(small, network)
        say(sender, network, *plain((s,)), (bgp.COMMUNITIES, bgp.TRANSITIVE, b"".join(struct.pack("!HH", 1, i) for i in range(1280))))
        until("the long route comes where it fits", lambda: bgp.COMMUNITIES in attributes_at(large, network).values, 10)
        until("the other one is told that it is gone", lambda: not small.table(), 10)
        expect(not world.advertised(small), "the advertised view says otherwise")
        say(sender, network, *plain((s,)))
        attributes_at(small, network)
        for n in world.neighbors:
            n.expect_up("at the end")


# ---- 2
def a_change_of_one_attribute_is_a_change(build, folder):
    with World(build, folder) as world:
        sender, inside, outside = add_speaker(world), add_speaker(world, BELLMAN_AS, "inside"), add_speaker(world, name="outside")
        world.start()
        base = [Route(p, as_path=(64700, 64701)) for p in ("10.6.0.0/24", "2001:db8:6::/48")]
        hops = {"ipv4": HOP4, "ipv6": HOP6}
        steps = {"first": {}, "communities": {"communities": frozenset(["1:2"])}, "other communities": {"communities": frozenset(["1:3"])},
                 "large communities": {"large": frozenset(["1:2:3"])}, "MED": {"med": 10}, "MED again": {"med": 11}, "no MED": {},
                 "path as long": {"as_path": (64700, 64702)}, "origin": {"origin": "incomplete"}, "next hop": {"next_hop": True}}
        for step, changed in steps.items():
            routes = [r.with_(**{**changed, **({"next_hop": hops[r.family]} if "next_hop" in changed else {})}) for r in base]
            sender.announce(routes)
            arrived = {p: r.with_(next_hop=hops[r.family] if "next_hop" in changed else r.next_hop) for p, r in sender.sent().items()}
            world.settle(step, {inside: exported(world, arrived, ebgp=False), outside: exported(world, arrived)})
            expect({p: r.with_(local_pref=None) for p, r in world.hub.best().items()} == arrived, f"{step}: the best routes are {world.hub.best()}")


# ---- 3
def a_replacement_that_is_rejected_withdraws_what_it_replaced(build, folder):
    with World(build, folder) as world:
        world.hub.policies = {"in": [{"match": {"any_community": ["65000:666"]}, "then": {"outcome": "reject", "reason": "hidden"}}, {"then": {"outcome": "accept"}}]}
        sender, other, receiver = add_speaker(world, import_policy=["in"]), add_speaker(world), add_speaker(world)
        network, s = "10.7.0.0/24", sender.session.own.asn
        other.announce([Route(network, as_path=(64700,))])
        world.start()
        fallback = {receiver: exported(world, other.sent())}
        bad = {"policy": [*plain((s,)), (bgp.COMMUNITIES, bgp.TRANSITIVE, bgp.communities_value(["65000:666"]))], "AS loop": plain((s, BELLMAN_AS)),
               "first AS": plain((64999,)), "malformed": [(bgp.ORIGIN, bgp.WELL_KNOWN, b"\4"), *plain((s,))[1:]]}
        for name, parts in bad.items():
            say(sender, network, *plain((s,)))
            world.settle(f"good, before {name}", {receiver: {network: Route(network, world.hub.site.address4, (BELLMAN_AS, s))}})
            say(sender, network, *parts)
            world.settle(f"replaced by one rejected for {name}", fallback)
        sender.expect_up("at the end")


# ---- 5
def prepending_keeps_segments(build, folder):
    with World(build, folder) as world:
        sender, receiver = add_speaker(world), add_speaker(world)
        world.start()
        s = sender.session.own.asn
        mixed, full = (s, 1, frozenset({2, 3}), 4, frozenset({5}), 6), (s, *range(1000, 1254))
        say(sender, "10.8.0.0/24", *plain(mixed))
        say(sender, "10.8.1.0/24", *plain(full))
        expect(attributes_at(receiver, "10.8.0.0/24").as_path() == (BELLMAN_AS, *mixed), "the order of segments changed")
        got = bgp.segments_of(attributes_at(receiver, "10.8.1.0/24").value(bgp.AS_PATH))
        expect(got == [(2, (BELLMAN_AS,)), (2, full)], f"segments of {[(k, len(n)) for k, n in got]}")


# ---- 6
def unusual_updates_do_not_reset(build, folder):
    with World(build, folder) as world:
        sender, receiver = add_speaker(world), add_speaker(world)
        world.start()
        s = sender.session.own.asn
        say(sender, "10.9.0.0/24", *plain((s,)), (bgp.ATOMIC_AGGREGATE, bgp.WELL_KNOWN, b""))
        expect(bgp.ATOMIC_AGGREGATE in attributes_at(receiver, "10.9.0.0/24").values, "ATOMIC_AGGREGATE is lost")
        say(sender, "10.9.1.0/24", plain((s,))[0], (bgp.AS_PATH, bgp.WELL_KNOWN, bytes([3, 1]) + struct.pack("!I", 64512) + bgp.path_value((s,))))
        for afi, safi in ((1, 128), (25, 65), (16388, 71), (2, 133)):
            value = struct.pack("!HBB", afi, safi, 4) + socket.inet_aton(HOP4) + b"\0" + b"\x04\1\2\3\4"
            sender.send(bgp.update(attributes=raw_attributes((bgp.MP_REACH, bgp.OPTIONAL, value), *plain((s,)))))
            sender.send(bgp.update(attributes=raw_attributes((bgp.MP_UNREACH, bgp.OPTIONAL, struct.pack("!HB", afi, safi) + b"\x04\1\2\3\4"))))
        hop = socket.inet_pton(socket.AF_INET6, HOP6) + socket.inet_pton(socket.AF_INET6, "fe80::7")
        sender.send(*bgp.announcements(2, raw_attributes(*plain((s,))), hop, [bgp.prefix("2001:db8:9::/48")]))
        attributes_at(receiver, "2001:db8:9::/48")
        say(sender, "10.9.2.0/24", *plain((s,)))
        attributes_at(receiver, "10.9.2.0/24")
        expect("10.9.1.0/24" not in receiver.table(), "a path with confederation segments came through")
        sender.expect_up("at the end")
        expect(world.hub.neighbor(sender.session.own_address)["sessions"] == 1, "there was another session")


# ---- 7
def two_octet_neighbours(build, folder):
    with World(build, folder) as world:
        old, new = add_speaker(world, name="old", offers={"four_byte": False}), add_speaker(world, name="new")
        old2, big = add_speaker(world, name="old2", offers={"four_byte": False}), add_speaker(world, 400_000, "big")
        world.start()
        s, by = old.session.own.asn, socket.inet_aton("192.0.2.1")
        say(old, "10.10.0.0/24", *plain((s, 1, 23456, 23456, 2), False), (bgp.AGGREGATOR, bgp.TRANSITIVE, struct.pack("!H", 23456) + by),
            (bgp.AS4_PATH, bgp.TRANSITIVE, bgp.path_value((100_000, 200_000, 2))), (bgp.AS4_AGGREGATOR, bgp.TRANSITIVE, struct.pack("!I", 300_000) + by))
        got = attributes_at(new, "10.10.0.0/24")
        expect(got.as_path() == (BELLMAN_AS, s, 1, 100_000, 200_000, 2), f"merged into {got.as_path()}")
        expect(got.value(bgp.AGGREGATOR) == struct.pack("!I", 300_000) + by, "AS4_AGGREGATOR was not merged")
        expect(not got.values.keys() & {bgp.AS4_PATH, bgp.AS4_AGGREGATOR}, "the attributes of old speakers went on to a new one")
        say(old, "10.10.1.0/24", *plain((s, 5), False), (bgp.AS4_PATH, bgp.TRANSITIVE, bgp.path_value((100_000, 200_000, 2, 9))))
        expect(attributes_at(new, "10.10.1.0/24").as_path() == (BELLMAN_AS, s, 5), "an AS4_PATH longer than the AS_PATH was used")

        say(big, "10.10.2.0/24", *plain((400_000, frozenset({7, 500_000}), 8)), (bgp.AGGREGATOR, bgp.TRANSITIVE, struct.pack("!I", 300_000) + by))
        got = attributes_at(old2, "10.10.2.0/24")
        expect(got.as_path() == (BELLMAN_AS, 23456, frozenset({7, 23456}), 8), f"AS_PATH {got.as_path()}")
        tail = bgp.path_of(got.value(bgp.AS4_PATH))
        expect(tail[-3:] == (400_000, frozenset({7, 500_000}), 8), f"AS4_PATH {tail}")
        expect(got.value(bgp.AGGREGATOR) == struct.pack("!H", 23456) + by and got.value(bgp.AS4_AGGREGATOR) == struct.pack("!I", 300_000) + by, "AGGREGATOR was not split")
        say(new, "10.10.3.0/24", *plain((new.session.own.asn, 8)))
        expect(bgp.AS4_PATH not in attributes_at(old2, "10.10.3.0/24").values, "AS4_PATH was sent although every number fits")


# ---- 8
def what_belongs_to_one_as_stays_there(build, folder):
    with World(build, folder) as world:
        far, near, inside, outside = add_speaker(world), add_speaker(world), add_speaker(world, BELLMAN_AS, "inside"), add_speaker(world)
        world.start()
        network, f, n = "10.11.0.0/24", far.session.own.asn, near.session.own.asn
        say(near, network, *plain((n,)), (bgp.MED, bgp.OPTIONAL, b"\0\0\0\7"))
        say(far, network, *plain((f, 1)), (bgp.LOCAL_PREF, bgp.WELL_KNOWN, struct.pack("!I", 500)), (bgp.ORIGINATOR_ID, bgp.OPTIONAL, b"\1\1\1\1"),
            (bgp.CLUSTER_LIST, bgp.OPTIONAL, b"\2\2\2\2"), (240, bgp.OPTIONAL, b"here only"), (241, bgp.TRANSITIVE, b"further"))
        until("both paths came", lambda: len(world.hub.ctl("route", "list", "--view", "all", "--prefix", network)["routes"]) == 2, 10)
        until("LOCAL_PREF from eBGP did not decide", lambda: attributes_at(inside, network).as_path() == (n,), 10)
        expect(attributes_at(inside, network).number(bgp.MED) == 7, "iBGP does not see the MED")
        expect(bgp.MED not in attributes_at(outside, network).values, "the MED of one AS was sent to another")
        near.send(*bgp.withdrawals(1, [bgp.prefix(network)]))
        until("the other path is best", lambda: attributes_at(inside, network).as_path() == (f, 1), 10)
        got = attributes_at(inside, network)
        expect(got.number(bgp.LOCAL_PREF) == 100, f"LOCAL_PREF {got.number(bgp.LOCAL_PREF)}")
        for receiver in (inside, outside):
            until("the other path comes", lambda r=receiver: f in attributes_at(r, network).as_path(), 10)
            got = attributes_at(receiver, network)
            stray = got.values.keys() & {bgp.ORIGINATOR_ID, bgp.CLUSTER_LIST, 240}
            expect(not stray, f"{receiver.session.own.name} was sent {stray}")
            expect(got.values.get(241) == (bgp.TRANSITIVE | 0x20, b"further"), f"the transitive one came as {got.values.get(241)}")


# ---- 9
def well_known_communities_are_honoured(build, folder):
    with World(build, folder) as world:
        sender, internal, inside, outside = add_speaker(world), add_speaker(world, BELLMAN_AS), add_speaker(world, BELLMAN_AS, "inside"), add_speaker(world)
        sender.announce([Route(f"10.12.{i}.0/24", communities=frozenset([c]) if c else frozenset())
                         for i, c in enumerate(["", "65535:65281", "65535:65282", "65535:65283"])])
        internal.announce([Route(f"10.13.{i}.0/24", communities=frozenset([c]) if c else frozenset(), as_path=(64700,))
                           for i, c in enumerate(["", "65535:65281", "65535:65282", "65535:65283"])])
        world.start()
        sent, own = sender.sent(), internal.sent()
        inner = exported(world, {p: r for p, r in sent.items() if p != "10.12.2.0/24"}, ebgp=False)
        world.settle("NO_EXPORT, NO_ADVERTISE, NO_EXPORT_SUBCONFED", {
            outside: exported(world, {"10.12.0.0/24": sent["10.12.0.0/24"], "10.13.0.0/24": own["10.13.0.0/24"]}),
            inside: inner, internal: inner, sender: exported(world, {"10.13.0.0/24": own["10.13.0.0/24"]})})


# ---- 11
def a_refresh_replays_what_is_advertised(build, folder):
    with World(build, folder) as world:
        world.hub.policies = {"out": [{"match": {"any_community": ["1:1"]}, "then": {"outcome": "reject"}}, {"then": {"med": 5, "add_communities": ["65000:9"], "outcome": "accept"}}]}
        sender = add_speaker(world)
        sender.announce([Route(f"10.14.{i}.0/24", communities=frozenset([f"1:{i % 2}"])) for i in range(200)] + [Route(f"2001:db8:{i:x}::/48") for i in range(200)])
        enhanced, simple = (add_speaker(world, name=name, export_policy=["out"], offers=offers) for name, offers in
                            (("enhanced", {}), ("simple", {"offered": bgp.capability(1, b"\0\1\0\1") + bgp.capability(1, b"\0\2\0\1") + bgp.capability(2) + bgp.capability(65, struct.pack("!I", 64602))})))
        world.start()
        wanted = {p: r.with_(med=5, communities=r.communities | {"65000:9"}) for p, r in exported(world, sender.sent()).items() if "1:1" not in r.communities}
        world.settle("before", {enhanced: wanted, simple: wanted})
        for r in (enhanced, simple):
            start, before = len(r.link.messages), dict(r.table_of_session().announced)
            r.send(bgp.route_refresh("ipv4"))
            until("100 routes come again", lambda r=r, b=before: r.table_of_session().announced[1] >= b[1] + 100, 10)
            if r is enhanced:
                until("EoRR", lambda r=r, s=start: (bgp.ROUTE_REFRESH, b"\0\1\2\1") in r.link.messages[s:], 10)
                kinds = [m for m in r.link.messages[start:] if m[0] == bgp.ROUTE_REFRESH]
                expect(kinds == [(bgp.ROUTE_REFRESH, b"\0\1\1\1"), (bgp.ROUTE_REFRESH, b"\0\1\2\1")], f"markers {kinds}")
            now = r.table_of_session().announced
            expect((now[1], now[2]) == (before[1] + 100, before[2]), f"{now[1] - before[1]} IPv4 and {now[2] - before[2]} IPv6 routes came again, not 100 and 0")
        world.settle("after", {enhanced: wanted, simple: wanted})


# ---- 12
def a_policy_change_removes_what_is_no_longer_allowed(build, folder):
    """In both directions, with neighbours that cannot refresh."""
    accept = [{"then": {"outcome": "accept"}}]
    deny = lambda c: [{"match": {"any_community": [c]}, "then": {"outcome": "reject"}}, *accept]  # noqa: E731
    with World(build, folder) as world:
        world.hub.policies = {"in": accept, "out": accept}
        sender, receiver = (add_speaker(world, import_policy=["in"], export_policy=["out"], offers={"refresh": False}) for _ in range(2))
        sender.announce([Route(f"10.15.{i}.0/24", communities=frozenset([f"1:{i % 4}"])) for i in range(400 // 2)])
        world.start()
        everything = exported(world, sender.sent())
        without = lambda *gone: {p: r for p, r in everything.items() if not r.communities & set(gone)}  # noqa: E731
        for step, policies, wanted in (("before", {}, everything), ("import", {"in": deny("1:1")}, without("1:1")),
                                       ("and export", {"out": deny("1:2")}, without("1:1", "1:2")), ("import again", {"in": accept}, without("1:2")),
                                       ("export again", {"out": accept}, everything)):
            world.hub.policies.update(policies)
            world.hub.reload()
            world.settle(f"policy: {step}", {receiver: wanted})
        for n in world.neighbors:
            expect(world.hub.neighbor(n.session.own_address)["sessions"] == 1, "a session was reset")


TRAPS = (one_attribute_set_larger_than_a_message_is_split, attributes_that_no_message_can_carry_withdraw_the_route, a_change_of_one_attribute_is_a_change,
         a_replacement_that_is_rejected_withdraws_what_it_replaced, prepending_keeps_segments, unusual_updates_do_not_reset, two_octet_neighbours,
         what_belongs_to_one_as_stays_there, well_known_communities_are_honoured, a_refresh_replays_what_is_advertised,
         a_policy_change_removes_what_is_no_longer_allowed)


def runs():
    for trap in TRAPS:
        yield [Case(trap.__name__.replace("_", " "))], "ipv4", trap
