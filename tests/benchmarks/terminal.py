"""What screens cost: CPU to the first frame, bytes/s and CPU live, beside harlequin and btop.

    python -m tests.benchmarks.terminal [--harlequin EXE] [--btop EXE] [--starts 10] [--seconds 20]
                                        [--sizes 120x40 80x24] [--slow]

Everything is measured in one run on pseudo-terminals of the same size, starts in turn, so that a
busy machine is as busy for each. ``first`` is CPU (user and system, median over the starts) until
1,500 bytes were sent, a splash screen among them; ``frame`` until the bottom row is painted, which
is the first full frame. ``live`` is a Monitor on a fast fake campaign with two fake GPUs, or what
the app does by itself: harlequin blinks a cursor, btop shows the machine. ``rest`` is a screen on
which nothing changes. pimp-tui is started as it is and with compiled modules, harlequin as pip
left it, compiled. Targets: a frame within 0.35 s and a quarter of harlequin's; live at most
10 kB/s at 120x40, 4 kB/s at 80x24 and 3 % of a core; 0 bytes at rest. Linux only.

``pip install harlequin`` in a virtual environment of its own; btop comes with the distribution.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.tui.conftest import make_session
from tests.tui.fake_runner import fake_campaign
from tests.tui.on_a_pty import OnAPty, Paint, Rate

Size = tuple[int, int]
_SETTLE_S = 5.0
PIMP = [sys.executable, "-m", "pimp_tui"]


@dataclass
class App:
    """A program to start, and what was measured of it."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    paints: list[Paint] = field(default_factory=list)

    def start(self, size: Size) -> None:
        """One start more."""
        with OnAPty(self.arguments, size, self.environment) as terminal:
            self.paints.append(terminal.paint())

    def median(self, what: str) -> float | None:
        """Median of a field of Paint; None where a start never came that far."""
        values = [getattr(paint, what) for paint in self.paints]
        return None if None in values or not values else statistics.median(values)


def paint_table(apps: Sequence[App], size: Size, starts: int) -> None:
    """Start each in turn; print medians and what they are of harlequin's."""
    for app in apps:
        app.paints.clear()
    for _ in range(starts):
        for app in apps:
            app.start(size)
    theirs = next((a.median("frame_s") for a in apps if a.name == "harlequin"), None)
    print(f"{_named(size)}, {starts} starts, load {os.getloadavg()[0]:.1f}")
    print(f"  {'start':32}{'first s':>9}{'frame s':>9}{'wall s':>9}  of harlequin's frame")
    for app in apps:
        first, frame, wall = (app.median(what) for what in Paint._fields)
        share = f"{frame / theirs:6.2f}" if frame is not None and theirs else "     -"
        print(f"  {app.name:32}{_s(first):>9}{_s(frame):>9}{_s(wall):>9}  {share}")


def rate_table(rows: Sequence[tuple[str, Rate]], size: Size) -> None:
    """Print rates and what they are of btop's and harlequin's."""
    by_name = dict(rows)
    print(f"{_named(size)}, load {os.getloadavg()[0]:.1f}")
    print(f"  {'left alone':32}{'bytes/s':>9}{'CPU %':>9}  bytes/s of btop, harlequin")
    for name, rate in rows:
        shares = [
            f"{rate.bytes_per_s / other.bytes_per_s:6.2f}" if other and other.bytes_per_s else "-"
            for other in (by_name.get("live btop"), by_name.get("rest harlequin"))
        ]
        print(f"  {name:32}{rate.bytes_per_s:9.0f}{100 * rate.core:9.2f}  {'  '.join(shares)}")


def rate_of(
    app: App, size: Size, seconds: float, keys: bytes = b"", shows: bytes | None = None
) -> Rate:
    """An app left alone, after the keys that lead to a screen and a word upon it."""
    with OnAPty(app.arguments, size, app.environment) as terminal:
        terminal.paint()
        terminal.read(_SETTLE_S / 2)
        if keys:
            terminal.press(keys)
            terminal.read(20, until=shows)
        terminal.read(_SETTLE_S)
        return terminal.rate(seconds)


def _named(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def _s(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _size(text: str) -> Size:
    columns, rows = text.split("x")
    return int(columns), int(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--harlequin", metavar="EXE")
    parser.add_argument("--btop", metavar="EXE")
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--sizes", type=_size, nargs="+", default=[(120, 40), (80, 24)])
    parser.add_argument("--slow", action="store_true", help="pimp-tui as on a thin line")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "sessions"
        done, live = make_session(root / "done"), make_session(root / "live", fails=0)
        # Nobody's settings, and no compiled modules but those that are asked for.
        home = {"HOME": scratch, "XDG_CONFIG_HOME": f"{scratch}/config",
                "PIMP_TUI_SESSIONS": str(root)}  # fmt: skip
        compiled = home | {"PYTHONDONTWRITEBYTECODE": "",
                           "PYTHONPYCACHEPREFIX": f"{scratch}/compiled"}  # fmt: skip
        flags = ["--slow"] if given.slow else []
        sessions = App("pimp-tui Sessions", [*PIMP, *flags], home)
        fast = App("pimp-tui Sessions, compiled", [*PIMP, *flags], compiled)
        opened = App("pimp-tui open SESSION, compiled", [*PIMP, "open", str(done)], compiled)
        others = [
            App(name, [executable], home)
            for name, executable in (("harlequin", given.harlequin), ("btop", given.btop))
            if executable
        ]
        for app in (fast, opened):
            app.start((120, 40))  # which compiles
        for size in given.sizes:
            paint_table([sessions, fast, opened, *others], size, given.starts)
        for size in given.sizes:
            at_rest = App("", [*PIMP, "open", *flags, str(done)], compiled)
            rows = [
                ("rest Sessions", rate_of(fast, size, given.seconds)),
                ("rest Monitor", rate_of(at_rest, size, given.seconds, b"3", b"Latency")),
            ]
            with fake_campaign(live):
                monitor = App("", [*PIMP, "open", *flags, str(live)], compiled)
                rate = rate_of(monitor, size, given.seconds, b"3", b"Latency")
                rows.append(("live Monitor, two GPUs", rate))
            rows += [
                (f"{'rest' if app.name == 'harlequin' else 'live'} {app.name}",
                 rate_of(app, size, given.seconds))
                for app in others
            ]  # fmt: skip
            rate_table(rows, size)


if __name__ == "__main__":
    main()
