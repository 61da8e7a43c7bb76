"""A network namespace made by the run: addresses and port 179 are free there, and no packet leaves it. /run is its own too,
for what daemons insist on having there."""
import os
import subprocess
import sys
from pathlib import Path

NET4, NET6 = "10.99.0", "fd00:99:"
INSIDE = "BELLMAN_INTEROP_NAMESPACE"


def enter():
    """Starts the program again inside a namespace of its own, as root of a user namespace where it is not root."""
    if os.environ.get(INSIDE):
        set_up()
        return
    unshare = ["unshare", "--net", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net", "--mount"]
    os.execvpe("unshare", [*unshare, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


def set_up():
    """An interface with a connected subnet, which daemons want for their next hops; the local routes keep every packet on
    loopback and let every daemon bind an address of its own."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True, stdin=subprocess.DEVNULL)
    for command in ("link set lo up", "link add bgp0 type veth peer name bgp1", "link set bgp0 up", "link set bgp1 up", f"addr add {NET4}.254/24 dev bgp0",
                    f"-6 addr add {NET6}:254/64 dev bgp0 nodad", f"route add local {NET4}.0/24 dev lo",
                    f"-6 route add local {NET6}:/64 dev lo"):
        subprocess.run(["ip", *command.split()], check=True, stdin=subprocess.DEVNULL)
    Path("/proc/sys/net/ipv6/ip_nonlocal_bind").write_text("1")  # for IPv6 the local route alone is not enough
