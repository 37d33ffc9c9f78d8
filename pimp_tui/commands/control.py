"""Commands that look at or steer a running campaign."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

from pimp_tui.commands.output import Json, SessionArgument, print_json, print_pairs, say
from pimp_tui.errors import UserError

#: How long a running campaign may take to answer, seconds.
_PATIENCE_S = 5.0


def status(session: SessionArgument, json: Json = False) -> int:
    """How far a session is."""
    from pimp_tui.session import resolve
    from pimp_tui.session.status import read_status

    answer = read_status(resolve(session))
    print_json(answer) if json else print_pairs(answer)
    return 0


def pause(session: SessionArgument) -> int:
    """Pause after the run in progress."""
    return _send(session, "pause")


def resume(session: SessionArgument) -> int:
    """Go on after a pause, or start again where a stopped session ended."""
    from pimp_tui.campaign.start import start_runner
    from pimp_tui.commands.follow import tell_end
    from pimp_tui.session import resolve
    from pimp_tui.session.manifest import read_manifest
    from pimp_tui.session.status import state_of

    path = resolve(session)
    manifest = read_manifest(path)
    if state_of(path, manifest) in ("running", "paused"):
        return _send(session, "resume")
    runner = start_runner(path)
    if runner.poll() is not None:  # nothing was left to do
        return tell_end(path)
    say(f"the campaign goes on in the background (pid {runner.pid})")
    return 0


def stop(session: SessionArgument) -> int:
    """Stop after the run in progress; `resume` goes on."""
    return _send(session, "stop")


def _send(session: str, command: str) -> int:
    from pimp_tui.session import lock, resolve
    from pimp_tui.session.control import ControlClient
    from pimp_tui.session.manifest import read_manifest
    from pimp_tui.session.status import state_of

    path = resolve(session)
    manifest = read_manifest(path)
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with ControlClient(path) as client:
                client.request(command)
            break
        except ConnectionError:
            if state_of(path, manifest) not in ("running", "paused"):
                raise UserError(
                    f"no campaign runs on this session (it is {state_of(path, manifest)})",
                    str(path), "`pimp-tui run SESSION` goes on with it",
                ) from None  # fmt: skip
        if time.monotonic() > deadline:  # the runner makes a deleted socket again in a second
            if command == "stop" and _signal_runner(path, manifest):
                break
            holder = lock.describe(manifest.get("runner") or {})
            raise UserError(
                f"the campaign does not answer ({holder})", str(path),
                "steer it on that machine, or end that process",
            )  # fmt: skip
        time.sleep(0.1)
        manifest = read_manifest(path)
    say({"pause": "pausing after the run in progress", "resume": "going on"}.get(
        command, "stopping after the run in progress"))  # fmt: skip
    return 0


def _signal_runner(path: Path, manifest: dict) -> bool:
    """SIGTERM to the runner that holds the lock, for when its socket file is gone."""
    from pimp_tui.session import lock

    runner = manifest.get("runner") or {}
    if runner.get("host") != socket.gethostname() or not lock.is_held(path):
        return False
    try:
        os.kill(int(runner["pid"]), signal.SIGTERM)
    except (OSError, KeyError, ValueError):
        return False
    return True


COMMANDS = {"status": status, "pause": pause, "resume": resume, "stop": stop}
