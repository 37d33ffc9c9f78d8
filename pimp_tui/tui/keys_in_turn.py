"""Keys one after the other: what a key does is done before the next one is looked at.

Textual forwards a key to what has the focus at that moment, and runs its binding some messages
later. Typed or pasted in one burst, the letters after ``/`` would so reach the pane and not the
input that ``/`` opens.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode
    from textual.events import Key, Paste
    from textual.screen import Screen

#: A key is waited for no longer than this; then the next one goes on, as it would in Textual.
_HANDLED_S, _READY_S, _LOOK_S = 1.0, 5.0, 0.01


class KeyTurn(Message):
    """Follows a key on its way up, through the same queues: when it arrives the key is done."""

    def __init__(self, done: asyncio.Event) -> None:
        super().__init__()
        self.done = done


class KeysInTurn:
    """Queues keys and pastes of an app and hands them on in turn.

    Args:
        app: sets ``done`` of a ``KeyTurn`` that reaches it.
        dispatch: Textual's own handling of one event.
        holds: whether a screen's focus is on its way elsewhere, so that a key must wait.
    """

    def __init__(
        self,
        app: App[int],
        dispatch: Callable[[Key | Paste], Awaitable[None]],
        holds: Callable[[Screen[object], Key | Paste], bool],
    ) -> None:
        self._app, self._dispatch, self._holds = app, dispatch, holds
        self._waiting: deque[Key | Paste] = deque()
        self._task: asyncio.Task[None] | None = None
        self._known: Screen[object] | None = None

    def add(self, event: Key | Paste) -> None:
        """Hand an event on as soon as those before it are done."""
        self._waiting.append(event)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            while self._waiting:
                event = self._waiting[0]
                await self._ready(event)
                if self._waiting and self._waiting[0] is event:
                    self._waiting.popleft()
                target = self._app.focused or self._app.screen
                await self._dispatch(event)
                await self._passed(target)
                for _ in range(3):  # a worker that the key started begins now
                    await asyncio.sleep(0)
        except Exception as error:
            self._app._handle_exception(error)

    async def _ready(self, event: Key | Paste) -> None:
        """Until the screen on top is there and has its focus."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _READY_S
        while loop.time() < end:
            screen = self._app.screen_stack[-1]
            if screen.is_mounted and not self._holds(screen, event):
                if screen is self._known:
                    return
                self._known = screen
                await self._passed(screen)  # it has been told to focus its first part
            else:
                await asyncio.sleep(_LOOK_S)

    async def _passed(self, target: DOMNode) -> None:
        """Until what was sent to ``target`` before has been handled all the way up."""
        done = asyncio.Event()
        if target.post_message(KeyTurn(done)):
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), _HANDLED_S)
