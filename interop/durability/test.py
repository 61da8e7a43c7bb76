"""kill -9 in the middle of writes: what was acknowledged is there afterwards, whole, and neighbours get it with their first routes.

    writers ──batches──▶ bellmand AS 65000 ──┬── BIRD AS 65011 (file)    killed and started again, four times
    (acknowledged ids)       │               ├── FRR AS 65012 (added by API)
                          SQLite             └── witness AS 65013 (file): End-of-RIB comes after every route

Three writers commit batches of 40 routes without pause, each with a request id and a community of its own, and note which were
acknowledged. After the kill: each acknowledged batch is there with all of its routes, each other one with all or none; the neighbour
that the API added is there with its settings; a request id that was acknowledged is answered as before, whatever comes with
it, and changes nothing. At the end, an orderly stop and another start.
"""
import random
import threading
import time

from lib.bird import Bird
from lib.frr import Frr
from lib.witness import Witness
from lib.route import Route
from lib.wait import Failed, require, until
from lib.world import World

BATCH, WRITERS, KILLS = 40, 3, 4
OPEN = {"import_policy": ["accept-all"], "export_policy": ["accept-all"]}


class Writer(threading.Thread):
    """Commits batches until the daemon is gone. Batch n of writer w is 40 routes below 20+w.n/256.n%256.0, every fourth
    batch withdraws the one before."""

    def __init__(self, hub, folder, number, first):
        super().__init__(daemon=True)
        self.hub, self.folder, self.number, self.next = hub, folder, number, first
        self.acknowledged, self.tried = {}, {}  # batch -> receipt; batch -> lines
        self.ended = threading.Event()

    def id_of(self, batch):
        return f"writer-{self.number}-{batch}"

    def lines(self, batch):
        if batch % 4 == 3:
            return [f"withdraw {p}" for p in prefixes(self.number, batch - 1)]
        return [f"{p} community 65000:{1000 + batch % 1000} med {batch}" for p in prefixes(self.number, batch)]

    def run(self):
        try:
            while True:
                self.tried[self.next] = self.lines(self.next)
                self.acknowledged[self.next] = load(self.hub, self.folder, self.id_of(self.next), self.tried[self.next])
                self.next += 1
        except Failed:
            self.next += 1
        finally:
            self.ended.set()


def prefixes(writer, batch):
    return [f"{20 + writer}.{batch // 256}.{batch % 256}.{4 * i}/30" for i in range(BATCH)]


def load(hub, folder, request, lines):
    path = folder / f"{request}.routes"
    path.write_text("\n".join(lines) + "\n")
    try:
        return hub.ctl("inject", "load", str(path), "--request-id", request)
    finally:
        path.unlink()


def expected(writers):
    """Prefixes that must be there, and groups of which all or none may be: the last batch of each writer, which was not acknowledged."""
    must, either = {}, []
    for w in writers:
        for batch in sorted(w.tried):
            if batch not in w.acknowledged:
                either.append((w, batch))
            elif batch % 4 == 3:
                for p in prefixes(w.number, batch - 1):
                    must.pop(p, None)
            else:
                must.update({p: batch for p in prefixes(w.number, batch)})
    return must, either


def decide(hub, writers):
    """Compares what is there with what was acknowledged. The batches that could have gone either way are settled by what is found."""
    there = {row["prefix"]: row["attributes"].get("med") for row in hub.ctl("inject", "list", seconds=60)["routes"]}
    must, either = expected(writers)
    for w, batch in either:
        gone = batch % 4 == 3
        group = prefixes(w.number, batch - 1 if gone else batch)
        present = sum(p in there for p in group)
        before = BATCH if gone and all(p in must for p in group) else 0
        require(present in (0, BATCH), f"batch {w.id_of(batch)} is there by half: {present} of {BATCH} routes")
        if present != before:
            w.acknowledged[batch] = None  # it was done, only the answer was lost
        else:
            del w.tried[batch]
    must, _ = expected(writers)
    require(there == must, f"after the start {len(there)} routes, acknowledged were {len(must)}: "
                           f"missing {sorted(must.keys() - there.keys())[:5]}, too many {sorted(there.keys() - must.keys())[:5]}, "
                           f"other {[p for p in must if p in there and there[p] != must[p]][:5]}")
    return must


def wanted_of(hub, must):
    return {p: Route(p, as_path=(hub.site.asn,), next_hop=hub.site.address4, med=batch, communities=frozenset([f"65000:{1000 + batch % 1000}"]))
            for p, batch in must.items()}


def repeats_change_nothing(hub, folder, writers):
    """The receipt of then, though other routes come along."""
    for w in writers:
        batch = next(b for b in sorted(w.acknowledged, reverse=True) if w.acknowledged[b])
        again = load(hub, folder, w.id_of(batch), ["203.0.113.0/24"])
        require(again == w.acknowledged[batch], f"{w.id_of(batch)} was answered {w.acknowledged[batch]}, then {again}")
    require("203.0.113.0/24" not in hub.injected(), "a repeated request id changed something")


def routes_came_before_end_of_rib(raw, since, must):
    """Everything that the daemon has kept is advertised before it says that this was all."""
    heard = [h for h in raw.heard if h.at > since]
    end = next((i for i, h in enumerate(heard) if h.what == "end-of-rib" and h.family == "ipv4"), None)
    require(end is not None, "no End-of-RIB for ipv4", "witness")
    early = {h.prefix for h in heard[:end] if h.what == "announce"}
    require(must.keys() <= early, f"{len(must.keys() - early)} of {len(must)} routes came after End-of-RIB or never", "witness")


def body(build, folder):
    rng = random.Random(7)
    with World(build, folder) as world:
        hub = world.hub
        bird, frr, raw = world.add(Bird, **OPEN), world.add(Frr, **OPEN), world.add(Witness, **OPEN)
        by_api = hub.neighbors.pop(frr.session.own_address)
        hub.start()
        for n in world.neighbors:
            n.start()
        hub.ctl("neighbor", "add", frr.session.own_address, *words_of(by_api))
        world.until_up()

        first, writers, start = [0] * WRITERS, [], time.monotonic()
        for kill in range(KILLS):
            now = [Writer(hub, folder, w, first[w]) for w in range(WRITERS)]
            for w in now:
                w.start()
            until("the writers write", lambda: all(len(w.acknowledged) >= 5 for w in now), 30)
            time.sleep(rng.uniform(0.05, 0.8))
            start = time.monotonic()
            hub.kill()
            until("the writers notice", lambda: all(w.ended.is_set() for w in now), 30)
            first = [w.next + -w.next % 4 for w in now]  # each life begins with a batch that announces
            writers += now
            hub.start()
            must = decide(hub, writers)
            world.until_up(60)
            wanted = wanted_of(hub, must)
            world.settle(f"killed {kill + 1} times", {n: wanted for n in world.neighbors}, 60)
            routes_came_before_end_of_rib(raw, start, must)
            repeats_change_nothing(hub, folder, now)
            status = hub.show(frr.session.own_address)
            require((status["configured_by"], status["description"], status["settings"]["hold_time"]) == ("api", frr.session.own.name, 30),
                    f"the neighbour that the API added is {status}")

        require(hub.stop(), "bellmand did not stop in order")
        hub.start()
        require(decide(hub, writers) == must, "an orderly stop changed the routes")
        world.until_up(60)
        world.settle("stopped and started", {n: wanted for n in world.neighbors}, 60)
        repeats_change_nothing(hub, folder, now)


def words_of(keys):
    """The keys of a [[neighbors]] table as options of bellmanctl."""
    for key, value in keys.items():
        if key == "families":
            for f in value:
                yield from ("--family", f.removesuffix("-unicast"))
        else:
            for v in value if isinstance(value, list) else [value]:
                yield from (f"--{key.replace('_', '-')}", str(v))


def runs():
    yield [Bird, Frr, Witness], "ipv4", body
