"""Who else uses this machine: foreign processes on the GPUs, other campaigns on the host."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import psutil

from pimp_tui.errors import UserError
from pimp_tui.metering.foreign import foreign_now
from pimp_tui.visible_gpus import Gpu

_RUNNER = "pimp_tui.campaign.runner"
#: A campaign takes longer than this to start and to measure anything.
_PERIOD_S = 2.0


def require_free_gpus(gpus: Sequence[Gpu] | None, shared: bool) -> None:
    """Refuse to start on a GPU that others use, unless the user accepted that.

    Raises:
        UserError: foreign processes, each with pid, user and memory.
    """
    if shared:
        return
    foreign = foreign_now(gpus)
    if foreign:
        raise UserError(
            f"others use the GPU: {'; '.join(one.words() for one in foreign)}",
            mend="wait until they are done, take other --gpus, or accept it with --shared-gpu",
        )


class Neighbours:
    """Other campaigns on this host, of whichever user, met from ``begin`` to ``end``.

    They are told by their command lines. A pid is looked at twice, since a process that was just
    forked still has the command line of its parent; after that it costs nothing any more.

    Args:
        word: the argument that tells a campaign's runner.
    """

    def __init__(self, word: str = _RUNNER) -> None:
        self._word = word
        self._looks: dict[int, int] = {}
        self._met = False
        self._due_s = 0.0

    def begin(self) -> None:
        """Forget what was met, and look at every process."""
        self._looks, self._met = {}, False
        self._look()

    def poll(self) -> None:
        """Look at what is new, every ``_PERIOD_S`` seconds at most."""
        if time.monotonic() >= self._due_s:
            self._look()

    def end(self) -> bool:
        """Look once more; whether there was any."""
        self._look()
        return self._met

    def _look(self) -> None:
        self._due_s = time.monotonic() + _PERIOD_S
        if self._met:
            return
        there = psutil.pids()
        self._looks = {pid: self._looks[pid] for pid in there if pid in self._looks}
        for pid in there:
            if self._looks.get(pid, 0) >= 2 or pid == os.getpid():
                continue
            self._looks[pid] = self._looks.get(pid, 0) + 1
            self._met = self._met or _has_argument(pid, self._word)


def _has_argument(pid: int, word: str) -> bool:
    try:
        return word in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
