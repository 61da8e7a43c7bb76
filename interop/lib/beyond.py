"""The other end of a link: a network namespace of its own behind a pair of virtual interfaces, for what needs a link between two
hosts, as link-local addresses do. Commands run there by nsenter; files and Unix sockets are the same on both sides."""
import subprocess
from pathlib import Path

from .process import Process
from .wait import until


class Beyond:
    """`near` is our end and `far` the other one, each with the link-local address that it is given."""

    def __init__(self, folder, near, near_address, far, far_address):
        self.near, self.far = near, far
        self.keeper = Process(f"beyond-{near}", ["unshare", "--net", "sleep", "infinity"], folder)
        own = Path("/proc/self/ns/net").readlink()
        until("another namespace", lambda: Path(f"/proc/{self.pid}/ns/net").readlink() != own)
        run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", self.pid)
        for prefix, name, address in (((), near, near_address), (self.inside(), far, far_address)):
            run(*prefix, "ip", "link", "set", "lo", "up")
            run(*prefix, "ip", "link", "set", name, "addrgenmode", "none")
            run(*prefix, "ip", "link", "set", name, "up")
            run(*prefix, "ip", "-6", "addr", "add", f"{address}/64", "dev", name, "nodad")

    @property
    def pid(self):
        return self.keeper.pid

    def inside(self):
        """In front of a command, for it to run there."""
        return ["nsenter", f"--target={self.pid}", "--net"]

    def stop(self):
        self.keeper.stop()


def run(*words):
    subprocess.run([str(w) for w in words], check=True, stdin=subprocess.DEVNULL)
