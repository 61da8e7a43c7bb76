"""Long listings of bellmanctl, row by row: a table of half a million routes is never held as one text."""
import json
import subprocess

from .wait import Failed


def rows(hub, *words):
    """The rows of `route list --json`, which has one a line."""
    argv = [str(hub.build / "cli/bellmanctl"), "--socket", str(hub.socket), "--json", "route", "list", *words]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        for line in child.stdout:
            line = line.rstrip().rstrip(",")
            if line.startswith('{"') and not line.startswith('{"routes"'):
                yield json.loads(line)
            elif line.startswith("]") and '"complete":true' not in line:
                raise Failed(f"the listing is not complete: {line}")
        child.wait(20)
        if child.returncode:
            raise Failed(f"{' '.join(argv)}: exit {child.returncode}: {child.stderr.read()[-400:]}")


def advertised_rows(hub, neighbor):
    return rows(hub, "--view", "advertised", "--neighbor", neighbor.session.own_address)
