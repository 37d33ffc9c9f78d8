"""Watches one session: events from the runner's socket where there is one, else the files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.session import control
from pimp_tui.tui.snapshot import Snapshot, Surveyor

_POLL_S = 1.0


class SessionWatcher:
    """Tells when the session changes, and hands on what its runner says.

    Args:
        session: the session's folder.
        on_snapshot: called with every new snapshot, on the event loop.
        on_event: called with every event of the runner (a dict with ``event`` and ``t_s``).
        slow: look half as often.

    Attributes:
        told: the runner's last ``state`` and ``progress``, for whoever comes in the middle of a
            run: the runner tells its state when it changes only. Empty where it told nothing.
    """

    def __init__(
        self,
        session: Path,
        on_snapshot: Callable[[Snapshot], object],
        on_event: Callable[[dict[str, Any]], object],
        slow: bool = False,
    ) -> None:
        self._session = session
        self._surveyor = Surveyor(session)
        self._on_snapshot, self._on_event = on_snapshot, on_event
        self._poll_s = _POLL_S * (2 if slow else 1)
        self._eta_s: float | None = None
        self._last: Snapshot | None = None
        self.connected = False
        self.told: list[dict[str, Any]] = []

    def first(self) -> Snapshot:
        """A snapshot without Polars, for the first frame.

        Raises:
            UserError: no session, or it cannot be read.
        """
        return self._surveyor.quick()

    async def run(self) -> None:
        """Watch until cancelled."""
        await asyncio.gather(self._watch_files(), self._listen())

    async def _watch_files(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(self._poll_s)

    async def _look(self) -> None:
        try:
            changed = self._surveyor.changed()
            # A runner that was killed changes no file: its lock tells.
            quick = self._surveyor.quick() if not changed else None
            if quick and self._last and quick.state == self._last.state:
                return
            snapshot = await asyncio.to_thread(self._surveyor.full, changed, self._eta_s)
        except UserError:
            return  # being written or just removed; the next look tells
        if snapshot != self._last:
            self._last = snapshot
            self._on_snapshot(snapshot)

    async def _listen(self) -> None:
        while True:
            try:
                async for event in control.subscribe(self._session):
                    self.connected = True
                    self._keep(event)
                    self._on_event(event)
            except (ConnectionError, ValueError, asyncio.LimitOverrunError):
                pass
            self.connected = False
            self._eta_s, self.told = None, []
            await asyncio.sleep(self._poll_s)

    def _keep(self, event: dict[str, Any]) -> None:
        kind = event.get("event")
        if kind == "state":
            self._eta_s = event.get("eta_s")
            same = [_run_of(event)] == [_run_of(old) for old in self.told[:1]]
            self.told = [event, *(self.told[1:] if same else ())]
        elif kind == "progress" and self.told:
            self.told = [self.told[0], event]


def _run_of(event: dict[str, Any]) -> tuple[Any, Any]:
    return event.get("config_id"), event.get("repetition")
