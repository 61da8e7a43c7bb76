#!/usr/bin/env python3
"""Runs bellmand against other BGP daemons. A line a cell: scenario, daemon, transport, outcome.

    run.py [--build DIR] [NAME ...]      scenarios whose name contains one of NAME; without any, all
    run.py --list                        which there are

Everything runs in a network namespace of its own and is stopped at the end; logs stay under build/interop. Exits with 0 only
if nothing failed and something passed.
"""
import argparse
import importlib.util
import shutil
import signal
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from lib import namespace  # noqa: E402
from lib.report import Cell, conclude, run_cells  # noqa: E402


def load(folder):
    spec = importlib.util.spec_from_file_location(f"scenario_{folder.name}", folder / "test.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scenarios(words):
    folders = sorted(f.parent for f in HERE.glob("*/test.py"))
    return [f for f in folders if not words or any(w in f.name for w in words)]


def run_scenario(folder, build, logs):
    """A scenario's runs() says, for each run: the daemons, the transport, and the body to call."""
    cells = []
    for number, (kinds, transport, body) in enumerate(load(folder).runs()):
        place = logs / folder.name / str(number)
        place.mkdir(parents=True)
        names = [k.version() for k in kinds]
        cells += (made := [Cell(folder.name, n, transport) for n in names])
        reason = getattr(body, "not_applicable", None)
        if reason:
            for cell in made:
                cell.outcome, cell.why = "not applicable", reason
                print(cell.line(), flush=True)
        else:
            run_cells(made, lambda b=body, p=place: b(build, p))
    return cells


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--build", type=Path, default=HERE.parent / "build/release", help="where bellmand was built")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    chosen = scenarios(args.names)
    if args.list or not chosen:
        for folder in scenarios([]):
            print(f"{folder.name:<22}{load(folder).__doc__.splitlines()[0]}")
        return 0 if args.list else f"run.py: no scenario is called {' or '.join(args.names)}"
    namespace.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # so that the daemons are stopped on the way out
    logs = HERE.parent / "build/interop"
    shutil.rmtree(logs, ignore_errors=True)
    print(f"{'scenario':<22}{'daemon':<28}{'transport':<10}outcome", flush=True)
    return conclude([cell for folder in chosen for cell in run_scenario(folder, args.build.resolve(), logs)])


if __name__ == "__main__":
    sys.exit(main())
