"""Copying over SSH: tmux's own buffer inside tmux, OSC 52 elsewhere; the user is told which.

Inside tmux 3.3 with default settings a raw OSC 52 does not reach the outer terminal, while
``tmux load-buffer -w -`` fills tmux's buffer and passes it on.
"""

from __future__ import annotations

import asyncio
import os
import shutil

from textual.app import App

_PATIENCE_S = 3.0


async def copy(app: App[object], text: str) -> str:
    """Copy ``text``.

    Returns:
        The route in words: ``tmux buffer`` or ``OSC 52``.
    """
    if os.environ.get("TMUX") and shutil.which("tmux") and await _load_buffer(text):
        return "tmux buffer"
    app.copy_to_clipboard(text)
    return "OSC 52"


async def _load_buffer(text: str) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux", "load-buffer", "-w", "-",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await asyncio.wait_for(process.communicate(text.encode()), _PATIENCE_S)
    except (OSError, TimeoutError):
        return False
    return process.returncode == 0
