"""One thread that reads and writes all sockets of raw speakers and keeps their timers."""
import heapq
import itertools
import selectors
import socket
import threading
import time
from collections import deque
from functools import lru_cache


class Reactor(threading.Thread):
    """Everything registered here runs on this thread; other threads hand work over with call()."""

    def __init__(self):
        super().__init__(name="reactor", daemon=True)
        self.selector, self.calls, self.timers = selectors.DefaultSelector(), deque(), []
        self.order = itertools.count()
        self.inside, self.outside = socket.socketpair()
        for end in (self.inside, self.outside):
            end.setblocking(False)
        self.selector.register(self.inside, selectors.EVENT_READ, self.drain)

    def drain(self, _):
        try:
            while self.inside.recv(4096):
                pass
        except BlockingIOError:
            pass

    def call(self, what):
        self.calls.append(what)
        try:
            self.outside.send(b"x")
        except BlockingIOError:
            pass  # it has been woken often enough

    def later(self, seconds, what):
        """Only from the reactor's own thread."""
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.order), what))

    def run(self):
        while True:
            wait = max(0, self.timers[0][0] - time.monotonic()) if self.timers else None
            for key, mask in self.selector.select(0 if self.calls else wait):
                key.data(mask)
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()
            for _ in range(len(self.calls)):
                self.calls.popleft()()


@lru_cache(maxsize=None)
def reactor():
    made = Reactor()
    made.start()
    return made
