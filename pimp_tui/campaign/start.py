"""Starting a runner that outlives whoever starts it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from pimp_tui.errors import UserError
from pimp_tui.session import lock
from pimp_tui.session.control import ControlClient
from pimp_tui.session.lock import read_holder
from pimp_tui.session.manifest import read_manifest

#: The runner's argument for verifying alone.
PICKS_ONLY = "--picks-only"
_PATIENCE_S = 60.0


def start_runner(session: Path, picks_only: bool = False) -> subprocess.Popen[bytes]:
    """Start the runner in a process session of its own, wait until it answers.

    Args:
        picks_only: verify what waits and leave the campaign as it is.

    Raises:
        UserError: another runner has the session, or this one ended at once (with its reason).
    """
    session = session.resolve()
    if lock.is_held(session):
        raise _runs_already(session)
    with (session / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "pimp_tui.campaign.runner", str(session),
                *([PICKS_ONLY] if picks_only else []),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            if process.returncode in (0, 3, 130):  # nothing was left to do, or stopped at once
                return process
            if lock.is_held(session):  # another was quicker
                raise _runs_already(session)
            raise UserError(_why(session, process.returncode), str(session))
        try:
            ControlClient(session).close()
            if read_holder(session).get("pid") in (None, process.pid):
                return process
        except ConnectionError:
            pass
        time.sleep(0.05)
    return process


def _runs_already(session: Path) -> UserError:
    return UserError(
        f"a campaign runs already ({lock.describe(read_holder(session))})",
        str(session),
        "`pimp-tui attach`, `pimp-tui open` or `pimp-tui stop`",
    )


def _why(session: Path, code: int) -> str:
    """Why a runner ended before it answered."""
    if code < 0:
        name = signal.Signals(-code).name
        return f"the runner was killed by {name} at once; run it again to go on"
    if outcome := read_manifest(session).get("outcome"):
        return str(outcome)
    lines = (session / "log.txt").read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the runner ended at once"
