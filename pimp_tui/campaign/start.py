"""Starting a runner that outlives whoever starts it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from pimp_tui.errors import UserError
from pimp_tui.session import lock
from pimp_tui.session.control import ControlClient
from pimp_tui.session.lock import read_holder

_PATIENCE_S = 60.0


def start_runner(session: Path) -> subprocess.Popen[bytes]:
    """Start the runner in a process session of its own, wait until it answers.

    Raises:
        UserError: another runner has the session, or this one ended at once (with its reason).
    """
    session = session.resolve()
    if lock.is_held(session):
        holder = read_holder(session)
        raise UserError(
            f"a campaign runs already (pid {holder.get('pid')} on {holder.get('host')})",
            str(session),
            "`pimp-tui attach`, `pimp-tui open` or `pimp-tui stop`",
        )
    with (session / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pimp_tui.campaign.runner", str(session)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            if process.returncode in (0, 3):  # nothing was left to do
                return process
            raise UserError(_last_line(session / "log.txt"), str(session))
        try:
            ControlClient(session).close()
            return process
        except ConnectionError:
            time.sleep(0.05)
    return process


def start_detached(session: Path) -> int:
    """Start the runner and leave it alone; returns its pid."""
    return start_runner(session).pid


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the runner ended at once"
