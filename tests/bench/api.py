#!/usr/bin/env python3
"""Measures what the API costs and yields: routes injected in one batch, watches, a long listing. Prints a Markdown table.

    ./dev bench --api                      at full size, three times
    ./dev bench --api --scale 0.01 --reps 1

Each measurement has a daemon of its own, with its store on disk, in a network namespace. Figures are medians; run it on an
otherwise idle machine. Exits with 0 only if everything that was measured was also right.
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
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "interop")]

from run import ASN, BASE, BASE_ASN, PORT, TARGET, Bellmand, enter_namespace  # noqa: E402

from lib.daemon import Session, Site  # noqa: E402
from lib.process import Process, output_of  # noqa: E402
from lib.witness import Witness  # noqa: E402
from lib.wait import Failed, require, until  # noqa: E402

QUICK = Site("quick", 64999, "10.66.9.9", "10.66.9.9", "", PORT)
INJECTED, ROUTES = 100_000, 1_000_000


class Bench:
    def __init__(self, build, scale):
        self.build, self.injected, self.routes = build, max(100, int(INJECTED * scale)), max(1000, int(ROUTES * scale))
        self.figures = {}

    def note(self, name, value):
        self.figures.setdefault(name, []).append(value)

    # ---- a daemon with a store, one neighbour that sends (or takes), and one with a hold time of three seconds
    @contextmanager
    def daemon(self, takes):
        folder = Path(tempfile.mkdtemp(prefix="bellman-bench-"))
        target, process = Bellmand(self.build), None
        try:
            argv = target.command({"senders": 0 if takes else 1, "receivers": 1 if takes else 0}, folder)
            file = folder / "bellmand.toml"
            text = file.read_text().replace('path = ":memory:"', f'path = "{folder}/bellman.sqlite"')
            file.write_text(text + f'\n[api]\nsocket = "{folder}/api"\n[[neighbors]]\naddress = "{QUICK.address4}"\nremote_as = {QUICK.asn}\n'
                            f'passive = true\nhold_time = 3\nimport_policy = ["reject-all"]\nexport_policy = ["reject-all"]\n')
            process = Process("bellmand", argv, folder)
            process.until_ready("its API does not answer", lambda: (folder / "api").is_socket(), 20)
            yield Running(self, process, folder)
        finally:
            if process:
                process.stop(20)
            shutil.rmtree(folder)

    # ---- measurements
    def inject(self):
        with self.daemon(takes=True) as d:
            got = d.client("inject", self.injected, TARGET, PORT, ASN, BASE, BASE_ASN)
            for key in ("durable_s", "at_neighbor_s"):
                self.note(f"inject.{key}", got[key])
            self.note("inject.rss_mb", d.rss())

    def watch(self):
        with self.daemon(takes=False) as d:
            before = d.rss()
            with d.watch(self.routes) as (changes, first):
                require(first["snapshot_events"] == 0, f"a snapshot of an empty table has {first}")
                with d.load(self.routes) as loaded:
                    got = changes()
                    require(got["changes"] + got["coalesced"] >= self.routes, f"the watch saw {got}")
                    self.note("watch.load_s", loaded["converge_s"])
                    self.note("watch.events_per_s", got["changes"] / max(got["changes_s"], 1e-3))
                    self.note("watch.rss_with_mb", d.rss())
            self.note("watch.rss_empty_mb", before)
        with self.daemon(takes=False) as d, d.load(self.routes):
            self.note("watch.rss_without_mb", d.rss())
            got = d.client("watch", 0)
            require(got["snapshot_events"] == self.routes, f"the snapshot has {got}")
            self.note("snapshot.events_per_s", got["snapshot_events"] / max(got["snapshot_s"], 1e-3))
            self.note("snapshot.rss_mb", d.rss())

    def listing(self):
        quick = Witness(Session(QUICK, Site("bellmand", ASN, TARGET, TARGET, "", PORT), hold_time=3, families=("ipv4",)))
        with self.daemon(takes=False) as d, d.load(self.routes):
            quick.start()
            try:
                until("the neighbour with a hold time of 3 s", quick.is_up, 20)
                before = d.rss()
                for form, words in (("text", []), ("json", ["--json"])):
                    start = time.monotonic()
                    rows, peak = d.list_to_file(words)
                    self.note(f"listing.{form}_s", time.monotonic() - start)
                    require(rows >= self.routes, f"the listing has {rows} lines for {self.routes} routes")
                    self.note(f"listing.{form}_grows_mb", peak - before)
                until_no_earlier = time.monotonic() + 4  # a hold time more
                while time.monotonic() < until_no_earlier:
                    require(quick.is_up() and quick.sessions == 1, "the session with a hold time of 3 s was lost")
                    time.sleep(0.2)
            finally:
                quick.stop()


class Running:
    def __init__(self, bench, process, folder):
        self.bench, self.process, self.folder = bench, process, folder

    def rss(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0

    def client_argv(self, what, *words):
        return [str(x) for x in (self.bench.build / "tests/bench/bench_api", what, self.folder / "api", *words)]

    def client(self, *words):
        return checked(output_of(self.client_argv(*words), 180, check=False).splitlines()[-1])

    @contextmanager
    def watch(self, events):
        child = subprocess.Popen(self.client_argv("watch", events), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        try:
            first = checked(child.stdout.readline())
            yield lambda: checked(child.stdout.readline()), first
        finally:
            child.kill()
            child.wait()

    @contextmanager
    def load(self, prefixes):
        """A neighbour with a table, for as long as the block lasts."""
        argv = [self.bench.build / "tests/bench/bench_load", "--target", TARGET, "--port", PORT, "--target-asn", ASN, "--base", BASE, "--base-asn", BASE_ASN,
                "--pid", self.process.pid, "--senders", 1, "--receivers", 0, "--prefixes", prefixes, "--stay", 1]
        child = subprocess.Popen([str(a) for a in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield checked(child.stdout.readline())
            child.stdin.close()
            require(child.wait(20) == 0, "the session of the load was lost")
        finally:
            child.kill()
            child.wait()

    def list_to_file(self, words):
        """Number of lines, and the daemon's memory at its highest meanwhile."""
        path = self.folder / "listing"
        with open(path, "wb") as out:
            argv = [self.bench.build / "cli/bellmanctl", "--socket", self.folder / "api", *words, "route", "list"]
            child = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=out)
            peak = self.rss()
            while child.poll() is None:
                peak = max(peak, self.rss())
                time.sleep(0.02)
        require(child.returncode == 0, f"bellmanctl route list ended with {child.returncode}")
        with open(path, "rb") as made:
            return sum(1 for _ in made), peak


def checked(line):
    answer = json.loads(line) if line.strip() else {"error": "no answer"}
    require("error" not in answer, f"{answer.get('error')}")
    return answer


def print_table(bench, args):
    def m(name, digits=2):
        values = bench.figures.get(name)
        return f"{statistics.median(values):,.{digits}f}" if values else "-"

    print(f"\nMedians of {args.reps}, scale {args.scale}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}.\n")
    print("| measurement | figure | daemon's memory MB |\n|---|---|---|")
    print(f"| {bench.injected:,} routes injected in one batch: durable | {m('inject.durable_s')} s | |")
    print(f"| ... and at a neighbour | {m('inject.at_neighbor_s')} s | {m('inject.rss_mb', 0)} |")
    print(f"| watch of {bench.routes:,} changes while they are loaded (in {m('watch.load_s')} s) | {m('watch.events_per_s', 0)} events/s | "
          f"{m('watch.rss_with_mb', 0)} with, {m('watch.rss_without_mb', 0)} without a watch, {m('watch.rss_empty_mb', 0)} empty |")
    print(f"| snapshot of {bench.routes:,} routes to a watch | {m('snapshot.events_per_s', 0)} events/s | {m('snapshot.rss_mb', 0)} |")
    for form in ("text", "json"):
        print(f"| `bellmanctl{' --json' * (form == 'json')} route list` of {bench.routes:,} routes to a file | {m(f'listing.{form}_s')} s | "
              f"grows by {m(f'listing.{form}_grows_mb', 1)} at most |")
    print("\nDuring the listings a neighbour with a hold time of 3 seconds stays up.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--build", type=Path, default=HERE.parent.parent / "build/release")
    args = parser.parse_args()
    enter_namespace()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    bench, wrong = Bench(args.build.resolve(), args.scale), 0
    for _ in range(args.reps):
        for name in ("inject", "watch", "listing"):
            try:
                getattr(bench, name)()
                print(f"{name}: done", flush=True)
            except Failed as failure:
                wrong += 1
                print(f"{name}: WRONG: {failure}", flush=True)
    print_table(bench, args)
    print(f"\n{3 * args.reps - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
