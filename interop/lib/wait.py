"""Every wait of a scenario is bounded, and says what it waited for."""
import time
from json import JSONDecodeError

NOT_YET = (LookupError, JSONDecodeError)


class Failed(Exception):
    """An expectation of a scenario that does not hold; `daemon` is the label of the one where that was seen, if one."""

    def __init__(self, text, daemon=None):
        super().__init__(text)
        self.daemon = daemon


def until(what, condition, seconds=20, every=0.1, daemon=None):
    """Calls `condition` until it answers something true, and returns that. `what` is for the failure; it may be a
    function, called at the end, to say how things stood then. A condition that looks for an element that is not there yet
    (IndexError, KeyError), or into an answer that is none yet (JSONDecodeError), does not hold yet."""
    end = time.monotonic() + seconds
    while True:
        missing = None
        try:
            found = condition()
        except NOT_YET as error:
            found, missing = None, error
        if found:
            return found
        if time.monotonic() > end:
            raise Failed(f"not within {seconds} s: {described(what)}{missing_text(missing)}", daemon)
        time.sleep(every)


def described(what):
    try:
        return what() if callable(what) else what
    except NOT_YET as error:
        return f"(what it stands at is not to be told{missing_text(error)})"


def missing_text(error):
    return f"; there was no {error.args[0] if error.args else ''!r} ({type(error).__name__})" if error else ""


def until_empty(what, condition, seconds=20, every=0.2, daemon=None):
    """Calls `condition` until its list of complaints is empty; the failure shows the last ones."""
    last = []

    def nothing_left():
        last[:] = ["(the condition could not be looked at)"]
        last[:] = condition()
        return not last

    until(lambda: f"{what}:\n    " + "\n    ".join(last[:12]), nothing_left, seconds, every, daemon)


def require(holds, text, daemon=None):
    """For what has to be so at once."""
    if not holds:
        raise Failed(text, daemon)
