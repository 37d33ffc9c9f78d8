"""Keys on a Results table of a million rows: the real program on a pseudo-terminal.

    python tests/benchmarks/results_table.py [--rows 1000000] [--size 120x40] [--session DIR]
                                             [--peer PYTHON]

Imports a table (or takes a session by ``--session``), presses keys and tells for each: from the
key to the first frame that shows its effect, to the full order, the CPU of the program, and the
longest time in which its event loop did nothing. ``--peer`` names a Python that has harlequin:
its table (textual-fastdatatable) sorts and filters the same rows beside ours.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import resource
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

#: Milliseconds: the first screen of a sort, its full order, a filter, one step of the cursor, and
#: what the event loop may be away for.
FIRST_MS, FULL_MS, FILTER_MS, SCROLL_MS, STALL_MS = 100.0, 600.0, 150.0, 50.0, 100.0
_TICK_S = 0.005


def table(rows: int, file: Path) -> tuple[str, str]:
    """Write six options, whose values differ in every row, and six metrics; names of both."""
    import numpy as np
    import polars as pl

    chance = np.random.default_rng(1)
    order = chance.permutation(rows)
    names = np.array([f"kind_{n}" for n in range(10)])
    options = {
        "cache": names[order % 10],
        "num_beams": order // 10 % 10 + 1,
        "temperature": order // 100 % 10 / 10,
        "top_k": order // 1000 % 10 * 10,
        "dtype": names[order // 10_000 % 10],
        "batch_size": order // 100_000,
    }
    metrics = {
        "energy_j": chance.gamma(4, 8, rows),
        "duration_s": chance.gamma(3, 5, rows),
        "pass_at_1": chance.beta(7, 3, rows),
        "latency_s": chance.gamma(3, 1, rows),
        "tokens_per_s": chance.gamma(9, 100, rows),
        "peak_memory_bytes": chance.integers(1, 80, rows) * 2.0**30,
    }
    pl.DataFrame(options | metrics).write_parquet(file)
    return ",".join(options), ",".join(metrics)


def heartbeat(file: str) -> None:
    """Write ``moment gap`` (s, monotonic) of every late tick of this process's event loop."""
    import asyncio

    from textual.app import App

    async def beat() -> None:
        with Path(file).open("w", buffering=1) as out:
            last = time.monotonic()
            while True:
                await asyncio.sleep(_TICK_S)
                now = time.monotonic()
                if now - last > 4 * _TICK_S:
                    out.write(f"{now} {now - last}\n")
                last = now

    ready = App._ready

    async def with_beat(app: App[object]) -> None:
        app._heart = asyncio.create_task(beat())  # type: ignore[attr-defined]
        await ready(app)

    App._ready = with_beat  # type: ignore[method-assign]


class Program:
    """``python results_table.py --child …`` on a pseudo-terminal."""

    def __init__(self, arguments: list[str], columns: int, rows: int, beats: Path) -> None:
        import pyte

        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.beats = beats
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            own = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor",
                   "LC_ALL": "C.UTF-8"}  # fmt: skip
            own.pop("COLUMNS", None), own.pop("LINES", None)
            line = [sys.executable, __file__, "--child", str(beats), *arguments]
            os.execve(sys.executable, line, own)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def peak_mib(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

    def stall_ms(self, start: float, end: float) -> float:
        """The longest silence of the event loop in a span of time (s, monotonic)."""
        pairs = [line.split() for line in self.beats.read_text().splitlines()]
        gaps = [float(gap) for moment, gap in pairs if start <= float(moment) <= end + 0.1]
        return max(gaps, default=0.0) * 1e3

    def read(self, seconds: float) -> float | None:
        """Take what comes within ``seconds``; when it came."""
        if not select.select([self.fd], [], [], max(seconds, 0.0))[0]:
            return None
        now = time.monotonic()
        try:
            self.stream.feed(os.read(self.fd, 1 << 18).replace(b"\x1b[>", b"\x1b[?"))
        except OSError:
            return None
        return now

    def settle(self, quiet_s: float = 0.4) -> None:
        while self.read(quiet_s):
            pass

    def until(self, wanted: Callable[[str], bool], seconds: float = 300.0) -> float:
        """When (s, monotonic) the screen was as wanted."""
        end = time.monotonic() + seconds
        while not wanted(self.text):
            moment = self.read(end - time.monotonic())
            if moment is None:
                raise AssertionError(f"not within {seconds} s:\n{self.text}")
        return moment

    def close(self) -> None:
        os.write(self.fd, b"\x1bqq")
        for _ in range(200):
            self.read(0.05)
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return
        os.kill(self.pid, 9), os.waitpid(self.pid, 0)


class Told:
    """Prints one line a key and remembers whether all kept to their limits."""

    def __init__(self) -> None:
        self.good = True

    def line(self, name: str, first: float, limit: float, full: float | None, cpu: float,
             stall: float) -> None:  # fmt: skip
        kept = first <= limit and (full is None or full <= FULL_MS) and stall <= STALL_MS
        self.good &= kept
        rest = "" if full is None else f"  full order {full:7.1f} (<= {FULL_MS:.0f})"
        print(f"  {name:<26} first frame {first:7.1f} (<= {limit:.0f}){rest:<30}"
              f"  CPU {cpu:7.1f}  stall {stall:6.1f} (<= {STALL_MS:.0f})"
              f"  {'held' if kept else 'MISSED'}", flush=True)  # fmt: skip


def peer(file: str) -> None:
    """Harlequin's table over the same rows, headless: milliseconds of sort and first paint."""
    import asyncio

    import pyarrow.parquet
    from textual.app import App
    from textual_fastdatatable import ArrowBackend, DataTable

    class Peer(App[None]):
        def compose(self):  # type: ignore[no-untyped-def]
            yield DataTable(backend=ArrowBackend(pyarrow.parquet.read_table(file)))

    async def drive() -> None:
        start, cpu = time.monotonic(), time.process_time()
        async with Peer().run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            print(f"  harlequin's table: shown after {(time.monotonic() - start) * 1e3:.0f} ms"
                  f" (CPU {(time.process_time() - cpu) * 1e3:.0f})")  # fmt: skip
            widget = pilot.app.query_one(DataTable)
            for by in ("energy_j", "cache"):
                start, cpu = time.monotonic(), time.process_time()
                widget.sort(by)  # on the event loop, as harlequin does
                took, used = time.monotonic() - start, time.process_time() - cpu
                print(f"  harlequin's table: sort by {by:<9} {took * 1e3:.0f} ms, all of it a stall"
                      f" (CPU {used * 1e3:.0f})")  # fmt: skip
                await pilot.pause()

    asyncio.run(drive())


def rows_of(text: str) -> str:
    """The body of the table: what the keys change."""
    return "\n".join(text.splitlines()[4:-8])


def rule_of(text: str) -> str:
    return text.splitlines()[2]


def press(
    program: Program, told: Told, name: str, keys: str, limit: float,
    full: Callable[[str], bool] | None = None,
) -> None:  # fmt: skip
    """One key: the first frame with other rows, then ``full``."""
    program.settle()
    before, cpu = rows_of(program.text), program.cpu_s
    start = time.monotonic()
    os.write(program.fd, keys.encode())
    first = program.until(lambda text: rows_of(text) != before)
    done = program.until(full) if full and not full(program.text) else first
    program.settle()
    told.line(name, (first - start) * 1e3, limit, (done - start) * 1e3 if full else None,
              (program.cpu_s - cpu) * 1e3, program.stall_ms(start, done))  # fmt: skip


def results(session: str, columns: int, rows: int, folder: Path) -> bool:
    """Drive the Results screen of a session."""
    told = Told()
    program = Program(["open", session], columns, rows, folder / "beats")
    opened = program.until(lambda text: "[4 Results]" in text or "Results" in text)
    print(f"open: first frame {opened - program.began:.2f} s, CPU {program.cpu_s:.2f} s")
    os.write(program.fd, b"4")
    start = time.monotonic()
    filled = program.until(
        lambda text: "Configurations" in rule_of(text) and rows_of(text)[:1] == ">"
    )
    print(f"  table read and shown after {filled - start:.2f} s, CPU of all {program.cpu_s:.1f} s, "
          f"peak {program.peak_mib:.0f} MiB, "
          f"longest stall {program.stall_ms(start, filled):.0f} ms")  # fmt: skip
    print("milliseconds (limits)")

    def sorted_by(words: str) -> Callable[[str], bool]:
        return lambda text: words in rule_of(text) and "ing…" not in rule_of(text)

    os.write(program.fd, b"l" * 4)
    press(program, told, "s sort", "s", FIRST_MS, sorted_by("^"))
    press(program, told, "s reverse", "s", FIRST_MS, sorted_by(" v"))
    os.write(program.fd, b"hhh")
    press(program, told, "s by an option", "s", FIRST_MS, sorted_by("^"))
    os.write(program.fd, b"lll")
    program.settle()
    press(program, told, "S two keys", "S", FIRST_MS, sorted_by("^, "))
    os.write(program.fd, b"hhhhh")
    press(program, told, "s by position", "s", FIRST_MS, sorted_by("position ^"))
    for key, name in (("j", "j"), ("\x1b[6~", "PgDn"), ("G", "G end"), ("g", "g start")):
        press(program, told, name, key, SCROLL_MS)
    os.write(program.fd, b"/energy_j < 1")
    program.settle()
    press(program, told, "/ filter, another letter", "0", FILTER_MS)
    press(program, told, "/ filter, pasted", " and cache = kind_3\r", FILTER_MS,
          lambda text: "and cache" in rule_of(text) and "ing…" not in rule_of(text))  # fmt: skip
    press(program, told, "Esc clears the filter", "\x1b", FILTER_MS)
    print(f"peak {program.peak_mib:.0f} MiB")
    program.close()
    return told.good


def main() -> int:
    """Print the figures; 1 where one missed its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--session")
    parser.add_argument("--peer", help="a Python with textual-fastdatatable")
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        folder, session = Path(name), options.session
        names = table(options.rows, folder / "table.parquet")
        if not session:
            session = str(folder / "session")
            start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [sys.executable, "-m", "pimp_tui", "import", str(folder / "table.parquet"),
                 "--options", names[0], "--metrics", names[1], "--session", session],
                check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"import: {time.monotonic() - start:.1f} s, CPU {cpu:.1f} s,"
                  f" peak {after.ru_maxrss / 1024:.0f} MiB", flush=True)  # fmt: skip
        good = results(session, columns, rows, folder)
        if options.peer:
            subprocess.run(
                [options.peer, __file__, "--peer-child", str(folder / "table.parquet")], check=True
            )
    return 0 if good else 1


def child() -> None:
    """The program itself, with a heartbeat."""
    heartbeat(sys.argv[2])
    from pimp_tui.cli import main as run

    sys.argv = ["pimp-tui", *sys.argv[3:]]
    sys.exit(run())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child()
    elif sys.argv[1:2] == ["--peer-child"]:
        peer(sys.argv[2])
    else:
        sys.exit(main())
