"""Verdicts of programs that were judged before in this process."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .tasks import Task

MAX_ENTRIES = 100_000


@dataclass
class Entry:
    """One program's verdict, (passed, reason), or None before it was judged."""

    verdict: tuple[bool, str] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class VerdictCache:
    """Verdicts by task, program and time limit; the oldest go first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def once(self, task: Task, source: str, cpu_s: float) -> Iterator[Entry]:
        """The entry of a program, held so that two workers do not judge the same one."""
        parts = (task.prompt, task.test or "", task.entry_point or "", source, repr(cpu_s))
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        key = hashlib.sha256(text).digest()
        with self._lock:
            entry = self._entries.setdefault(key, Entry())
            if len(self._entries) > MAX_ENTRIES:
                self._entries.popitem(last=False)
        with entry.lock:
            yield entry
