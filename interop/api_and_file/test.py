"""Neighbours from the file and from the API side by side: inheritance, reloads, changes, and what each of them costs a session.

                       bellmand AS 65000           [groups.lab]: policies, hold time 30
        ┌──────────────────┼──────────────────┐
    BIRD AS 65011      FRR AS 65012      GoBGP AS 65013
    file, group lab    file, on its own   added by API, group lab

Each step says which sessions may reset; every other one has to be the very same afterwards, as its neighbour sees it. After
each step the invariant must hold.
"""
import re
import signal
import time

from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import KINDS, World

MARKED = "65000:500"


def marks_with(community):
    return [{"then": {"add_communities": [community], "outcome": "accept"}}]


def routes_of(number):
    return [Route(f"10.{number}.{i}.0/24", communities=frozenset([f"650{number}:{i}"])) for i in range(5)] + [
        Route(f"2001:db8:{number}::/48")]


class Lab:
    def __init__(self, build, folder):
        self.world = World(build, folder)
        self.hub = self.world.hub
        self.hub.policies = {"in": marks_with("65000:1"), "out": marks_with(MARKED), "alone": marks_with(MARKED)}
        self.hub.groups["lab"] = {"import_policy": ["in"], "export_policy": ["out"], "hold_time": 30, "connect_retry": 2}
        self.bird, self.frr, self.gobgp = (self.world.add(kind) for kind in KINDS)
        for n in self.world.neighbors:
            n.announce(routes_of(n.session.own.asn - 65000))
        keys = self.hub.neighbors
        for n in (self.bird, self.gobgp):
            own = keys[self.address(n)]
            del own["hold_time"], own["connect_retry"]
            own["group"] = "lab"
        keys[self.address(self.frr)] |= {"import_policy": ["in"], "export_policy": ["alone"]}
        self.of_gobgp = keys.pop(self.address(self.gobgp))
        self.extra = {n: MARKED for n in self.world.neighbors}  # what export policy adds
        self.down = set()

    @staticmethod
    def address(neighbor):
        return neighbor.session.own_address

    def show(self, neighbor):
        return self.hub.show(self.address(neighbor))

    def change(self, neighbor, *words):
        self.hub.ctl("neighbor", "change", self.address(neighbor), *words)

    def settle(self, step):
        hub = self.hub.site
        up = [n for n in self.world.neighbors if n not in self.down]
        wanted = {to: by_prefix(r.with_(as_path=(hub.asn, *r.as_path), next_hop=hub.next_hop(r.family), med=None,
                                        communities=r.communities | {"65000:1", self.extra[to]})
                                for n in up if n is not to for r in n.sent().values()) for to in up}
        self.world.settle(step, wanted)

    def reload(self):
        """As an operator would over the API; answers what was said of each neighbour."""
        self.hub.write_configuration()
        lines = self.hub.ctl("reload")["changes"]
        return {line["neighbor"]: line["what"] for line in lines}

    def nobody_resets(self, step, marks):
        self.settle(step)
        time.sleep(0.5)
        self.world.require_same_sessions(step, marks, but=self.down)

    def one_resets(self, step, neighbor, marks):
        self.world.until_reset(step, neighbor, marks, 60)
        self.hub.until_up([self.address(neighbor)])
        self.settle(step)
        self.world.require_same_sessions(step, marks, but=[neighbor, *self.down])


def says(report, neighbor, word, step):
    text = report.get(neighbor.session.own_address, "nothing")
    require(word in text, f"{step}: the reload says of {neighbor.label}: {text}, not {word}; all: {report}")


def says_nothing(report, neighbor, step):
    text = report.get(neighbor.session.own_address, "none")
    require(text == "none", f"{step}: the reload says of {neighbor.label}: {text}; all: {report}")


def added_by_api_inherits(lab):
    words = ["--group", "lab", "--remote-as", str(lab.of_gobgp["remote_as"]), "--remote-port", "179", "--description", "by API",
             "--local-address", lab.of_gobgp["local_address"], "--next-hop-v4", lab.hub.site.address4, "--next-hop-v6", lab.hub.site.address6]
    lab.hub.ctl("neighbor", "add", lab.address(lab.gobgp), *words)
    lab.world.until_up(40)
    shown, of_file = lab.show(lab.gobgp), lab.show(lab.bird)
    for key in ("import_policy", "export_policy", "hold_time", "connect_retry", "families"):
        require(shown["settings"][key] == of_file["settings"][key], f"{key} of the group: {shown['settings'][key]} by API, {of_file['settings'][key]} from the file")
    require((shown["configured_by"], of_file["configured_by"]) == ("api", "file"), f"configured by {shown['configured_by']} and {of_file['configured_by']}")
    said = lab.hub.refuses("neighbor", "add", lab.address(lab.gobgp), "--remote-as", "65013")
    require("exists" in said, f"a second one with the same address: {said}")
    lab.settle("a neighbour is added by API")


def descriptions_reset_nothing(lab):
    marks = lab.world.marks()
    lab.change(lab.gobgp, "--description", "cake shop")
    lab.hub.neighbors[lab.address(lab.frr)]["description"] = "from the file"
    report = lab.reload()
    says(report, lab.frr, "none", "a description in the file")
    says_nothing(report, lab.bird, "a description in the file")
    require(lab.show(lab.gobgp)["description"] == "cake shop", "the API's description is gone")
    require(lab.show(lab.frr)["description"] == "from the file", "the file's description did not come")
    lab.nobody_resets("descriptions", marks)


def policy_of_the_group_resets_nobody(lab):
    marks = lab.world.marks()
    lab.hub.policies["out2"] = marks_with("65000:600")
    lab.hub.groups["lab"]["export_policy"] = ["out2"]
    report = lab.reload()
    lab.extra[lab.bird] = lab.extra[lab.gobgp] = "65000:600"
    says(report, lab.bird, "soft", "the group's policy")
    says(report, lab.gobgp, "soft", "the group's policy")
    says_nothing(report, lab.frr, "the group's policy")
    lab.nobody_resets("the group has another policy", marks)

    lab.hub.policies["out2"] = marks_with("65000:700")
    lab.reload()
    lab.extra[lab.bird] = lab.extra[lab.gobgp] = "65000:700"
    lab.nobody_resets("the policy itself is another", marks)


def one_hold_time_resets_one(lab):
    marks = lab.world.marks()
    lab.hub.neighbors[lab.address(lab.frr)]["hold_time"] = 27
    report = lab.reload()
    says(report, lab.frr, "reset", "another hold time")
    says_nothing(report, lab.bird, "another hold time")
    lab.one_resets("another hold time", lab.frr, marks)
    require(lab.show(lab.frr)["hold_time"] == 27, f"negotiated hold time is {lab.show(lab.frr)['hold_time']}, not 27")


def file_and_api_do_not_undo_each_other(lab):
    marks = lab.world.marks()
    lab.change(lab.bird, "--description", "the API's", "--export-policy", "alone")
    lab.extra[lab.bird] = MARKED
    lab.settle("the API changes a neighbour of the file")
    require(lab.show(lab.bird)["configured_by"] == "api", "a neighbour that the API changed is still called the file's")

    lab.hub.neighbors[lab.address(lab.bird)]["description"] = "the file's"
    report = lab.reload()
    says(report, lab.bird, "kept", "the file contradicts the API")
    require(lab.show(lab.bird)["description"] == "the API's", "the reload undid what the API said")
    lab.nobody_resets("a file that contradicts the API", marks)

    lab.hub.neighbors[lab.address(lab.bird)]["connect_retry"] = 3  # the API has said nothing of this
    lab.reload()
    require(lab.show(lab.bird)["settings"]["connect_retry"] == 3, "what only the file speaks of did not come")
    lab.nobody_resets("the file changes another key of it", marks)

    lab.change(lab.bird, "--description", "the file's", "--export-policy", "out2")
    lab.extra[lab.bird] = "65000:700"
    lab.nobody_resets("the API goes back", marks)


def both_survive_a_restart(lab):
    lab.change(lab.frr, "--description", "kept over a crash")
    lab.hub.kill()
    lab.hub.start()
    lab.world.until_up(60)
    lab.settle("killed and started")
    require(lab.show(lab.frr)["description"] == "kept over a crash", "the API's description did not survive kill -9")
    require((lab.show(lab.gobgp)["description"], lab.show(lab.gobgp)["configured_by"]) == ("cake shop", "api"), "the API's neighbour did not survive kill -9")


def broken_files_change_nothing(lab):
    marks, before = lab.world.marks(), [{**n, "traffic": None} for n in settings_of(lab)]
    good = lab.hub.text()
    for broken, place, word in ((good.replace("remote_as", "remot_as", 1), "remot_as", "did you mean"), (good + '\n[[neighbors]]\naddress = "10.99.0.99\n', None, ""),
                                (good.replace('["accept-all"]', '["accept-al"]').replace('"out2"]', '"out3"]'), '"out3"', "no policy")):
        lab.hub.configuration.write_text(broken)
        said = lab.hub.refuses("reload")
        line = next((i for i, text in enumerate(broken.splitlines(), 1) if place and place in text), None)
        places = [int(row) for row in re.findall(r"bellmand\.toml:(\d+):\d+: error:", said)]
        require(places and (line is None or line in places) and word in said, f"a broken file (line {line}) is refused with: {said}")
        since = lab.hub.process.log_path.stat().st_size
        lab.hub.process.signal(signal.SIGHUP)
        until("the log says why the file was refused", lambda: "bellmand.toml:" in lab.hub.process.log_path.read_text()[since:], 10)
    require([{**n, "traffic": None} for n in settings_of(lab)] == before, "a broken file changed settings")
    lab.hub.write_configuration()
    lab.nobody_resets("broken files", marks)


def settings_of(lab):
    return [{k: n[k] for k in ("address", "description", "configured_by", "settings", "sessions")} for n in lab.hub.list_neighbors()]


def disabled_with_a_text(lab):
    for n, heard in ((lab.bird, lambda: lab.bird.process.log_path.read_text()),
                     (lab.frr, lambda: lab.frr.vtysh("show bgp neighbors json") + lab.frr.process.log_path.read_text())):
        marks = lab.world.marks()
        lab.hub.ctl("neighbor", "disable", lab.address(n), "--text", "cake is ready")
        lab.down = {n}
        until(f"{n.label} says why its session ended", lambda: "cake is ready" in heard(), 10, daemon=n.label)
        until(f"{n.label}'s session ends", lambda: not n.is_up(), 10, daemon=n.label)
        lab.nobody_resets(f"{n.label} is disabled", marks)
        time.sleep(3)  # its own retries must not bring the session back
        require(not n.is_up() and lab.show(n)["admin_down"], f"a disabled session came back: {lab.show(n)['state']}", n.label)
        report = lab.reload()  # nor a reload of the file, which says nothing about it
        require(lab.show(n)["admin_down"], f"a reload undid what the API had disabled: {report}", n.label)
        lab.hub.ctl("neighbor", "enable", lab.address(n))
        lab.down = set()
        lab.one_resets(f"{n.label} is enabled", n, marks)


def resets(lab):
    n, marks = lab.bird, lab.world.marks()
    before = lab.show(n)["traffic"]
    lab.hub.ctl("neighbor", "reset", lab.address(n), "--soft", "in")
    until("a soft reset inwards asks for routes", lambda: lab.show(n)["traffic"]["refreshes_out"] >= before["refreshes_out"] + 2, 10)
    lab.nobody_resets("soft in", marks)
    before = lab.show(n)["traffic"]
    lab.hub.ctl("neighbor", "reset", lab.address(n), "--soft", "out")
    until("a soft reset outwards sends routes again", lambda: lab.show(n)["traffic"]["updates_out"] > before["updates_out"] + 1, 10)
    lab.nobody_resets("soft out", marks)
    lab.hub.ctl("neighbor", "reset", lab.address(n))
    lab.one_resets("a hard reset", n, marks)


def removed(lab):
    marks = lab.world.marks()
    lab.hub.ctl("neighbor", "remove", lab.address(lab.gobgp))
    until("GoBGP's session ends", lambda: not lab.gobgp.is_up(), 10, daemon="GoBGP")
    lab.down = {lab.gobgp}
    lab.nobody_resets("a neighbour is removed by API", marks)
    require("not-found" in lab.hub.refuses("neighbor", "show", lab.address(lab.gobgp)), "a removed neighbour is still shown")
    del lab.hub.neighbors[lab.address(lab.frr)]
    lab.reload()


def body(build, folder):
    lab = Lab(build, folder)
    with lab.world:
        lab.hub.start()
        for n in lab.world.neighbors:
            n.start()
        added_by_api_inherits(lab)
        descriptions_reset_nothing(lab)
        policy_of_the_group_resets_nobody(lab)
        one_hold_time_resets_one(lab)
        file_and_api_do_not_undo_each_other(lab)
        both_survive_a_restart(lab)
        broken_files_change_nothing(lab)
        disabled_with_a_text(lab)
        resets(lab)
        removed(lab)


def runs():
    yield KINDS, "ipv4", body
