"""A process that a run started: its log, its end. Only what was started here is ever signalled, by its pid."""
import os
import signal
import subprocess
from pathlib import Path

from .wait import Failed, until


class Process:
    def __init__(self, name, argv, folder, env=None):
        self.name, self.log_path = name, Path(folder) / f"{name}.log"
        self.log = open(self.log_path, "ab")
        # A session of its own: Ctrl-C at the terminal reaches us alone, and we end the daemons in order.
        self.child = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=self.log, cwd=os.getcwd(),
                                      stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}, start_new_session=True)

    @property
    def pid(self):
        return self.child.pid

    def is_alive(self):
        return self.child.poll() is None

    def signal(self, number):
        if self.is_alive():
            self.child.send_signal(number)

    def stop(self, seconds=10):
        """Asks it to end, and ends it if it does not. Returns whether it ended by itself, with 0."""
        if not self.is_alive():
            self.log.close()
            return self.child.returncode == 0
        self.child.terminate()
        try:
            code = self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            code = None
        self.log.close()
        return code == 0

    def kill(self):
        self.signal(signal.SIGKILL)
        self.child.wait()

    def until_ready(self, what, condition, seconds=15):
        """Waits for a condition, and fails at once if the process ends before."""

        def ready_or_dead():
            return not self.is_alive() or condition()

        until(f"{self.name}: {what}", ready_or_dead, seconds)
        if not self.is_alive():
            raise Failed(f"{self.name} ended with {self.child.returncode}:\n{self.tail()}")

    def tail(self, lines=15):
        return "\n".join("    " + line for line in self.log_path.read_text(errors="replace").splitlines()[-lines:])


def output_of(argv, seconds=10, check=True, env=None):
    """What a command prints. Its failure is ours, with what it said."""
    try:
        done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
                              env={**os.environ, **(env or {})})
    except subprocess.TimeoutExpired:
        raise Failed(f"no answer within {seconds} s: {' '.join(map(str, argv))}") from None
    if check and done.returncode != 0:
        raise Failed(f"{' '.join(map(str, argv))}: exit {done.returncode}: {(done.stderr + done.stdout).strip()[-600:]}")
    return done.stdout
