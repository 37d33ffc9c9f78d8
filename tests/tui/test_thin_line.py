"""Keyboard only, from the list to an export, over a line of 25 kB/s."""

import os
import select
import time

import pytest

from tests.tui.test_real_terminal import Terminal

BYTES_PER_S = 25_000


class ThinTerminal(Terminal):
    """Takes no more than a slow SSH connection carries; the rest waits in the app."""

    def __init__(self, *arguments, **options) -> None:
        self._free_at = time.monotonic()
        super().__init__(*arguments, **options)

    def read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            if now < self._free_at:
                time.sleep(min(self._free_at, end) - now)
                continue
            if select.select([self.fd], [], [], min(end - now, 0.05))[0]:
                try:
                    data = os.read(self.fd, BYTES_PER_S // 20)
                except OSError:
                    return
                self._free_at = max(self._free_at, now) + len(data) / BYTES_PER_S
                self.raw += data
                self.stream.feed(data.replace(b"\x1b[>", b"\x1b[?"))


@pytest.fixture
def thin_environment(sessions_root) -> dict[str, str]:
    """Of a person at the other end of an SSH connection."""
    return {"PIMP_TUI_SESSIONS": str(sessions_root), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_a_campaign_is_read_by_keyboard_over_a_thin_line(
    done_session,
    thin_environment,
    tmp_path,
    size,
):
    begun = time.monotonic()
    terminal = ThinTerminal(["--slow"], thin_environment, size)
    terminal.until("8/8")
    first = len(terminal.raw)
    terminal.press("\r")
    terminal.until("[4 Results]")
    terminal.until("library default")
    terminal.press("/num_beams = 4\rs")  # one burst, as a slow line delivers it
    terminal.until("where num_beams = 4")
    terminal.press("\r")  # into its repeats
    terminal.until("enter: its requests")
    terminal.press("\r")
    terminal.until("enter: the completion")
    terminal.press("\r")
    terminal.until("return x + ")
    terminal.press("\x1b")
    terminal.until("enter: the completion")
    terminal.press("\x1b")
    terminal.until("enter: its requests")
    terminal.press("\x1b")
    terminal.until("where num_beams = 4")
    terminal.press(f"e\x15{tmp_path}/out.csv\r")  # in place of the name offered
    for _ in range(300):
        terminal.read(0.1)
        if (tmp_path / "out.csv").exists():
            break
    assert (tmp_path / "out.csv").read_text().count("\n") >= 2
    terminal.press("6")
    terminal.until("of 3 on the front")
    terminal.press("lh")
    terminal.press("1/beams\r")
    terminal.until("[1 Space]")
    terminal.until("num_beams")
    terminal.press("3")
    terminal.until("done: 14 of 16 runs")
    terminal.press("qq")
    assert terminal.wait() == 0
    assert "Traceback" not in terminal.text
    assert first < BYTES_PER_S, "the list is there within a second of line"
    assert len(terminal.raw) / (time.monotonic() - begun) < BYTES_PER_S
