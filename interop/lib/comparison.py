"""Large tables in a form that can be compared: what a receiver has, what bellmand says, what bgpdump reads."""
import re
import socket

from . import bgp
from .mrt import Line
from .wait import Failed

UNKNOWN, UNKNOWN_LOCAL, PARTIAL = 230, 231, 0x20  # attributes that scenarios invent; the second is not transitive
STAYS_HERE = {"65535:65281", "65535:65282"}  # NO_EXPORT, NO_ADVERTISE


def text_of_path(path):
    return " ".join("{" + ",".join(map(str, sorted(x))) + "}" if isinstance(x, frozenset) else str(x) for x in path)


def seen(table):
    memo = {}
    out = {}
    for afi, routes in table.routes.items():
        for p, a in routes.items():
            if id(a) not in memo:
                memo[id(a)] = summary(a)
            out[bgp.prefix_text(p, afi)] = memo[id(a)]
    return out


def has_as(path, asn):
    """Whether the AS stands in a path as bgpdump writes it, also within a set."""
    return str(asn) in path.replace("{", " ").replace("}", " ").replace(",", " ").split()


def summary(a):
    """What there is no place for in a Line is a mistake wherever it stands."""
    extra = a.values.keys() - {bgp.ORIGIN, bgp.AS_PATH, bgp.NEXT_HOP, bgp.COMMUNITIES, bgp.ATOMIC_AGGREGATE, bgp.AGGREGATOR, UNKNOWN}
    if extra:
        return f"attributes that must not be sent: {sorted(extra)}"
    flags, value = a.values.get(UNKNOWN, (bgp.TRANSITIVE | PARTIAL, None))
    if flags != bgp.TRANSITIVE | PARTIAL:
        return f"the unknown attribute has flags {flags:#x}"
    by = a.value(bgp.AGGREGATOR)
    line = Line(text_of_path(a.as_path()), ["igp", "egp", "incomplete"][a.value(bgp.ORIGIN)[0]], a.communities(),
                bgp.ATOMIC_AGGREGATE in a.values, f"{int.from_bytes(by[:4], 'big')} {socket.inet_ntoa(by[4:])}" if by else "")
    return line, a.next_hop_text(), value


def row_summary(row):
    """The same of a row of the daemon's advertised view."""
    a = row["attributes"]
    by, unknown = a.get("aggregator"), a.get("unknown", [])
    path = re.sub(r"\{[^}]*\}", lambda m: m[0].replace(" ", ","), a["as_path"])
    line = Line(path, a["origin"].lower(), frozenset(a["communities"]), a.get("atomic_aggregate", False),
                f"{by['asn']} {by['address']}" if by else "")
    value = bytes.fromhex(unknown[0]["value"]) if unknown else None
    return (line, a["next_hop"], value) if "med" not in a and len(unknown) < 2 else f"too much: {a}"


def compare(what, wanted, got):
    wrong = [f"missing {p}" for p in sorted(wanted.keys() - got.keys())] + [f"unexpected {p}: {got[p]}" for p in sorted(got.keys() - wanted.keys())]
    wrong += [f"{p}: {got[p]}\n      not {wanted[p]}" for p in wanted.keys() & got.keys() if wanted[p] != got[p]]
    if wrong:
        raise Failed(f"{what}, {len(wrong)} differences:\n    " + "\n    ".join(wrong[:8]))
