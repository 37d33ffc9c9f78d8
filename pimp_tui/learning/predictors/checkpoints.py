"""Where a long fit can be stopped: predictors pass a checkpoint every few tens of milliseconds.

What is called there may raise, which ends the fit. It is kept beside the call, not in the
signature of ``Predictor.fit``, so that predictors of other packages need not know of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_EVERY_S = 0.25
_Call = Callable[[], None]
_call: ContextVar[_Call | None] = ContextVar("checkpoint", default=None)


def checkpoint() -> None:
    """Give whoever waits for the fit the chance to end it."""
    call = _call.get()
    if call is not None:
        call()


@contextmanager
def checkpoints(call: Callable[[], None] | None) -> Iterator[None]:
    """Within the block, ``call`` at checkpoints, at most four times a second."""
    if call is None:
        yield
        return
    last = time.monotonic()

    def seldom() -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY_S:
            call()
            last = time.monotonic()

    token = _call.set(seldom)
    try:
        yield
    finally:
        _call.reset(token)
