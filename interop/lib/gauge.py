"""What the kernel says of a process: memory and processor time."""
import os
import threading
import time


def resident_mb(pid):
    with open(f"/proc/{pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        words = f.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Peak:
    """The largest resident size while the block runs, looked at ten times a second."""

    def __init__(self, pid):
        self.pid, self.mb, self.over = pid, 0.0, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(2)

    def look(self):
        while not self.over.wait(0.1):
            try:
                self.mb = max(self.mb, resident_mb(self.pid))
            except (OSError, IndexError):
                return


def share_of_cpu(pid, seconds):
    """Of one processor, over the next `seconds`."""
    before, begin = cpu_seconds(pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / (time.monotonic() - begin)
