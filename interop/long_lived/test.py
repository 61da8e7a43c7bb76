"""Long-lived graceful restart: stale routes stay for long, marked LLGR_STALE, last in rank, and only with those who know them.

    BIRD, FRR or GoBGP  ──▶  bellmand  ──▶  BIRD that knows RFC 9494, the friend
         (restarts)                    ──▶  BIRD that does not, the stranger

RFC 9494. bellmand as helper: the restart time passes, the friend has the routes with LLGR_STALE, the stranger has none, a route
with NO_LLGR is gone. The neighbour returns: End-of-RIB makes an end of it. It goes for good: its long time ends it too. Then
bellmand restarts, and the daemon is the helper: it keeps bellmand's routes over the restart time with LLGR_STALE.
"""
import time

from lib.bird import Bird
from lib.graceful import GRACEFUL, GracefulBird, keep, long_lived
from lib.route import Route, by_prefix
from lib.wait import require, until
from lib.world import World

ACCEPT = [{"then": {"outcome": "accept"}}]
POLICIES = {"import_policy": ["all"], "export_policy": ["all"]}
LLGR_STALE, NO_LLGR = "65535:6", "65535:7"
RESTART_TIME, LONG_TIME = 2, 12


def routes():
    return [*(Route(f"10.77.{i}.0/24") for i in range(4)), Route("10.77.9.0/24", communities=frozenset([NO_LLGR])),
            *(Route(f"2001:db8:77{i}::/48") for i in range(4))]


def exported(neighbor, hub, communities=()):
    def with_mark(r):
        return r.communities | frozenset(communities)
    return by_prefix(r.with_(as_path=(hub.site.asn, *r.as_path), next_hop=hub.site.next_hop(r.family), med=None, communities=with_mark(r))
                     for r in neighbor.sent().values() if not (communities and NO_LLGR in r.communities))


def as_helper(kind, build, folder):
    with World(build, folder) as world:
        hub = world.hub
        hub.policies = {"all": ACCEPT}
        away = world.add(long_lived(kind, RESTART_TIME, LONG_TIME), name="away", long_lived_stale_time=600, **POLICIES)
        friend = world.add(long_lived(GracefulBird, 8, 60), name="friend", long_lived_stale_time=600, **POLICIES)
        stranger = world.add(Bird, name="stranger", **POLICIES)
        stranger.options = "long lived graceful restart off;"
        away.announce(routes())
        world.start()
        address = away.session.own_address
        world.settle("announce", {friend: exported(away, hub), stranger: exported(away, hub)})

        def shown():
            return hub.show(address)

        def lasting():
            return sum(c["long_lived"] for c in shown()["routes"])

        until(lambda: f"both families may live long: {shown()['restart']}",
              lambda: [x["stale_time"] for x in shown()["restart"]["long_lived"]] == [LONG_TIME] * 2, daemon=away.label)
        away.process.kill()
        until(lambda: f"the long life has begun: {shown()['restart']}", lambda: lasting() == 8, 15, daemon=away.label)
        world.settle("long-lived", {friend: exported(away, hub, [LLGR_STALE]), stranger: {}})

        left = [r for r in routes() if "0.0/24" not in r.prefix and NO_LLGR not in r.communities]
        keep(away, left)
        away.start_again()
        away.until_up()
        until(lambda: f"End-of-RIB ends it: {shown()['restart']}, {lasting()}", lambda: lasting() == 0 and not shown()["restart"]["stale"],
              40, daemon=away.label)
        world.settle("after End-of-RIB", {friend: exported(away, hub), stranger: exported(away, hub)}, 40)

        away.process.kill()
        until("it is away again", lambda: lasting() == len(left), 15, daemon=away.label)
        begin = time.monotonic()
        until("its long time ends", lambda: not hub.advertised(friend.session.own_address), LONG_TIME + 5, daemon=away.label)
        require(time.monotonic() - begin > LONG_TIME - 4, f"it ended after {time.monotonic() - begin:.1f} s of {LONG_TIME}", away.label)
        world.settle("gone for good", {friend: {}, stranger: {}})


INJECTED = ["198.51.100.0/24", "2001:db8:aaaa::/48"]


def as_restarter(kind, build, folder):
    with World(build, folder) as world:
        hub = world.hub
        hub.policies = {"all": ACCEPT}
        hub.global_keys = {"own_restart_time": RESTART_TIME, "selection_deferral_time": 30}
        helper = world.add(long_lived(kind, 8, 60), name="helper", graceful_restart="full", long_lived_stale_time=60, **POLICIES)
        world.start()
        for prefix in INJECTED:
            hub.inject(prefix)
        wanted = by_prefix(Route(p, as_path=(hub.site.asn,), next_hop=hub.site.next_hop(Route(p).family)) for p in INJECTED)
        world.settle("inject", {helper: wanted})
        until("the helper would keep our routes", lambda: hub.show(helper.session.own_address)["restart"]["ours_kept"])
        hub.process.kill()
        end = time.monotonic() + RESTART_TIME + 4

        def keeps():
            table = helper.table()
            require(set(table) == set(wanted), f"the helper has {sorted(table)} left", helper.label)
            return table

        until("the restart time passes", lambda: keeps() and time.monotonic() > end)
        marked = [LLGR_STALE in r.communities for r in keeps().values()]
        print(f"  {helper.label} keeps {len(marked)} routes, {sum(marked)} of them with LLGR_STALE", flush=True)
        hub.start()
        until("the session is back", lambda: keeps() and hub.is_up(helper.session.own_address), 40)
        until("End-of-RIB has come", lambda: keeps() and not hub.ctl("status")["restart"]["deferring"], 40)
        world.settle("back", {helper: wanted}, 40)


def runs():
    for kind in GRACEFUL:
        yield (kind,), "ipv4", lambda build, folder, k=kind: as_helper(k, build, folder)
        yield (kind,), "ipv4", lambda build, folder, k=kind: as_restarter(k, build, folder)
