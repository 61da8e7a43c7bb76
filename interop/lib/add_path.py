"""Neighbours with Add-Path (RFC 7911): what they hold is a list of routes, several of one prefix among them.

A daemon has further neighbours of its own, raw speakers, whose paths of one prefix it passes on to bellmand side by side:

    speakers ──▶ daemon ── all their paths, with ids ──▶ bellmand
"""
import json
import re
import struct

from . import bgp
from .bird import Bird, parse_attribute
from .bgp import AFI
from .daemon import Session
from .frr import Frr, documents, parse_entry
from .gobgp import GoBgp, parse_path_entry
from .received import PathTable
from .route import Route, canonical
from .speaker import Speaker

RECEIVE, SEND, BOTH = 1, 2, 3


class Behind:
    """Sources behind a daemon. They have IPv4 only: the next hop of an IPv6 route over an IPv4 session is another matter."""

    def __init__(self, session, folder):
        super().__init__(session, folder)
        self.sources = []

    def add_source(self, site):
        source = Speaker(Session(site, self.session.own, self.session.transport, families=("ipv4",)))
        self.sources.append(source)
        return source

    def start(self):
        super().start()
        for s in self.sources:
            s.start()

    def stop(self):
        for s in self.sources:
            s.stop()
        return super().stop()

    def until_up(self, seconds=30):
        super().until_up(seconds)
        for s in self.sources:
            s.until_up(seconds)


class AddPathBird(Behind, Bird):
    channel_options = "add paths on;"

    def originate(self, family):
        """Everything but what came from bellmand goes out; and the sessions of its sources."""
        text = super().originate(family)
        text = text.replace("if source != RTS_STATIC then reject;", 'if proto = "bellman" then reject;')
        if family == "ipv6":
            return text
        for i, s in enumerate(self.sources):
            text += f"""
protocol bgp source{i} {{
  local {s.session.address} port {s.session.other.port} as {s.session.other.asn};
  neighbor {s.session.own_address} as {s.session.own.asn};
  multihop; passive; strict bind yes;
  ipv4 {{ import all; export none; }};
}}"""
        return text

    def received_paths(self, family):
        text = self.birdc("show", "route", "all", "table", f"master{family[-1]}", "protocol", "bellman")
        routes, prefix = [], None
        for line in text.splitlines():
            head = re.match(r"([0-9a-f:.]+/\d+)?\s+\w+ \[bellman ", line)
            attribute = re.match(r"\s+BGP\.(\w+): ?(.*)", line)
            if head:
                prefix = canonical(head.group(1)) if head.group(1) else prefix
                routes.append(Route(prefix))
            elif attribute and routes:
                routes[-1] = routes[-1].with_(**parse_attribute(*attribute.groups()))
        return routes


class AddPathFrr(Behind, Frr):
    """It receives path ids from everybody who sends them, whatever its configuration."""

    sending = "addpath-tx-all-paths"

    def base_configuration(self):
        text = super().base_configuration()
        bellmand = f"  neighbor {self.session.address} activate"
        text = text.replace(bellmand, f"{bellmand}\n  neighbor {self.session.address} {self.sending}")
        lines = []
        for s in self.sources:
            a = s.session.own_address
            lines += [f" neighbor {a} remote-as {s.session.own.asn}", f" neighbor {a} passive", f" neighbor {a} disable-connected-check",
                      f" neighbor {a} update-source {s.session.address}"]
        own = " address-family ipv4 unicast\n"
        activate = "".join(f"  neighbor {s.session.own_address} activate\n" for s in self.sources)
        return text.replace(own, "\n".join(lines) + "\n" + own + activate, 1)

    def received_paths(self, family):
        listed = json.loads(self.vtysh(f"show bgp {family} unicast json") or "{}").get("routes", {})
        shown = self.vtysh(*(f"show bgp {family} unicast {p} json" for p in listed)) if listed else ""
        return [parse_entry(canonical(entry["prefix"]), path) for entry in documents(shown) for path in entry.get("paths", [])
                if path.get("peer", {}).get("peerId") == self.session.address]


class FrrBestPerAs(AddPathFrr):
    label = "FRR per AS"
    sending = "addpath-tx-bestpath-per-AS"


class AddPathGoBgp(Behind, GoBgp):
    def configuration(self):
        text = super().configuration()
        for family in self.session.families:
            name = f'afi-safi-name = "{family}-unicast"\n'
            text = text.replace(name, f"{name}[neighbors.afi-safis.add-paths.config]\nreceive = true\nsend-max = 8\n")
        for s in self.sources:
            text += "\n".join(["[[neighbors]]", "[neighbors.config]", f'neighbor-address = "{s.session.own_address}"',
                               f"peer-as = {s.session.own.asn}", "[neighbors.transport.config]",
                               f'local-address = "{s.session.address}"', "passive-mode = true", "[neighbors.ebgp-multihop.config]",
                               "enabled = true", "multihop-ttl = 10", "[[neighbors.afi-safis]]", "[neighbors.afi-safis.config]",
                               'afi-safi-name = "ipv4-unicast"', ""])
        return text

    def received_paths(self, family):
        text = self.gobgp("neighbor", self.session.address, "adj-in", "-a", family, "-j", check=False).strip()
        listed = json.loads(text) if text.startswith("{") else {}
        return [parse_path_entry(canonical(p), path) for p, paths in listed.items() for path in paths]


class AddPathSpeaker(Speaker):
    """A raw one: it knows the ids that it is sent. `limit` is told as capability 76 (draft-abraitis-idr-addpath-paths-limit)."""

    mode, limit = RECEIVE, None

    def __init__(self, session, folder=None):
        offered = bgp.capabilities(session.own.asn, session.families)
        offered += bgp.capability(69, b"".join(struct.pack("!HBB", AFI[f], 1, self.mode) for f in session.families))
        if self.limit is not None:
            offered += bgp.capability(76, b"".join(struct.pack("!HBH", AFI[f], 1, self.limit) for f in session.families))
        super().__init__(session, folder, offered=offered)

    def new_table(self):
        return PathTable(self.four_byte) if self.mode & RECEIVE else super().new_table()

    def paths_by_id(self):
        """(prefix, path id) -> Route"""
        table = self.table_of_session()
        return {(r.prefix, int.from_bytes(key[:4], "big")): r for afi, routes in table.routes.items()
                for key, a in list(routes.items()) for r in (a.route(bgp.prefix_text(key[4:], afi)),)}

    def received_paths(self, family):
        return [r for r in self.paths_by_id().values() if r.family == family]


class LimitedSpeaker(AddPathSpeaker):
    limit = 2


class ManyPathsSender(AddPathSpeaker):
    """Its routes have path ids: `send_paths` takes (id, Route)."""

    mode = SEND

    def send_paths(self, paths):
        for number, route in paths:
            for message in self.messages_for([route]):
                self.send(with_path_id(message, bgp.prefix(route.prefix), number))

    def withdraw_path(self, prefix, number):
        self.send(bgp.update(withdrawn=struct.pack("!I", number) + bgp.prefix(prefix)))


def with_path_id(message, raw, number):
    """An IPv4 announcement of one prefix, with its path id in front."""
    body = message[19:-len(raw)] + struct.pack("!I", number) + raw
    return bgp.message(bgp.UPDATE, body)
