"""AIGP and the metric of next hops (RFC 7311, RFC 4271 §9.1.2.2 e), with BIRD on all sides.

    BIRD near ──┐ iBGP                 eBGP, aigp = "on"
                ├──▶ bellmand AS 65000 ──▶ BIRD AS 65013
    BIRD far  ──┘

Both announce the same prefix with an AIGP of their own. The one whose AIGP and way from bellmand add up to less is best, however
long its path; outside the sum arrives, because bellmand's next hop does. Without AIGP the way alone decides. The API changes a metric at once, and a kill -9 does not change it back. A next hop that
is said to be unreachable takes its path out, which is kept (RFC 4271 §9.1.2.1).
"""
import re

from lib.bird import Bird
from lib.route import Route
from lib.wait import require, until
from lib.world import World

ACCEPT = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}
PREFIX = "203.0.113.0/24"
NEAR, FAR = 5, 10


class WithAigp(Bird):
    label = "BIRD"
    metric = None  # of its route; None: no AIGP

    def write_configuration(self):
        super().write_configuration()
        text = self.configuration.read_text()
        word = "off" if self.metric is None else "originate"
        text = text.replace("import all;", f"import all; aigp {word};")
        if self.metric is not None:
            text = text.replace("blackhole {", f"blackhole {{ igp_metric = {self.metric};")
        self.configuration.write_text(text)

    def say(self, metric, path):
        self.metric = metric
        self.announce([Route(PREFIX, as_path=path)])


class Outside(Bird):
    label = "BIRD"

    def write_configuration(self):
        super().write_configuration()
        self.configuration.write_text(self.configuration.read_text().replace("import all;", "import all; aigp on;"))

    def sees(self):
        """(path, AIGP)"""
        text = self.birdc("show", "route", "all", PREFIX, check=False)
        path = re.search(r"BGP\.as_path: (.*)", text)
        aigp = re.search(r"BGP\.aigp: (\d+)", text)
        return (tuple(map(int, path.group(1).split())) if path else None, int(aigp.group(1)) if aigp else None)


def body(build, folder):
    with World(build, folder) as world:
        hub = world.hub
        near, far = (world.add(WithAigp, asn=65000, name=n, **ACCEPT) for n in ("near", "far"))
        outside = world.add(Outside, name="outside", aigp="on", **ACCEPT)
        hub.igp_metrics = {f"{near.session.own_address}/32": NEAR, f"{far.session.own_address}/32": FAR}
        near.say(30, (1,))
        far.say(20, (1, 2, 3))
        world.start()
        front = (65000,)
        at(outside, "the lower sum", front + (1, 2, 3), 20 + FAR)
        lost(hub, "aigp")
        near.say(24, (1,))
        at(outside, "the other is lower now", front + (1,), 24 + NEAR)
        far.say(None, ())
        at(outside, "a shorter path without AIGP", front + (1,), 24 + NEAR)
        near.say(None, (7,))
        far.say(None, (8,))
        at(outside, "the shorter way", front + (7,), None)
        lost(hub, "igp metric")
        metrics_of_the_api_count(world, far, outside)
        unreachable_is_not_far(world, near, outside)
        hub.neighbors[outside.session.own_address]["aigp"] = "standard"
        near.say(24, (1,))
        hub.reload()
        at(outside, "eBGP as it is by itself", front + (1,), None)


def metrics_of_the_api_count(world, far, outside):
    """At once, over what the file says, and after a kill -9 as before; gone is gone until somebody sets it again."""
    hub, hop = world.hub, f"{far.session.own_address}/32"

    def entry():
        return next((m for m in hub.ctl("metric", "list")["metrics"] if m["prefix"] == hop), None)

    hub.ctl("metric", "set", hop, str(NEAR - 1))
    at(outside, "the API says that far is near", (65000, 8), None)
    hub.kill()
    hub.start()
    world.until_up(60)
    require(entry() == {"prefix": hop, "cost": NEAR - 1, "configured_by": "api"}, f"after a kill the metric is {entry()}")
    at(outside, "after a kill", (65000, 8), None)
    hub.ctl("metric", "remove", hop)
    at(outside, "without a metric it is out of reach", (65000, 7), None)
    hub.reload()
    require(entry() is None, f"a reload brings back what the API removed: {entry()}")
    hub.refuses("metric", "remove", hop)
    hub.ctl("metric", "set", hop, str(FAR))
    require(entry()["configured_by"] == "file", "it says what the file says, and is not the file's")


def unreachable_is_not_far(world, near, outside):
    """The path over near, the better one, is kept and not used while the API or the file says that near cannot be reached."""
    hub, hop = world.hub, f"{near.session.own_address}/32"

    def told():
        return [c.get("rejected") for c in hub.ctl("route", "explain", PREFIX)["candidates"]]

    def only_far(step):
        until(lambda: f"{step}: explain says {told()}", lambda: told() == [None, "unreachable-next-hop"], 30)
        require(PREFIX in hub.routes("--view", "received", "--filtered"), f"{step}: the path over near is not listed as filtered")
        at(outside, step, (65000, 8), None)

    hub.ctl("metric", "set", hop, "unreachable")
    only_far("the API says so of near")
    hub.kill()
    hub.start()
    world.until_up(60)
    only_far("after a kill")
    hub.ctl("metric", "set", hop, str(NEAR))
    at(outside, "near can be reached again", (65000, 7), None)
    of_file = hub.igp_metrics
    hub.igp_metrics = {"0.0.0.0/0": "unreachable", **{p: c for p, c in of_file.items() if p != hop}}
    hub.reload()
    only_far("the file has an entry for far only")
    hub.igp_metrics = of_file
    hub.reload()
    at(outside, "the file is as it was", (65000, 7), None)


def at(outside, step, path, aigp):
    until(lambda: f"{step}: BIRD sees {outside.sees()}, not {(path, aigp)}", lambda: outside.sees() == (path, aigp), 30, daemon="BIRD")


def lost(hub, step):
    told = [c["lost_at"] for c in hub.ctl("route", "explain", PREFIX)["candidates"]]
    require(sorted(told) == ["", step], f"explain names {told}, not {step}")


def runs():
    yield [Bird], "ipv4", body
