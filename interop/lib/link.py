"""One TCP connection to a BGP speaker: frames and records what comes, sends what it is told, keeps the session alive.

With an identity (the bytes of our OPEN) it goes through the handshake by itself:

    connected ── OPEN ──▶      ◀── OPEN ── answered with KEEPALIVE      ◀── KEEPALIVE ── established

Without one it says nothing that it was not given to send. Fields are written by the reactor's thread and may be read by any.
"""
import selectors
import socket
import time
from collections import Counter, deque

from . import bgp
from .reactor import reactor

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
PIECE = 1 << 20


def family_of_address(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Link:
    def __init__(self, sock, identity=None, keeps_alive=True, on_close=None):
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock, self.identity, self.keeps_alive, self.on_close = sock, identity, keeps_alive, on_close
        self.sent, self.received = Counter(), Counter()  # messages by type
        self.bytes_sent = self.bytes_received = self.longest = 0
        self.messages = []  # (type, body) as they came, without KEEPALIVEs
        self.opened = self.established = self.closed = None  # times
        self.open_body = self.notification = None  # what the other said
        self.why = ""  # of the end
        self.quiet_since, self.longest_silence, self.last_update = None, 0.0, None
        self.out, self.pending, self.mask, self.reads = deque(), bytearray(), 0, True
        reactor().call(self.enter)

    @classmethod
    def connect(cls, source, target, port, **how):
        sock = socket.socket(family_of_address(target), socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        sock.bind((source, 0))
        sock.connect_ex((target, port))
        return cls(sock, **how)

    # ---- for any thread
    def send(self, data, counted=True):
        """Queues whole messages; `counted=False` for bytes that are none."""
        reactor().call(lambda: self.say(data) if counted else self.queue(memoryview(data)))

    def close(self, reset=False):
        reactor().call(lambda: self.end("closed by us", reset))

    def pause(self):
        self.set_reading(False)

    def resume(self):
        self.set_reading(True)

    def set_reading(self, wanted):
        def change():
            self.reads = wanted
            self.watch()
        reactor().call(change)

    def is_up(self):
        return self.established is not None and self.closed is None

    def has_sent_all(self):
        return not self.out

    def updates(self, start=0):
        return [body for kind, body in self.messages[start:] if kind == bgp.UPDATE]

    # ---- on the reactor's thread
    def count_sent(self, data):
        at = 0
        while at + 19 <= len(data):
            self.sent[data[at + 18]] += 1
            at += max(19, (data[at + 16] << 8) + data[at + 17])

    def say(self, data):
        self.count_sent(data)
        self.queue(memoryview(data))

    def enter(self):
        self.watch()

    def queue(self, view):
        if self.closed is None:
            self.out.append(view)
            if self.opened is not None:
                self.write()
            self.watch()

    def watch(self):
        if self.closed is not None:
            return
        mask = WRITE if self.opened is None else (READ if self.reads else 0) | (WRITE if self.out else 0)
        if mask == self.mask:
            return
        if not self.mask:
            reactor().selector.register(self.sock, mask, self.ready)
        elif not mask:
            reactor().selector.unregister(self.sock)
        else:
            reactor().selector.modify(self.sock, mask, self.ready)
        self.mask = mask

    def ready(self, mask):
        if self.closed is not None:
            return
        if self.opened is None:
            error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                return self.end(f"not connected: {error}")
            self.opened = self.quiet_since = time.monotonic()
            if self.identity:
                self.say(self.identity)
        if mask & WRITE and self.out:
            self.write()
        if mask & READ and self.closed is None:
            self.read()
        self.watch()

    def write(self):
        try:
            while self.out:
                sent = self.sock.send(self.out[0][:PIECE])
                self.bytes_sent += sent
                if sent == len(self.out[0]):
                    self.out.popleft()
                else:
                    self.out[0] = self.out[0][sent:]
        except BlockingIOError:
            pass
        except OSError as e:
            self.out.clear()  # what the other said before is still to be read
            self.why = self.why or str(e)

    def read(self):
        try:
            data = self.sock.recv(PIECE)
        except BlockingIOError:
            return
        except OSError as e:
            return self.end(str(e))
        if not data:
            return self.end("closed by the other side")
        self.bytes_received += len(data)
        now = time.monotonic()
        self.longest_silence = max(self.longest_silence, now - self.quiet_since)
        self.quiet_since = now
        self.pending += data
        self.take_messages(now)

    def take_messages(self, now):
        buffer, at, have = bytes(self.pending), 0, len(self.pending)
        while have - at >= 19:
            size = (buffer[at + 16] << 8) + buffer[at + 17]
            if size < 19 or buffer[at:at + 16] != bgp.MARKER:
                return self.end("the other side's framing is wrong")
            if have - at < size:
                break
            kind = buffer[at + 18]
            self.received[kind] += 1
            self.longest = max(self.longest, size)
            if kind == bgp.KEEPALIVE:
                self.on_keepalive(now)
            else:
                self.on_message(kind, buffer[at + 19:at + size], now)
            at += size
        del self.pending[:at]

    def on_message(self, kind, body, now):
        self.messages.append((kind, body))
        if kind == bgp.UPDATE:
            self.last_update = now
        elif kind == bgp.NOTIFICATION:
            self.notification = (body[0], body[1], body[2:])
        elif kind == bgp.OPEN:
            self.open_body = body
            if self.identity:
                self.say(bgp.keepalive())

    def on_keepalive(self, now):
        if self.identity and self.open_body is not None and self.established is None:
            self.established = now
            theirs, ours = int.from_bytes(self.open_body[3:5], "big"), int.from_bytes(self.identity[22:24], "big")
            self.interval = min(theirs, ours) / 3
            if self.interval and self.keeps_alive:
                reactor().later(self.interval, self.on_timer)

    def on_timer(self):
        if self.closed is None:
            if not self.out:
                self.say(bgp.keepalive())
            reactor().later(self.interval, self.on_timer)

    def end(self, why, reset=False):
        if self.closed is not None:
            return
        if reset:  # nothing more is delivered in either direction
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        elif self.out and self.opened is not None:
            self.write()
        if self.mask:
            reactor().selector.unregister(self.sock)
        self.sock.close()
        self.out.clear()
        self.why, self.closed = self.why or why, time.monotonic()
        if self.on_close:
            self.on_close(self)


class Listener:
    """Accepts connections on an address; `on_link` makes something of each socket, on the reactor's thread."""

    def __init__(self, address, port, on_socket):
        self.sock = socket.socket(family_of_address(address), socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.setblocking(False)
        self.sock.bind((address, port))
        self.sock.listen(64)
        self.on_socket = on_socket
        reactor().call(lambda: reactor().selector.register(self.sock, READ, self.accept))

    def accept(self, _):
        try:
            self.on_socket(self.sock.accept()[0])
        except BlockingIOError:
            pass

    def close(self):
        def end():
            if self.sock.fileno() >= 0:
                reactor().selector.unregister(self.sock)
                self.sock.close()
        reactor().call(end)
