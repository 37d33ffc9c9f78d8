"""A program on a pseudo-terminal: what it sends, and what CPU that costs it. Linux only."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyte

_TICKS = os.sysconf("SC_CLK_TCK")
#: What counts as the beginning of a frame: more than the questions an app asks its terminal.
FIRST_BYTES = 1500


class Paint(NamedTuple):
    """CPU seconds, user and system, of a start; None where it never came.

    Attributes:
        first_s: until FIRST_BYTES were sent; a splash screen counts.
        frame_s: until the bottom row was painted, where every app has its keys or border.
        wall_s: seconds until then.
    """

    first_s: float | None
    frame_s: float | None
    wall_s: float | None


class Rate(NamedTuple):
    """What a screen costs while nobody touches it: bytes/s to the terminal, share of a core."""

    bytes_per_s: float
    core: float


def plain(data: bytes) -> bytes:
    """Without what pyte does not know: private CSI with '>' (the keyboard protocol)."""
    return data.replace(b"\x1b[>", b"\x1b[?")


def _winsize(size: tuple[int, int]) -> bytes:
    return struct.pack("HHHH", size[1], size[0], 0, 0)


class OnAPty:
    """A program of a given command line on a pty of (columns, rows)."""

    def __init__(
        self, arguments: Sequence[str], size: tuple[int, int], environment: Mapping[str, str] = {}
    ) -> None:
        self.size = size
        self.begun = time.monotonic()
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            own = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            own |= {"LC_ALL": "C.UTF-8", **environment}
            for name in ("COLUMNS", "LINES", "NO_COLOR", "TMUX"):
                own.pop(name, None)
            # Before it runs: a fast program asks at once.
            fcntl.ioctl(0, termios.TIOCSWINSZ, _winsize(size))
            os.execvpe(arguments[0], list(arguments), own)

    def read(self, seconds: float, until: bytes | None = None) -> bytes:
        """What arrives in so many seconds, or up to a text."""
        data, end = b"", time.monotonic() + seconds
        while time.monotonic() < end and (until is None or until not in data):
            data += self._some()
        return data

    def until(self, text: str, before: bytes = b"", seconds: float = 20.0) -> bytes:
        """What arrives up to a text on the screen, on which ``before`` stands already.

        An app that sends changes only may never send the text in one piece.
        """
        screen = pyte.Screen(*self.size)
        stream = pyte.ByteStream(screen)
        stream.feed(plain(before))
        data, end = b"", time.monotonic() + seconds
        while time.monotonic() < end and not any(text in row for row in screen.display):
            some = self._some()
            stream.feed(plain(some))
            data += some
        return data

    def quiet(self, seconds: float) -> bytes:
        """What arrives until nothing has for so long, and the program has not worked meanwhile."""
        data = b""
        while True:
            before = self.cpu_s()
            some = self.read(seconds)
            data += some
            if not some and self.cpu_s() - before < 0.2 * seconds:
                return data

    def _some(self) -> bytes:
        if select.select([self.descriptor], [], [], 0.05)[0]:
            try:
                return os.read(self.descriptor, 65536)
            except OSError:  # the program has ended: Linux says so by EIO
                time.sleep(0.05)
        return b""

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self.descriptor, keys)

    def resize(self, size: tuple[int, int]) -> None:
        """Another size, of which the kernel tells the program."""
        self.size = size
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, _winsize(size))

    def shows(self, data: bytes) -> list[str]:
        """The rows of a terminal of this size that was blank before ``data``."""
        screen = pyte.Screen(*self.size)
        pyte.ByteStream(screen).feed(plain(data))
        return list(screen.display)

    def cpu_s(self) -> float:
        """CPU seconds so far, user and system, threads that ended among them."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def paint(self, seconds: float = 20.0) -> Paint:
        """Watch it start, up to its first full frame."""
        screen = pyte.Screen(*self.size)
        stream = pyte.ByteStream(screen)
        sent, first, end = 0, None, time.monotonic() + seconds
        while time.monotonic() < end:
            data = self._some()
            if not data:
                continue
            cpu_s = self.cpu_s()
            sent += len(data)
            if first is None and sent > FIRST_BYTES:
                first = cpu_s
            stream.feed(plain(data))
            if screen.display[-1].strip():
                return Paint(first, cpu_s, time.monotonic() - self.begun)
        return Paint(first, None, None)

    def rate(self, seconds: float) -> Rate:
        """Leave it alone for so long."""
        begun, before = time.monotonic(), self.cpu_s()
        sent = len(self.read(seconds))
        gone = time.monotonic() - begun
        return Rate(sent / gone, (self.cpu_s() - before) / gone)

    def close(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.descriptor)

    def __enter__(self) -> OnAPty:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
