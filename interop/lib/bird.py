"""BIRD 2 as a neighbour (birdc over its control socket)."""
import re

from .daemon import Neighbor
from .process import Process, output_of
from .route import Route, canonical

ORIGINS = {"IGP": "igp", "EGP": "egp", "Incomplete": "incomplete"}


class Since(str):
    """A time of the day as BIRD prints it: its clock less the age of the state, so that the same moment may come out a millisecond
    apart. No session ends and is established again within a few of those."""

    def milliseconds(self):
        hours, minutes, seconds = self.split(":")
        return (int(hours) * 60 + int(minutes)) * 60000 + round(float(seconds) * 1000)

    def __eq__(self, other):
        return isinstance(other, Since) and abs(self.milliseconds() - other.milliseconds()) <= 2

    def __ne__(self, other):
        return not self == other

    __hash__ = None


class Bird(Neighbor):
    label = "BIRD"
    options = ""  # further statements of its session, as in "enable route refresh off;"
    channel_options = ""  # the same for each of its channels

    @staticmethod
    def version():
        # It says so on standard error or standard output, by version.
        import subprocess

        done = subprocess.run(["bird", "--version"], capture_output=True, text=True)
        return "BIRD " + (done.stdout + done.stderr).split()[-1]

    def start(self):
        self.control = self.folder / "bird.ctl"
        self.configuration = self.folder / "bird.conf"
        self.write_configuration()
        self.control.unlink(missing_ok=True)
        self.process = Process("bird", ["bird", "-f", "-c", self.configuration, "-s", self.control, "-P", self.folder / "bird.pid"],
                               self.folder)
        self.process.until_ready("no control socket", self.control.is_socket)

    def node(self, here):
        """Files of a container that is this neighbour, and what it runs; `here` is where the files are in it."""
        self.configuration = self.folder / "bird.conf"
        self.write_configuration()
        return f"bird -f -c {here}/bird.conf -s /run/bird.ctl", ""

    def birdc(self, *command, check=True):
        return output_of(["birdc", "-s", self.control, "-r" if command[0] == "show" else "-v", *command], check=check)

    def write_configuration(self):
        s = self.session
        channels = "\n".join(f"  {f} {{ import all; export filter out_{f}; next hop address {s.next_hop(f)}; {self.channel_options} }};"
                             for f in s.families)
        self.configuration.write_text(f"""log stderr all;
router id {s.own.router_id};
protocol device {{ }}
{self.originate("ipv4")}
{self.originate("ipv6")}
protocol bgp bellman {{
  local {s.own_address} port {s.own.port} as {s.own.asn};
  neighbor {s.address} port {s.other.port} as {s.other.asn};
  multihop; # BIRD would bind a direct session to the interface, and the others are behind loopback
  strict bind yes;
  hold time {s.hold_time};
  connect delay time 1; connect retry time 2; error wait time 1, 2;
  {"passive;" if s.passive else ""} {self.options}
{channels}
}}
""")

    def originate(self, family):
        """Static routes, and the MED in an export filter: BIRD drops one that was set before (RFC 4271 §5.1.4)."""
        ours = [r for r in self.routes.values() if r.family == family]
        lines = [f"  route {r.prefix} blackhole {{ {attributes_of(r)} }};" for r in ours]
        meds = [f"  if net = {r.prefix} then bgp_med = {r.med};" for r in ours if r.med is not None]
        return "\n".join([f"protocol static own_{family} {{", f"  {family};", *lines, "}", f"filter out_{family} {{",
                          "  if source != RTS_STATIC then reject;", *meds, "  accept;", "}"])

    def announce(self, routes):
        self.routes = {canonical(r.prefix): r for r in routes}
        if self.process:
            self.write_configuration()
            self.birdc("configure")

    def state(self):
        found = re.search(r"^bellman\s+BGP\s+\S+\s+(\S+)\s+\S+\s*(\S*)", self.birdc("show", "protocols"), re.M)
        return (found.group(2) or found.group(1)).lower() if found else "unknown"

    def received(self, family):
        return parse_routes(self.birdc("show", "route", "all", "table", f"master{family[-1]}", "protocol", "bellman"))

    def reflection(self, prefix):
        text = self.birdc("show", "route", "all", prefix)
        originator, clusters = re.search(r"BGP\.originator_id: (\S+)", text), re.search(r"BGP\.cluster_list: (.*)", text)
        return originator and originator.group(1), clusters and clusters.group(1).split()

    def details(self):
        return self.birdc("show", "protocols", "all", "bellman")

    def session_mark(self):
        found = re.search(r"^bellman\s+BGP\s+\S+\s+up\s+(\S+)\s+Established", self.details(), re.M)
        return found and Since(found.group(1))

    def withdrawals(self):
        return sum(int(n) for n in re.findall(r"Import withdraws:\s+(\d+)", self.details()))

    def disable(self):
        self.birdc("disable", "bellman")

    def enable(self):
        self.birdc("enable", "bellman")

    def request_refresh(self):
        self.birdc("reload", "in", "bellman")

    def show(self):
        lines = self.birdc("show", "protocols").splitlines()
        return "\n".join(line for line in lines if re.match(r"Name|bellman", line))


def attributes_of(route):
    """Filter expressions that give a static route its attributes. BIRD puts its own AS in front itself."""
    words = [f"bgp_community.add(({c.replace(':', ',')}));" for c in sorted(route.communities)]
    words += [f"bgp_large_community.add(({c.replace(':', ',')}));" for c in sorted(route.large)]
    words += [f"bgp_path.prepend({asn});" for asn in reversed(route.as_path)]
    if route.origin != "igp":
        words.append(f"bgp_origin = ORIGIN_{route.origin.upper()};")
    return " ".join(words)


def parse_routes(text):
    """Reads `show route all`: a line that starts with a prefix, and indented lines for its attributes."""
    routes, current = {}, None
    for line in text.splitlines():
        head = re.match(r"(?:\d{4}-)?\s?([0-9a-f:.]+/\d+)\s", line)
        if head:
            current = canonical(head.group(1))
            routes[current] = Route(current)
        attribute = re.match(r"\s+BGP\.(\w+): ?(.*)", line)
        if attribute and current:
            routes[current] = routes[current].with_(**parse_attribute(*attribute.groups()))
    return routes


def parse_attribute(name, value):
    pairs = frozenset(re.sub(r"[(), ]+", ":", m).strip(":") for m in re.findall(r"\([^)]*\)", value))
    read = {
        "origin": lambda: {"origin": ORIGINS[value]},
        "as_path": lambda: {"as_path": parse_path(value)},
        "next_hop": lambda: {"next_hop": value.split()[0]},
        "med": lambda: {"med": int(value)},
        "local_pref": lambda: {"local_pref": int(value)},
        "community": lambda: {"communities": pairs},
        "large_community": lambda: {"large": pairs},
    }
    return read.get(name, dict)()


def parse_path(text):
    words = re.findall(r"\{[^}]*\}|\d+", text)
    return tuple(frozenset(map(int, re.findall(r"\d+", w))) if w.startswith("{") else int(w) for w in words)
