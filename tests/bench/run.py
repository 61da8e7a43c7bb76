#!/usr/bin/env python3
"""Measures bellmand and the BIRD that Debian ships side by side under load, and prints a Markdown table.

    run.py                                 every scenario at full size, three times each
    run.py full-table churn --scale 0.1    two of them, at a tenth of their size
    run.py --smoke                         small and short: does every scenario end with the right tables?

Everything runs in a network namespace of its own. Each run checks what arrives: every prefix, on its best path, AS path
prepended once (route server: unchanged), ORIGIN and communities as they were sent, and nothing that nobody announced.
Figures are medians; run it on an otherwise idle machine. Exits with 0 only if every run was right.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "interop"))

from lib.process import Process, output_of  # noqa: E402
from lib.wait import Failed  # noqa: E402

TARGET, BASE, PORT, ASN, BASE_ASN = "10.66.0.1", "10.66.1.1", 1790, 65000, 100001
INSIDE = "BELLMAN_BENCH_NAMESPACE"

# Sizes at scale 1. `columns`: what is measured besides time, CPU and memory of the load.
SCENARIOS = {
    "full-table": dict(title="1 sender x 1M prefixes, 1 receiver", prefixes=1_000_000),
    "transit": dict(title="4 senders x the same 500k, 1 receiver", senders=4, prefixes=500_000),
    "route-server": dict(title="100 clients x 2,000, each to all others", senders=100, receivers=0, prefixes=200_000, route_server=1),
    "exchange": dict(title="700 clients x 572, each to all others; 50 leave and return", senders=700, receivers=0, prefixes=400_400,
                     route_server=1, flap=50, timeout=600, columns=("sessions_s", "flap_drop_s", "flap_reconnect_s", "flap_restore_s")),
    "churn": dict(title="2 x 200k, then 200 bursts of 500", senders=2, prefixes=200_000, bursts=200, burst_size=500,
                  columns=("churn_p50_ms", "churn_p99_ms")),
    "flap": dict(title="2 x 500k, the better one leaves and returns", senders=2, prefixes=500_000, first_is_best=1, flap=1,
                 columns=("flap_drop_s", "flap_restore_s")),
    "collector": dict(title="10 senders x the same 300k, no receiver", senders=10, receivers=0, prefixes=300_000),
    "dual-stack": dict(title="2 x 200k IPv4 and 100k IPv6, 1 receiver", senders=2, prefixes=200_000, prefixes6=100_000),
}
SCALED = ("prefixes", "prefixes6", "bursts", "burst_size")


def scaled(scenario, scale):
    """The options of bench_load. A scenario keeps its shape: fewer prefixes, not fewer neighbours (but of a route server)."""
    options = {"senders": 1, "receivers": 1, **{k: v for k, v in scenario.items() if k not in ("title", "columns", "timeout")}}
    for key in SCALED:
        if key in options:
            options[key] = max(1, int(options[key] * scale)) if key == "prefixes" else max(5, int(options[key] * min(1, scale * 2)))
    if options.get("route_server") and scale < 0.1:
        options["senders"] = 20
        if "flap" in options:
            options["flap"] = 5
    return options


def neighbors_of(options):
    """(address, AS number, whether it takes routes) of each neighbour."""
    count = options["senders"] + (0 if options.get("route_server") else options["receivers"])
    for i in range(count):
        address = f"10.66.{1 + (i + 1) // 256}.{(i + 1) % 256}"
        yield address, BASE_ASN + i, bool(options.get("route_server")) or i >= options["senders"]


class Bird:
    name = "BIRD"

    def __init__(self, build):
        pass

    def version(self):
        done = subprocess.run(["bird", "--version"], capture_output=True, text=True)
        return (done.stdout + done.stderr).split()[-1]

    def command(self, options, folder):
        out = ["log stderr { warning, error, fatal, bug };", f"router id {TARGET};", "protocol device { }"]
        kind = "rs client;" if options.get("route_server") else ""
        for number, (address, asn, takes) in enumerate(neighbors_of(options)):
            export = "all" if takes else "none"
            six = f"ipv6 {{ import all; export {export}; gateway recursive; next hop address fd00:66::1; }};" if "prefixes6" in options else ""
            out.append(f"protocol bgp n{number} {{ local {TARGET} port {PORT} as {ASN}; neighbor {address} as {asn}; direct; passive; "
                       f"{kind} error wait time 1, 1; ipv4 {{ import all; export {export}; gateway direct; }}; {six} }}")
        (folder / "bird.conf").write_text("\n".join(out) + "\n")
        return ["bird", "-f", "-c", folder / "bird.conf", "-s", folder / "bird.ctl", "-P", folder / "bird.pid"]


class Bellmand:
    name = "bellmand"

    def __init__(self, build):
        self.binary = build / "actors/daemon/bellmand"

    def version(self):
        return output_of([self.binary, "--version"]).split()[-1]

    def command(self, options, folder):
        wanted = {"asn": ASN, "router_id": TARGET, "listen": f"{TARGET}:{PORT}", "route_server": bool(options.get("route_server")),
                  "state_dir": str(folder),
                  "neighbors": [{"address": a, "asn": n, "passive": True, "send_routes": takes}
                                for a, n, takes in neighbors_of(options)]}
        if "prefixes6" in options:
            wanted["next_hop_v6"] = "fd00:66::1"
        made = subprocess.run([HERE / "make_config"], input=json.dumps(wanted), text=True, capture_output=True, check=True)
        (folder / "bellmand.toml").write_text(made.stdout)
        return [self.binary, "--config", folder / "bellmand.toml"]


def enter_namespace():
    """Once more inside a namespace: a connected subnet for next hops, and local routes that keep packets on loopback."""
    if not os.environ.get(INSIDE):
        unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
        os.execvpe("unshare", [*unshare, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})
    for command in ("link set lo up", "link add bgp0 type veth peer name bgp1", "link set bgp0 up", "link set bgp1 up",
                    f"addr add {TARGET}/16 dev bgp0", "route add local 10.66.0.0/16 dev lo", "-6 addr add fd00:66::1/64 dev bgp0 nodad"):
        subprocess.run(["ip", *command.split()], check=True, stdin=subprocess.DEVNULL)


def run_once(target, options, build, timeout):
    """One run of bench_load against a fresh daemon: its JSON, with "ok"."""
    folder = Path(tempfile.mkdtemp(prefix="bellman-bench-"))
    process = None
    try:
        process = Process(target.name, target.command(options, folder), folder)
        argv = [build / "tests/bench/bench_load", "--target", TARGET, "--port", PORT, "--target-asn", ASN, "--base", BASE,
                "--base-asn", BASE_ASN, "--pid", process.pid, "--timeout", timeout]
        for key, value in options.items():
            argv += ["--" + key.replace("_", "-"), value]
        text = output_of(argv, seconds=timeout * 8, check=False)
        result = json.loads(text) if text else {"ok": False, "error": "bench_load said nothing"}
        if not result["ok"]:
            result["error"] += "\n" + process.tail()
        return result
    except Failed as failure:
        return {"ok": False, "error": str(failure)}
    finally:
        if process:
            process.stop(20)
        shutil.rmtree(folder)


def cell(runs, key, digits):
    values = [r[key] for r in runs if r["ok"] and key in r]
    return f"{statistics.median(values):,.{digits}f}" if values else "-"


def print_table(names, targets, results, args):
    print(f"\nMedians of {args.reps}, scale {args.scale}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}. Time: from the first octet sent to "
          "the last route received.\n")
    print("| scenario | daemon | right | time s | CPU s | memory MB | peak MB | more |\n|---|---|---|---|---|---|---|---|")
    for name in names:
        for target in targets:
            runs = results[name, target.name]
            more = ", ".join(f"{c} {cell(runs, c, 2)}" for c in SCENARIOS[name].get("columns", ()))
            print(f"| {name} | {target.name} {target.version()} | {sum(r['ok'] for r in runs)}/{len(runs)} | {cell(runs, 'converge_s', 2)} | "
                  f"{cell(runs, 'target_cpu_s', 2)} | {cell(runs, 'rss_mb', 0)} | {cell(runs, 'peak_mb', 0)} | {more} |")
    print("\n" + "\n".join(f"* {name}: {SCENARIOS[name]['title']}" for name in names))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--scale", type=float, default=1.0, help="of the tables and bursts")
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--timeout", type=int, help="seconds for each phase of a run (120; exchange: 600)")
    parser.add_argument("--daemons", default="bellmand,bird", help="which: bellmand, bird")
    parser.add_argument("--smoke", action="store_true", help="scale 0.005, once")
    parser.add_argument("--build", type=Path, default=HERE.parent.parent / "build/release")
    args = parser.parse_args()
    if args.smoke:
        args.scale, args.reps, args.timeout = 0.005, 1, 20
    unknown = [n for n in args.names if n not in SCENARIOS] or [d for d in args.daemons.split(",") if d not in ("bellmand", "bird")]
    if unknown:
        parser.error(f"there is no {' or '.join(unknown)}")
    return args


def main():
    args = arguments()
    build = args.build.resolve()
    enter_namespace()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    known = {"bellmand": Bellmand, "bird": Bird}
    targets = [known[d](build) for d in args.daemons.split(",")]
    names = args.names or list(SCENARIOS)
    results = {(name, target.name): [] for name in names for target in targets}
    # In turn, so that a machine that gets slower or faster does so for all.
    for _ in range(args.reps):
        for name in names:
            for target in targets:
                result = run_once(target, scaled(SCENARIOS[name], args.scale), build,
                                  args.timeout or SCENARIOS[name].get("timeout", 120))
                results[name, target.name].append(result)
                print(f"{name} {target.name}: " + (f"{result['converge_s']:.2f} s" if result["ok"] else f"WRONG: {result['error']}"), flush=True)
    print_table(names, targets, results, args)
    wrong = sum(not r["ok"] for runs in results.values() for r in runs)
    print(f"\n{sum(map(len, results.values())) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
