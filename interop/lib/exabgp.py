"""ExaBGP as a neighbour: it keeps no table, so its process (exabgp_pipe.py) writes down what it says, and the table is made of that."""
import json
import socket
import sys
from pathlib import Path

from .daemon import Neighbor
from .process import Process, output_of
from .route import Route, canonical

PIPE = Path(__file__).with_name("exabgp_pipe.py")
PLURALS = {"open": "opens", "update": "updates", "notification": "notifications", "refresh": "refreshes"}
PROGRAM = "/usr/sbin/python3-exabgp"


class ExaBgp(Neighbor):
    label = "ExaBGP"
    capabilities = ()  # further ones, as in "graceful-restart 8"

    def __init__(self, session, folder):
        super().__init__(session, folder)
        self.said, self.told = self.folder / "said.jsonl", self.folder / "told.sock"
        self.sessions, self.ended = 0, []
        self.forget()

    @staticmethod
    def version():
        return "ExaBGP " + output_of([PROGRAM, "--version"]).split()[2]

    # ---- its life
    def start(self):
        self.forget()
        self.told.unlink(missing_ok=True)
        configuration = self.folder / "exabgp.conf"
        configuration.write_text(self.configuration())
        s = self.session
        options = {"daemon.drop": "false", "api.ack": "false", "api.cli": "false", "tcp.bind": s.own_address, "tcp.port": str(s.own.port),
                   "log.level": "DEBUG"}
        self.process = Process("exabgp", [PROGRAM, configuration], self.folder, {f"exabgp.{k}": v for k, v in options.items()})
        self.process.until_ready("its process does not listen", self.told.is_socket)

    def node(self, here):
        """Without its process: a container says what it hears in its log."""
        (self.folder / "exabgp.conf").write_text(self.configuration(pipe=False))
        return f"exabgp.daemon.drop=false exabgp.tcp.bind={self.session.own_address} exabgp.log.routes=true {PROGRAM} {here}/exabgp.conf", ""

    def configuration(self, pipe=True):
        s = self.session
        words = [("router-id", s.own.router_id), ("local-address", s.own_address), ("local-as", s.own.asn), ("peer-as", s.other.asn),
                 ("hold-time", s.hold_time), ("connect", s.other.port), ("passive", str(s.passive).lower()), ("adj-rib-out", "true")]
        blocks = {"family": [f"{f} unicast" for f in s.families], "capability": ["route-refresh enable", *self.capabilities],
                  "static": [f"route {self.words_of(r)}" for r in self.routes.values()]}
        lines = [f"  {name} {value};" for name, value in words]
        for name, content in blocks.items():
            lines += [f"  {name} {{", *(f"    {line};" for line in content), "  }"]
        if not pipe:
            return "\n".join([f"neighbor {s.address} {{", *lines, "}", ""])
        return "\n".join(["process pipe {", f"  run {sys.executable} {PIPE} {self.folder};", "  encoder json;", "}",
                          f"neighbor {s.address} {{", *lines, "  api {", "    processes [ pipe ];", "    neighbor-changes;",
                          "    receive { parsed; open; update; notification; refresh; }", "    send { parsed; open; update; notification; refresh; }",
                          "  }", "}", ""])

    def disable(self):
        """It has no way to hold a session back but to end."""
        self.process.stop()
        self.forget()

    def enable(self):
        self.start()

    # ---- what it says
    def tell(self, *commands):
        with socket.socket(socket.AF_UNIX) as pipe:
            pipe.settimeout(10)
            pipe.connect(str(self.told))
            pipe.sendall("".join(f"{c}\n" for c in commands).encode())
            pipe.shutdown(socket.SHUT_WR)
            pipe.recv(16)

    def announce(self, routes):
        before, self.routes = self.routes, {p: r.with_(prefix=p) for r in routes for p in (canonical(r.prefix),)}
        if self.process and self.process.is_alive():
            commands = [f"withdraw route {p} next-hop {self.session.next_hop(r.family)}" for p, r in before.items() if p not in self.routes]
            commands += [f"announce route {self.words_of(r)}" for p, r in self.routes.items() if before.get(p) != r]
            self.tell(*commands)

    def words_of(self, route):
        """It takes a path as it is; the own AS is ours to put there."""
        path = ((self.session.own.asn,) if self.session.is_ebgp else ()) + route.as_path
        words = [route.prefix, f"next-hop {self.session.next_hop(route.family)}", f"origin {route.origin}",
                 f"as-path [ {' '.join(map(str, path))} ]"]
        words += [f"community [ {' '.join(sorted(route.communities))} ]"] if route.communities else []
        words += [f"large-community [ {' '.join(sorted(route.large))} ]"] if route.large else []
        words += [f"med {route.med}"] if route.med is not None else []
        words += [f"local-preference {100 if route.local_pref is None else route.local_pref}"] if not self.session.is_ebgp else []
        return " ".join(words)

    def request_refresh(self):
        self.tell(*(f"announce route-refresh {f} unicast" for f in self.session.families))

    # ---- what it was told
    def forget(self):
        self.said.unlink(missing_ok=True)
        self.read, self.up, self.attributes = 0, False, {}
        self.tables, self.withdrawn, self.messages = {"ipv4": {}, "ipv6": {}}, 0, {}

    def listen(self):
        """Takes in what was said since the last time."""
        if not self.said.exists():
            return
        with open(self.said, "rb") as said:
            said.seek(self.read)
            for line in said:
                if not line.endswith(b"\n"):
                    break  # the rest is still to come
                self.read += len(line)
                self.take(event_of(line.decode()))

    def take(self, event):
        kind, neighbor = event["type"], event.get("neighbor", {})
        if kind == "state" and neighbor["state"] in ("up", "down"):
            self.up = neighbor["state"] == "up"
            self.sessions += self.up
            self.tables = {"ipv4": {}, "ipv6": {}}
            self.messages = {} if not self.up else self.messages
        elif kind in PLURALS and "direction" in neighbor:
            key = f"{PLURALS[kind]}_{'in' if neighbor['direction'] == 'receive' else 'out'}"
            self.messages[key] = self.messages.get(key, 0) + 1
            if neighbor["direction"] == "receive":
                if kind == "update":
                    self.take_update(neighbor["message"].get("update", {}))
                elif kind == "notification":
                    self.ended.append((neighbor["notification"]["code"], neighbor["notification"]["subcode"]))

    def take_update(self, update):
        for family, prefixes in update.get("withdraw", {}).items():
            for p in prefixes:
                self.withdrawn += 1
                self.tables[family.split()[0]].pop(canonical(p["nlri"]), None)
        for family, hops in update.get("announce", {}).items():
            for hop, prefixes in hops.items():
                for p in (canonical(p["nlri"]) for p in prefixes):
                    self.tables[family.split()[0]][p] = parse_attributes(p, hop, update["attribute"])
                    self.attributes[p] = update["attribute"]

    def state(self):
        self.listen()
        return "established" if self.up and self.process.is_alive() else "down"

    def received(self, family):
        self.listen()
        return dict(self.tables[family])

    def reflection(self, prefix):
        self.listen()
        said = self.attributes[prefix]
        return said.get("originator-id"), said.get("cluster-list")

    def session_mark(self):
        return self.sessions if self.is_up() else None

    def withdrawals(self):
        self.listen()
        return self.withdrawn

    def notifications(self):
        """(code, subcode) of all that came."""
        self.listen()
        return list(self.ended)

    def counters(self):
        self.listen()
        return {f"{kind}_{way}": self.messages.get(f"{kind}_{way}", 0) for kind in PLURALS.values()
                for way in ("in", "out")}

    def show(self):
        return f"{self.session.address} AS {self.session.other.asn}: {self.state()}, {sum(map(len, self.tables.values()))} routes"


def event_of(line):
    try:
        return json.loads(line)
    except json.JSONDecodeError:  # a Route Refresh has its strings in quotes twice
        return json.loads(line.replace('""', '"'))


def parse_attributes(prefix, hop, said):
    """A set of the path stands apart from the sequence: its place is lost, and the end is where it belongs in practice."""
    path = tuple(said.get("as-path", [])) + ((frozenset(said["as-set"]),) if said.get("as-set") else ())
    return Route(prefix, next_hop=hop, as_path=path, origin=said["origin"], med=said.get("med"), local_pref=said.get("local-preference"),
                 communities=frozenset(":".join(map(str, c)) for c in said.get("community", [])),
                 large=frozenset(":".join(map(str, c)) for c in said.get("large-community", [])))
