"""FRR's bgpd as a neighbour, alone: without zebra, without the kernel (vtysh over its own socket folder)."""
import json

from .bird import parse_path
from .daemon import Neighbor
from .process import Process, output_of
from .route import Route, canonical

BGPD = "/usr/lib/frr/bgpd"
COMMUNITY_NAMES = {"noExport": "65535:65281", "noAdvertise": "65535:65282", "localAs": "65535:65283", "noPeer": "65535:65284",
                   "blackhole": "65535:666", "gracefulShutdown": "65535:0", "llgrStale": "65535:6", "noLlgr": "65535:7"}


class Frr(Neighbor):
    label = "FRR"
    default_med = 0
    options = ()  # further words of its neighbor, as in "ttl-security hops 1"

    @staticmethod
    def version():
        return "FRR " + output_of([BGPD, "--version"]).split()[2]

    def start(self):
        self.configuration = self.folder / "bgpd.conf"
        self.generation = 0
        self.write_configuration()
        (self.folder / "bgpd.vty").unlink(missing_ok=True)
        self.process = Process("bgpd", [BGPD, "-Z", "-n", "-S", "-p", self.session.own.port, "-l", self.session.own_address,
                                        "--vty_socket", self.folder, "-P", "0", "-f", self.configuration,
                                        "-i", self.folder / "bgpd.pid", "--log", "stdout"], self.folder)
        self.process.until_ready("no answer to vtysh", self.answers)
        wanted, self.routes = self.routes, {}
        self.announce(wanted.values())

    def write_configuration(self):
        self.configuration.write_text(self.base_configuration())

    def whole_configuration(self):
        """With the routes: those that vtysh brings would come behind End-of-RIB."""
        self.generation = 0
        return self.base_configuration() + "".join(f"{line}\n" for r in self.routes.values() for line in self.originate(r))

    def node(self, here):
        (self.folder / "bgpd.conf").write_text(self.whole_configuration())
        return f"{BGPD} -Z -n -S -p {self.session.own.port} -P 0 -f {here}/bgpd.conf -i /run/bgpd.pid --log stdout", ""

    def answers(self):
        return (self.folder / "bgpd.vty").is_socket() and "FRRouting" in self.vtysh("show version", check=False)

    def vtysh(self, *commands, check=True):
        return output_of(["vtysh", "--vty_socket", self.folder, *(word for c in commands for word in ("-c", c))],
                         check=check, env={"VTYSH_PAGER": "cat"})

    def base_configuration(self):
        s, a = self.session, self.session.address
        lines = [f"hostname {s.own.name}", "log stdout", f"router bgp {s.own.asn}", f" bgp router-id {s.own.router_id}",
                 " no bgp ebgp-requires-policy", " no bgp network import-check", " no bgp default ipv4-unicast",
                 f" neighbor {a} remote-as {s.other.asn}", f" neighbor {a} port {s.other.port}",
                 f" neighbor {a} update-source {s.own_address}", f" neighbor {a} timers {max(1, s.hold_time // 3)} {s.hold_time}",
                 f" neighbor {a} timers connect 2", f" neighbor {a} advertisement-interval 0"]
        lines += [f" neighbor {a} {words}" for words in self.options]
        if s.is_ebgp:
            lines.append(f" neighbor {a} disable-connected-check")
        if s.passive:
            lines.append(f" neighbor {a} passive")
        for family in s.families:
            lines += [f" address-family {family} unicast", f"  neighbor {a} activate", f"  neighbor {a} soft-reconfiguration inbound",
                      f"  neighbor {a} route-map OUT-{family} out", " exit-address-family"]
        lines.append("exit")
        for family in s.families:
            word = "ip next-hop" if family == "ipv4" else "ipv6 next-hop global"
            lines += [f"route-map OUT-{family} permit 10", f" set {word} {s.next_hop(family)}", "exit"]
        return "\n".join(lines) + "\n"

    def announce(self, routes):
        wanted = {canonical(r.prefix): r for r in routes}
        if self.process:
            commands = ["configure terminal"]
            for prefix, route in wanted.items():
                if self.routes.get(prefix) != route:
                    commands += self.originate(route)
            for prefix in self.routes.keys() - wanted.keys():
                commands += self.in_family(prefix, f"no network {prefix}")
            for start in range(0, len(commands), 500):
                self.vtysh(*(commands if start == 0 else ["configure terminal"] + commands)[start:start + 500])
        self.routes = wanted

    def originate(self, route):
        """A route map of a new name each time, so that nothing waits for FRR's timer of changed route maps."""
        self.generation += 1
        name = f"ORIGIN-{self.generation}"
        yield f"route-map {name} permit 10"
        yield f"set origin {route.origin}"
        if route.communities:
            yield "set community " + " ".join(sorted(route.communities))
        if route.large:
            yield "set large-community " + " ".join(sorted(route.large))
        if route.med is not None:
            yield f"set metric {route.med}"
        if route.as_path:
            yield "set as-path prepend " + " ".join(map(str, route.as_path))
        yield "exit"
        yield from self.in_family(route.prefix, f"network {canonical(route.prefix)} route-map {name}")

    def in_family(self, prefix, line):
        family = "ipv6" if ":" in prefix else "ipv4"
        return [f"router bgp {self.session.own.asn}", f"address-family {family} unicast", line, "exit", "exit"]

    def peer(self):
        return json.loads(self.vtysh("show bgp neighbors json")).get(self.session.address, {})

    def state(self):
        return self.peer().get("bgpState", "unknown").lower()

    def received(self, family):
        """The list of prefixes first, then each of them whole: only that shows every attribute."""
        listed = json.loads(self.vtysh(f"show bgp {family} unicast json") or "{}").get("routes", {})
        ours = [p for p, paths in listed.items() if any(x.get("peerId") == self.session.address for x in paths)]
        routes = {}
        for start in range(0, len(ours), 100):
            shown = self.vtysh(*(f"show bgp {family} unicast {p} json" for p in ours[start:start + 100]))
            for entry in documents(shown):
                for path in entry.get("paths", []):
                    if path.get("peer", {}).get("peerId") == self.session.address:
                        routes[canonical(entry["prefix"])] = parse_entry(canonical(entry["prefix"]), path)
        return routes

    def reflection(self, prefix):
        path = json.loads(self.vtysh(f"show bgp ipv4 unicast {prefix} json"))["paths"][0]
        return path.get("originatorId"), (path.get("clusterList") or {}).get("list")

    def session_mark(self):
        peer = self.peer()
        return peer.get("connectionsEstablished") if peer.get("bgpState") == "Established" else None

    def counters(self):
        """Of all its sessions together: as a daemon has started."""
        said = self.peer().get("messageStats", {})
        names = {"opens": "opens", "updates": "updates", "notifications": "notifications", "routeRefresh": "refreshes"}
        return {f"{ours}_{way}": said.get(f"{theirs}{'Recv' if way == 'in' else 'Sent'}") for theirs, ours in names.items() for way in ("in", "out")}

    def disable(self):
        self.configure_neighbor("shutdown")

    def enable(self):
        self.configure_neighbor("no shutdown")

    def configure_neighbor(self, what):
        no, _, word = what.rpartition(" ")
        self.vtysh("configure terminal", f"router bgp {self.session.own.asn}",
                   f"{no} neighbor {self.session.address} {word}".strip())

    def request_refresh(self):
        # `soft in` answers from the stored routes where inbound soft reconfiguration is on; the capability asks the neighbour.
        for family in self.session.families:
            self.vtysh(f"clear bgp {family} unicast {self.session.address} in")

    def show(self):
        return self.vtysh("show bgp summary").strip()


def documents(text):
    """The JSON documents that stand one after the other in a text."""
    decoder, at = json.JSONDecoder(), 0
    while (at := len(text) - len(text[at:].lstrip())) < len(text):
        found, at = decoder.raw_decode(text, at)
        yield found


def parse_entry(prefix, path):
    hops = [h for h in path.get("nexthops", []) if h.get("scope") != "link-local"]
    communities = path.get("community", {}).get("list", [])
    segments = path.get("aspath", {}).get("string", "")
    return Route(prefix, next_hop=hops[0]["ip"] if hops else "", as_path=() if segments == "Local" else parse_path(segments),
                 origin={"IGP": "igp", "EGP": "egp", "incomplete": "incomplete"}[path["origin"]], med=path.get("metric"),
                 local_pref=path.get("locPrf"), communities=frozenset(COMMUNITY_NAMES.get(c, c) for c in communities),
                 large=frozenset(path.get("largeCommunity", {}).get("list", [])))
