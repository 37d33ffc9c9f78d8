"""Compiling a model's decision diagram beside the screen.

Most small models are compiled in a thread within a second. The others take seconds of Python,
which would hold the screen's interpreter lock, and keep the app from ending: a process of its own
does them, and is killed when the screen is left.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pimp_tui.space.knowledge.knowledge import Knowledge
    from pimp_tui.space.space import Space

_HERE_UP_TO = 400  # features
_HERE_S = 3.0


async def compiled(space: Space, seconds: float) -> Knowledge | None:
    """The diagram, or None where it cannot be had within ``seconds``."""
    reasoner = space.reasoner
    # The solver is not made for two threads: only what asks it nothing is done in one beside.
    if len(space.features) <= _HERE_UP_TO and reasoner.settled:
        found = await asyncio.to_thread(reasoner.knowledge, _HERE_S)
        if found is not None:
            return found
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pimp_tui.tui.panes.space.compile_child", str(seconds),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        sent = pickle.dumps((space.text, space.model.label))
        answer, _ = await asyncio.wait_for(process.communicate(sent), seconds + 30)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode or not answer:
        return None
    return await asyncio.to_thread(pickle.loads, answer)  # our own child's words
