"""However the app ends, the terminal is as it was: signals, faults of ours, a hang-up."""

import fcntl
import os
import shutil
import signal
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.tui.on_a_pty import OnAPty

PLAIN = "import sys; from pimp_tui.cli import main; sys.exit(main(sys.argv[1:]))"
#: The same with something that happens a moment after the first frame.
SOON = (
    """
import sys
from pimp_tui.tui.app import PimpApp
mount = PimpApp.on_mount
def fault(): raise RuntimeError("a fault of ours")
async def worker(): fault()
def spin():
    while True: pass
def render(app):
    from pimp_tui.tui.widgets.line import Line
    Line.render_line = lambda self, y: fault()
    app.screen.header.refresh()
def on_mount(app):
    mount(app)
    app.set_timer(0.5, lambda: {})
PimpApp.on_mount = on_mount
"""
    + PLAIN
)
PAIRS = [(b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h"),
         (b"\x1b[?1003h", b"\x1b[?1003l"), (b"\x1b[?2004h", b"\x1b[?2004l"),
         (b"\x1b[?7l", b"\x1b[?7h"), (b"\x1b[?1004h", b"\x1b[?1004l"),
         (b"\x1b[>25u", b"\x1b[<u")]  # fmt: skip

#: Opens the other end of a pty, so that it outlives the program. Linux's number.
_TIOCGPTPEER = 0x5441


class Ended:
    """A program that has ended: its exit code, what it sent, and whether the terminal is as it was.

    Args:
        number: the signal to send once it shows a frame.
    """

    def __init__(self, code: str, arguments: list[str], number: int | None = None) -> None:
        app = OnAPty([sys.executable, "-c", code, *arguments], (80, 24))
        terminal = fcntl.ioctl(app.descriptor, _TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY)
        before = termios.tcgetattr(terminal)
        self.sent = app.read(20, until=b"commands")
        if number is not None:
            self.sent += app.read(1.0)
            os.kill(app.pid, number)
        end, pid = time.monotonic() + 20, 0
        while not pid and time.monotonic() < end:
            self.sent += app.read(0.05)
            pid, status = os.waitpid(app.pid, os.WNOHANG)
        if not pid:
            app.close()
            raise AssertionError("it did not end")
        self.sent += app.read(0.2)
        self.code = os.waitstatus_to_exitcode(status)
        self.same = termios.tcgetattr(terminal) == before
        os.close(terminal)
        os.close(app.descriptor)

    def assert_restored(self) -> None:
        for on, off in PAIRS:
            assert self.sent.rfind(on) >= 0, on
            assert self.sent.rfind(off) > self.sent.rfind(on), off
        assert self.same


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, -15), pytest.param(signal.SIGHUP, -1, marks=pytest.mark.slow),
     pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow)],
)  # fmt: skip
def test_a_signal_leaves_as_q_does(done_session, number, code):
    end = Ended(PLAIN, ["open", str(done_session)], number)
    assert end.code == code
    end.assert_restored()
    assert b"Traceback" not in end.sent


@pytest.mark.slow
def test_a_stuck_app_is_ended_over_its_head(done_session):
    end = Ended(SOON.format("spin()"), ["open", str(done_session)], signal.SIGTERM)
    assert end.code == -15
    end.assert_restored()


@pytest.mark.parametrize(
    "fault",
    ["fault()",
     *(pytest.param(text, marks=pytest.mark.slow)
       for text in ("app.run_worker(worker())", "app.run_worker(fault, thread=True)",
                    "render(app)"))],
)  # fmt: skip
def test_after_a_fault_one_line_names_the_log(sessions_root, tmp_path, monkeypatch, fault):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    end = Ended(SOON.format(fault), [])
    assert end.code == 1
    end.assert_restored()
    said = end.sent[end.sent.rfind(b"\x1b[?1006l") + 8 :].decode().split("\r\n")
    assert len(said) == 2 and not said[1]
    assert said[0].startswith("pimp-tui failed; the log is ")
    log = next((tmp_path / "state").rglob("crash.log")).read_text()
    assert "a fault of ours" in log


@pytest.mark.parametrize("before", ["", f"signal({signal.SIGHUP:d}, SIG_IGN); "])
def test_it_ends_when_the_terminal_is_gone(done_session, before):
    code = f"from signal import signal, SIG_IGN; {before}{PLAIN}"
    app = OnAPty([sys.executable, "-c", code, "open", str(done_session)], (80, 24))
    app.read(20, until=b"commands")
    os.close(app.descriptor)  # the kernel tells a hang-up
    end = time.monotonic() + 15
    while not (pid := os.waitpid(app.pid, os.WNOHANG)[0]) and time.monotonic() < end:
        time.sleep(0.05)
    if not pid:
        os.kill(app.pid, signal.SIGKILL)
        os.waitpid(app.pid, 0)
    assert pid


@pytest.mark.parametrize("place", ["full", "none"])
def test_a_fault_is_written_somewhere(tmp_path, monkeypatch, place):
    from pimp_tui.tui.crash import write_crash_log

    if place == "full":  # the log's name is taken by a folder
        (tmp_path / "pimp-tui" / "log" / "crash.log").mkdir(parents=True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path) if place == "full" else "/proc/none")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = write_crash_log(ValueError("odd \udcff name"))
    assert file.parent == tmp_path and "ValueError: odd" in file.read_text()


def _children(pid: int) -> set[int]:
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_learning_ends_with_the_app(sessions_root, number):
    session = sessions_root / "demo"
    shutil.copytree(Path(__file__).parents[2] / "sessions" / "demo", session)
    (session / "learning.json").unlink(missing_ok=True)  # so that there is something to learn
    app = OnAPty([sys.executable, "-m", "pimp_tui", "open", str(session)], (80, 24))
    app.read(20, until=b"commands")
    app.press(b"5")
    end = time.monotonic() + 30
    while not (children := _children(app.pid)) and time.monotonic() < end:
        app.read(0.1)
    assert children
    os.kill(app.pid, number)
    os.waitpid(app.pid, 0)
    os.close(app.descriptor)
    end = time.monotonic() + 5
    while (left := [pid for pid in children if Path(f"/proc/{pid}").exists()]) and (
        time.monotonic() < end
    ):
        time.sleep(0.1)
    assert not left
