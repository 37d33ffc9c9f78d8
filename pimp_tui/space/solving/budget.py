"""Time limits for reasoning: a hard question ends in a clear line, never in a hang."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import NamedTuple

from pimp_tui.errors import UserError

PATIENCE_S = 60.0
"""Seconds for a question where nothing else bounds it."""


class Unsettled(UserError):
    """A question that was neither answered yes nor no within its time.

    Args:
        what: what was asked, as the start of a sentence.
        seconds: the time it had.
    """

    def __init__(self, what: str, seconds: float) -> None:
        mend = "the model is hard here: decide more features first, or give it more --seconds"
        super().__init__(f"{what} was not settled within {seconds:g} s", mend=mend)


class Limit(NamedTuple):
    """When a question ends (by ``time.monotonic()``), the seconds it had, and what it asks."""

    deadline: float
    seconds: float
    what: str

    @property
    def left_s(self) -> float:
        """Seconds left, 0 when it is over."""
        return max(0.0, self.deadline - monotonic())

    def check(self) -> None:
        """Raise ``Unsettled`` once the time is over."""
        if monotonic() > self.deadline:
            raise Unsettled(self.what, self.seconds)


_LIMIT: ContextVar[Limit | None] = ContextVar("limit", default=None)


def limit(what: str = "a question to the SAT solver") -> Limit:
    """The limit around the caller, else ``PATIENCE_S`` from now on."""
    return _LIMIT.get() or Limit(monotonic() + PATIENCE_S, PATIENCE_S, what)


def at_most(seconds: float) -> float:
    """The seconds, or what the limit around the caller leaves of them."""
    outer = _LIMIT.get()
    return seconds if outer is None else min(seconds, outer.left_s)


@contextmanager
def settle_within(what: str, seconds: float = PATIENCE_S) -> Iterator[Limit]:
    """Everything asked inside ends within the seconds; a limit around it is never extended.

    Args:
        what: what is asked, as the start of a sentence: ``whether F can be selected``.
        seconds: wall clock.

    Raises:
        Unsettled: from the question that was not answered in time.
    """
    outer, own = _LIMIT.get(), Limit(monotonic() + seconds, seconds, what)
    if outer is not None and outer.deadline < own.deadline:
        own = outer._replace(what=what)
    before = _LIMIT.set(own)
    try:
        yield own
    finally:
        _LIMIT.reset(before)
