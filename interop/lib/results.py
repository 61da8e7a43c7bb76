"""The table of results in docs/interop.md: a row a scenario, a column a daemon."""
from collections import defaultdict

BEGIN, END = "<!-- results: written by `./dev interop --write-table` -->", "<!-- end of results -->"
RAW = "raw speaker"


def column(cell):
    """Speakers and witnesses are ours, and have no version."""
    return RAW if cell.daemon.split()[0] in ("speaker", "witness") else cell.daemon


def entry(cells):
    """`passed: ipv4, ipv6` and what else there is to say of the cells of a row and column."""
    words = []
    for outcome in ("passed", "failed", "not applicable"):
        mine = [c for c in cells if c.outcome == outcome]
        transports = ", ".join(sorted({c.transport for c in mine}))
        why = sorted({c.why.splitlines()[0] for c in mine if c.why and outcome == "not applicable"})
        if mine:
            words.append(f"{outcome}: {'; '.join(why)}" if why else f"{outcome} ({transports})")
    return "; ".join(words)


def table(cells):
    columns = sorted({column(c) for c in cells}, key=lambda name: (name == RAW, name))
    rows = defaultdict(lambda: defaultdict(list))
    for c in cells:
        rows[c.scenario][column(c)].append(c)
    lines = [f"| scenario | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| `{scenario}` | {' | '.join(entry(rows[scenario][name]) for name in columns)} |" for scenario in sorted(rows)]
    passed = sum(c.outcome == "passed" for c in cells)
    return [BEGIN, "", *lines, "", f"{passed} cells passed: a scenario, a daemon, a transport, and a run where there are several. Where nothing stands, the daemon has no part.",
            "", END]


def write(page, cells):
    text = page.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(before + "\n".join(table(cells)) + after)
