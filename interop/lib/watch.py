"""`bellmanctl --json watch` beside a scenario, its lines in a file."""
import json
import subprocess


class Watch:
    def __init__(self, hub, folder):
        self.path = folder / "watch.json"
        self.out = open(self.path, "wb")
        self.child = subprocess.Popen([hub.build / "cli/bellmanctl", "--socket", hub.socket, "--json", "watch"],
                                      stdin=subprocess.DEVNULL, stdout=self.out, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def events(self):
        """Whole lines only: the last one may still be under way."""
        return [json.loads(line) for line in self.path.read_text().splitlines(keepends=True) if line.startswith("{") and line.endswith("\n")]

    def of(self, prefix):
        return [e for e in self.events() if e.get("prefix") == prefix]

    def has_snapshot(self):
        return any(e.get("event") == "snapshot-end" for e in self.events())

    def knows(self, prefix):
        last = self.of(prefix)
        return bool(last) and last[-1]["event"] == "route"

    def stop(self):
        self.child.terminate()
        self.child.wait(10)
        self.out.close()
