"""How much slower this machine is than the one that time limits are stated for."""

from __future__ import annotations

import time

# CPU seconds of `_work` on the reference machine, a 3 GHz server core of 2023 with CPython 3.11.
REFERENCE_S = 0.020
REPEATS = 3


def _work() -> int:
    total = 0
    for i in range(400_000):
        total += i * i % 7
    return total


def slowness() -> float:
    """Factor by which limits in CPU seconds are stretched here; at least 1.

    CPU seconds do not count the time that other processes hold the core, and the best of a few
    repeats does not count the moments when they evict its caches.
    """
    best = float("inf")
    for _ in range(REPEATS):
        start = time.thread_time()
        _work()
        best = min(best, time.thread_time() - start)
    return max(1.0, best / REFERENCE_S)
