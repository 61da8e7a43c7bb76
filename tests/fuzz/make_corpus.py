#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets into corpus/TARGET/, typed from the RFCs' own formats and examples. Run it again after
a change here; it always writes the same files."""
from pathlib import Path

MARKER = "ff" * 16
ORIGIN, PATH, HOP = "40010100", "4002060201 0000fbf5", "400304c0000201"
MANDATORY = ORIGIN + PATH + HOP
LOCAL_PREF = "40050400000064"
PATH_TWO_BYTES = "400204 0201 fbf5"
V6_HOP = "20010db8000000000000000000000001"
LINK_LOCAL = "fe800000000000000000000000000001"
REACH_V6 = f"800e1c 0002 01 10 {V6_HOP} 00 30 20010db80001"
UNREACH_V6 = "800f08 0002 01 20 20010db8"
NLRI = "18c63364"

ATTRIBUTES = {
    "mandatory": MANDATORY,
    "ibgp": MANDATORY + LOCAL_PREF,
    "reflected": MANDATORY + LOCAL_PREF + "8009040a000001" + "800a080a0000020a000003",
    "communities": MANDATORY + "c0080cffffff010001000200010003",
    "extended_communities": MANDATORY + "c01010 0002fde900000001 4004fde900000001",
    "large_communities": MANDATORY + "c02018 000000010000000200000003 000000010000000200000004",
    "ipv6_extended_communities": MANDATORY + "c01914 0002 20010db8000000000000000000000001 0001",
    "aggregated": ORIGIN + "40020e 0201 0000fbf5 0102 0000fbf6 0000fbf7" + HOP + "400600" + "c007080000fbf5c0000201",
    "med_otc_aigp": MANDATORY + "8004040000000a" + LOCAL_PREF + "801a0b01000b000000000000000a" + "c023040000fbf5",
    "as4": ORIGIN + "400206 0202 fbf5 5ba0" + HOP + LOCAL_PREF + "c00706 5ba0 c0000201" + "c01106 0201 00011170"
           + "c01208 00011170 c0000201",
    "two_byte": ORIGIN + PATH_TWO_BYTES + HOP + LOCAL_PREF,
    "confederation": ORIGIN + "40020c 0301 0000fc00 0201 0000fbf5" + HOP + LOCAL_PREF,
    "unknown": MANDATORY + "c0630401020304" + "80640101" + "d0650004deadbeef",
    "twice": MANDATORY + ORIGIN + HOP,
    "ipv6": REACH_V6 + ORIGIN + PATH,
    "ipv6_link_local": ORIGIN + PATH + f"800e2c 0002 01 20 {V6_HOP} {LINK_LOCAL} 00 30 20010db80001",
    "rfc8950": ORIGIN + PATH + f"800e19 0001 01 10 {V6_HOP} 00 18 c63364",
    "overrun": MANDATORY + "c00808 0001",
}


def octets(text):
    return bytes.fromhex(text.replace(" ", ""))


def body(attributes="", nlri="", withdrawn=""):
    a, w = octets(attributes), octets(withdrawn)
    return len(w).to_bytes(2, "big") + w + len(a).to_bytes(2, "big") + a + octets(nlri)


def message(kind, content):
    return octets(MARKER) + (19 + len(content)).to_bytes(2, "big") + bytes([kind]) + content


def opening(capabilities="", asn="fbf4"):
    c = octets(capabilities)
    parameters = bytes([2, len(c)]) + c if c else b""
    return octets("04" + asn + "005a" + "c0000201") + bytes([len(parameters)]) + parameters


CAPABILITIES = {
    "none": "",
    "usual": "010400010001 010400020001 0200 41040000fbf4 4600",
    "restart": "400a c078 00010180 00020100 470e 00010180 000e10 00020100 00000a",
    "add_path": "4508 00010103 00020101 4c0a 0001010010 0002010008",
    "extended": "0506000100010002 0600 090103 8000",
    "hostname": "490b 05686f73740005 6c6f63616c 4b04 0362656c",
    "unknown": "c80401020304",
}


def seeds():
    for name, attributes in ATTRIBUTES.items():
        yield "attributes", name, octets(attributes)
        yield "outgoing", name + "_ebgp", octets("08010008") + octets(attributes)
        yield "outgoing", name + "_two_byte", octets("05030020") + octets(attributes)
        yield "outgoing", name + "_own_hop", octets("500d f0 40") + octets(attributes)
        yield "update", name, body(attributes, "" if "800e" in attributes.replace(" ", "") else NLRI)
    yield "update", "withdrawal", body(withdrawn="00 10c000 18c63364")
    yield "update", "end_of_rib", body()
    yield "update", "end_of_rib_ipv6", body("800f03000201")
    yield "update", "withdrawal_ipv6", body(UNREACH_V6)
    yield "update", "mixed", body(MANDATORY + REACH_V6, NLRI, "10c000")
    yield "update", "add_path", body(MANDATORY, "00000001 18c63364 00000002 18c63364", "00000003 10c000")
    yield "update", "evpn", body(ORIGIN + PATH + "800e0d 0019 46 04 c0000201 00 0302 0000")
    for name, capabilities in CAPABILITIES.items():
        yield "open", name, opening(capabilities)
    yield "open", "rfc9072", octets("04fbf4005ac0000201 ff ff 0009 02 0006 010400010001")
    for name, text in {"hold_timer": "0400", "shutdown": "0602 05 68656c6c6f", "reset": "0604 00",
                       "hard_reset": "0609 0602 02 6869", "attribute": "0305 c00700", "unknown": "632a ff",
                       "utf8": "0602 04 e282ac ff"}.items():
        yield "notification", name, octets(text)
    for name, text in {"request": "00010001", "begin": "00020101", "end": "00020201",
                       "filter": "00010001 01 80 0003 800000"}.items():
        yield "route_refresh", name, octets(text)
    yield "nlri", "ipv4", octets("00 00 08 0a 18c00002 20c0000201")
    yield "nlri", "ipv6", octets("01 00 20 20010db8 40 20010db800010002 80" + V6_HOP)
    yield "nlri", "ipv4_ids", octets("02 00000001 18c00002 ffffffff 00")
    yield "nlri", "ipv6_ids", octets("03 00000001 20 20010db8")
    session = message(1, opening(CAPABILITIES["usual"])) + message(4, b"")
    yield "message_stream", "session", (session + message(2, body(MANDATORY, NLRI)) + message(2, body())
                                        + message(5, octets("00010001")) + message(3, octets("0602 02 6869")))
    yield "message_stream", "ipv6", session + message(2, body(REACH_V6 + ORIGIN + PATH)) + message(2, body(UNREACH_V6))
    yield "message_stream", "bad_length", octets(MARKER + "0012 04")
    yield "message_stream", "no_marker", octets("00" * 16 + "0013 04")


def main():
    root = Path(__file__).parent / "corpus"
    for target, name, content in seeds():
        (root / target).mkdir(parents=True, exist_ok=True)
        (root / target / name).write_bytes(content)


if __name__ == "__main__":
    main()
