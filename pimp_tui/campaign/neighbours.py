"""Who else uses this machine: foreign processes on the GPUs, other campaigns on the host."""

from __future__ import annotations

import os
from collections.abc import Sequence

import psutil

from pimp_tui.errors import UserError
from pimp_tui.metering.foreign import foreign_now
from pimp_tui.metering.visible import Gpu

_RUNNER = "pimp_tui.campaign.runner"


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


def other_campaigns() -> list[int]:
    """pids of other runners on this host, of whichever user (told by their command lines)."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        words = process.info["cmdline"] or []
        if _RUNNER in words and process.info["pid"] != os.getpid():
            found.append(process.info["pid"])
    return found
