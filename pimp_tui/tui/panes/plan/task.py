"""One long computation of the Plan pane: in a thread, with progress, until stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from pimp_tui.tui.panes.plan.draw import Cancelled

if TYPE_CHECKING:
    from pimp_tui.tui.panes.base import Pane

T = TypeVar("T")
Tell = Callable[[str, float | None], None]
_EVERY_S = 0.25


class Task:
    """What is being worked out now, if anything.

    Args:
        pane: where its progress is told.
    """

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self._stop: threading.Event | None = None
        self._given_up: asyncio.Event | None = None
        self._beside = False

    @property
    def on(self) -> bool:
        """Whether something is being worked out."""
        return self._stop is not None

    @property
    def busy(self) -> bool:
        """Whether that is something the user asked for."""
        return self.on and not self._beside

    def stop(self) -> None:
        """Give it up: what it still does goes on unseen until it asks."""
        if self._stop is not None and self._given_up is not None:
            self._stop.set()
            self._given_up.set()

    async def run(self, name: str, work: Callable[[Tell], T], beside: bool = False) -> T | None:
        """The result, or None where it was stopped.

        Args:
            beside: it leaves solver and diagram alone, so it need not be the reasoning thread's,
                and gives way to other work.

        Raises:
            UserError: as the work does.
        """
        stop, given_up, said = threading.Event(), asyncio.Event(), [""]

        def tell(what: str, share: float | None) -> None:
            if stop.is_set():
                raise Cancelled
            said[0] = what if share is None else f"{what} {100 * share:.0f} %"

        def whole() -> T:
            return work(tell)

        desk, _ = await self._pane.workspace.desk_and_view()
        self._stop, self._given_up = stop, given_up
        self._pane.refresh_footer()
        self._beside = beside
        job = asyncio.ensure_future(asyncio.to_thread(whole) if beside else desk.do(whole))
        gone = asyncio.ensure_future(given_up.wait())
        shown = False
        try:
            while True:
                await asyncio.wait({job, gone}, timeout=_EVERY_S,
                                   return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
                if gone.done():
                    job.add_done_callback(lambda done: done.cancelled() or done.exception())
                    self._pane.say(f"{name}: stopped")
                    return None
                if job.done():
                    if shown:
                        self._pane.say("")
                    return job.result()
                shown = True  # said again, because the line forgets what is not
                self._pane.say(f"{name}: {said[0] or 'working'}… esc stops")
        except asyncio.CancelledError:
            stop.set()
            raise
        finally:
            gone.cancel()
            if self._stop is stop:
                self._stop = self._given_up = None
            self._pane.refresh_footer()
