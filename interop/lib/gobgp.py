"""GoBGP as a neighbour (gobgp over a Unix socket)."""
import json
import time

from .daemon import Neighbor
from .process import Process, output_of
from .route import Route, canonical, family_of

ORIGINS = ("igp", "egp", "incomplete")
STATES = {0: "unknown", 1: "idle", 2: "connect", 3: "active", 4: "opensent", 5: "openconfirm", 6: "established"}


class GoBgp(Neighbor):
    label = "GoBGP"

    @staticmethod
    def version():
        return "GoBGP " + output_of(["gobgpd", "--version"]).split()[-1]

    def start(self):
        self.control = self.folder / "gobgpd.sock"
        configuration = self.folder / "gobgpd.toml"
        configuration.write_text(self.configuration())
        self.control.unlink(missing_ok=True)
        self.process = Process("gobgpd", ["gobgpd", "-f", configuration, "-p", "--pprof-disable",
                                          "--api-hosts", f"unix://{self.control}"], self.folder)
        self.process.until_ready("no answer on its socket", self.answers)
        wanted, self.routes = self.routes, {}
        self.announce(wanted.values())

    def node(self, here):
        (self.folder / "gobgpd.toml").write_text(self.configuration())
        adds = [" ".join(["gobgp global rib add", p, *(f"'{w}'" for w in self.words_of(r)), "-a", r.family]) for p, r in self.routes.items()]
        return f"gobgpd -f {here}/gobgpd.toml -p --pprof-disable", "\n".join(["until gobgp global >/dev/null 2>&1; do sleep 1; done", *adds])

    def answers(self):
        return self.control.is_socket() and bool(self.gobgp("neighbor", check=False))

    def gobgp(self, *command, check=True):
        return output_of(["gobgp", "--target", f"unix://{self.control}", *command], check=check)

    def configuration(self):
        s = self.session
        out = ["[global.config]", f"as = {s.own.asn}", f'router-id = "{s.own.router_id}"', f"port = {s.own.port}",
               f'local-address-list = ["{s.own_address}"]', "[[neighbors]]", "[neighbors.config]",
               f'neighbor-address = "{s.address}"', f"peer-as = {s.other.asn}", "[neighbors.transport.config]",
               f'local-address = "{s.own_address}"', f"remote-port = {s.other.port}", f"passive-mode = {str(s.passive).lower()}",
               "[neighbors.timers.config]", f"hold-time = {s.hold_time}", f"keepalive-interval = {max(1, s.hold_time // 3)}",
               "connect-retry = 2", "idle-hold-time-after-reset = 1"]
        if s.is_ebgp:
            out += ["[neighbors.ebgp-multihop.config]", "enabled = true", "multihop-ttl = 10"]
        for family in s.families:
            out += ["[[neighbors.afi-safis]]", "[neighbors.afi-safis.config]", f'afi-safi-name = "{family}-unicast"']
        return "\n".join(out) + "\n"

    def announce(self, routes):
        wanted = {canonical(r.prefix): r for r in routes}
        if self.process:
            for prefix in self.routes.keys() - wanted.keys():
                self.gobgp("global", "rib", "del", prefix, "-a", family_of(prefix))
            for prefix, route in wanted.items():
                if self.routes.get(prefix) != route:
                    self.gobgp("global", "rib", "add", prefix, *self.words_of(route), "-a", route.family)
        self.routes = wanted

    def words_of(self, route):
        words = ["origin", route.origin, "nexthop", self.session.next_hop(route.family)]
        words += ["community", ",".join(sorted(route.communities))] if route.communities else []
        words += ["large-community", ",".join(sorted(route.large))] if route.large else []
        words += ["med", str(route.med)] if route.med is not None else []
        words += ["aspath", ",".join(map(str, route.as_path))] if route.as_path else []
        return words

    def details(self):
        return json.loads(self.gobgp("neighbor", self.session.address, "-j"))

    def session_mark(self):
        uptime = self.details().get("timers", {}).get("state", {}).get("uptime")
        return str(uptime) if uptime and self.is_up() else None

    def withdrawals(self):
        return self.details().get("state", {}).get("messages", {}).get("received", {}).get("withdraw_prefix", 0)

    def state(self):
        shown = self.details()
        state = shown.get("state", {}).get("session_state", 0)
        return STATES[state] if isinstance(state, int) else str(state).lower()

    def received(self, family):
        listed = self.listed(family)
        for _ in range(10):  # for a neighbour without routes that is not up, or comes back just now, it answers with an error
            if "error" not in listed:
                break
            time.sleep(0.05)
            listed = self.listed(family)
        listed.pop("error", None)
        return {canonical(p): parse_path_entry(canonical(p), paths[0]) for p, paths in listed.items()}

    def listed(self, family):
        text = self.gobgp("neighbor", self.session.address, "adj-in", "-a", family, "-j", check=False).strip()
        return json.loads(text) if text.startswith("{") else {}
    def counters(self):
        said = self.details().get("state", {}).get("messages", {})
        names = {"open": "opens", "update": "updates", "notification": "notifications", "refresh": "refreshes"}
        return {f"{ours}_{way}": said.get(group, {}).get(theirs, 0) for theirs, ours in names.items()
                for way, group in (("in", "received"), ("out", "sent"))}

    def reflection(self, prefix):
        listed = json.loads(self.gobgp("neighbor", self.session.address, "adj-in", "-a", "ipv4", "-j"))
        values = {a["type"]: a.get("value") for a in listed[prefix][0]["attrs"]}
        return values.get(9), values.get(10)

    def disable(self):
        self.gobgp("neighbor", self.session.address, "disable")

    def enable(self):
        self.gobgp("neighbor", self.session.address, "enable")

    def request_refresh(self):
        self.gobgp("neighbor", self.session.address, "softresetin")

    def show(self):
        return self.gobgp("neighbor").strip()


def parse_path_entry(prefix, path):
    """Attributes come as {"type": N, ...}, by the numbers of RFC 4271 and its followers."""
    route = Route(prefix)
    for a in path["attrs"]:
        kind, value = a["type"], a.get("value")
        if kind == 1:
            route = route.with_(origin=ORIGINS[value])
        elif kind == 2:
            segments = a.get("as_paths") or []
            route = route.with_(as_path=tuple(x for s in segments for x in ([frozenset(s["asns"])] if s["segment_type"] == 1 else s["asns"])))
        elif kind in (3, 14):
            route = route.with_(next_hop=a["nexthop"])
        elif kind == 4:
            route = route.with_(med=a["metric"])
        elif kind == 5:
            route = route.with_(local_pref=value)
        elif kind == 8:
            route = route.with_(communities=frozenset(f"{c >> 16}:{c & 0xffff}" for c in a["communities"]))
        elif kind == 32:
            route = route.with_(large=frozenset(large_text(v) for v in value))
    return route


def large_text(value):
    return f"{value['ASN']}:{value['LocalData1']}:{value['LocalData2']}"
