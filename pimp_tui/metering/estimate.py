"""Energy from CPU time, where nothing is measured.

Constants: Lannelongue, Grealey, Inouye 2021, "Green Algorithms: Quantifying the Carbon Footprint
of Computation", Advanced Science 8: 12 W for a core of unknown model in use, 0.3725 W per GB of
memory. The memory term is drawn busy or idle and stands for the idle share of the machine.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import psutil

from pimp_tui.visible_gpus import Gpu

from .base import Part, Sample

CORE_W = 12.0
MEMORY_W_PER_GB = 0.3725
DEVICE = "cpu"


def process_tree_cpu_s(process: psutil.Process) -> float:
    """CPU seconds, user and system, of a process with its living and its reaped children."""
    total = 0.0
    for member in [process, *_children(process)]:
        try:
            times = member.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def process_tree_memory_bytes(process: psutil.Process) -> int:
    """Resident memory of a process with its living children."""
    total = 0
    for member in [process, *_children(process)]:
        try:
            total += member.memory_info().rss
        except psutil.Error:
            continue
    return total


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        children: list[psutil.Process] = process.children(recursive=True)
    except psutil.Error:
        return []
    return children


class EstimateMeter:
    """CPU seconds of this process's tree times watts per busy core, and memory times time.

    Args:
        gpus: not used.
        pid: the root of the tree; this process by default.
    """

    name = "estimate"
    part: Part = "estimate"

    def __init__(self, gpus: Sequence[Gpu] | None = None, pid: int | None = None) -> None:
        del gpus
        self.devices = [DEVICE]
        self._process = psutil.Process(pid)
        self._own = pid is None
        self._memory_j = 0.0
        self._memory_read_s = time.monotonic()
        self._before = (self._memory_read_s, self._cpu_s())

    def samples(self) -> list[Sample]:
        now, cpu_s = time.monotonic(), self._cpu_s()
        then, before_s = self._before
        self._before = (now, cpu_s)
        if now <= then:
            return []
        memory_gb = self._process.memory_info().rss / 1e9
        watts = CORE_W * (cpu_s - before_s) / (now - then) + MEMORY_W_PER_GB * memory_gb
        return [Sample(DEVICE, estimated_power_w=watts)]

    def counters_j(self) -> Mapping[str, float | None]:
        now = time.monotonic()
        memory_gb = process_tree_memory_bytes(self._process) / 1e9
        self._memory_j += MEMORY_W_PER_GB * memory_gb * (now - self._memory_read_s)
        self._memory_read_s = now
        return {DEVICE: CORE_W * process_tree_cpu_s(self._process) + self._memory_j}

    def take_notes(self) -> list[str]:
        return []

    def close(self) -> None:
        return None

    def _cpu_s(self) -> float:
        """CPU seconds at the cost of one system call, for the live display."""
        if self._own:
            return time.process_time()
        times = self._process.cpu_times()
        return float(times.user + times.system)
