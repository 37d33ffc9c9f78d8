"""When to give a sandbox up: a broken one would be tried for every sample, each to its time-out."""

from __future__ import annotations

import threading
from types import TracebackType

from .faults import SandboxFault

MAX_FAULTS = 3


class Patience:
    """Counts faults in a row around attempts: ``with patience: ...``; shared by threads."""

    def __init__(self) -> None:
        self._faults: list[SandboxFault] = []
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if len(self._faults) >= MAX_FAULTS:
                last = self._faults[-1]
                raise SandboxFault(f"given up after {MAX_FAULTS} faults: {last}", last.mend)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        with self._lock:
            if isinstance(error, SandboxFault):
                self._faults.append(error)
            elif kind is None and len(self._faults) < MAX_FAULTS:
                self._faults.clear()
