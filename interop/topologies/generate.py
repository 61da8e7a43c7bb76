#!/usr/bin/env python3
"""Makes a scenario a topology for containerlab: the same daemons, configurations and routes, a container each.

    generate.py NAME [FOLDER]            into FOLDER (build/topologies/NAME)

    bellmand, a bridge in its container
      eth1 ─ BIRD   eth2 ─ FRR   eth3 ─ GoBGP   ...        10.99.0.0/24 and fd00:99::/64

The images are made from the container files beside this program; README.md in FOLDER says how. A scenario has a topology if its
test.py has a function prepare(world), which adds neighbours and says what they announce.
"""
import importlib.util
import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from lib.world import World  # noqa: E402

ROOT = HERE.parent.parent
INSIDE = "/etc/lab"  # where a container has its files
PACKAGES = {"BIRD": "bird2", "FRR": "frr", "GoBGP": "gobgpd", "OpenBGPD": "openbgpd", "ExaBGP": "exabgp"}


def load(name):
    spec = importlib.util.spec_from_file_location(f"scenario_{name}", HERE.parent / name / "test.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names():
    return sorted(f.parent.name for f in HERE.parent.glob("*/test.py") if "\ndef prepare(world" in f.read_text())


def start_script(site, interface, command, afterwards="", before=()):
    """Addresses first: most daemons want to bind theirs when they start. The container is there before its link is."""
    lines = ["#!/bin/sh", "# Run by the container; written by interop/topologies/generate.py.", *before,
             f"until ip link show {interface} >/dev/null 2>&1; do sleep 1; done", f"ip link set {interface} up",
             f"ip addr replace {site.address4}/24 dev {interface}", f"ip -6 addr replace {site.address6}/64 dev {interface} nodad"]
    if afterwards:
        lines += ["(", *afterwards.splitlines(), ") &"]
    return "\n".join([*lines, command if command.startswith("mkdir") else f"exec env {command}", ""])


def write_hub(world, folder):
    hub = world.hub
    place = folder / "bellmand"
    place.mkdir(parents=True)
    hub.folder = Path("/var/lib/bellman")
    (place / "bellmand.toml").write_text(hub.text())
    ports = [f"eth{i + 1}" for i in range(len(world.neighbors))]
    before = ["ip link add lab type bridge"]
    before += [f"until ip link show {p} >/dev/null 2>&1; do sleep 1; done; ip link set {p} master lab up" for p in ports]
    (place / "start.sh").write_text(start_script(hub.site, "lab", f"bellmand --config {INSIDE}/bellmand.toml", before=before))


def write_neighbor(neighbor):
    command, afterwards = neighbor.node(INSIDE)
    (neighbor.folder / "start.sh").write_text(start_script(neighbor.session.own, "eth1", command, afterwards))


def node(name, image):
    return [f"    {name}:", "      kind: linux", f"      image: {image}", f"      cmd: sh {INSIDE}/start.sh", "      binds:", f"        - {name}:{INSIDE}"]


def topology(name, world):
    lines = [f"# {name}: {load(name).__doc__.splitlines()[0]}", f"name: {name.replace('_', '-')}", "topology:", "  nodes:",
             *node("bellmand", "bellman-lab/bellmand")]
    for n in world.neighbors:
        lines += node(n.session.own.name, f"bellman-lab/{PACKAGES[n.label]}")
    lines.append("  links:")
    lines += [f"    - endpoints: {json.dumps([f'bellmand:eth{i}', f'{n.session.own.name}:eth1'])}" for i, n in enumerate(world.neighbors, 1)]
    return "\n".join(lines) + "\n"


def read_me(name, world):
    packages = sorted({PACKAGES[n.label] for n in world.neighbors})
    builds = [f"    podman build -t bellman-lab/{p} --build-arg PACKAGE={p} -f interop/topologies/neighbor.containerfile ." for p in packages]
    return "\n".join([f"# {name}", "", load(name).__doc__.strip(), "", "From the folder of the sources:", "",
                      "    podman build -t bellman-lab/bellmand -f interop/topologies/bellmand.containerfile .", *builds,
                      f"    containerlab deploy -t {name}.clab.yml        # in this folder", "",
                      "Then `bellmanctl neighbor list` in the container of bellmand, and each daemon's own commands in its own.", ""])


def generate(name, folder):
    """Answers the world whose files are in `folder` then."""
    shutil.rmtree(folder, ignore_errors=True)
    world = World(ROOT, folder)
    load(name).prepare(world)
    shutil.rmtree(folder / "bellmand")
    write_hub(world, folder)
    for n in world.neighbors:
        write_neighbor(n)
    (folder / f"{name}.clab.yml").write_text(topology(name, world))
    (folder / "README.md").write_text(read_me(name, world))
    return world


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in names():
        return f"usage: generate.py NAME [FOLDER]; the scenarios with a topology are {', '.join(names())}"
    folder = Path(sys.argv[2]) if len(sys.argv) == 3 else ROOT / "build/topologies" / sys.argv[1]
    generate(sys.argv[1], folder)
    print(f"{folder}: {', '.join(sorted(p.name for p in folder.iterdir()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
