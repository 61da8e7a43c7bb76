"""Mistakes with the API and the log that other daemons shipped: each function is one, and says what must hold.

    speakers ──▶ bellmand AS 65000 ◀── bellmanctl, over the Unix socket and over TCP with a token
"""
import json
import socket
import subprocess

from lib import bgp
from lib.case import Case, expect
from lib.crowd import add_speaker
from lib.process import output_of
from lib.route import Route
from lib.wait import Failed, until
from lib.watch import Watch
from lib.world import World

API_PORT = 1799
SECRETS = {"detector": "Tr0ub4dor-and-3-more", "reader": "c0rrect-horse-battery"}  # by the name of their token
WRONG = "a-guess-that-is-wrong"


# ---- 2
def a_watch_hears_of_a_change_of_one_attribute(build, folder):
    """Communities only, then MED only, then a path as long: each is an event with the new value, and nothing else is."""
    with World(build, folder) as world:
        sender, prefix = add_speaker(world), "10.6.0.0/24"
        base = Route(prefix, as_path=(64700, 64701), communities=frozenset(["64700:1"]))
        sender.announce([base, Route("10.6.1.0/24")])
        world.start()
        until("both routes are there", lambda: len(world.hub.best()) == 2)
        with Watch(world.hub, folder) as watch:
            until("the watch has its snapshot", watch.has_snapshot)
            steps = [base.with_(communities=frozenset(["64700:2"])), base.with_(communities=frozenset(["64700:2"]), med=7),
                     base.with_(as_path=(64700, 64702), communities=frozenset(["64700:2"]), med=7)]
            for number, route in enumerate(steps, 2):
                sender.announce([route, Route("10.6.1.0/24")])
                until(lambda n=number: f"{n} events of {prefix}: {watch.of(prefix)}", lambda n=number: len(watch.of(prefix)) >= n, 10)
                last = watch.of(prefix)[-1]["paths"][0]["attributes"]
                got = (set(last["communities"]), last.get("med"), last["as_path"])
                wanted = (set(route.communities), route.med, " ".join(map(str, (sender.session.own.asn, *route.as_path))))
                expect(got == wanted, f"the watch says {got}, not {wanted}")
            expect(len(watch.of(prefix)) == 1 + len(steps), f"{len(watch.of(prefix))} events for a snapshot and {len(steps)} changes")
            expect(len(watch.of("10.6.1.0/24")) == 1, "an event of a route that did not change")
            sequences = [e["sequence"] for e in watch.of(prefix)]
            expect(sequences == sorted(set(sequences)), f"their sequence numbers are {sequences}")


# ---- 36
def a_secret_is_nowhere_but_in_its_file(build, folder):
    """Tokens that are right, wrong and unreadable: not in the log at its most talkative, nor in any answer, nor in what --check says."""
    with World(build, folder) as world:
        hub, speaker = world.hub, add_speaker(world)
        hub.logging = {"level": "trace"}
        hub.api = {"listen": [f"127.0.0.1:{API_PORT}"]}
        for name, text in SECRETS.items():
            path = hub.folder / f"{name}.token"
            path.write_text(text + "\n")
            path.chmod(0o600)
            hub.tokens.append({"name": name, "file": str(path), "role": "injector" if name == "detector" else "viewer"})
        wrong = hub.folder / "wrong.token"
        wrong.write_text(WRONG + "\n")
        world.start()
        said = {"a token that is right": over_tcp(hub, "detector", "inject", "announce", "198.51.100.0/24"),
                "a token whose role is too small": over_tcp(hub, "reader", "shutdown", fails=True),
                "a token that is wrong": over_tcp(hub, "wrong", "status", fails=True)}
        owned = [row["prefix"] for row in hub.ctl("inject", "list", "--owner", "token:detector")["routes"]]
        expect(owned == ["198.51.100.0/24"], f"the routes of token:detector are {owned}")
        for words in (["status"], ["tree"], ["neighbor", "list"], ["neighbor", "show", speaker.session.own_address], ["route", "list"],
                      ["route", "explain", "198.51.100.0/24"], ["inject", "list", "--owner", "token:detector"], ["reload"], ["log-level"]):
            said[" ".join(words)] = json.dumps(hub.ctl(*words))
        (hub.folder / "reader.token").unlink()
        said["--check with a token that cannot be read"] = check(hub)
        said["a reload with it"] = reload_of(hub)
        (hub.folder / "reader.token").write_text(SECRETS["reader"])
        hub.tokens.append(dict(hub.tokens[0]))  # a name twice
        hub.write_configuration()
        said["--check with a token named twice"] = check(hub)
        expect("exists already" in said["--check with a token named twice"], said["--check with a token named twice"])
        expect(hub.stop(), "bellmand did not stop in order")
        said["the log"] = hub.process.log_path.read_text()
        expect("api_refused" in said["the log"], "the log does not say that a token was refused")
        places = sorted(f.name for f in hub.folder.iterdir() if f.is_file() and f.suffix not in (".token", ".log"))
        said |= {f"the file {name}": (hub.folder / name).read_text(errors="replace") for name in places}
        for where, text in said.items():
            found = [name for name, secret in (*SECRETS.items(), ("wrong", WRONG)) if secret in text]
            expect(not found, f"the secret of {found} stands in {where}")
        print(f"  looked for {len(SECRETS) + 1} secrets in {len(said)} places, {sum(map(len, said.values())):,} characters", flush=True)


def over_tcp(hub, token, *words, fails=False):
    argv = [hub.build / "cli/bellmanctl", "--tcp", f"127.0.0.1:{API_PORT}", "--token-file", hub.folder / f"{token}.token", *words]
    done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    expect((done.returncode != 0) == fails, f"{' '.join(words)} with the token {token} ended with {done.returncode}: {done.stderr}")
    return done.stdout + done.stderr


def check(hub):
    return output_of(["sh", "-c", f"{hub.build}/actors/daemon/bellmand --check --config {hub.configuration} 2>&1"], check=False)


def reload_of(hub):
    argv = [str(hub.build / "cli/bellmanctl"), "--socket", str(hub.socket), "reload"]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


def a_log_in_json_is_json_whatever_is_said(build, folder):
    """Each line is an object with time, level and event, also with texts of neighbours and clients made to break out of it."""
    line = 'quote " backslash \\ end", "level": "x'
    nasty = f"{line} newline \n tab \t"
    with World(build, folder) as world:
        hub, speaker = world.hub, add_speaker(world)
        hub.logging = {"level": "trace", "format": "json"}
        hub.neighbors[speaker.session.own_address]["description"] = line
        world.start()
        speaker.announce([Route("10.6.0.0/24")])
        until("the route is there", lambda: "10.6.0.0/24" in hub.best())
        for text in (nasty.encode(), b"\xff\xfe not UTF-8 \x80", "grüße \u2028 \U0001f600".encode(), bytes(range(1, 128))):
            speaker.link.send(bgp.notification(6, 2, bytes([len(text)]) + text))
            speaker.until_closed()
            until("there is another session", lambda: speaker.is_up() and hub.is_up(speaker.session.own_address), 30)
        hub.ctl("neighbor", "disable", speaker.session.own_address, "--text", line)
        hub.fault(next(p for p in hub.nodes() if p.endswith("partition 0")), nasty)
        until("the partition is back", lambda: hub.ctl("status")["ok"], 20)
        raw = socket.create_connection((hub.site.address4, hub.site.port))
        raw.close()
        expect(hub.stop(), "bellmand did not stop in order")
        lines = hub.process.log_path.read_bytes().splitlines()
        for line in lines:
            try:
                entry = json.loads(line.decode())
            except ValueError as error:
                raise Failed(f"{error}: {line!r}") from None
            expect(set(entry) == {"time", "level", "event"} and all(isinstance(v, str) for v in entry.values()), f"a line with {entry}")
            expect(entry["level"] in ("trace", "debug", "info", "warning", "error", "critical"), f"a level {entry['level']}")
        print(f"  {len(lines)} lines", flush=True)
        events = " ".join(json.loads(line)["event"] for line in lines)
        expect('quote " backslash \\' in events, "the texts were not logged: nothing was tried")


# ---- 13, for what the API itself announces
def what_the_api_injects_is_what_neighbours_have(build, folder):
    with World(build, folder) as world:
        receiver = add_speaker(world)
        world.start()
        wanted = {}
        for number, words in enumerate(([], ["--med", "5"], ["--community", "65000:1", "--large-community", "65000:1:2"], ["--as-path", "64500 64501"])):
            prefix = f"10.16.{number}.0/24"
            world.hub.inject(prefix, *words)
            wanted[prefix] = Route(prefix, next_hop=world.hub.site.address4, as_path=(65000,))
        wanted["10.16.1.0/24"] = wanted["10.16.1.0/24"].with_(med=5)
        wanted["10.16.2.0/24"] = wanted["10.16.2.0/24"].with_(communities=frozenset(["65000:1"]), large=frozenset(["65000:1:2"]))
        wanted["10.16.3.0/24"] = wanted["10.16.3.0/24"].with_(as_path=(65000, 64500, 64501))
        world.settle("injected", {receiver: wanted})
        world.hub.inject("10.16.0.0/24", "--community", "65000:9")
        wanted["10.16.0.0/24"] = wanted["10.16.0.0/24"].with_(communities=frozenset(["65000:9"]))
        world.settle("injected again with a community more", {receiver: wanted})
        for prefix in list(wanted):
            world.hub.withdraw(prefix)
        world.settle("withdrawn", {receiver: {}})


TRAPS = (a_watch_hears_of_a_change_of_one_attribute, a_secret_is_nowhere_but_in_its_file, a_log_in_json_is_json_whatever_is_said,
         what_the_api_injects_is_what_neighbours_have)


def runs():
    for trap in TRAPS:
        yield [Case(trap.__name__.replace("_", " "))], "ipv4", trap
