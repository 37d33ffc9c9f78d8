"""Frames of the session, read in threads and kept until the files change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pimp_tui.session.bundle import Session

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")
_FILES = ("manifest.json", "plan.parquet", "runs", "requests", "power")


class FrameReader:
    """Shared by the panes of one workspace, so that no frame is read twice.

    Every answer is a frame that nobody changes; an equal question while the files are as they
    were gets the same object.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept: dict[str, tuple[tuple[int, ...], Any]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def stamp(self) -> tuple[int, ...]:
        """Modification times of the session's files."""
        return tuple(_mtime(self.path / name) for name in _FILES)

    async def get(self, name: str, make: Callable[[Session], T]) -> T:
        """``make(session)`` in a thread, kept under ``name`` while the files stay as they are.

        Raises:
            UserError: the session cannot be read.
        """
        async with self._locks.setdefault(name, asyncio.Lock()):
            stamp = self.stamp()
            kept = self._kept.get(name)
            if kept is None or kept[0] != stamp:
                value = await asyncio.to_thread(lambda: make(Session(self.path)))
                kept = self._kept[name] = (stamp, value)
            value = kept[1]
            return value  # type: ignore[no-any-return]

    async def configurations(self) -> pl.DataFrame:
        """One row per planned configuration: options, metric means and ``_std``s (bundle.py)."""
        return await self.get(
            "configurations",
            # Half the time and memory of the streaming engine on a million rows.
            lambda session: session.configurations(spread=True).collect(engine="in-memory"),
        )

    async def runs(self) -> pl.DataFrame:
        """The runs table."""
        return await self.get("runs", lambda session: session.runs.collect())

    async def runs_of(self, config_id: str) -> pl.DataFrame:
        """The runs of one configuration: of a long table only these are read."""
        import polars as pl

        mine = pl.col("config_id") == config_id
        return await asyncio.to_thread(lambda: Session(self.path).runs.filter(mine).collect())

    async def requests(self) -> pl.DataFrame:
        """The requests table without the completions, which are long: ask for one by ``get``."""
        return await self.get(
            "requests", lambda session: session.requests.drop("completion").collect()
        )

    async def power(self) -> pl.DataFrame:
        """The power table."""
        return await self.get("power", lambda session: session.power.collect())

    async def plan(self) -> pl.DataFrame:
        """The plan."""
        return await self.get("plan", lambda session: session.plan.collect())


def _mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
