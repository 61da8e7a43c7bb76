"""Who may call and be called: TCP MD5 signatures (RFC 2385), TCP-AO (RFC 5925), GTSM (RFC 5082), callers of a range, and limits on those who have
said nothing yet. With BIRD and FRR, over IPv4 and IPv6.

    bellmand AS 65000 ── key from a file / TTL 255 / a range ── BIRD AS 65011, FRR AS 65011
"""
import errno
import os
import socket
import subprocess
import time
from pathlib import Path

from lib import bgp
from lib.bird import Bird
from lib.case import Case, expect, run_checks
from lib.frr import Frr
from lib.namespace import NET4, NET6
from lib.route import Route
from lib.wait import until
from lib.world import World

ACCEPT = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}
KEY, OTHER = "hunter2-and-more", "other"
SYN_COOKIES = Path("/proc/sys/net/ipv4/tcp_syncookies")
GLANCE = 6  # seconds in which a session that may not come up does not


def secret(folder, text, mode=0o600, name="secret"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    path.chmod(mode)
    return path


def nothing_shows(hub, *texts):
    """Neither the log nor what the API answers has the key or names its file."""
    log = "".join(f.read_text(errors="replace") for f in hub.folder.rglob("*.log"))
    for text in (log, str(hub.list_neighbors()), *map(str, texts)):
        expect(KEY not in text, "the key is shown")
    expect("secret" not in str(hub.list_neighbors()), "the API names the file of the key")


def options(kind, key=None, near=False):
    """The statements of the other daemon."""
    if kind is Bird:
        return (f'password "{key}";' if key else "") + (" multihop 1; ttl security on;" if near else " multihop 64;")
    return ([f"password {key}"] if key else []) + (["ttl-security hops 1"] if near else [])


def world_of(build, folder, kind, transport, bellmand_calls, theirs, key=None, **keys):
    folder.mkdir(parents=True, exist_ok=True)
    world = World(build, folder, transport)
    if key:
        keys["password_file"] = str(secret(folder, key + "\n"))
    other = world.add(kind, passive=bellmand_calls, **ACCEPT, **keys)
    if not bellmand_calls:
        world.hub.neighbors[other.session.own_address]["passive"] = True
    other.options = options(kind, **theirs)
    return world, other


def comes_up(*args, **keys):
    world, other = world_of(*args, **keys)
    with world:
        world.start()
        nothing_shows(world.hub, world.hub.show(other.session.own_address), world.hub.ctl("status"))


def stays_down(*args, **keys):
    world, other = world_of(*args, **keys)
    with world:
        other.start()  # first: FRR listens before it has read its key, and takes who calls in that moment
        world.hub.start()
        end = time.monotonic() + GLANCE
        while time.monotonic() < end:
            expect(not world.hub.is_up(other.session.own_address), "the session came up")
            time.sleep(0.5)


def sessions(build, folder, kind, transport):
    cases = [("right key", comes_up, {"key": KEY}, {"key": KEY}),
             ("wrong key", stays_down, {"key": OTHER}, {"key": KEY}),
             ("key here only", stays_down, {}, {"key": KEY}),
             ("key there only", stays_down, {"key": KEY}, {}),
             ("GTSM on both", comes_up, {"near": True}, {"ttl_security": 1}),
             ("GTSM and key", comes_up, {"near": True, "key": KEY}, {"ttl_security": 1, "key": KEY})]
    if kind is Bird:  # FRR sends with TTL 255 only where it has GTSM, and with 1 else: over loopback no session of ours
        cases += [("GTSM here only, they are far", stays_down, {}, {"ttl_security": 1}),
                  ("TTL of ours", comes_up, {}, {"ttl": 5})]
    checks = []
    for calls in (True, False):
        for name, check, theirs, ours in cases:
            place = folder / f"{name}-{calls}".replace(" ", "-")
            checks.append((f"{name}, {'bellmand' if calls else kind.label} calls",
                           lambda c=check, p=place, b=calls, t=theirs, o=ours: c(build, p, kind, transport, b, t, **o)))
    if kind is Bird:
        checks += [("TCP-AO that the kernel does not have", lambda: no_tcp_ao(build, folder / "tcp-ao", transport)),
                   ("another key while it runs", lambda: another_key(build, folder / "another", transport)),
                   ("far calls with the address of a neighbour", lambda: far_calls(build, folder / "far", transport))]
    else:
        checks += [("FRR comes and goes in a range of ours", lambda: come_and_go(build, folder / "come-and-go", transport, kind)),
                   ("bellmand is in a range of FRR", lambda: range_of_frr(build, folder / "range", transport))]
    run_checks(checks)


def another_key(build, folder, transport):
    world, bird = world_of(build, folder, Bird, transport, True, {"key": KEY}, key=KEY)
    with world:
        world.start()
        address = bird.session.own_address
        secret(folder, "second\n")
        world.hub.reload()
        until("the session with the old key stays", lambda: not world.hub.is_up(address), 15)
        time.sleep(GLANCE)
        expect(not world.hub.is_up(address), "the session came up with two keys")
        bird.options = options(Bird, key="second")
        bird.write_configuration()
        bird.birdc("configure")
        world.until_up()
        nothing_shows(world.hub)


def call_from(own, hub, transport, ttl=None):
    family = socket.AF_INET6 if transport == "ipv6" else socket.AF_INET
    s = socket.socket(family)
    s.settimeout(5)
    if ttl:
        level, name = (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if transport == "ipv6" else (socket.IPPROTO_IP, socket.IP_TTL)
        s.setsockopt(level, name, ttl)
    s.bind((own, 0))
    s.connect((hub.site.address(transport), hub.site.port))
    return s


def far_calls(build, folder, transport):
    """Each would end the session, were it taken for the neighbour's: with RFC 4724 a new connection says that it has
    restarted."""
    world, bird = world_of(build, folder, Bird, transport, True, {"near": True}, ttl_security=1, graceful_restart="helper")
    address = bird.session.own_address
    with world:
        world.start()
        time.sleep(GLANCE)
        before = world.hub.show(address)["sessions"]
        for ttl in (64, 254):
            with call_from(address, world.hub, transport, ttl) as s:
                expect(s.recv(64) == b"", f"a call with TTL {ttl} was answered")
        if SYN_COOKIES.exists():  # as under a flood: the kernel does not keep how a call came
            SYN_COOKIES.write_text("2")
            try:
                with call_from(address, world.hub, transport, 255) as s:
                    expect(s.recv(64) == b"", "a call whose TTL is not known was answered")
            finally:
                SYN_COOKIES.write_text("1")
        time.sleep(1)
        now = world.hub.show(address)
        expect(now["state"] == "Established" and now["sessions"] == before, f"the session was disturbed: {now}")


# ---- files of keys


def bad_files(build, folder):
    for name, text, mode, why in (("long", KEY * 6, 0o600, "has more than 80 octets in its first line"),
                                  ("open", KEY, 0o644, "is open to other users: its mode has to be 0600 or 0640"),
                                  ("foreign", KEY, 0o600, "belongs to another user"),
                                  ("empty", "\n" + KEY, 0o600, "has nothing in its first line")):
        place = folder / name
        path = secret(place, text, mode)
        if name == "foreign":
            os.chown(path, 54321, -1)
        world = World(build, place, "ipv4")
        bird = world.add(Bird, **ACCEPT, password_file=str(path))
        world.hub.write_configuration()
        done = subprocess.run([build / "actors/daemon/bellmand", "--check", "--config", world.hub.configuration],
                              capture_output=True, text=True)
        said = done.stdout + done.stderr
        line = 1 + next(i for i, l in enumerate(world.hub.configuration.read_text().splitlines()) if "password_file" in l)
        expect(done.returncode != 0 and why in said, f"--check says nothing of it: {said}")
        expect(f":{line}:" in said, f"--check does not say the line: {said}")
        expect(KEY not in said, f"--check shows the key: {said}")
        del world.hub.neighbors[bird.session.own_address]
        with world:
            world.hub.start()
            refused = world.hub.refuses("neighbor", "add", "192.0.2.7", "--remote-as", "65007", "--password-file", path)
            expect(why in refused and KEY not in refused, f"the API says: {refused}")
            nothing_shows(world.hub)


def kernel_has_tcp_ao():
    with socket.socket() as s:
        try:
            s.getsockopt(socket.IPPROTO_TCP, 40, 48)  # TCP_AO_INFO
        except OSError as e:
            return e.errno == errno.ENOENT  # no key on this socket
    return True


def no_tcp_ao(build, folder, transport):
    """Where the kernel has no TCP-AO (RFC 5925), a session that should have it does not come up without."""
    why = "the kernel knows no TCP-AO (Linux 6.7 with CONFIG_TCP_AO)"
    path = secret(folder, f"# of both ends\n1 1 hmac-sha-1-96 {KEY}\n")
    world = World(build, folder, transport)
    bird = world.add(Bird, **ACCEPT, tcp_ao_file=str(path))
    address = bird.session.own_address
    with world:
        world.hub.start()
        bird.start()
        if kernel_has_tcp_ao():
            time.sleep(GLANCE)
            expect(not world.hub.is_up(address), "the session came up with a neighbour that has no key")
            return
        until(lambda: f"the reason is not shown: {world.hub.show(address)}", lambda: why in (world.hub.show(address)["last_error"] or ""), 15)
        time.sleep(GLANCE)
        expect(not world.hub.is_up(address), "the session came up without TCP-AO")
        log = "".join(f.read_text(errors="replace") for f in world.hub.folder.rglob("*.log"))
        expect("tcp_ao_missing" in log and why in log, "the log does not say why")
        refused = world.hub.refuses("neighbor", "add", "192.0.2.7", "--remote-as", "65007", "--tcp-ao-file", path)
        expect("unsupported" in refused and why in refused, f"the API says: {refused}")
        nothing_shows(world.hub, refused)


# ---- ranges


def net(transport):
    return f"{NET6}:/64" if transport == "ipv6" else f"{NET4}.0/24"


class RangeFrr(Frr):
    """Knows nobody, and takes the calls of a range of addresses."""

    def base_configuration(self):
        lines = super().base_configuration().replace(f"neighbor {self.session.address} ", "neighbor CALLERS ").splitlines()
        lines = [line for line in lines if not line.startswith((" neighbor CALLERS port", " neighbor CALLERS timers connect"))]
        first = next(i for i, line in enumerate(lines) if "neighbor CALLERS remote-as" in line)
        lines[first:first + 1] = [" neighbor CALLERS peer-group", lines[first], f" bgp listen range {net(self.session.transport)} peer-group CALLERS"]
        return "\n".join(lines) + "\n"


def range_of_frr(build, folder, transport):
    """FRR, too, has neighbours that are whoever calls: bellmand is one of them."""
    with World(build, folder, transport) as world:
        frr = world.add(RangeFrr, **ACCEPT)
        frr.announce([Route("203.0.113.0/24")])
        world.start()
        until("its route does not come", lambda: "203.0.113.0/24" in world.hub.best(), 15)
        world.hub.ctl("neighbor", "disable", frr.session.own_address)
        until(lambda: f"FRR keeps who has gone: {frr.peer()}", lambda: not frr.peer(), 30)
        world.hub.ctl("neighbor", "enable", frr.session.own_address)
        world.until_up()


def callers(build, folder, transport, theirs=None, number=1, key=None, kind=Bird, **range_keys):
    """Daemons that call, and a bellmand that knows only their range."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World(build, folder, transport)
    birds = [world.add(kind, name=f"caller{i}", **ACCEPT) for i in range(number)]
    group = {}
    for bird in birds:
        group = world.hub.neighbors.pop(bird.session.own_address)
        bird.options = options(kind, **(theirs or {}))
    for word in ("remote_as", "remote_port", "local_address", "description"):
        group.pop(word)
    if key:
        group["password_file"] = str(secret(folder, key))
    world.hub.groups["callers"] = group
    world.hub.ranges[net(transport)] = {"group": "callers", "remote_as": ["65011-65020"], **range_keys}
    return world, birds


def row(hub):
    return hub.ctl("range", "list")["ranges"][0]


def come_and_go(build, folder, transport, kind=Bird):
    world, (bird,) = callers(build, folder, transport, kind=kind)
    address = bird.session.own_address
    with world:
        bird.announce([Route("203.0.113.0/24")])
        world.start()
        shown = world.hub.show(address)
        expect(shown["configured_by"] == "dynamic" and shown["range"] == net(transport), f"not dynamic: {shown}")
        until("its route does not come", lambda: "203.0.113.0/24" in world.hub.best(), 15)
        bird.disable()
        until("it stays after its session", lambda: not world.hub.neighbor(address), 30)
        expect(not world.hub.best(), "its routes stay")
        bird.enable()
        world.until_up()
        expect(row(world.hub)["accepted"] == 2, f"counts: {row(world.hub)}")


def turned_away(build, folder, transport, counter, expected_up, **keys):
    world, birds = callers(build, folder, transport, **keys)
    with world:
        world.hub.start()
        for bird in birds:
            bird.start()
        until(lambda: f"{counter} does not count: {row(world.hub)}",
              lambda: row(world.hub)[counter] > 0 and len(world.hub.list_neighbors()) == expected_up, 20)
        expect(row(world.hub)["neighbors"] == expected_up, f"neighbors: {row(world.hub)}")


def keys_of_a_range(build, folder, transport):
    world, (bird,) = callers(build, folder / "right", transport, {"key": KEY}, key=KEY)
    with world:
        world.start()
        nothing_shows(world.hub, world.hub.ctl("range", "list"))
    for name, theirs in (("wrong", {"key": OTHER}), ("none", {})):
        world, (bird,) = callers(build, folder / name, transport, theirs, key=KEY)
        with world:
            world.hub.start()
            bird.start()
            time.sleep(GLANCE)
            expect(not world.hub.list_neighbors(), f"{name} key: it came in")


def ranges_of_the_api(build, folder, transport):
    world, (bird,) = callers(build, folder, transport)
    world.hub.ranges.clear()
    address = bird.session.own_address
    with world:
        world.hub.start()
        bird.start()
        world.hub.ctl("range", "add", net(transport), "--group", "callers", "--remote-as", "65011-65012", "--limit", "3")
        world.until_up()
        expect("exists" in world.hub.refuses("range", "add", net(transport), "--group", "callers", "--remote-as", "1"),
               "a second range of the same addresses")
        world.hub.kill()
        world.hub.start()
        world.until_up()
        expect(row(world.hub)["configured_by"] == "api", f"after a restart: {row(world.hub)}")
        world.hub.ctl("range", "remove", net(transport))
        until("it stays after its range", lambda: not world.hub.neighbor(address), 10)


def own_address(transport):
    return f"{NET6}:77" if transport == "ipv6" else f"{NET4}.77"


def no_hold_time(build, folder, transport):
    world, _ = callers(build, folder, transport)
    with world:
        world.hub.start()
        with call_from(own_address(transport), world.hub, transport) as s:
            s.sendall(bgp.open_message(65012, "192.0.2.77", 0, bgp.capabilities(65012)))
            heard = s.recv(64)
            expect(heard[18:21] == bytes([bgp.NOTIFICATION, 2, 6]), f"it was told {heard.hex()}")  # Unacceptable Hold Time
        expect(not world.hub.list_neighbors(), "it became a neighbour")


def misfits(build, folder, transport):
    world, _ = callers(build, folder, transport)
    world.hub.groups["others"] = {"passive": False}
    with world:
        world.hub.start()
        refused = world.hub.refuses("range", "add", "203.0.113.0/24", "--group", "others", "--remote-as", "65012")
        expect("passive" in refused, f"the API says: {refused}")


def ranges(build, folder, transport):
    run_checks([
        ("callers of a range come and go", lambda: come_and_go(build, folder / "go", transport)),
        ("a caller of another AS", lambda: turned_away(build, folder / "as", transport, "refused_as", 0, remote_as=[65099])),
        ("more callers than the limit",
         lambda: turned_away(build, folder / "limit", transport, "refused_limit", 1, number=2, limit=1)),
        ("a caller without a hold time", lambda: no_hold_time(build, folder / "hold", transport)),
        ("a group that does not fit", lambda: misfits(build, folder / "misfit", transport)),
        ("keys of a range", lambda: keys_of_a_range(build, folder / "keys", transport)),
        ("ranges of the API", lambda: ranges_of_the_api(build, folder / "api", transport))])


# ---- callers who say nothing


def silence(build, folder, transport):
    world, _ = callers(build, folder, transport)
    world.hub.listen = {"half_open_per_address": 3, "calls_per_second": 4, "open_within": 3}

    def call():
        return call_from(own_address(transport), world.hub, transport)

    with world:
        world.hub.start()
        first = call()
        begin = time.monotonic()
        heard = first.recv(64)
        expect(not heard or heard[18:20] == bytes([3, 4]), f"it was told {heard.hex()}")  # Hold Timer Expired, or closed
        expect(2 < time.monotonic() - begin < 10, "it was closed at another time")
        many = [call() for _ in range(12)]
        calls = world.hub.ctl("status")["calls"]
        expect(calls["silent"] >= 1, f"silent callers are not counted: {calls}")
        expect(calls["too_often"] > 0 and calls["too_many_of_one"] > 0, f"refusals are not counted: {calls}")
        for s in many:
            s.close()
        until("connections stay half open", lambda: world.hub.ctl("status")["calls"]["half_open"] == 0, 10)
    world.hub.listen["open_within"] = 60
    with world:
        world.hub.start()
        with call() as s:  # it says a part of its OPEN, and that this was all
            s.sendall(bgp.open_message(65012, "192.0.2.77")[:25])
            s.shutdown(socket.SHUT_WR)
            until("it keeps its place", lambda: world.hub.ctl("status")["calls"]["half_open"] == 0, 5)


def runs():
    for transport in ("ipv4", "ipv6"):
        yield (Bird,), transport, lambda build, folder, t=transport: sessions(build, folder, Bird, t)
        yield (Frr,), transport, lambda build, folder, t=transport: sessions(build, folder, Frr, t)
        yield (Bird,), transport, lambda build, folder, t=transport: ranges(build, folder, t)
        yield (Case("callers who say nothing"),), transport, lambda build, folder, t=transport: silence(build, folder, t)
    yield (Case("files of keys"),), "ipv4", bad_files
