"""OpenBGPD as a neighbour (bgpctl over its control socket)."""
import json
import pwd
import subprocess
from pathlib import Path

from .bird import parse_path
from .daemon import Neighbor
from .mrt import write_table
from .process import Process, output_of
from .route import Route, canonical
from .speaker import attributes_of

USER = "_openbgpd"
NAMES = {"NO_EXPORT": "65535:65281", "NO_ADVERTISE": "65535:65282", "NO_EXPORT_SUBCONFED": "65535:65283", "NO_PEER": "65535:65284",
         "BLACKHOLE": "65535:666", "GRACEFUL_SHUTDOWN": "65535:0"}
DEFAULTS = {"0.0.0.0/0", "::/0"}  # it does not take these from a dump
OBEYED = {NAMES[n] for n in ("NO_EXPORT", "NO_ADVERTISE", "NO_EXPORT_SUBCONFED")}


class OpenBgpd(Neighbor):
    label = "OpenBGPD"
    options = ()  # further lines of its neighbour, as in "announce restart no"

    @staticmethod
    def version():
        # The daemon and bgpctl say it on standard error.
        done = subprocess.run(["bgpctl", "-V"], capture_output=True, text=True)
        return "OpenBGPD " + (done.stdout + done.stderr).split()[-1]

    @staticmethod
    def unavailable():
        """It gives up root for a user of its own, whom a namespace of an unprivileged user does not have."""
        whole = Path("/proc/self/uid_map").read_text().split()[2] == str(2**32 - 1)
        return None if whole else "OpenBGPD starts only as the root of the machine"

    def start(self):
        self.control = self.folder / "bgpd.sock"
        self.configuration = self.folder / "bgpd.conf"
        self.control.unlink(missing_ok=True)
        Path(pwd.getpwnam(USER).pw_dir).mkdir(parents=True, exist_ok=True)  # where it goes with chroot
        self.write_configuration()
        self.process = Process("openbgpd", ["/usr/sbin/bgpd", "-d", "-v", "-f", self.configuration], self.folder)
        self.process.until_ready("no answer to bgpctl", self.answers)
        wanted, self.routes = self.routes, {}
        self.announce(wanted.values())

    @property
    def outward(self):
        """What it would not let out with a route of its own, a filter may add on the way: the MED, and communities that it obeys."""
        rules = {}
        for r in self.routes.values():
            said = [f"med {r.med}"] if r.med is not None else []
            said += [f"community {c}" for c in sorted(r.communities & OBEYED)]
            if said:
                rules[r.prefix] = f"match to any prefix {canonical(r.prefix)} set {{ {' '.join(said)} }}"
        return rules

    def write_configuration(self):
        s = self.session
        lines = [f"AS {s.own.asn}", f"router-id {s.own.router_id}", f"holdtime {s.hold_time}", "connect-retry 1", "fib-update no",
                 f"listen on {s.own_address} port {s.own.port}", f'socket "{self.control}"', f"neighbor {s.address} {{",
                 f"  remote-as {s.other.asn}", f"  port {s.other.port}", f"  local-address {s.own_address}"]
        lines += [f"  announce {f.replace('ip', 'IP')} {'unicast' if f in s.families else 'none'}" for f in ("ipv4", "ipv6")]
        lines += ["  multihop 4"] if s.is_ebgp else []
        lines += ["  passive"] if s.passive else []
        lines += [f"  {line}" for line in self.options] + ["}", "allow from any", "allow to any",
                                                         "match from any set localpref 1"]  # or it would not announce what it hears better
        lines += [f"match to any {'inet6' if f == 'ipv6' else 'inet'} set nexthop {s.next_hop(f)}" for f in s.families]
        if s.is_ebgp:
            lines.append("match to any set nexthop no-modify")
        self.configuration.write_text("\n".join([*lines, *self.outward.values()]) + "\n")
        self.configuration.chmod(0o600)  # it insists

    def node(self, here):
        self.configuration, self.control = self.folder / "bgpd.conf", Path("/run/openbgpd/bgpd.sock")
        self.write_configuration()
        loads = [f"bgpctl -s {self.control} network mrt file {here}/{dump.name}" for dump in self.write_dumps(self.routes)]
        return (f"mkdir -p {self.control.parent}; cp {here}/bgpd.conf /run/; chmod 600 /run/bgpd.conf; exec bgpd -d -v -f /run/bgpd.conf",
                "\n".join([f"until bgpctl -s {self.control} show >/dev/null 2>&1; do sleep 1; done", *loads]))

    def write_dumps(self, routes):
        """A whole path cannot be configured; it can be loaded, from a table dump."""
        for family in ("ipv4", "ipv6"):
            if ours := [r.with_(prefix=p) for p, r in routes.items() if r.family == family and p not in DEFAULTS]:
                dump = self.folder / f"{family}.mrt"
                write_table(dump, self.session.own, own_attributes, ours)
                yield dump

    def answers(self):
        return self.control.is_socket() and "Neighbor" in self.bgpctl("show", check=False)

    def bgpctl(self, *command, check=True):
        return output_of(["bgpctl", "-s", self.control, *command], check=check)

    def ask(self, *command):
        return json.loads(self.bgpctl("-j", *command) or "{}")

    def announce(self, routes):
        wanted = {canonical(r.prefix): r for r in routes}
        if self.process:
            before, rules = self.routes, self.outward
            self.routes = wanted
            if self.outward != rules:
                self.write_configuration()
                self.bgpctl("reload")
            for prefix in before.keys() - wanted.keys():
                self.bgpctl("network", "delete", prefix)
            for prefix in DEFAULTS & wanted.keys():
                self.bgpctl("network", "add", prefix)
            for dump in self.write_dumps({p: r for p, r in wanted.items() if before.get(p) != r}):
                self.bgpctl("network", "mrt", "file", dump)
        self.routes = wanted

    def details(self):
        return next(iter(self.ask("show", "neighbor", self.session.address).get("neighbors", [])), {})

    def state(self):
        return self.details().get("state", "unknown").lower()

    def received(self, family):
        rows = self.ask("show", "rib", "detail", "inet6" if family == "ipv6" else "inet", "in", "neighbor", self.session.address)
        return {p: parse_row(p, row) for row in rows.get("rib", []) for p in (canonical(row["prefix"]),)}

    def reflection(self, prefix):
        row = self.ask("show", "rib", "detail", "in", "neighbor", self.session.address, prefix)["rib"][0]
        said = {key: value for attribute in row.get("attributes", []) for key, value in attribute.items()}
        return said.get("originator"), said.get("cluster_list")

    def session_mark(self):
        """The port of the connection's own end, and the other one's: two connections never have both the same."""
        session = self.details().get("session", {})
        return (session["local"]["port"], session["remote"]["port"]) if self.is_up() and session else None

    def counters(self):
        said = self.details().get("stats", {}).get("message", {})
        names = {"open": "opens", "updates": "updates", "notifications": "notifications", "route_refresh": "refreshes"}
        return {f"{ours}_{ending}": said.get(way, {}).get(theirs) for way, ending in (("received", "in"), ("sent", "out"))
                for theirs, ours in names.items()}

    def withdrawals(self):
        return self.details().get("stats", {}).get("update", {}).get("received", {}).get("withdraws", 0)

    def disable(self):
        self.bgpctl("neighbor", self.session.address, "down")

    def enable(self):
        self.bgpctl("neighbor", self.session.address, "up")

    def request_refresh(self):
        self.bgpctl("neighbor", self.session.address, "refresh")

    def show(self):
        return self.bgpctl("show").strip()

    @staticmethod
    def as_shown(route):
        """Its tables show no MED as one of 0."""
        return route.with_(med=route.med or None)


def own_attributes(route):
    return attributes_of(route.with_(communities=route.communities - OBEYED), (), with_local_pref=True)


def parse_row(prefix, row):
    return Route(prefix, next_hop=row["exit_nexthop"], as_path=parse_path(row["aspath"]), origin=row["origin"].lower(),
                 med=row["metric"] or None, local_pref=row["localpref"], communities=frozenset(map(number_of, row.get("communities", []))),
                 large=frozenset(row.get("large_communities", [])))



def number_of(community):
    return NAMES.get(community, community)
