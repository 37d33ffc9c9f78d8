"""Session time: seconds since the session's epoch, never running backwards.

``t_s`` comes from the monotonic clock, so a stepped wall clock cannot disturb it; across a resume
it goes on from the later of the wall clock's distance and the last value on disk.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class SessionClock:
    """Maps monotonic times of this machine to session seconds and to UTC.

    Args:
        created: the session's epoch (manifest ``created``).
        last_t_s: the largest ``t_s`` already on disk, 0 for a new session.
    """

    def __init__(self, created: str, last_t_s: float = 0.0) -> None:
        now = datetime.now(UTC)
        since = (now - datetime.fromisoformat(created)).total_seconds()
        self._wall_at_start = now
        self._monotonic_at_start = time.monotonic()
        self._t_at_start = max(since, last_t_s, 0.0)

    def t_s(self, monotonic: float | None = None) -> float:
        """Session seconds at a value of ``time.monotonic()``, by default now."""
        at = time.monotonic() if monotonic is None else monotonic
        return self._t_at_start + (at - self._monotonic_at_start)

    def utc(self, monotonic: float | None = None) -> datetime:
        """UTC at a value of ``time.monotonic()``, by default now."""
        at = time.monotonic() if monotonic is None else monotonic
        return self._wall_at_start + timedelta(seconds=at - self._monotonic_at_start)


def last_t_s(session: Path) -> float:
    """The largest ``t_s`` in the power table, 0 where there is none."""
    import polars as pl

    folder = session / "power"
    if not folder.is_dir() or not any(folder.glob("*.parquet")):
        return 0.0
    value = pl.scan_parquet(folder / "*.parquet").select(pl.col("t_s").max()).collect().item()
    return float(value or 0.0)
