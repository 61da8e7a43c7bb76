"""Daemons that know graceful restart (RFC 4724) and its long-lived form (RFC 9494), as helpers and as those who restart."""
import re

from .bird import Bird
from .exabgp import ExaBgp
from .frr import Frr
from .gobgp import GoBgp
from .process import Process
from .route import canonical


class GracefulBird(Bird):
    restart_time, long_time = 8, 0
    sweeps_exactly = True

    @property
    def options(self):
        long = f" long lived graceful restart on; long lived stale time {self.long_time};" if self.long_time else ""
        return f"graceful restart on; graceful restart time {self.restart_time};{long}"

    def start_again(self):
        """With -R its OPEN says that it restarted and kept its forwarding."""
        self.write_configuration()
        self.control.unlink(missing_ok=True)
        self.process = Process("bird-again", ["bird", "-f", "-R", "-c", self.configuration, "-s", self.control,
                                              "-P", self.folder / "bird.pid"], self.folder)
        self.process.until_ready("no control socket", self.control.is_socket)


class GracefulFrr(Frr):
    restart_time, long_time = 8, 0
    starting = False
    sweeps_exactly = False  # 8.4 sends End-of-RIB seconds before its first route: all that was stale goes, and returns

    def base_configuration(self):
        """The routes too: those that vtysh brings would come behind End-of-RIB."""
        head, tail = super().base_configuration().split("\n neighbor", 1)  # it wants to know before it has a neighbour
        lines = [head, " bgp graceful-restart", f" bgp graceful-restart restart-time {self.restart_time}",
                 " bgp graceful-restart preserve-fw-state"]
        if self.long_time:
            lines.append(f" bgp long-lived-graceful-restart stale-time {self.long_time}")
        lines.append(f" neighbor{tail}")
        for r in self.routes.values():
            lines += self.originate(r)
        return "\n".join(lines) + "\n"

    def announce(self, routes):
        """While it starts, the configuration has them already."""
        if self.starting:
            self.routes = {canonical(r.prefix): r for r in routes}
        else:
            super().announce(routes)

    def start(self):
        self.starting = True
        super().start()
        self.starting = False

    def start_again(self):
        self.start()


class GracefulGoBgp(GoBgp):
    restart_time, long_time = 8, 0
    sweeps_exactly = False  # its routes are told to it when it runs, perhaps behind its End-of-RIB

    def configuration(self):
        own = f"[neighbors.graceful-restart.config]\nenabled = true\nrestart-time = {self.restart_time}\n"
        family = "[neighbors.afi-safis.mp-graceful-restart.config]\nenabled = true\n"
        if self.long_time:
            own += "long-lived-enabled = true\n"
            family += f"[neighbors.afi-safis.long-lived-graceful-restart.config]\nenabled = true\nrestart-time = {self.long_time}\n"
        text = re.sub(r'(afi-safi-name = "\S+-unicast")\n', lambda m: f"{m[1]}\n{family}", super().configuration())
        return text.replace("[[neighbors.afi-safis]]", own + "[[neighbors.afi-safis]]", 1)

    def start_again(self):
        self.control.unlink(missing_ok=True)
        self.process = Process("gobgpd-again", ["gobgpd", "-r", "-f", self.folder / "gobgpd.toml", "-p", "--pprof-disable",
                                                "--api-hosts", f"unix://{self.control}"], self.folder)
        self.process.until_ready("no answer on its socket", self.answers)
        wanted, self.routes = self.routes, {}
        self.announce(wanted.values())


class GracefulExaBgp(ExaBgp):
    """Its OPEN always says that it restarted and kept its forwarding."""

    restart_time = 8
    sweeps_exactly = True

    @property
    def capabilities(self):
        return (f"graceful-restart {self.restart_time}",)

    def start_again(self):
        self.start()


GRACEFUL = (GracefulBird, GracefulFrr, GracefulGoBgp)


def long_lived(kind, restart_time=2, long_time=60):
    """The same daemon with RFC 9494."""
    return type(kind.__name__, (kind,), {"restart_time": restart_time, "long_time": long_time})


def keep(neighbor, routes):
    """What it will announce when it starts again."""
    neighbor.routes = {canonical(r.prefix): r for r in routes}
