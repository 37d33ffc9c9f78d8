"""Copying over SSH: tmux's own buffer inside tmux, OSC 52 elsewhere; the user is told which.

Inside tmux 3.3 with default settings a raw OSC 52 does not reach the outer terminal, while
``tmux load-buffer -w -`` fills tmux's buffer and passes it on.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil

from textual.app import App

_PATIENCE_S = 3.0
#: Screen 4 drops longer strings (its MAXSTR is 768).
_PIECE = 512


async def copy(app: App[object], text: str) -> str:
    """Copy ``text``.

    Returns:
        The route in words: ``tmux buffer``, ``OSC 52`` or ``OSC 52 through screen``.
    """
    if os.environ.get("TMUX") and shutil.which("tmux") and await _load_buffer(text):
        return "tmux buffer"
    if os.environ.get("STY") and app._driver is not None:
        app._driver.write(through_screen(text))
        return "OSC 52 through screen"
    app.copy_to_clipboard(text)
    return "OSC 52"


def through_screen(text: str) -> str:
    """OSC 52 in the pieces that GNU screen hands on to its terminal; bare, it swallows it."""
    sequence = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"
    parts = (sequence[at : at + _PIECE] for at in range(0, len(sequence), _PIECE))
    return "".join(f"\x1bP{part}\x1b\\" for part in parts)


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
