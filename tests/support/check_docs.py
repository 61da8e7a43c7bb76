#!/usr/bin/env python3
"""Checks that the documentation tells the truth where a script can see it:

  * a row of docs/features.md that says `done` names its proofs, and each proof exists: `Suite.Test` or `Suite.*` of the
    unit tests, `interop/NAME` of the scenarios, or a file of tests/;
  * a file of the sources that a page names in backticks exists;
  * links between pages lead somewhere;
  * docs/interop.md describes every scenario of interop/, and has its results; docs/features.md has all the mistakes not to make.

Prints each offence as file:line: what, and fails if there is one.
"""
import re
import sys
from pathlib import Path

TICKED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
SOURCE = re.compile(r"^(wire|actors|capnp|cli|configs|tests|interop|cmake)/[\w./-]+$")
PROOF = re.compile(r"^(\w+\.(\w+|\*)|interop/[\w-]+|tests/[\w./-]+)$")


def unit_tests(root):
    """All TEST, TEST_F, TEST_P and TYPED_TEST of the sources as (suite, name)."""
    declared = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)|\bTYPED_TEST\(\s*(\w+),\s*(\w+)\s*\)")
    return {tuple(filter(None, found)) for path in (root / "tests").rglob("*.cpp") for found in declared.findall(path.read_text())}


def proof_exists(root, proof, tests):
    if proof.startswith("interop/"):
        return (root / proof / "test.py").is_file()
    if proof.startswith("tests/"):
        return (root / proof).exists()
    suite, name = proof.split(".")
    return any(s == suite and name in ("*", n) for s, n in tests)


def faults_of_features(root, text, tests):
    for number, line in enumerate(text.splitlines(), 1):
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if "done" not in cells:
            continue
        proofs = [t for t in TICKED.findall(line) if PROOF.match(t)]
        if not proofs:
            yield number, "says done, and names no test"
        for proof in proofs:
            if not proof_exists(root, proof, tests):
                yield number, f"its proof {proof} does not exist"


def faults_of_page(root, page, text):
    for number, line in enumerate(text.splitlines(), 1):
        for name in TICKED.findall(line):
            if SOURCE.match(name) and not name.endswith("/") and not (root / name).exists():
                yield number, f"names {name}, which does not exist"
        for target in LINK.findall(line):
            if "://" not in target and not (page.parent / target).exists():
                yield number, f"links to {target}, which does not exist"


def faults_of_interop(root, text):
    """A row in the table of scenarios, one in the table of results, and none for what is not there."""
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", text, re.M)
    named = [name for row in rows for name in TICKED.findall(row)]
    there = {p.parent.name for p in (root / "interop").glob("*/test.py")}
    for name in sorted(there):
        if named.count(name) < 2:
            yield 1, f"the scenario {name} has {named.count(name)} rows, not one that describes it and one with its results"
    for name in sorted(set(named) - there):
        yield 1, f"there is no scenario {name}"


def faults_of_mistakes(text):
    numbers = [int(n) for n in re.findall(r"^\| (\d+) \|", text, re.M)]
    if numbers != list(range(1, 41)):
        yield 1, f"the mistakes not to make are not 1 to 40: {numbers}"


def main():
    root = Path(sys.argv[1]).resolve()
    tests = unit_tests(root)
    pages = [p for p in [root / "README.md", *sorted((root / "docs").rglob("*.md"))] if p.is_file()]
    offences = []
    for page in pages:
        text = page.read_text()
        found = list(faults_of_page(root, page, text))
        if page == root / "docs" / "features.md":
            found += [*faults_of_features(root, text, tests), *faults_of_mistakes(text)]
        if page == root / "docs" / "interop.md":
            found += faults_of_interop(root, text)
        offences += [f"{page.relative_to(root)}:{number}: {fault}" for number, fault in found]
    print("\n".join([*offences, f"{len(pages)} pages, {len(tests)} unit tests known, {len(offences)} offences"]))
    return 1 if offences or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
