"""Neighbours on links: link-local addresses, the same one on two interfaces, and an interface without an address.

                      bellmand AS 65000
          fe80::1%left                 fe80::1%right, fd00:77::1
               │                            │
          fe80::2%far                  fe80::2%far
        BIRD AS 65011                FRR AS 65012 (with zebra)

The links lead to namespaces of their own. BIRD is the neighbour "fe80::2%left" and first calls, then is called. FRR has `neighbor far
interface remote-as external`, and is "%right" here: who calls from that link, or whom the kernel has seen announce itself as a router there. IPv4
routes go over RFC 8950, for there is no IPv4 address on either link. bellmand listens on each link: BIRD's calls are signed (RFC 2385),
and those of FRR, which has the same address, are not.
"""
from pathlib import Path

from lib.beyond import Beyond
from lib.bellmand import Bellmand
from lib.bird import Bird
from lib.frr import Frr
from lib.process import Process, output_of
from lib.route import BOTH
from lib.wait import require, until
from lib.world import site

KEYS = {"import_policy": ["accept-all"], "export_policy": ["accept-all"], "connect_retry": 2, "extended_next_hop": True,
        "families": ["ipv4-unicast", "ipv6-unicast"], "hold_time": 30}
OURS, THEIRS, GLOBAL = "fe80::1", "fe80::2", "fd00:77::1"
LEFT, RIGHT = f"{THEIRS}%left", "%right"
KEY = "of the left link"


class LinkBird:
    def __init__(self, folder, beyond):
        self.folder, self.beyond = folder / "bird", beyond
        self.folder.mkdir(parents=True, exist_ok=True)
        self.control = self.folder / "bird.ctl"
        self.process = None

    def write(self, passive):
        (self.folder / "bird.conf").write_text(f"""log stderr all;
router id 10.0.0.11;
protocol device {{ }}
protocol static own4 {{ ipv4; route 203.0.113.0/24 blackhole; }}
protocol static own6 {{ ipv6; route 2001:db8:11::/48 blackhole; }}
protocol bgp bellman {{
  local {THEIRS} as 65011;
  neighbor {OURS}%'far' as 65000;
  direct;
  password "{KEY}";
  hold time 30; connect delay time 1; connect retry time 2; error wait time 1, 2;
  {"passive;" if passive else ""}
  ipv4 {{ import all; export where source = RTS_STATIC; extended next hop on; }};
  ipv6 {{ import all; export where source = RTS_STATIC; }};
}}
""")

    def start(self, passive):
        self.write(passive)
        self.control.unlink(missing_ok=True)
        self.process = Process("bird", [*self.beyond.inside(), "bird", "-f", "-c", self.folder / "bird.conf", "-s", self.control,
                                        "-P", self.folder / "bird.pid"], self.folder)
        self.process.until_ready("no control socket", self.control.is_socket)

    def received(self, family):
        return output_of(["birdc", "-s", self.control, "show", "route", "all", "table", f"master{family[-1]}", "protocol", "bellman"])

    def stop(self):
        return self.process.stop() if self.process else True


class LinkFrr:
    def __init__(self, folder, beyond):
        self.folder, self.beyond = folder / "frr", beyond
        self.folder.mkdir(parents=True, exist_ok=True)
        self.processes = []

    def start(self):
        (self.folder / "zebra.conf").write_text("hostname far\ninterface far\n ipv6 nd ra-interval 2\n no ipv6 nd suppress-ra\nexit\n")
        (self.folder / "bgpd.conf").write_text("""hostname far
router bgp 65012
 bgp router-id 10.0.0.12
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor far interface remote-as external
 neighbor far timers connect 2
 address-family ipv4 unicast
  network 198.51.100.0/24
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:12::/48
  neighbor far activate
 exit-address-family
exit
""")
        be_one_of_frr(self.folder / "group")
        common = ["-P", "0", "--vty_socket", self.folder, "-z", self.folder / "zserv.api", "--log", "stdout"]
        for name, user in (("zebra", ["-u", "root", "-g", "root"]), ("bgpd", ["-S"])):
            self.processes.append(Process(name, [*self.beyond.inside(), f"/usr/lib/frr/{name}", *user, *common, "-f", self.folder / f"{name}.conf",
                                                 "-i", self.folder / f"{name}.pid"], self.folder))
            self.processes[-1].until_ready("no answer to vtysh", (self.folder / f"{name}.vty").is_socket)

    def vtysh(self, *commands):
        return output_of(["vtysh", "--vty_socket", self.folder, *(w for c in commands for w in ("-c", c))], env={"VTYSH_PAGER": "cat"})

    def route(self, family, prefix):
        return self.vtysh(f"show bgp {family} unicast {prefix}")

    def stop(self):
        return all([p.stop() for p in reversed(self.processes)])


def be_one_of_frr(file):
    """zebra runs as nobody who is not in the group frrvty; this run's /etc/group is its own."""
    lines = Path("/etc/group").read_text().splitlines()
    file.write_text("".join(f"{line}{'' if line.endswith(':') else ','}root\n" if line.startswith("frrvty:") else f"{line}\n" for line in lines))
    output_of(["mount", "--bind", file, "/etc/group"])


def body(build, folder):
    hub = Bellmand(site("bellmand", 1, 65000), build, folder)
    left, right = Beyond(folder, "left", OURS, "far", THEIRS), Beyond(folder, "right", OURS, "far", THEIRS)
    bird, frr = LinkBird(folder, left), LinkFrr(folder, right)
    try:
        output_of(["ip", "-6", "addr", "add", f"{GLOBAL}/64", "dev", "right", "nodad"])
        hub.listen_on = [f"[{OURS}%{link}]:{hub.site.port}" for link in ("left", "right")]
        hub.neighbors = {LEFT: {"remote_as": 65011, "passive": True, "password_file": secret(folder), **KEYS}, RIGHT: {"remote_as": "external", "advertise_router": True, **KEYS}}
        hub.start()
        bird.start(passive=False)
        hub.until_up([LEFT])
        check_bird(hub, bird)
        bird.stop()
        hub.neighbors[LEFT]["passive"] = False
        hub.reload()
        bird.start(passive=True)
        hub.until_up([LEFT])
        check_bird(hub, bird)
        frr.start()
        meet_frr(hub, frr)
        both_hear_each_other(hub, bird, frr)
        by_api(hub)
    finally:
        for part in (bird, frr, hub, left, right):
            part.stop()


def secret(folder):
    path = folder / "left.key"
    path.touch(0o600)
    path.write_text(KEY + "\n")
    return str(path)


def check_bird(hub, bird):
    until(lambda: f"BIRD's route: {hub.best()}", lambda: {"203.0.113.0/24", "2001:db8:11::/48"} <= hub.best().keys(), daemon="BIRD")
    hops = {p: r.next_hop for p, r in hub.routes("--view", "received", "--neighbor", LEFT).items()}
    require(set(hops.values()) == {THEIRS}, f"BIRD's next hops: {hops}", "BIRD")
    shown = hub.show(LEFT)
    require(shown["address"] == LEFT and shown["remote"]["address"] == LEFT and shown["local"]["address"] == f"{OURS}%left",
            f"the neighbour is known by its link: {shown['address']}, {shown['remote']}, {shown['local']}", "BIRD")


def meet_frr(hub, frr):
    """Both call: FRR once bellmand has announced itself as a router there, bellmand once FRR has."""
    until(lambda: f"no session with FRR: {hub.show(RIGHT).get('last_error')}; {frr.vtysh('show bgp summary')}", lambda: hub.is_up(RIGHT), 40, daemon="FRR")
    until(lambda: f"FRR knows us by what we announced: {frr.vtysh('show interface far')}", lambda: f"inet6 {OURS}" in frr.vtysh("show interface far"), 40, daemon="FRR")
    until(lambda: f"FRR's routes: {hub.best()}", lambda: {"198.51.100.0/24", "2001:db8:12::/48"} <= hub.best().keys(), daemon="FRR")
    require(hub.show(RIGHT)["remote_as"] == 65012, f"nobody wrote its AS down: {hub.show(RIGHT)['remote_as']}", "FRR")
    require(hub.show(RIGHT)["remote"]["address"] == f"{THEIRS}%right", f"who is there: {hub.show(RIGHT)['remote']}", "FRR")


def both_hear_each_other(hub, bird, frr):
    """Next hops as RFC 2545 §3 has them: without a global address the link-local one alone, with one both."""
    for family, prefix in (("ipv4", "198.51.100.0/24"), ("ipv6", "2001:db8:12::/48")):
        until(lambda f=family: f"{prefix} at BIRD: {bird.received(f)}", lambda p=prefix, f=family: p in bird.received(f), daemon="BIRD")
        text = bird.received(family)
        require(f"via {OURS} on far" in text and "2001:db8" not in text.split("BGP.next_hop:")[1].split("\n")[0], f"next hop at BIRD: {text}", "BIRD")
    for family, prefix in (("ipv4", "203.0.113.0/24"), ("ipv6", "2001:db8:11::/48")):
        until(lambda p=prefix, f=family: f"{p} at FRR: {frr.route(f, p)}", lambda p=prefix, f=family: "65000 65011" in frr.route(f, p), daemon="FRR")
        text = frr.route(family, prefix)
        require(GLOBAL in text and OURS in text, f"next hop at FRR: {text}", "FRR")
    for address in (LEFT, RIGHT):
        require(set(hub.advertised(address, BOTH)) != set(), f"nothing is said to be advertised to {address}")


def by_api(hub):
    """A neighbour of the API on a link is kept, shown and removed like any other; without an interface it is refused."""
    text = hub.refuses("neighbor", "add", "fe80::9", "--remote-as", "65019")
    require("the interface is missing" in text, f"a link-local neighbour of no interface: {text}")
    for address in ("fe80::9%left", "fe80::9%right", "%left"):
        hub.ctl("neighbor", "add", address, "--remote-as", "65019", "--passive", "on")
        require(hub.show(address)["address"] == address, f"shown as it was added: {address}")
    hub.stop()
    hub.start()
    require({"fe80::9%left", "fe80::9%right", "%left"} <= {n["address"] for n in hub.list_neighbors()}, "neighbours on links survive a restart")
    hub.ctl("neighbor", "remove", "fe80::9%left")
    listed = {n["address"] for n in hub.list_neighbors()}
    require("fe80::9%left" not in listed and "fe80::9%right" in listed, f"only the one that was named goes: {listed}")


def runs():
    yield [Bird, Frr], "link-local", body
