"""Starting and steering a campaign: the runner is another process, reached by its socket."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from pimp_tui.errors import UserError

_START_S = 60.0


def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()


async def run_command(arguments: Sequence[str], patience_s: float = _START_S) -> str:
    """Run ``pimp-tui ARGUMENTS`` to its end, off the terminal.

    Returns:
        Its stdout.

    Raises:
        UserError: it ended with another code than 0; the text is its own first line.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pimp_tui", *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), patience_s)
    except TimeoutError:
        _end(process)
        raise UserError(f"pimp-tui {arguments[0]} does not answer") from None
    except asyncio.CancelledError:
        _end(process)
        raise
    if process.returncode:
        lines = err.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        raise UserError(" ".join(line.strip() for line in lines[-2:]), f"pimp-tui {arguments[0]}")
    return out.decode(errors="replace")


async def start(session: Path) -> None:
    """Start, or go on with, the campaign of an existing session in a detached runner."""
    await run_command(["run", str(session), "--detach"])


def start_demo(session: Path, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the demo campaign in a process session of its own; it outlives this app.

    Args:
        errors: a file that takes what it says on stderr.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "pimp_tui", "demo", "--headless", "--session", str(session)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )


async def steer(session: Path, command: str) -> None:
    """Send ``pause``, ``resume``, ``skip`` or ``stop`` to the runner.

    Raises:
        UserError: nobody runs the campaign, or the runner refuses.
    """
    from pimp_tui.session import control

    try:
        await control.send(session, command)
    except ConnectionError:
        raise UserError("no campaign runs here", mend="r starts it") from None
