#!/usr/bin/env python3
"""The lab of `./dev run`: bellmand with configs/lab.toml, and BIRD, FRR and GoBGP as its neighbours on loopback addresses.

With a terminal on standard input it opens the shell of bellmanctl; without one it shows what every daemon sees and ends.
Needs no privileges. All state is under build/lab; everything that was started is stopped at the end, also on Ctrl-C.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from lib.bellmand import Bellmand  # noqa: E402
from lib.daemon import Session, Site  # noqa: E402
from lib.process import Process, output_of  # noqa: E402
from lib.route import Route  # noqa: E402
from lib.wait import Failed, until  # noqa: E402
from lib.world import KINDS  # noqa: E402

ROOT = HERE.parent
STATE = ROOT / "build/lab"
PORT = 1790
HUB = Site("bellmand", 65000, "10.0.0.1", "127.0.0.1", "2001:db8:0:1::1", PORT, "10.0.0.1")

TRY = """
  Try in this shell:
    neighbor list                                  the three sessions
    route list                                     best routes
    route list --view received --neighbor 127.0.0.13
    route list --view advertised --neighbor 127.0.0.11
    route explain 203.0.113.0/24                   why this path is best
    inject announce 198.51.100.99/32 --community blackhole
    neighbor disable 127.0.0.12 --text "cake is ready"
    supervision                                    who restarts whom
  and in another: birdc -s build/lab/bird/bird.ctl show route
                  vtysh --vty_socket build/lab/frr -c 'show bgp ipv4 unicast'
                  gobgp --target unix://build/lab/gobgp/gobgpd.sock neighbor 127.0.0.1 adj-in
"""


def routes_of(kind, asn):
    """A few of each family, with communities; 203.0.113.0/24 comes from all three, for best path to choose."""
    n = asn % 100
    names = {"BIRD": "192.0.2.0/24", "FRR": "198.51.100.0/24", "GoBGP": "100.64.0.0/22"}
    return [Route(names[kind.label], communities=frozenset([f"{asn}:100"])),
            Route(f"10.{n}.0.0/24", communities=frozenset([f"{asn}:1", f"{asn}:2"]), large=frozenset([f"{asn}:1:{n}"])),
            Route(f"10.{n}.1.0/24", communities=frozenset([f"{asn}:90"]), med=10),
            Route("203.0.113.0/24", as_path=(64500,) if kind.label == "GoBGP" else (64501, 64500)),
            Route(f"2001:db8:{n}::/48", communities=frozenset([f"{asn}:100"])),
            Route("2001:db8:113::/48", as_path=(64500,), communities=frozenset([f"{asn}:6"]))]


class Lab:
    def __init__(self, build):
        # configs/lab.toml has its state in build/lab of the folder where the daemon starts.
        self.hub = Bellmand(HUB, build, STATE.parent)
        self.hub.folder, self.hub.socket = STATE, STATE / "bellman.sock"
        self.neighbors = [self.neighbor(kind, 11 + i) for i, kind in enumerate(KINDS)]

    def neighbor(self, kind, number):
        own = Site(kind.label.lower(), 65000 + number, f"10.0.0.{number}", f"127.0.0.{number}", f"2001:db8:0:{number}::1", PORT,
                   f"10.0.0.{number}")
        n = kind(Session(own, HUB), STATE)
        n.announce(routes_of(kind, own.asn))
        return n

    def start(self, configuration):
        print(f"lab: bellmand AS {HUB.asn} on {HUB.address4} port {PORT}", flush=True)
        self.hub.process = Process("bellmand", [self.hub.build / "actors/daemon/bellmand", "--config", configuration], STATE)
        self.hub.process.until_ready("its API does not answer", self.hub.answers, 20)
        for n in self.neighbors:
            print(f"lab: {n.version()} AS {n.session.own.asn} on {n.session.own_address}", flush=True)
            n.start()
        for n in self.neighbors:
            n.until_up(30)
        self.hub.until_up([n.session.own_address for n in self.neighbors])
        until("routes of all neighbours at bellmand", self.all_routes_came, 30)
        print("lab: all sessions are up and routes flow", flush=True)

    def all_routes_came(self):
        return all(self.hub.routes("--view", "received", "--neighbor", n.session.own_address).keys() >= n.routes.keys()
                   for n in self.neighbors)

    def show(self):
        for n in self.neighbors:
            print(f"\n== {n.version()}: its neighbours\n{n.show()}")
        print("\n== bellmand: its neighbours\n" + self.say("neighbor", "list"))
        print("== bellmand: best routes\n" + self.say("route", "list", "--view", "best"), flush=True)

    def say(self, *words):
        return output_of([self.hub.build / "cli/bellmanctl", "--socket", self.hub.socket, *words])

    def shell(self):
        print(TRY, flush=True)
        # Ctrl-C belongs to the shell while it runs.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        argv = [str(self.hub.build / "cli/bellmanctl"), "--socket", str(self.hub.socket), "shell"]
        code = subprocess.run(argv, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)).returncode
        signal.signal(signal.SIGINT, before)
        return code

    def stop(self):
        print("lab: stopping", flush=True)
        ended = [(part.process.name, part.stop()) for part in [*self.neighbors, self.hub] if part.process]
        late = [name for name, well in ended if not well]
        if late:
            print(f"lab: did not end well: {', '.join(late)}", flush=True)
        return not late


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--config", type=Path, default=ROOT / "configs/lab.toml")
    args = parser.parse_args()
    os.chdir(ROOT)
    shutil.rmtree(STATE, ignore_errors=True)  # each lab begins anew
    STATE.mkdir(parents=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    lab, code = Lab(args.build.resolve()), 1
    try:
        lab.start(args.config)
        code = lab.shell() if sys.stdin.isatty() else lab.show() or 0
    except Failed as failure:
        print(f"lab: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        code = 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        well = lab.stop()
    return code or (0 if well else 1)


if __name__ == "__main__":
    sys.exit(main())
