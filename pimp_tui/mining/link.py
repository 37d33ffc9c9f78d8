"""The check's hand on the child that holds the engine: a probe may kill it, never the check."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pimp_tui.campaign.worker_link import WorkerLink


class ProbeLink(WorkerLink):
    """A worker link whose child knows no session: it loads and probes, nothing else.

    Args:
        engine: name of the engine.
        log: where the child's output goes.
    """

    def __init__(self, engine: str, log: Path) -> None:
        super().__init__(log.parent, engine, None, lambda message: None, log, lambda: False)

    def _arguments(self, channel: int) -> list[str]:
        return [
            sys.executable, "-m", "pimp_tui.mining.child",
            "--channel", str(channel), "--parent", str(os.getpid()), "--engine", self._engine,
        ]  # fmt: skip
