"""The topologies for containerlab: what is generated is read by those for whom it is made.

    three_way, route_server, policy ──generate.py──▶ NAME.clab.yml, start.sh, a configuration a daemon

Each daemon checks its own configuration, bellmand its own; the shell reads each start.sh, a YAML reader the topology, whose nodes, links
and folders have to fit together. The image of bellmand has to bring what bellmand is linked with. No container is started.
"""
import importlib.util
import json
import re
import subprocess
from pathlib import Path

from lib.process import output_of
from lib.wait import require
from lib.world import ALL_KINDS

HERE = Path(__file__).resolve().parent
READ_YAML = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"
CHECKS = {"BIRD": ("bird", "-p", "-c", "bird.conf"), "FRR": ("/usr/lib/frr/bgpd", "-C", "-f", "bgpd.conf"),
          "GoBGP": ("gobgpd", "--dry-run", "-f", "gobgpd.toml"), "OpenBGPD": ("bgpd", "-n", "-f", "bgpd.conf"),
          "ExaBGP": ("/usr/sbin/python3-exabgp", "--test", "exabgp.conf")}


def generator():
    spec = importlib.util.spec_from_file_location("generate", HERE / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def said_by(argv):
    """How it ended and what it said; FRR ends well whatever it found."""
    done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    said = (done.stdout + done.stderr).strip()
    return done.returncode or int("No such command" in said), said


def configurations_are_read(world, folder, build):
    for n in world.neighbors:
        *command, file = CHECKS[n.label]
        code, said = said_by([*command, n.folder / file])
        require(code == 0, f"{n.folder / file}: {said[-600:]}", n.label)
    code, said = said_by([build / "actors/daemon/bellmand", "--check", "--config", folder / "bellmand/bellmand.toml"])
    require(code == 0, f"bellmand.toml: {said}")
    for script in folder.glob("*/start.sh"):
        code, said = said_by(["sh", "-n", script])
        require(code == 0, f"{script}: {said}")


def a_wrong_one_is_noticed(world):
    """Or the checks above would say nothing."""
    for n in world.neighbors:
        *command, file = CHECKS[n.label]
        text = (n.folder / file).read_text()
        (n.folder / file).write_text(text.replace("route", "rout", 1) if n.label == "ExaBGP" else text + "\nnonsense {\n")
        code, said = said_by([*command, n.folder / file])
        (n.folder / file).write_text(text)
        require(code != 0, f"a wrong configuration is not noticed: {said[-200:]}", n.label)


def parts_fit_together(name, world, folder):
    read = json.loads(output_of(["/usr/bin/python3", "-c", READ_YAML, folder / f"{name}.clab.yml"]))
    nodes, links = read["topology"]["nodes"], read["topology"]["links"]
    require(nodes.keys() == {"bellmand", *(n.session.own.name for n in world.neighbors)}, f"nodes {sorted(nodes)}")
    for node, keys in nodes.items():
        for bind in keys["binds"]:
            require((folder / bind.split(":")[0] / "start.sh").is_file(), f"{node} has no {bind.split(':')[0]}/start.sh")
    ends = [end for link in links for end in link["endpoints"]]
    require(len(ends) == len(set(ends)), f"an interface with two links: {sorted(ends)}")
    require({e.split(":")[0] for e in ends} == nodes.keys(), f"links only between {sorted(ends)}")
    start = (folder / "bellmand/start.sh").read_text()
    require(all(e.split(":")[1] in start for e in ends if e.startswith("bellmand:")), "bellmand's bridge does not have every link")


def the_image_has_the_libraries(build):
    said = (HERE / "bellmand.containerfile").read_text().split("FROM")[-1]
    paths = set(re.findall(r"=> (/\S+)", output_of(["ldd", build / "actors/daemon/bellmand"]) + output_of(["ldd", build / "cli/bellmanctl"])))
    owners = {owner for p in paths for owner in re.findall(r"^(\S+?)(?::\w+)?: ", output_of(["dpkg", "-S", p, f"/usr{p}"], check=False), re.M)}
    missing = {o for o in owners if o not in said.split()} - {"libc6", "libgcc-s1", "libtinfo6", "libmd0"}  # of the base, or of others here
    require(owners and not missing, f"bellmand.containerfile does not install {sorted(missing)} of {sorted(owners)}")


def body(build, folder):
    made = generator()
    require(len(made.names()) >= 3, f"only {made.names()} have a topology")
    for name in made.names():
        place = folder / name
        world = made.generate(name, place)
        configurations_are_read(world, place, build)
        parts_fit_together(name, world, place)
        if name == "three_way":
            a_wrong_one_is_noticed(world)
    the_image_has_the_libraries(build)


def runs():
    yield ALL_KINDS, "files", body
