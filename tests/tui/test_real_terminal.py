"""The real program in a real pseudo-terminal, seen through a terminal emulator."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

import pyte
import pytest

from pimp_tui.tui.panes.registry import PANES


class Terminal:
    """A program on a pty; ``screen`` is what a person would see."""

    def __init__(self, arguments: list[str], environment: dict[str, str], size=(80, 24)) -> None:
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # With an environment of its own: readline, which pytest loads, has put COLUMNS and
            # LINES into the C library's, and they would overrule the terminal's size.
            own = {**os.environ, **environment}
            own.pop("COLUMNS", None), own.pop("LINES", None)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever nohup made of it
            os.execve(sys.executable, [sys.executable, "-m", "pimp_tui", *arguments], own)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.fd], [], [], min(left, 0.05))[0]:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    return
                self.raw += data
                # pyte knows no private CSI with '>' or '$' (keyboard protocol, mode reports).
                self.stream.feed(data.replace(b"\x1b[>", b"\x1b[?"))

    def until(self, wanted: str, seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while wanted not in self.text:
            if time.monotonic() > end:
                raise AssertionError(f"never saw {wanted!r} in\n{self.text}")
            self.read(0.1)

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def wait(self, seconds: float = 10.0) -> int:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError(f"it did not end:\n{self.text}")


@pytest.fixture
def environment(sessions_root) -> dict[str, str]:
    return {
        "PIMP_TUI_SESSIONS": str(sessions_root),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
    }


def test_keyboard_only_from_sessions_through_every_pane_and_out(done_session, environment):
    terminal = Terminal([], environment)
    terminal.until("8/8")
    terminal.press("\r")
    terminal.until("[4 Results]")
    for spec in PANES:
        terminal.press(str(spec.number))
        terminal.until(f"[{spec.number} {spec.tab}]")
        assert "Traceback" not in terminal.text
    terminal.press("1")
    terminal.until("56 valid")
    terminal.press("jjj ")  # down to a leaf, toggle it
    terminal.until("1 set")
    terminal.press("?")
    terminal.until("any key closes")
    terminal.press("\x1b")
    terminal.until("1 set")
    terminal.press("q")
    terminal.until("enter open")
    terminal.press("q")
    assert terminal.wait() == 0
    assert b"\x1b[?1049l" in terminal.raw  # the terminal is as it was


@pytest.mark.slow
def test_an_idle_screen_sends_nothing(done_session, environment):
    terminal = Terminal(["open", str(done_session)], environment)
    terminal.press("2")
    terminal.until("pair coverage")
    terminal.read(1.5)
    before = len(terminal.raw)
    terminal.read(3.0)
    assert len(terminal.raw) == before
    terminal.press("qq")
    assert terminal.wait() == 0


def test_a_small_terminal_says_so_and_leaves_by_q(done_session, environment):
    terminal = Terminal(["open", str(done_session)], environment, size=(50, 15))
    terminal.until("50x15: needs 60x18")
    terminal.press("q")
    assert terminal.wait() == 0


def test_hang_up_ends_the_app(done_session, environment):
    terminal = Terminal(["open", str(done_session)], environment)
    terminal.until("[4 Results]")
    os.kill(terminal.pid, signal.SIGHUP)
    assert terminal.wait() != 0


def test_no_session_is_one_line_and_exit_code_2(environment):
    terminal = Terminal(["open", "nowhere"], environment)
    assert terminal.wait() == 2
    said = "".join(line.rstrip() for line in terminal.text.splitlines())  # a long path wraps
    assert "nosuchsession" in said.replace(" ", "") and "Traceback" not in said


@pytest.mark.slow
def test_ascii_locale_sends_ascii_only(done_session, environment):
    terminal = Terminal(["open", str(done_session)], environment | {"LC_ALL": "C", "LANG": "C"})
    for key in "1234":
        terminal.press(key)
        terminal.until(f"[{key} ")
        terminal.read(0.5)
    assert terminal.raw.decode("latin-1").isascii()
    terminal.press("qq")
    assert terminal.wait() == 0
