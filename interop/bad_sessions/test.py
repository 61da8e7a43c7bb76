"""Neighbours that break the protocol: each mistake is answered with its NOTIFICATION, and touches nothing but its own session.

    speaker, wrong in one way each time ──▶ bellmand AS 65000 ──▶ witness

An UPDATE before the session is Established never becomes a route; framing and OPEN errors have the subcodes of RFC 4271 §6.1
and §6.2, errors of order those of RFC 6608; what a neighbour says as it leaves is kept as it was said; a route that fails a
check of import is rejected with its reason, and the session stays.
"""
import socket
import struct
import time

from lib import bgp
from lib.bench import Bench, update_for
from lib.case import Case, expect, run_checks
from lib.crowd import add_speaker
from lib.link import Link
from lib.route import Route
from lib.wait import Failed, until
from lib.world import BELLMAN_AS, World

TARGET = "10.77.0.0/24"


# ---- order
def update_as_first_message(t):
    s = t.take()
    said = t.refused(s, update_for(s), (5, 1), greet=False)
    expect(not t.received(s), "the route came into the table")
    return said


def keepalive_as_first_message(t):
    return t.refused(t.take(), bgp.keepalive(), (5, 1), greet=False)


def update_in_open_confirm(t):
    s = t.take()
    said = t.refused(s, t.open_of(s) + update_for(s), (5, 2), greet=False)
    expect(not t.received(s), "the route came into the table")
    return said


def refresh_in_open_confirm(t):
    s = t.take()
    return t.refused(s, t.open_of(s) + bgp.route_refresh("ipv4"), (5, 2), greet=False)


def open_in_established(t):
    s = t.take()
    return t.refused(s, t.open_of(s), (5, 3))


# ---- framing, RFC 4271 §6.1
def raw(length, kind, body=b"", marker=bgp.MARKER):
    return marker + struct.pack("!HB", length, kind) + body


def marker_with_a_zero(t):
    return t.refused(t.take(), raw(19, bgp.KEEPALIVE, marker=b"\xff" * 7 + b"\0" + b"\xff" * 8), (1, 1))


def marker_of_zeros_before_open(t):
    return t.refused(t.take(), bytes(64), (1, 1), greet=False)


def length_18(t):
    return t.refused(t.take(), raw(18, bgp.KEEPALIVE), (1, 2), data=struct.pack("!H", 18))


def length_0(t):
    return t.refused(t.take(), raw(0, bgp.UPDATE), (1, 2), data=struct.pack("!H", 0))


def length_4097_without_extended(t):
    return t.refused(t.take(), raw(4097, bgp.UPDATE, bytes(4078)), (1, 2), data=struct.pack("!H", 4097), extended=False)


def length_4097_of_keepalive(t):
    return t.refused(t.take(), raw(4097, bgp.KEEPALIVE, bytes(4078)), (1, 2), data=struct.pack("!H", 4097))


def keepalive_with_a_body(t):
    return t.refused(t.take(), raw(20, bgp.KEEPALIVE, b"x"), (1, 2), data=struct.pack("!H", 20))


def update_of_22(t):
    return t.refused(t.take(), raw(22, bgp.UPDATE, bytes(3)), (1, 2), data=struct.pack("!H", 22))


def open_of_28(t):
    return t.refused(t.take(), raw(28, bgp.OPEN, bytes(9)), (1, 2), data=struct.pack("!H", 28), greet=False)


def notification_of_20_ends_the_session(t):
    """RFC 4271 §6.1 has the length checked, §6.4 has a wrong NOTIFICATION not answered: both are right."""
    s = t.take()
    link = t.greeted(s)
    link.send(raw(20, bgp.NOTIFICATION, b"\6"), counted=False)
    got = s.until_closed(link, 10)
    expect(got in (None, (1, 2)), f"answered {got}")
    return str(got)


def type_0(t):
    return t.refused(t.take(), raw(19, 0), (1, 3), data=b"\0")


def type_6(t):
    return t.refused(t.take(), raw(19, 6), (1, 3), data=b"\6")


def refresh_marker_of_a_wrong_length(t):
    """RFC 7313 §5, for BoRR and EoRR; a request may be longer, as with an ORF (RFC 5291)."""
    return t.refused(t.take(), raw(25, bgp.ROUTE_REFRESH, b"\0\1\1\1\0\0"), (7, 1))


def update_as_long_as_allowed(t):
    """4096 octets without, 65535 with extended messages are no error."""
    for extended, most in ((False, 4096), (True, 65535)):
        s = t.take()
        link = t.greeted(s, extended=extended)
        raw_attributes = bgp.attribute(bgp.ORIGIN, bgp.WELL_KNOWN, b"\0") + bgp.attribute(bgp.AS_PATH, bgp.WELL_KNOWN, bgp.path_value((s.session.own.asn,)))
        raw_attributes += bgp.attribute(bgp.NEXT_HOP, bgp.WELL_KNOWN, socket.inet_aton("198.51.100.7"))
        room = most - 23 - len(raw_attributes) - 4 - 4  # an attribute's header, a prefix
        unit = bgp.attribute(230, bgp.TRANSITIVE, bytes(room)) + raw_attributes
        message = bgp.update(attributes=unit, nlri=bgp.prefix(TARGET))
        expect(len(message) == most, f"the scenario made {len(message)} octets")
        link.send(message)
        until("the route comes", lambda s=s: len(t.received(s)) == 1, 10)
        expect(link.is_up(), lambda k=link: f"{k.notification}")
        link.send(bgp.notification(6, 2))


# ---- OPEN, RFC 4271 §6.2
def version_3(t):
    s = t.take()
    return t.refused(s, t.open_of(s, version=3), (2, 1), data=struct.pack("!H", 4), greet=False)


def wrong_as(t):
    s = t.take()
    return t.refused(s, t.open_of(s, asn=64999), (2, 2), greet=False)


def as_zero(t):
    s = t.take()
    return t.refused(s, bgp.open_message(0, "10.1.2.3", 30, bgp.capabilities(0)), (2, 2), greet=False)


def identifier_zero(t):
    s = t.take()
    return t.refused(s, t.open_of(s, router_id="0.0.0.0"), (2, 3), greet=False)


def our_identifier_over_ibgp(t):
    s = t.take(ibgp=True)
    return t.refused(s, t.open_of(s, router_id=t.world.hub.site.router_id), (2, 3), greet=False)


def our_identifier_over_ebgp_is_fine(t):
    """RFC 6286: unique within an AS only."""
    s = t.take()
    t.greeted(s, router_id=t.world.hub.site.router_id).send(bgp.notification(6, 2))


def hold_time_1(t):
    s = t.take()
    return t.refused(s, t.open_of(s, hold_time=1), (2, 6), greet=False)


def hold_time_2(t):
    s = t.take()
    return t.refused(s, t.open_of(s, hold_time=2), (2, 6), greet=False)


def unknown_optional_parameter(t):
    s = t.take()
    body = struct.pack("!BHH4sB", 4, s.session.own.asn, 30, socket.inet_aton("10.1.2.3"), 4) + b"\x63\x02ab"
    return t.refused(s, bgp.message(bgp.OPEN, body), (2, 4), greet=False)


def capability_longer_than_its_parameter(t):
    s = t.take()
    return t.refused(s, t.open_of(s, offered=b"\x41\x04\0\0"), (2, 0), (2, 4), greet=False)


def no_family_in_common(t):
    s = t.take()
    return t.refused(s, t.open_of(s, offered=bgp.capability(1, b"\0\1\0\x80")), (2, 7), greet=False)


def hold_time_0_has_no_keepalives(t):
    s = t.take()
    link = t.greeted(s, hold_time=0)
    before = link.received[bgp.KEEPALIVE]
    time.sleep(1.5)
    expect(link.is_up() and link.received[bgp.KEEPALIVE] == before, "keepalives were sent")
    link.send(bgp.notification(6, 2))


# ---- UPDATE: what cannot be read at all, RFC 7606 §3
def attributes_longer_than_the_update(t):
    return t.refused(t.take(), bgp.message(bgp.UPDATE, b"\0\0\xff\xff" + b"\x40\x01\x01\0"), (3, 1))


def withdrawn_longer_than_the_update(t):
    return t.refused(t.take(), bgp.message(bgp.UPDATE, b"\xff\xff\0\0"), (3, 1))


def prefix_of_33_bits(t):
    s = t.take()
    good = update_for(s)
    return t.refused(s, bgp.message(bgp.UPDATE, good[19:-4] + b"\x21\x0a\0\0\0\0"), (3, 10), (3, 1))


def two_mp_reach(t):
    """RFC 7606 §3 (g)."""
    s = t.take()
    reach = bgp.mp_reach(2, bytes.fromhex("20010db8" + "00" * 11 + "07"), bgp.prefix("2001:db8:5::/48"))
    base = bgp.attribute(bgp.ORIGIN, bgp.WELL_KNOWN, b"\0") + bgp.attribute(bgp.AS_PATH, bgp.WELL_KNOWN, bgp.path_value((s.session.own.asn,)))
    return t.refused(s, bgp.update(attributes=reach + base + reach), (3, 1))


# ---- timers
def silence_ends_the_session(t):
    s = t.take()
    link = t.dial(s)
    link.keeps_alive, link.identity = False, t.open_of(s, hold_time=3)
    begin = time.monotonic()
    link.send(link.identity)
    got = s.until_closed(link, 10)
    took = link.closed - begin
    expect(got == (4, 0), f"answered {got}")
    expect(2.8 < took < 5, f"after {took:.1f} s")
    return f"4/0 after {took:.2f} s"


# ---- last words, in and out
def leave_with(t, *words):
    s = t.take()
    link = t.greeted(s)
    link.send(bgp.notification(*words))
    s.until_closed(link, 10)
    return until("an error in the status", lambda: t.status(s)["last_error"], 15)


def unknown_notification_keeps_its_code(t):
    text = leave_with(t, 99, 7, b"abc")
    expect("99" in text and "7" in text.replace("99", ""), f"last_error is {text!r}")
    return text


def unknown_subcode_is_kept(t):
    text = leave_with(t, 6, 77)
    expect("77" in text, f"last_error is {text!r}")
    return text


def shutdown_text_comes_in_whole(t):
    said = "ä" * 127 + "x"
    text = leave_with(t, 6, 2, bytes([255]) + said.encode())
    expect(said in text, f"last_error is {text!r}")


def shutdown_text_that_is_no_utf8(t):
    text = leave_with(t, 6, 2, bytes([4]) + b"a\xff\x1bb")
    expect("\x1b" not in text and "a" in text and "b" in text, f"last_error is {text!r}")
    return text


def disable(t, text):
    s = t.take()
    link = t.greeted(s)
    t.world.hub.ctl("neighbor", "disable", s.session.own_address, "--text", text)
    expect(s.until_closed(link, 10) == (6, 2), f"{link.notification}")
    data = link.notification[2]
    expect(data[0] == len(data) - 1, f"length {data[0]} before {len(data) - 1} octets")
    return data[1:].decode()


def shutdown_text_of_255_goes_out_whole(t):
    said = "ä" * 127 + "x"
    expect(disable(t, said) == said, "another text came")


def longer_shutdown_text_is_cut_between_characters(t):
    said = "ä" * 200
    try:
        got = disable(t, said)
    except Failed as refusal:
        if "255" not in str(refusal):
            raise
        return "refused: too long"
    expect(said.startswith(got) and len(got) == 127, f"{len(got)} characters came")
    return "cut"


# ---- checks of import: the route, not the session
def rejected(t, reason, **what):
    s = t.take()
    link = t.greeted(s)
    link.send(update_for(s, **what))
    rows = until("the route is kept as rejected", lambda: t.received(s, "--filtered"), 15)
    expect(link.is_up(), lambda: f"{link.notification}")
    expect(reason in rows[0]["rejected"].lower().replace("_", "-"), f"rejected is {rows[0]['rejected']!r}")
    expect(not t.world.neighbors[0].table(), f"the witness has {list(t.world.neighbors[0].table())}")
    return rows[0]["rejected"]


def path_that_begins_with_another_as(t):
    return rejected(t, "first", path=(64999,))


def path_with_our_as(t):
    s = t.external[-1].session.own.asn
    return rejected(t, "loop", path=(s, BELLMAN_AS))


def our_address_as_next_hop(t):
    return rejected(t, "hop", hop=t.world.hub.site.address4)


def martian_next_hop(t):
    return rejected(t, "hop", hop="0.0.0.0")


def stranger_is_not_served(t):
    link = Link.connect("10.99.0.253", t.world.hub.site.address4, 179)
    until("the connection of a stranger ends", lambda: link.closed is not None, 15, 0.01)
    expect(not link.received[bgp.OPEN], "it was greeted")


CHECKS = (update_as_first_message, keepalive_as_first_message, update_in_open_confirm, refresh_in_open_confirm, open_in_established,
          marker_with_a_zero, marker_of_zeros_before_open, length_18, length_0, length_4097_without_extended, length_4097_of_keepalive,
          keepalive_with_a_body, update_of_22, open_of_28, notification_of_20_ends_the_session, type_0, type_6,
          refresh_marker_of_a_wrong_length, update_as_long_as_allowed, version_3, wrong_as, as_zero, identifier_zero, our_identifier_over_ibgp,
          our_identifier_over_ebgp_is_fine, hold_time_1, hold_time_2, unknown_optional_parameter, capability_longer_than_its_parameter,
          no_family_in_common, hold_time_0_has_no_keepalives, attributes_longer_than_the_update, withdrawn_longer_than_the_update,
          prefix_of_33_bits, two_mp_reach, silence_ends_the_session, unknown_notification_keeps_its_code, unknown_subcode_is_kept,
          shutdown_text_comes_in_whole, shutdown_text_that_is_no_utf8, shutdown_text_of_255_goes_out_whole,
          longer_shutdown_text_is_cut_between_characters, path_that_begins_with_another_as, path_with_our_as, our_address_as_next_hop,
          martian_next_hop, stranger_is_not_served)


def body(build, folder, transport):
    with World(build, folder, transport) as world:
        witness = add_speaker(world, 64800, "witness")
        external = [add_speaker(world) for _ in range(len(CHECKS) + 4)]
        internal = [add_speaker(world, BELLMAN_AS) for _ in range(2)]
        world.neighbors = [witness]
        witness.announce([Route("192.0.2.0/24"), Route("2001:db8:9::/48")])
        world.start()
        bench = Bench(world, external, internal)
        run_checks([(c.__name__.replace("_", " "), lambda c=c: c(bench)) for c in CHECKS])
        expect(not witness.table(), f"the witness has {list(witness.table())}")
        expect(bench.status(witness)["sessions"] == 1, "the witness had another session")
        world.settle("at the end", {witness: {}})


def runs():
    for transport in ("ipv4", "ipv6"):
        yield [Case("broken protocol")], transport, lambda build, folder, t=transport: body(build, folder, t)
