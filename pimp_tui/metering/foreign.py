"""Foreign load: processes on our GPUs that are not ours.

Source: NVML API reference, nvmlDeviceGetComputeRunningProcesses and …GraphicsRunningProcesses.
Inside a container NVML names pids of the host, so that our own process is met under a pid that is
not ours: what was there before our first CUDA context is foreign, and a single newcomer whose pid
nobody here has is us.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from pimp_tui.visible_gpus import Gpu

from .base import MeterUnavailable
from .cards import own_cards, start_nvml


@dataclass(frozen=True)
class ForeignProcess:
    """Somebody else's process on a GPU; None where NVML or the kernel does not tell."""

    device: str
    pid: int
    user: str | None
    memory_bytes: int | None

    def words(self) -> str:
        """For people: ``pid 41 (ada) with 2.0 GiB on H100 [0]``."""
        who = f" ({self.user})" if self.user else ""
        much = "" if self.memory_bytes is None else f" with {self.memory_bytes / 2**30:.1f} GiB"
        return f"pid {self.pid}{who}{much} on {self.device}"


class ForeignLoad:
    """Looks for foreign processes; to be made before the first CUDA context of this process.

    Args:
        gpus: as in `cards.own_cards`; None for those of CUDA_VISIBLE_DEVICES, or all.
        ours: pids that are ours besides this process and what it started.

    Attributes:
        blind: devices that did not tell their processes at the last look.

    Raises:
        MeterUnavailable: no NVML: nothing can be told.
    """

    def __init__(self, gpus: Sequence[Gpu] | None = None, ours: Sequence[int] = ()) -> None:
        self._nvml = nvml = start_nvml()
        self._devices = [(card.device, card.handle) for card in own_cards(nvml, gpus).cards]
        self._ours = {os.getpid(), *ours}
        self.blind: list[str] = []
        self._before = {pid for _, pid, _ in self._running()}

    def look(self) -> list[ForeignProcess]:
        """Foreign processes at this moment, by device."""
        running = self._running()
        pids = {pid for _, pid, _ in running}
        ours = self._ours | _descendants(os.getpid())
        foreign = pids - ours
        newcomers = {pid for pid in foreign - self._before if not psutil.pid_exists(pid)}
        if not pids & ours and len(newcomers) == 1:
            foreign -= newcomers
        return [
            ForeignProcess(device, pid, _user(pid), memory)
            for device, pid, memory in running
            if pid in foreign
        ]

    def close(self) -> None:
        """Give NVML back."""
        self._nvml.nvmlShutdown()

    def _running(self) -> list[tuple[str, int, int | None]]:
        found: dict[tuple[str, int], int | None] = {}
        self.blind = []
        for device, handle in self._devices:
            computing = self._ask("nvmlDeviceGetComputeRunningProcesses", handle)
            drawing = self._ask("nvmlDeviceGetGraphicsRunningProcesses", handle)
            if computing is None:
                self.blind.append(device)
            for process in [*(computing or ()), *(drawing or ())]:
                found[(device, int(process.pid))] = process.usedGpuMemory
        return [(device, pid, memory) for (device, pid), memory in found.items()]

    def _ask(self, call: str, handle: Any) -> list[Any] | None:
        """Processes, None where a vGPU, a lost device or an old driver does not tell them."""
        mismatch = getattr(self._nvml, "NVMLLibraryMismatchError", self._nvml.NVMLError)
        try:
            return list(getattr(self._nvml, call)(handle))
        except (self._nvml.NVMLError, mismatch):
            return None


def foreign_now(
    gpus: Sequence[Gpu] | None = None, ours: Sequence[int] = ()
) -> list[ForeignProcess]:
    """Foreign processes on the GPUs at this moment; empty without NVML."""
    try:
        load = ForeignLoad(gpus, ours)
    except MeterUnavailable:
        return []
    try:
        return load.look()
    finally:
        load.close()


def _descendants(pid: int) -> set[int]:
    try:
        return {child.pid for child in psutil.Process(pid).children(recursive=True)}
    except psutil.Error:
        return set()


def _user(pid: int) -> str | None:
    try:
        return psutil.Process(pid).username()
    except psutil.Error:
        return None


class ForeignWatch:
    """Foreign processes met from ``begin`` to ``end``; call ``poll`` about once a second.

    Without NVML nothing can be told, and ``end`` says None, as it does where a device tells none.

    Attributes:
        present: those that the last look found.
    """

    def __init__(self, gpus: Sequence[Gpu] | None = None, ours: Sequence[int] = ()) -> None:
        try:
            self._load: ForeignLoad | None = ForeignLoad(gpus, ours)
        except MeterUnavailable:
            self._load = None
        self._seen: dict[tuple[str, int], ForeignProcess] = {}
        self.present: list[ForeignProcess] = []

    def begin(self) -> None:
        """Forget what was met, and look."""
        self._seen = {}
        self.poll()

    def poll(self) -> None:
        """Look."""
        if self._load is not None:
            self.present = self._load.look()
            self._seen |= {(found.device, found.pid): found for found in self.present}

    def end(self) -> list[str] | None:
        """Look once more; what was met, in words."""
        if self._load is None:
            return None
        self.poll()
        if not self._seen and self._load.blind:
            return None
        return [found.words() for found in self._seen.values()]
