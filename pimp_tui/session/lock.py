"""One writer per session: an flock on ``lock``, which names the holder's host and pid."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError

_FILE = "lock"


class SessionLock:
    """The right to write a session, held as long as the object is open.

    The descriptor is not inheritable, so no child of the runner keeps the lock alive.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, session: Path, patience_s: float = 1.0) -> SessionLock:
        """Take the lock.

        Args:
            patience_s: how long to retry; a reader that looks holds it for a moment.

        Raises:
            UserError: another process holds it, named by host and pid.
        """
        descriptor = os.open(session / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        deadline = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    os.close(descriptor)
                    raise UserError(
                        f"the session is in use by {describe(read_holder(session))}",
                        str(session),
                        "attach with `pimp-tui attach`, or stop it with `pimp-tui stop`",
                    ) from None
                time.sleep(0.05)
        holder = {"host": socket.gethostname(), "pid": os.getpid()}
        if job := os.environ.get("SLURM_JOB_ID"):
            holder["job"] = job
        with contextlib.suppress(OSError):  # on a full disk the lock holds without a name
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        return cls(descriptor)

    def folder(self) -> Path | None:
        """Where the session's folder is by now, None where its lock was deleted (Linux)."""
        if self._descriptor is None:
            return None
        file = Path(f"/proc/self/fd/{self._descriptor}").readlink()
        return None if file.name.endswith(" (deleted)") else file.parent

    def release(self) -> None:
        """Give the lock back; harmless when done twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> SessionLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def read_holder(session: Path) -> dict[str, Any]:
    """What the lock file says of its last holder; empty when it says nothing."""
    try:
        value = json.loads((session / _FILE).read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def is_held(session: Path) -> bool:
    """Whether a living process holds the lock right now."""
    try:
        descriptor = os.open(session / _FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def describe(holder: dict[str, Any]) -> str:
    """A holder for people."""
    if not holder:
        return "another process"
    return f"pid {holder.get('pid')} on {holder.get('host')}"
