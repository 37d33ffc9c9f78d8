"""Watches the processes of a sandbox from outside: what they use together, and that they end.

Limits of the kernel hold for each process; their sum is held here. A control group would do it too,
but version 2 gives a group's controllers to its children only once no process is left in the group
itself: the runner, and the shell it was started from, would have to move, which only their manager
may do (cgroups(7), "no internal processes"), and containers and batch jobs show the tree read-only.
So the sum is looked at every few hundredths of a second, and the kernel is told to begin with the
sandbox where memory runs out all the same.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MEMORY_FIELDS = ("RssAnon:", "RssShmem:", "VmSwap:", "VmPTE:")
GONE_S = 2.0


class Watch:
    """The process that was started and all that came from it.

    Elsewhere than on Linux it sees the first process only, and no memory.

    Attributes:
        cpu_s: CPU seconds of the processes alive at the last look, the most seen so far.
        memory_bytes: memory of their own, shared pages counted for each, at the last look.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.cpu_s, self.memory_bytes = 0.0, 0
        self._seen: dict[int, str] = {}

    def look(self, max_bytes: int) -> bool:
        """Looks once; whether they hold more memory than that together."""
        pids = self._family()
        total, cpu_s = 0, 0.0
        for pid in pids:
            start, used = _times(pid)
            if start:
                self._seen[pid] = start
            cpu_s += used
            total += _memory(pid)
        self.cpu_s, self.memory_bytes = max(self.cpu_s, cpu_s), total
        if total <= max_bytes:
            return False
        # Pages that a fork shares were counted for each process: ask for the exact share.
        exact = [_proportional(pid) for pid in pids]
        return None in exact or sum(part or 0 for part in exact) > max_bytes

    def kill(self) -> None:
        """Ends all of them; a namespace goes with its first process."""
        for pid in [self.pid, *self._family()]:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def wait_gone(self) -> None:
        """Returns when none of those seen is left, after 2 s at the latest."""
        until = time.monotonic() + GONE_S
        for pid, start in self._seen.items():
            while pid != self.pid and _times(pid)[0] == start and time.monotonic() < until:
                time.sleep(0.002)

    def _family(self) -> list[int]:
        found, todo = [], [self.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo.extend(_children(pid))
        return found


def _children(pid: int) -> list[int]:
    """Children by any of its threads; none where the kernel keeps no list of them."""
    children: list[int] = []
    try:
        for thread in (PROC / str(pid) / "task").iterdir():
            text = (thread / "children").read_text(encoding="ascii")
            children.extend(int(word) for word in text.split())
    except OSError:
        return children
    return children


def _times(pid: int) -> tuple[str, float]:
    """(start time, CPU seconds) of a process; an empty start where it is gone or a zombie."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", 0.0
    fields = text.rpartition(")")[2].split()
    used = (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    return ("" if fields[0] in "ZX" else fields[19]), used


def _memory(pid: int) -> int:
    try:
        text = (PROC / str(pid) / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    rows = (line.split() for line in text.splitlines() if line.startswith(MEMORY_FIELDS))
    return sum(int(row[1]) << 10 for row in rows)


def _proportional(pid: int) -> int | None:
    """Its share of memory with shared pages divided by their users; None where not permitted."""
    try:
        text = (PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    except OSError:
        return None
    names = ("Pss_Anon:", "Pss_Shmem:", "SwapPss:")
    rows = (line.split() for line in text.splitlines() if line.startswith(names))
    return sum(int(row[1]) << 10 for row in rows)


def kernel_kills() -> str:
    """The kernel's count of processes it ended for lack of memory; empty where it tells none."""
    try:
        text = (PROC / "vmstat").read_text(encoding="ascii")
    except OSError:
        return ""
    return text.partition("\noom_kill ")[2].partition("\n")[0]
