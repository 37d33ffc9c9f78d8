"""Compiles one component read from stdin and answers on stdout; its parent kills it when late."""

from __future__ import annotations

import os
import pickle
import sys
import time
from pathlib import Path

_MOST_NODES = 20_000_000
_MOST_BYTES, _SHARE = 6 << 30, 0.5


def main() -> int:
    """One component in, one flat diagram out; 1 where it does not fit."""
    own, formulas, seconds, keep = pickle.load(sys.stdin.buffer)
    try:
        import resource

        most = memory_bytes()
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, ValueError, OSError):
        pass  # without limits the parent's deadline still holds
    from pimp_tui.space.knowledge.build import TooLarge, build

    try:
        graph = build(own, formulas, time.monotonic() + seconds, _MOST_NODES, keep)
    except (TooLarge, MemoryError):
        return 1
    sys.stdout.buffer.write(pickle.dumps(graph))
    sys.stdout.buffer.flush()
    return 0


def memory_bytes() -> int:
    """Address space a compilation may take: half of what is free, at most 6 GiB."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) << 10  # given in KiB; counts what caches can give up
    except (OSError, ValueError):
        return _MOST_BYTES
    return max(1 << 30, min(_MOST_BYTES, int(_SHARE * free)))


if __name__ == "__main__":
    raise SystemExit(main())
