"""Runs of scenarios whose neighbours are raw speakers: a name for the report, and a list of checks that all are tried."""
import time
import traceback

from .wait import Failed


class Case:
    def __init__(self, name):
        self.name = name

    def version(self):
        return f"speaker {self.name}"


def not_applicable(why):
    """A body that says why there is nothing to run."""
    def body(build, folder):
        raise AssertionError(why)
    body.not_applicable = why
    return body


def run_checks(checks):
    """Calls each check, prints a line for it, and fails at the end with all that failed."""
    failures = []
    for name, check in checks:
        begin, said = time.monotonic(), ""
        try:
            said = check() or ""
        except Failed as failure:
            failures.append(f"{name}: {failure}")
        except Exception:
            failures.append(f"{name}: {traceback.format_exc().strip()}")
        outcome = "FAILED" if failures and failures[-1].startswith(f"{name}: ") else "ok"
        print(f"  {name:<52}{outcome:<8}{said}  ({time.monotonic() - begin:.1f} s)", flush=True)
    if failures:
        raise Failed(f"{len(failures)} checks:\n  " + "\n  ".join(failures))


def expect(condition, text):
    if not condition:
        raise Failed(text() if callable(text) else text)
