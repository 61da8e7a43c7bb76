"""bellmand itself: a configuration from Python values, and bellmanctl --json to ask and tell it."""
import json
import signal
import subprocess
from pathlib import Path

from .process import Process, output_of
from .route import BOTH, canonical
from .table import parse_rows
from .wait import Failed, until

ACCEPT_ALL = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}


def toml_value(value):
    """JSON's strings, numbers, booleans and lists are written in TOML as they are; tables inline."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml_value(v)}" for k, v in value.items()) + " }"
    return "[" + ", ".join(map(toml_value, value)) + "]" if isinstance(value, list) else json.dumps(value)


def toml_table(header, keys):
    return "\n".join([header, *(f"{k} = {toml_value(v)}" for k, v in keys.items()), ""])


class Bellmand:
    """The daemon under test. `neighbors` maps an address to the keys of its [[neighbors]] table, `groups` a name to those of
    its table, `policies` a name to its list of statements, `prefix_sets` a name to its entries, `igp_metrics` a prefix of next
    hops to its cost or "unreachable", `ranges` a range to its keys; `confederation`, `best_path`, `api`, `listen` and `logging` are tables, `tokens` those of [[api.tokens]]."""

    def __init__(self, site, build, folder, transport="ipv4"):
        self.site, self.build, self.transport = site, Path(build), transport
        self.folder = Path(folder) / site.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configuration = self.folder / "bellmand.toml"
        self.socket = self.folder / "bellman.sock"
        self.neighbors, self.groups, self.policies, self.prefix_sets = {}, {}, {}, {}
        self.igp_metrics = {}
        self.confederation, self.best_path = {}, {}
        self.ranges, self.listen = {}, {}
        self.listen_on = []  # instead of the addresses of the site
        self.global_keys = {}
        self.api, self.tokens, self.logging = {}, [], {"level": "debug"}
        self.process = None

    def version(self):
        return output_of([self.build / "actors/daemon/bellmand", "--version"]).strip()

    # ---- configuration
    def add_neighbor(self, session, **keys):
        """The other end of a neighbour's session."""
        self.neighbors[session.own_address] = {
            "remote_as": session.own.asn, "remote_port": session.own.port, "local_address": session.address,
            "description": session.own.name, "hold_time": 30, "connect_retry": 2,
            "families": [f"{f}-unicast" for f in session.families],
            "next_hop_v4": self.site.address4, "next_hop_v6": self.site.address6, **keys}

    def text(self):
        listen = self.listen_on or [f"{self.site.address4}:{self.site.port}", f"[{self.site.address6}]:{self.site.port}"]
        out = [toml_table("[global]", {"asn": self.site.asn, "router_id": self.site.router_id, "listen": listen,
                                       "state_dir": str(self.folder), "partitions": 2, **self.global_keys}),
               toml_table("[logging]", self.logging), toml_table("[debug]", {"faults": True}), toml_table("[api]", self.api)]
        out += [toml_table("[[igp_metric]]", {"prefix": p, "cost": c}) for p, c in self.igp_metrics.items()]
        out += [toml_table("[[api.tokens]]", keys) for keys in self.tokens]
        out += [toml_table(f"[groups.{name}]", keys) for name, keys in self.groups.items()]
        out += [toml_table("[[neighbors]]", {**({"interface": a[1:]} if a.startswith("%") else {"address": a}), **keys})
                for a, keys in self.neighbors.items()]
        out += [toml_table("[[dynamic_neighbors]]", {"range": r, **keys}) for r, keys in self.ranges.items()]
        for name, table in (("listen", self.listen), ("confederation", self.confederation), ("best_path", self.best_path)):
            out += [toml_table(f"[{name}]", table)] if table else []
        out += [toml_table("[[prefix_sets]]", {"name": n, "entries": e}) for n, e in self.prefix_sets.items()]
        for name, statements in self.policies.items():
            out.append(toml_table("[[policies]]", {"name": name}))
            out += [toml_table("[[policies.statements]]", s) for s in statements]
        return "\n".join(out)

    def write_configuration(self):
        self.configuration.write_text(self.text())

    # ---- its life
    def start(self):
        self.write_configuration()
        self.process = Process("bellmand", [self.build / "actors/daemon/bellmand", "--config", self.configuration], self.folder)
        self.process.until_ready("its API does not answer", self.answers, 20)

    def answers(self):
        try:
            return self.socket.is_socket() and bool(self.ctl("status"))
        except Failed:
            return False

    def stop(self):
        return self.process.stop() if self.process else True

    def kill(self):
        self.process.kill()

    def reload(self):
        """What an operator does after editing the file."""
        self.write_configuration()
        self.process.signal(signal.SIGHUP)

    # ---- the API
    def ctl(self, *words, seconds=20):
        """What `bellmanctl --json WORDS` answers, parsed; None where it prints nothing."""
        text = output_of([self.build / "cli/bellmanctl", "--socket", self.socket, "--json", *words], seconds)
        return json.loads(text) if text.strip() else None

    def neighbor(self, address):
        return next((n for n in self.list_neighbors() if n["address"] == address), {})

    def list_neighbors(self):
        listed = self.ctl("neighbor", "list")
        return listed["neighbors"] if isinstance(listed, dict) else listed

    def show(self, address):
        return self.ctl("neighbor", "show", address)

    def state_of(self, address):
        return self.neighbor(address).get("state", "unknown").lower()

    def is_up(self, address):
        return self.state_of(address) == "established"

    def until_up(self, addresses, seconds=30):
        until(lambda: f"bellmand's sessions: { {a: self.state_of(a) for a in addresses} }",
              lambda: all(self.is_up(a) for a in addresses), seconds)

    def routes(self, *words):
        return parse_rows(self.ctl("route", "list", *words))

    def best(self):
        return self.routes("--view", "best")

    def advertised(self, address, families=BOTH):
        return {p: r for p, r in self.routes("--view", "advertised", "--neighbor", address).items() if r.family in families}

    def refuses(self, *words):
        """A command that has to be refused: what bellmanctl said about it."""
        argv = [self.build / "cli/bellmanctl", "--socket", self.socket, "--json", *words]
        done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
        if done.returncode == 0:
            raise Failed(f"was not refused: {' '.join(words)}")
        return done.stderr + done.stdout

    def inject(self, prefix, *words):
        return self.ctl("inject", "announce", canonical(prefix), *words)

    def injected(self):
        return {canonical(row["prefix"]) for row in self.ctl("inject", "list")["routes"]}

    def withdraw(self, prefix):
        return self.ctl("inject", "withdraw", canonical(prefix))

    # ---- the supervision tree
    def tree(self):
        return self.ctl("tree")

    def fault(self, target, reason):
        self.ctl("fault", target, reason)

    def nodes(self):
        """Path -> node of all actors, as `fault` takes the paths."""
        return {path: node for path, node in walk(self.tree())}


def walk(node, above=""):
    path = f"{above}/{node['name']}" if above else node["name"]
    yield path, node
    for child in node.get("children", []):
        yield from walk(child, path)
