#!/usr/bin/env python3
"""Checks the arrows between layers, as docs/architecture.md draws them, over the #include lines of the sources; and the
size and form of the files. Prints each offence as file:line: what, and fails if there is one.

    wire <- pure parts of actors/ <- *_actor files <- capnp (server)        cli -> capnp/client only
"""
import re
import sys
from pathlib import Path

LAYERS = ("wire", "actors", "capnp", "cli", "configs")
MAX_LINES = 500
SYSTEM_HEADERS_OF_WIRE = {"arpa/inet.h"}  # POSIX: addresses as text
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Files of actors/ that are not named *_actor.* and yet know CAF: handles and messages, and what every actor is made of.
ACTOR_FACING = {"interfaces.hpp", "message.hpp", "messages.hpp", "peer_cell.hpp", "actor_base.hpp", "actor_base.cpp",
                "registry.hpp"}

# A library, as its headers are written, and the places that may know it.
LIBRARIES = {
    r"caf/": ("acting", "capnp", "daemon"),
    r"boost/": ("net",),
    r"spdlog/": ("acting", "net", "ledger", "capnp", "daemon"),
    r"sqlite3\.h": ("ledger",),
    r"toml(\.hpp|/)": ("configs",),
    r"(kj|capnp)/": ("capnp", "client", "daemon"),
    r"CLI/": ("cli", "daemon"),
    r"(editline/|histedit\.h)": ("cli",),
    r"nlohmann/": ("cli",),
    r"gtest/|gmock/": (),
}

GENERATED = (Path("docs/rfc.md"),)  # rfc_index.py writes it; nobody reads it from top to bottom

# A place, and what it may include of ours (a pattern over the whole path).
ANY_ACTORS = r"actors/"
PURE = r"actors/(?!net/|daemon/|ledger/)(?!.*_actor\.hpp)(?!(.*/)?(" + "|".join(map(re.escape, ACTOR_FACING)) + r")$)"
# What every actor is made of, and how others are found: the API has actors of its own.
ACTOR_BASE = r"actors/(supervision/actor_base|registry)\.hpp$"
MESSAGES = r"actors/(interfaces|message)\.hpp$|actors/[a-z_]+/messages\.hpp$"
CONTRACT = r"capnp/[a-z_]+\.capnp\.h$"
OURS = {
    "wire": [r"wire/"],
    "pure": [r"wire/", PURE],
    "ledger": [r"wire/", PURE, r"actors/ledger/", MESSAGES],
    "net": [r"wire/", PURE, r"actors/net/"],
    "acting": [r"wire/", ANY_ACTORS],
    "configs": [r"wire/", PURE, r"configs/"],
    "capnp": [r"wire/", PURE, MESSAGES, ACTOR_BASE, r"configs/", r"capnp/"],
    "client": [r"wire/", r"capnp/client/", CONTRACT],
    "cli": [r"cli/", r"capnp/client/", CONTRACT],
    "daemon": [r"wire/", ANY_ACTORS, r"configs/", r"capnp/"],
}


def place_of(path):
    """Which rules a file lives under."""
    top, inner = path.parts[0], path.parts[1]
    if top == "capnp":
        return "client" if inner == "client" else "capnp"
    if top != "actors":
        return top
    if inner in ("net", "daemon"):
        return inner
    if path.stem.endswith("_actor") or path.name in ACTOR_FACING:
        return "acting"
    return "ledger" if inner == "ledger" else "pure"


def fault_of_include(place, quote, target):
    """What is wrong with including `target` in a file of `place`; nothing if it is allowed."""
    if target.split("/")[0] in LAYERS and quote == '"':
        if not any(re.match(allowed, target) for allowed in OURS[place]):
            return f"{place} must not include {target}"
        return None
    if quote == '"':
        return f'"{target}": our headers are included by their whole path, others in <>'
    if place == "wire" and re.search(r"/|\.h", target) and target not in SYSTEM_HEADERS_OF_WIRE:
        return f"wire uses the standard library only, not <{target}>"
    for library, places in LIBRARIES.items():
        if re.match(library, target) and place not in places:
            return f"{place} must not know <{target}>"
    return None


def faults_of_file(path, text):
    place = place_of(path)
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        fault = found and fault_of_include(place, *found.groups())
        if fault:
            yield number, fault
    if len(lines) > MAX_LINES:
        yield len(lines), f"longer than {MAX_LINES} lines"
    if path.suffix == ".hpp" and not any(line.strip() == "#pragma once" for line in lines[:3]):
        yield 1, "has no #pragma once at its top"


def sources(root):
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix in (".hpp", ".cpp"):
                yield path.relative_to(root)


def long_files(root):
    """Tests and scripts have no layer, but the same limit of length."""
    for folder, suffixes in (("tests", (".cpp", ".hpp", ".py", ".sh")), ("interop", (".py",)), ("docs", (".md",))):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.relative_to(root) not in GENERATED:
                lines = path.read_text().count("\n")
                if lines > MAX_LINES:
                    yield path.relative_to(root), lines


def check_self():
    """The rules must be able to fail: each of these is an offence, or it is not."""
    forbidden = [("wire", '"', "actors/rib/path.hpp"), ("wire", "<", "caf/all.hpp"), ("pure", "<", "caf/actor.hpp"),
                 ("pure", "<", "boost/asio.hpp"), ("pure", '"', "actors/net/connection.hpp"),
                 ("pure", '"', "actors/interfaces.hpp"), ("pure", '"', "actors/rib/partition_actor.hpp"),
                 ("acting", "<", "boost/asio.hpp"), ("capnp", '"', "actors/peer/peer_actor.hpp"),
                 ("cli", '"', "actors/interfaces.hpp"), ("cli", '"', "capnp/server.hpp"), ("configs", "<", "caf/fwd.hpp")]
    allowed = [("wire", "<", "vector"), ("pure", '"', "actors/rib/path.hpp"), ("acting", "<", "caf/all.hpp"),
               ("net", "<", "boost/asio.hpp"), ("capnp", '"', "actors/ledger/messages.hpp"),
               ("cli", '"', "capnp/client/connection.hpp"), ("configs", "<", "toml.hpp")]
    assert all(fault_of_include(*case) for case in forbidden), "a rule lets through what it must not"
    assert not any(fault_of_include(*case) for case in allowed), "a rule forbids what it must not"


def main():
    root = Path(sys.argv[1]).resolve()
    check_self()
    count = offences = 0
    for path in sources(root):
        count += 1
        for line, fault in faults_of_file(path, (root / path).read_text()):
            offences += 1
            print(f"{path}:{line}: {fault}")
    for path, lines in long_files(root):
        offences += 1
        print(f"{path}:{lines}: longer than {MAX_LINES} lines")
    print(f"{count} files, {offences} offences")
    return 1 if offences or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
