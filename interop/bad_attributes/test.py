"""Malformed attributes, case by case: the route is withdrawn, the attribute dropped, or the session reset, as RFC 7606 says.

    speaker AS 65001 (eBGP) ─┐
                             ├─▶ bellmand AS 65000 ──▶ witness AS 64800
    speaker AS 65000 (iBGP) ─┘

For each row of FRR's table of cases: a good /32, then the same /32 with the attribute in question, then a good route of its
own. When that has come to the witness, the /32 must be gone (treat-as-withdraw, RFC 7606 §2), or there without the attribute
(attribute-discard), or the session closed with a NOTIFICATION. What rows of the table a daemon may legally answer otherwise
stands in docs/interop.md, and in LEGAL below.
"""
import json
import socket

from lib import bgp
from lib.case import Case, expect, not_applicable, run_checks
from lib.crowd import add_speaker
from lib.mrt import test_data
from lib.wait import until
from lib.world import World

HOP = "198.51.100.7"
PASSED_ON, EITHER = "passed-on", "withdraw or discard"

# Attributes that bellmand does not know. RFC 4271 §5 and §9: unknown and transitive is passed on with the Partial bit, unknown and
# not transitive is ignored. That holds without a look inside, and without a definition that flags could disagree with.
STRANGE = {22: "PMSI_TUNNEL", 23: "TUNNEL_ENCAPSULATION", 29: "BGP-LS", 39: "NEXT_HOP_CAPABILITY", 40: "PREFIX_SID"}
LEGAL = {
    "as4path-seg-type-0": ("attribute-discard", "RFC 6793 §6 drops the attribute; FRR withdraws"),
    "originator-id-flag-trans": (EITHER, "RFC 7606 §3(c) and §7.9 can both be applied first over eBGP"),
    "originator-id-flag-trans/ibgp": ("treat-as-withdraw", "RFC 7606 §3(c)"),
}


def outcome_of(case, sort):
    """What must happen, and why where it is not what the table says."""
    if case["attr_type"] in STRANGE:
        transitive = int(case["flags"], 16) & 0x40
        return (PASSED_ON if transitive else "attribute-discard"), f"{STRANGE[case['attr_type']]} is not known here"
    legal = LEGAL.get(f"{case['name']}/{sort}") or LEGAL.get(case["name"])
    return legal or (case["expect"][sort], "")


class Probe:
    """The attributes of a good route, and of the same with one in the place of another."""

    def __init__(self, speaker):
        self.ebgp = speaker.session.is_ebgp
        path = bgp.path_value((speaker.session.own.asn,)) if self.ebgp else b""
        self.good = {bgp.ORIGIN: (bgp.WELL_KNOWN, b"\0"), bgp.AS_PATH: (bgp.WELL_KNOWN, path), bgp.NEXT_HOP: (bgp.WELL_KNOWN, socket.inet_aton(HOP))}
        if not self.ebgp:
            self.good[bgp.LOCAL_PREF] = (bgp.WELL_KNOWN, b"\0\0\0\x64")

    def attributes(self, case=None):
        parts = {kind: bgp.attribute(kind, *rest) for kind, rest in self.good.items()}
        if case and case["next_hop_override"]:
            parts[bgp.NEXT_HOP] = bgp.attribute(bgp.NEXT_HOP, bgp.WELL_KNOWN, socket.inet_aton(case["next_hop_override"]))
        if case and case["attr_hex"]:
            parts[case["attr_type"]] = bytes.fromhex(case["attr_hex"])
        return b"".join(parts[kind] for kind in sorted(parts))


def has(witness, network):
    return witness.table_of_session().routes[1].get(bgp.prefix(network))


def try_case(world, witness, speaker, case, number):
    sort = "ebgp" if speaker.session.is_ebgp else "ibgp"
    wanted, why = outcome_of(case, sort)
    probe, target, sentinel = Probe(speaker), f"10.4.{number}.1/32", f"10.4.{number}.2/32"
    send = lambda network, case=None: speaker.send(bgp.update(attributes=probe.attributes(case), nlri=bgp.prefix(network)))  # noqa: E731
    speaker.until_up()
    link, before = speaker.link, world.hub.neighbor(speaker.session.own_address)
    send(target)
    until(f"the good {target} arrives", lambda: has(witness, target), 10, 0.01)
    send(target, case)
    if wanted == "session-reset":
        got = speaker.until_closed(link, 10)
        expect(got and got[0] == 3, f"closed with {got}, not with an UPDATE Message Error")
        until(f"{target} goes with the session", lambda: not has(witness, target), 10, 0.01)
        return f"reset with {got[0]}/{got[1]}" + ("" if list(got) == case["notification"] else f" (the table has {case['notification']})")
    send(sentinel)
    until(f"the good {sentinel} arrives", lambda: has(witness, sentinel), 10, 0.01)
    expect(link.is_up(), lambda: f"the session ended: {link.notification}")
    return check_outcome(world, speaker, case, wanted, why, has(witness, target), before)


def check_outcome(world, speaker, case, wanted, why, route, before):
    now = world.hub.neighbor(speaker.session.own_address)
    withdrawn, discarded = (now[k] - before[k] for k in ("withdrawn_as_error", "attributes_discarded"))
    got = "treat-as-withdraw" if route is None else "attribute-discard"
    strange = route.values.get(case["attr_type"]) if route and case["attr_type"] in STRANGE else None
    if strange and strange == (bgp.TRANSITIVE | 0x20, bytes.fromhex(case["value_hex"])):
        got = PASSED_ON
    elif route:
        expect(case["attr_type"] not in route.values, f"attribute {case['attr_type']} was passed on: {route.values.get(case['attr_type'])}")
    expect(got == wanted or wanted == EITHER and got != PASSED_ON, f"{got}, not {wanted} ({case['spec']})")
    if got == "treat-as-withdraw" and case["attr_type"]:
        expect(withdrawn == 1, f"withdrawn_as_error grew by {withdrawn}, not 1")
    if got == "attribute-discard" and case["attr_type"] not in STRANGE and case["attr_type"] != 253:
        expect(discarded <= 1, f"attributes_discarded grew by {discarded}")
    return got + (f": {why}" if why else "")


def body(build, folder):
    cases = json.loads(test_data("bgp-messages", "frr_rfc7606_cases.json").read_text())
    with World(build, folder) as world:
        witness = add_speaker(world, 64800, "witness")
        senders = [add_speaker(world, 65001, "external"), add_speaker(world, 65000, "internal")]
        world.start()
        checks, number = [], 0
        for speaker in senders:
            sort = "ebgp" if speaker.session.is_ebgp else "ibgp"
            for case in cases:
                if sort in case["expect"]:
                    number += 1
                    checks.append((f"{sort} {case['name']}", lambda s=speaker, c=case, n=number: try_case(world, witness, s, c, n)))
        run_checks(checks)
        witness.expect_up("at the end")


def runs():
    yield [Case("RFC 7606")], "ipv4", body if test_data("bgp-messages") else not_applicable("BELLMAN_TEST_DATA is not set")
