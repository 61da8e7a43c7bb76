"""A speaker of our own, for what no daemon shows or does: it keeps the order of all that arrives, and sends what it is told.

It listens; bellmand connects. Threads of it end with stop(). Only unicast, AS numbers of four octets.
"""
import socket
import struct
import threading
import time
from dataclasses import dataclass

from .daemon import Neighbor
from .route import Route, canonical
from .rawwire import capabilities_of, encode_message, encode_open, encode_update, parse_open, parse_update

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Heard:
    """`what` is "announce", "withdraw", "end-of-rib", "refresh" or "notification"."""

    what: str
    at: float
    prefix: str = ""
    route: Route | None = None
    family: str = ""
    text: str = ""


class Raw(Neighbor):
    label = "raw"

    @staticmethod
    def version():
        return "raw speaker"

    def __init__(self, session, folder):
        super().__init__(session, folder)
        self.refresh_capability = True
        self.extra_attributes = {}  # prefix -> octets of whole attributes, sent as they are
        self.lock = threading.RLock()
        self.heard, self.sessions, self.rib = [], 0, {}
        self.link, self.established, self.peer_capabilities = None, False, set()
        self.door, self.wanted = None, True

    # ---- its life
    def start(self):
        kind = socket.AF_INET6 if ":" in self.session.own_address else socket.AF_INET
        self.door = socket.create_server((self.session.own_address, self.session.own.port), family=kind, backlog=4)
        threading.Thread(target=self.accept, daemon=True).start()

    def stop(self):
        if self.door:
            self.door.shutdown(socket.SHUT_RDWR)
            self.door.close()
            self.door = None
        self.hang_up()
        return True

    def hang_up(self):
        with self.lock:
            if self.link:
                try:
                    self.link.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # the other side was first

    def accept(self):
        door = self.door
        while True:
            try:
                link, _ = door.accept()
            except OSError:
                return
            if self.wanted and not self.link:
                self.link = link
                threading.Thread(target=self.run, args=(link,), daemon=True).start()
            else:
                link.close()

    def run(self, link):
        try:
            self.send(OPEN, encode_open(self.session, self.refresh_capability))
            while (message := read_message(link)):
                self.take(*message)
        except OSError:
            pass  # the session ends; that is in the counters
        with self.lock:
            link.close()
            self.link, self.established, self.rib = None, False, {}

    def take(self, kind, body):
        if kind == OPEN:
            self.peer_capabilities = capabilities_of(parse_open(body))
            self.send(KEEPALIVE)
            threading.Thread(target=self.keep_alive, args=(self.link,), daemon=True).start()
        elif kind == KEEPALIVE and not self.established:
            with self.lock:
                self.established, self.sessions = True, self.sessions + 1
                self.send_routes(self.routes)
        elif kind == UPDATE:
            self.note(parse_update(body))
        elif kind == REFRESH:
            afi, = struct.unpack_from("!H", body)
            family = "ipv6" if afi == 2 else "ipv4"
            with self.lock:
                self.heard.append(Heard("refresh", time.monotonic(), family=family))
                if body[2] == 0:  # a request, not the marks of RFC 7313
                    self.send_routes({p: r for p, r in self.routes.items() if r.family == family})
        elif kind == NOTIFICATION:
            with self.lock:
                self.heard.append(Heard("notification", time.monotonic(), text=f"{body[0]}/{body[1]} {body[2:]!r}"))

    def note(self, update):
        now = time.monotonic()
        with self.lock:
            for prefix in update.withdrawn:
                self.heard.append(Heard("withdraw", now, prefix))
                self.rib.pop(prefix, None)
            for route in update.announced:
                self.heard.append(Heard("announce", now, route.prefix, route))
                self.rib[route.prefix] = route
            if update.end_of_rib:
                self.heard.append(Heard("end-of-rib", now, family=update.end_of_rib))

    # ---- sending
    def send(self, kind, body=b""):
        with self.lock:
            self.link.sendall(encode_message(kind, body))

    def keep_alive(self, link):
        while self.link is link:
            try:
                self.send(KEEPALIVE)
            except OSError:
                return
            time.sleep(self.session.hold_time / 3)

    def send_routes(self, routes):
        for prefix, r in routes.items():
            self.send(UPDATE, encode_update(self.session, announced=r, extra=self.extra_attributes.get(prefix, b"")))

    def announce(self, routes):
        wanted = {canonical(r.prefix): r for r in routes}
        with self.lock:
            if self.established:
                for prefix in self.routes.keys() - wanted.keys():
                    self.send(UPDATE, encode_update(self.session, withdrawn=prefix))
                self.send_routes({p: r for p, r in wanted.items() if self.routes.get(p) != r})
            self.routes = wanted

    # ---- what every neighbour answers
    def state(self):
        return "established" if self.established else "idle"

    def received(self, family):
        with self.lock:
            return {p: r for p, r in self.rib.items() if r.family == family}

    def session_mark(self):
        return self.sessions if self.established else None

    def withdrawals(self):
        return self.count("withdraw")

    def count(self, what):
        with self.lock:
            return sum(h.what == what for h in self.heard)

    def disable(self):
        self.wanted = False
        self.hang_up()

    def enable(self):
        self.wanted = True

    def request_refresh(self):
        for family in self.session.families:
            self.send(REFRESH, struct.pack("!HBB", 2 if family == "ipv6" else 1, 0, 1))

    def show(self):
        return f"{self.session.address} {self.state()}, {len(self.rib)} routes"


def read_message(link):
    head = read_exactly(link, 19)
    if head is None:
        return None
    length, kind = struct.unpack_from("!HB", head, 16)
    body = read_exactly(link, length - 19)
    return None if body is None else (kind, body)


def read_exactly(link, size):
    got = b""
    while len(got) < size:
        more = link.recv(size - len(got))
        if not more:
            return None
        got += more
    return got
