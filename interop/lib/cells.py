"""One line a cell: scenario, daemon with version, addresses of the transport, how it ended."""
import time
import traceback
from dataclasses import dataclass

from .wait import Failed


@dataclass
class Cell:
    scenario: str
    daemon: str
    transport: str
    outcome: str = "passed"  # or "failed", "not applicable"
    why: str = ""
    seconds: float = 0.0

    def line(self):
        text = f"{self.scenario:<21} {self.daemon:<27} {self.transport:<9} {self.outcome}"
        text += f": {self.why}" if self.why else ""
        return f"{text}  ({self.seconds:.1f} s)" if self.outcome != "not applicable" else text


def run(cells, body):
    """Runs what these cells have in common to its end, whatever happens in it. A failure that names its daemon is that
    daemon's; the other cells of the run then failed with it, because they were not looked at to the end."""
    started = time.monotonic()
    try:
        body()
    except Failed as failure:
        for cell in cells:
            mine = failure.daemon in (None, cell.daemon.split()[0])
            cell.outcome, cell.why = "failed", str(failure) if mine else f"ended with that of {failure.daemon}"
    except Exception:  # a mistake of the scenario itself is a failure too
        print(traceback.format_exc(), flush=True)
        for cell in cells:
            cell.outcome, cell.why = "failed", traceback.format_exc().strip().splitlines()[-1]
    for cell in cells:
        cell.seconds = time.monotonic() - started


def conclude(cells, seconds):
    count = {o: sum(c.outcome == o for c in cells) for o in ("passed", "failed", "not applicable")}
    print(f"\n{count['passed']} passed, {count['failed']} failed, {count['not applicable']} not applicable, in {seconds:.0f} s")
    return 0 if count["failed"] == 0 and count["passed"] > 0 else 1
