"""Ctrl-C, and whatever else asks a command to end, as one exception."""

import signal


class Interrupted(KeyboardInterrupt):
    """Not KeyboardInterrupt itself: where that comes into the `exec` of a string, as each dataclass has one,
    `python -m` ends by SIGINT in the end, whatever the code that the command exits with.
    """


def raised_by(*signals: signal.Signals) -> None:
    """From now on, one that is not ignored: a shell has its background jobs ignore Ctrl-C."""
    for each in signals:
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, _raise)


def _raise(_signal: int, _frame: object) -> None:
    raise Interrupted
