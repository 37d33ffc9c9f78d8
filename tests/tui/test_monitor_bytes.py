"""What the Monitor sends to a terminal: little while a fast campaign runs, nothing otherwise."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent


class Terminal:
    """The app on a pty of a given size; counts what it sends."""

    def __init__(self, session: Path, columns: int, rows: int) -> None:
        code = (
            "import sys; from pathlib import Path; from pimp_tui.tui.app import run_app;"
            "run_app(Path(sys.argv[1]))"
        )
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
            os.execv(sys.executable, [sys.executable, "-c", code, str(session)])
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, size)

    def read(self, seconds: float, until: bytes | None = None) -> bytes:
        """What arrives in so many seconds, or up to a text."""
        data, end = b"", time.monotonic() + seconds
        while time.monotonic() < end and (until is None or until not in data):
            if select.select([self.descriptor], [], [], 0.05)[0]:
                data += os.read(self.descriptor, 65536)
        return data

    def cpu_s(self) -> float:
        """CPU seconds of the app so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.descriptor)


def rates(session: Path, size: tuple[int, int], settle_s: float, measure_s: float):
    """(bytes/s, share of a core) of the Monitor once it has settled."""
    terminal = Terminal(session, *size)
    try:
        terminal.read(20, until=b"commands")
        os.write(terminal.descriptor, b"3")
        terminal.read(20, until=b"Latency")
        terminal.read(settle_s)
        begun, before = time.monotonic(), terminal.cpu_s()
        sent = len(terminal.read(measure_s))
        gone = time.monotonic() - begun
        return sent / gone, (terminal.cpu_s() - before) / gone
    finally:
        terminal.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads CPU times from /proc")
@pytest.mark.parametrize(
    ("size", "most"), [pytest.param((120, 40), 4_000, marks=pytest.mark.slow), ((80, 24), 2_000)]
)
def test_live_monitor_is_light(session_maker, sessions_root, size, most):
    session = session_maker(sessions_root / "live", fails=0)
    runner = subprocess.Popen(
        [sys.executable, str(HERE / "fake_runner.py"), str(session), "60"],
        stdout=subprocess.PIPE,
    )
    try:
        assert runner.stdout and runner.stdout.readline()
        bytes_per_s, core = rates(session, size, 3.0, 5.0)
    finally:
        runner.kill()
        runner.wait()
    assert 200 < bytes_per_s <= most
    assert core < 0.15  # 0.02 to 0.03 on an idle machine


@pytest.mark.slow
def test_finished_monitor_sends_nothing(session_maker, sessions_root):
    session = session_maker(sessions_root / "done")
    bytes_per_s, _ = rates(session, (80, 24), 3.0, 3.0)
    assert bytes_per_s == 0
