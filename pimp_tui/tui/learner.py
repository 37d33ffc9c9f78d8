"""The learning child seen from the app: asked by lines of JSON, killed when it is not wanted.

scikit-learn takes seconds to import and a fit may take more, so none of it happens in this
process. One child serves all panes of a workspace; it keeps its learners between requests.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError

_LINE_BYTES = 256 * 1024 * 1024

Progress = Callable[[int, int], None]


class Cancelled(Exception):
    """The request was given up: the child was killed."""


class LearningChild:
    """``python -m pimp_tui.learning.child SESSION``, started at the first request.

    Requests are answered in turn.

    Attributes:
        progress: called with (done, of) while a request is answered.
    """

    def __init__(self, session: Path) -> None:
        self._session = session
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._generation = 0
        self.progress: Progress | None = None

    def another(self) -> LearningChild:
        """A second child on the same session, for long work beside this one's answers."""
        return type(self)(self._session)

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return self._turn.locked()

    async def ask(self, request: str, **fields: Any) -> Any:
        """The answer to one request (``learning.child`` says which there are).

        Raises:
            UserError: the child refuses, with its reason, or it died.
            Cancelled: ``cancel`` was called.
        """
        exchange = asyncio.ensure_future(self._exchange({"request": request, **fields}))
        # Who asked may be gone by then: no word of it on the terminal after the app's end.
        exchange.add_done_callback(lambda task: task.cancelled() or task.exception())
        # Shielded: an answer nobody reads would be taken for that of the next request.
        answer = await asyncio.shield(exchange)
        if not answer.get("ok"):
            raise UserError(str(answer.get("error")), mend=answer.get("mend"))
        return answer.get("answer")

    async def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        generation = self._generation
        async with self._turn:
            if generation != self._generation:
                raise Cancelled
            process = await self._running()
            assert process.stdin and process.stdout
            try:
                process.stdin.write((json.dumps(message) + "\n").encode())
                await process.stdin.drain()
                line = await process.stdout.readline()
            except (ConnectionError, ValueError):
                line = b""
            if generation != self._generation:
                raise Cancelled
            if not line:
                self._kill()
                raise UserError("the learning process ended without an answer")
        found: dict[str, Any] = json.loads(line)
        return found

    def cancel(self) -> bool:
        """Give up what is being learnt; False when nothing is."""
        if not self.busy:
            return False
        self._generation += 1
        self._kill()
        return True

    def close(self) -> None:
        """End the child; the next request starts another."""
        self._generation += 1
        self._kill()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pimp_tui.learning.child", str(self._session.resolve()),
                str(os.getpid()),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=_LINE_BYTES,
                start_new_session=True,
            )  # fmt: skip
            asyncio.get_running_loop().create_task(self._follow(self._process))
        return self._process

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr
        async for line in process.stderr:
            try:
                done, of = json.loads(line)["progress"]
            except (ValueError, KeyError, TypeError):
                continue  # a library's warning
            if self.progress and process is self._process:
                self.progress(int(done), int(of))

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()


def child_of(workspace: Any) -> LearningChild | None:
    """The child that all panes of a workspace share; None without a session.

    It ends with the workspace (:func:`close_child`), or with this process.
    """
    if workspace.session_path is None:
        return None
    child = getattr(workspace, "_learning_child", None)
    if child is None:
        child = workspace._learning_child = LearningChild(workspace.session_path)
    return child  # type: ignore[no-any-return]


def close_child(workspace: Any) -> None:
    """The workspace is left: nobody reads the answer that is being worked on."""
    child: LearningChild | None = getattr(workspace, "_learning_child", None)
    if child is not None:
        child.close()
