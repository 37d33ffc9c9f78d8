"""Told to end from outside, the app leaves as by ``q``: the terminal is as it was.

Textual catches no SIGTERM and no SIGHUP: they left the shell on the alternate screen, without an
echo and with the mouse reporting. Nothing here imports Textual.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

#: So long an app may take to leave; then the terminal is restored over its head.
_PATIENCE_S = 3.0
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
#: Main screen, cursor, wrapping and colours; no mouse, focus, paste or resize reports, plain keys.
_RESTORE = (
    b"\x1b[?1049l\x1b[?25h\x1b[?7h\x1b[0m\x1b[<u"
    b"\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l\x1b[?2048l"
)


class Ending:
    """Catches the signals that end a program while it is entered.

    Attributes:
        signal: the signal that came, None where the user left.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._leave: Callable[[], object] | None = None
        self._before: dict[int, object] = {}
        self._settings: list[object] | None = None

    def leaves_by(self, leave: Callable[[], object]) -> None:
        """From now on there is an app to leave; ``leave`` is called within a signal handler."""
        self._leave = leave

    def __enter__(self) -> Ending:
        with suppress(termios.error, ValueError, OSError):
            self._settings = termios.tcgetattr(sys.__stdin__.fileno())  # type: ignore[union-attr]
        for number in _SIGNALS:
            # What a parent ignores stays ignored, but for a hang-up (nohup): an app without a
            # terminal would read its end for ever.
            if number == signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._told)
        threading.Thread(target=_tell_hang_up, name="hang-up", daemon=True).start()
        self._before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._too_slow)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]

    def follow(self) -> None:
        """After the app has left: end by the signal that came, so that a caller sees it."""
        if self.signal == signal.SIGINT:
            raise KeyboardInterrupt
        if self.signal is not None:
            _end_by(self.signal)

    def _told(self, number: int, frame: FrameType | None) -> None:
        again = self.signal is not None
        self.signal = number
        if again or self._leave is None:
            self._at_once()
        else:
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE_S)
            self._leave()

    def _too_slow(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            self._at_once()

    def _at_once(self) -> None:
        """The app does not get to it: what waits for the terminal is dropped, not waited for."""
        with suppress(termios.error, ValueError, OSError):
            descriptor = sys.__stdin__.fileno()  # type: ignore[union-attr]
            termios.tcflush(descriptor, termios.TCOFLUSH)
            os.write(descriptor, _RESTORE)
            if self._settings:
                termios.tcsetattr(descriptor, termios.TCSANOW, self._settings)  # type: ignore[arg-type]
        assert self.signal is not None
        _end_by(self.signal)


def _tell_hang_up() -> None:
    """Wait for the terminal to go: not every process is sent a signal then."""
    with suppress(ValueError, OSError):
        hung_up = select.poll()
        hung_up.register(sys.__stdin__.fileno(), 0)  # type: ignore[union-attr]
        hung_up.poll()
        os.kill(os.getpid(), signal.SIGHUP)


def _end_by(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
