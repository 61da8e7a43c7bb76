"""A route in the one form to which every daemon's table is read."""
import ipaddress
from dataclasses import dataclass, fields, replace

BOTH = ("ipv4", "ipv6")


def family_of(prefix):
    return "ipv6" if ":" in prefix else "ipv4"


def canonical(prefix):
    return str(ipaddress.ip_network(prefix))


@dataclass(frozen=True)
class Route:
    """`as_path` has numbers, and a frozenset where an AS_SET stands. `med` and `local_pref` are None where absent."""

    prefix: str
    next_hop: str = ""
    as_path: tuple = ()
    origin: str = "igp"
    med: int | None = None
    local_pref: int | None = None
    communities: frozenset = frozenset()  # "65000:1"
    large: frozenset = frozenset()  # "65000:1:2"

    @property
    def family(self):
        return family_of(self.prefix)

    def with_(self, **changed):
        return replace(self, **changed)

    def brief(self):
        words = [self.prefix, "via", self.next_hop, "path", path_text(self.as_path) or "(empty)", self.origin]
        for name, value in (("med", self.med), ("local-pref", self.local_pref)):
            words += [name, str(value)] if value is not None else []
        return " ".join([*words, *sorted(self.communities), *sorted(self.large)])


def path_text(path):
    return " ".join("{" + " ".join(map(str, sorted(x))) + "}" if isinstance(x, frozenset) else str(x) for x in path)


def by_prefix(routes):
    return {r.prefix: r for r in routes}


def differences(wanted, got, ignore=()):
    """What must change in `got` (prefix -> Route) to be `wanted`, as lines for people; nothing if they are equal."""
    lines = [f"missing {wanted[p].brief()}" for p in sorted(wanted.keys() - got.keys())]
    lines += [f"unexpected {got[p].brief()}" for p in sorted(got.keys() - wanted.keys())]
    for p in sorted(wanted.keys() & got.keys()):
        for field in fields(Route):
            want, have = getattr(wanted[p], field.name), getattr(got[p], field.name)
            if field.name not in ignore and want != have:
                lines.append(f"{p}: {field.name} is {shown(have)}, not {shown(want)}")
    return lines


def shown(value):
    return "{" + ", ".join(sorted(value)) + "}" if isinstance(value, frozenset) else str(value)
