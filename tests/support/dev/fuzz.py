#!/usr/bin/env python3
"""Runs every fuzz target over its corpus: fuzz.py PROGRAMS CORPUS FINDINGS SECONDS

PROGRAMS holds the targets (fuzz_NAME), CORPUS their seeds (NAME/). What the fuzzer learns and what it finds go to FINDINGS,
never into CORPUS. Where BELLMAN_TEST_DATA names a folder of test data, the inputs under its bgp-fuzz/ are seeds as well.
The last line is `N passed, N failed`; fails if a target did.
"""
import os
import subprocess
import sys
import tarfile
from pathlib import Path

STREAM = "message_stream"  # what the collected inputs are: octets as sent on a session


def collected_inputs(into):
    """Unpacks the inputs of BELLMAN_TEST_DATA/bgp-fuzz, if there are any; answers with their folders."""
    data = os.environ.get("BELLMAN_TEST_DATA")
    root = Path(data) / "bgp-fuzz" if data else None
    if root is None or not root.is_dir():
        return []
    for archive in sorted(root.glob("corpi-*.tar.gz")):
        folder = into / archive.name.removesuffix(".tar.gz")
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as tar:
            for number, member in enumerate(m for m in tar if m.isfile()):
                (folder / f"{number:05}").write_bytes(tar.extractfile(member).read())
    plain = [d for d in sorted(root.iterdir()) if d.is_dir()]
    return [*sorted(d for d in into.glob("*") if d.is_dir()), *plain]


def run(program, name, corpus, findings, seconds, more):
    learned, log = findings / name / "units", findings / name / "log"
    learned.mkdir(parents=True, exist_ok=True)
    command = [program, learned, corpus / name, *more, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
               "-max_len=65536", f"-artifact_prefix={findings / name}/"]
    with log.open("wb") as out:
        done = subprocess.run([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    text = log.read_text(errors="replace").splitlines()
    print(f"fuzz: {name}: " + (text[-1] if done.returncode == 0 and text else f"failed, see {log}"), flush=True)
    if done.returncode != 0:
        print("\n".join("    " + line for line in text if "does not hold" in line or "ERROR" in line or "Test unit" in line))
    return done.returncode == 0


def main():
    programs, corpus, findings = (Path(a) for a in sys.argv[1:4])
    seconds = int(sys.argv[4])
    targets = sorted(p for p in programs.glob("fuzz_*") if p.is_file() and os.access(p, os.X_OK))
    if not targets:
        sys.exit(f"fuzz: no targets in {programs}")
    extra = collected_inputs(findings / "collected")
    passed = 0
    for program in targets:
        name = program.name.removeprefix("fuzz_")
        if not (corpus / name).is_dir():
            sys.exit(f"fuzz: {corpus / name} does not exist: a target needs seeds")
        passed += run(program, name, corpus, findings, seconds, extra if name == STREAM else [])
    print(f"{passed} passed, {len(targets) - passed} failed")
    sys.exit(0 if passed == len(targets) else 1)


if __name__ == "__main__":
    main()
