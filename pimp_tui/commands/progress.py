"""Progress of a long computation: one line on stderr, for whoever watches a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

_AFTER_S, _EVERY_S = 2.0, 0.2


class Progress:
    """Called with what is being done and the share of it that is done, if known.

    Writes nothing within the first two seconds, nor where the stream is no terminal. Used in a
    ``with`` statement, which wipes the line at its end.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.shown = False
        self._next = time.monotonic() + _AFTER_S

    def __call__(self, what: str, share: float | None) -> None:
        now = time.monotonic()
        if now < self._next or not self.stream.isatty():
            return
        self._next, self.shown = now + _EVERY_S, True
        told = "" if share is None else f" {100 * min(max(share, 0.0), 1.0):.0f} %"
        self._write(f"\r\x1b[K{what}{told}, Ctrl-C ends it")

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.shown:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()
