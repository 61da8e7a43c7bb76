#!/usr/bin/env python3
"""Runs bellmand against other BGP daemons. A line a cell: scenario, daemon, transport, outcome.

    run.py [--build DIR] [NAME ...]      scenarios whose name contains one of NAME; without any, all
    run.py --list                        which there are
    run.py --write-table                 and writes the results into docs/interop.md

Each run has a process and a network namespace of its own, and stops what it started; logs stay under build/interop. Several
go on at once, but scenarios that measure time (ALONE in their file). Exits with 0 only if nothing failed and something passed.
"""
import argparse
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from lib import cells, namespace, results  # noqa: E402

ROOT = HERE.parent
LOGS = ROOT / "build/interop"


@dataclass(frozen=True)
class Job:
    """A run of a scenario: the number of it among the scenario's runs()."""

    folder: Path
    number: int
    alone: bool

    @property
    def place(self):
        return LOGS / self.folder.name / str(self.number)


def load(folder):
    spec = importlib.util.spec_from_file_location(f"scenario_{folder.name}", folder / "test.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scenarios(words):
    folders = sorted(f.parent for f in HERE.glob("*/test.py"))
    return [f for f in folders if not words or any(w in f.name for w in words)]


def jobs_of(folder):
    scenario = load(folder)
    return [Job(folder, number, getattr(scenario, "ALONE", False)) for number, _ in enumerate(scenario.runs())]


# ---- one run, in a process of its own
def run_here(folder, number, build):
    """A scenario's runs() says, for each run: the daemons, the transport, and the body to call."""
    job = Job(folder, number, False)
    kinds, transport, body = list(load(folder).runs())[number]
    made = [cells.Cell(folder.name, k.version(), transport) for k in kinds]
    reason = getattr(body, "not_applicable", None) or next(filter(None, (k.unavailable() for k in kinds if hasattr(k, "unavailable"))), None)
    if reason:
        for cell in made:
            cell.outcome, cell.why = "not applicable", reason
    else:
        cells.run(made, lambda: body(build, job.place))
    (job.place / "cells.json").write_text(json.dumps([asdict(c) for c in made]))


class Runs:
    """The processes of run_here() that are under way."""

    def __init__(self, build):
        self.build, self.children, self.ending = build, set(), False

    def call(self, job):
        """Starts run_here() elsewhere; answers what it printed, and its cells."""
        job.place.mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, __file__, "--build", str(self.build), "--run", job.folder.name, str(job.number)]
        if self.ending:
            return "", []
        # A session of its own: Ctrl-C at the terminal reaches us alone, and we end the runs once.
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                 errors="replace", start_new_session=True)
        self.children.add(child)
        said = child.communicate()[0]
        self.children.discard(child)
        (job.place / "output").write_text(said)
        found = job.place / "cells.json"
        if found.is_file():
            return said, [cells.Cell(**c) for c in json.loads(found.read_text())]
        return said, [cells.Cell(job.folder.name, "unknown", "unknown", "failed", f"the run ended with {child.returncode}: {said[-600:]}")]

    def end(self, *_):
        """Each stops its daemons on the way out."""
        self.ending = True
        for child in list(self.children):
            child.terminate()


def run_all(jobs, build, at_once):
    """Those that must be alone come last, one after the other."""
    out, runs = [], Runs(build)
    signal.signal(signal.SIGTERM, runs.end)
    signal.signal(signal.SIGINT, runs.end)

    def told(answer):
        said, made = answer
        print(said + "".join(f"{c.line()}\n" for c in made), end="", flush=True)
        out.extend(made)

    with ThreadPoolExecutor(at_once) as pool:
        for future in as_completed([pool.submit(runs.call, j) for j in jobs if not j.alone]):
            told(future.result())
    for job in jobs:
        if job.alone:
            told(runs.call(job))
    if runs.ending:
        sys.exit("run.py: ended before all runs had")
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="where bellmand was built")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1), help="runs at once; most of them wait for timers (twice the processors)")
    parser.add_argument("--write-table", action="store_true", help="write the results into docs/interop.md")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    build = args.build.resolve()
    if args.run:
        namespace.enter()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # so that the daemons are stopped on the way out
        return run_here(HERE / args.run[0], int(args.run[1]), build)
    if args.write_table and args.names:
        return "run.py: a table of some scenarios would be no table: --write-table runs all"
    chosen = scenarios(args.names)
    if args.list or not chosen:
        for folder in scenarios([]):
            print(f"{folder.name:<22}{load(folder).__doc__.splitlines()[0]}")
        return 0 if args.list else f"run.py: no scenario is called {' or '.join(args.names)}"
    shutil.rmtree(LOGS, ignore_errors=True)
    begin = time.monotonic()
    print(f"{'scenario':<22}{'daemon':<28}{'transport':<10}outcome", flush=True)
    made = run_all([job for folder in chosen for job in jobs_of(folder)], build, args.jobs)
    if args.write_table:
        results.write(ROOT / "docs/interop.md", made)
    return cells.conclude(made, time.monotonic() - begin)


if __name__ == "__main__":
    sys.exit(main())
