"""Every wait of a scenario is bounded, and says what it waited for."""
import time


class Failed(Exception):
    """An expectation of a scenario that does not hold; `daemon` is the label of the one where that was seen, if one."""

    def __init__(self, text, daemon=None):
        super().__init__(text)
        self.daemon = daemon


def until(what, condition, seconds=20, every=0.1, daemon=None):
    """Calls `condition` until it answers something true, and returns that. `what` is for the failure; it may be a
    function, called at the end, to say how things stood then."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failed(f"not within {seconds} s: {what() if callable(what) else what}", daemon)
        time.sleep(every)


def until_empty(what, condition, seconds=20, every=0.2, daemon=None):
    """Calls `condition` until its list of complaints is empty; the failure shows the last ones."""
    last = []

    def nothing_left():
        last[:] = condition()
        return not last

    until(lambda: f"{what}:\n    " + "\n    ".join(last[:12]), nothing_left, seconds, every, daemon)


def require(holds, text, daemon=None):
    """For what has to be so at once."""
    if not holds:
        raise Failed(text, daemon)
