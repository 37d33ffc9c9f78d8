"""Progress of a long computation: a line on a terminal, elsewhere one now and then, on stderr."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import TextIO

_AFTER_S, _EVERY_S = 1.0, 0.2
_PLAIN_AFTER_S, _PLAIN_EVERY_S = 5.0, 10.0  # where the stream is no terminal


class Progress:
    """Called with what is being done and the share of it that is done, if known.

    Used in a ``with`` statement. What was told last is shown with the seconds so far, also while
    nothing new is told: on a terminal from the first second on, in one line that is wiped at the
    end; elsewhere from the fifth second on, a line every ten.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.shown = False
        self._terminal = self.stream.isatty()
        self._began = time.monotonic()
        self._next = self._began + (_AFTER_S if self._terminal else _PLAIN_AFTER_S)
        self._told: tuple[str, float | None] | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()

    def __call__(self, what: str, share: float | None) -> None:
        self._told = what, share
        self._show()

    def __enter__(self) -> Progress:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        with self._lock:
            if self.shown and self._terminal:
                self._write("\r\x1b[K")

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._show()

    def _show(self) -> None:
        now = time.monotonic()
        if now < self._next or self._told is None:
            return
        with self._lock:
            if now < self._next or self._over.is_set():
                return
            self._next = now + (_EVERY_S if self._terminal else _PLAIN_EVERY_S)
            self.shown = True
            what, share = self._told
            told = "" if share is None else f" {100 * min(max(share, 0.0), 1.0):.0f} %"
            line = f"{what}{told}, {now - self._began:.0f} s"
            self._write(f"\r\x1b[K{line}, Ctrl-C ends it" if self._terminal else f"{line}\n")

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # whoever watched may have left
            self.stream.write(text)
            self.stream.flush()
