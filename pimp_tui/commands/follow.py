"""Following a campaign from the terminal: one progress line, events as lines, an exit code."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from pimp_tui.commands.output import say
from pimp_tui.session.control import ControlClient
from pimp_tui.session.manifest import FILE, read_manifest
from pimp_tui.session.status import read_status, state_of

_BAR = 24
_INTERRUPTED = 130
_PLAIN_EVERY_S = 5.0


class Progress:
    """A progress bar with ETA on stderr; plain lines now and then where it is no terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last = 0.0
        self._shown = ""
        self._begun = time.monotonic()

    def show(self, state: dict[str, Any]) -> None:
        """Show the state of a ``state`` event."""
        done = state.get("runs_done", 0) + state.get("runs_failed", 0)
        planned = state.get("runs_planned") or 0
        share = done / planned if planned else 0.0
        filled = round(share * _BAR)
        parts = [f"[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{planned} runs"]
        if state.get("runs_failed"):
            parts.append(f"failed {state['runs_failed']}")
        if state.get("position"):
            parts.append(f"#{state['position']} rep {state.get('repetition')}")
        parts.append(str(state.get("phase") or state.get("state") or ""))
        eta = state.get("eta_s")
        parts.append(f"ETA ~{duration(eta)}" if eta is not None else "ETA -")
        text = "  ".join(part for part in parts if part)
        now = time.monotonic()
        if self._live:
            if text != self._shown:
                width = shutil.get_terminal_size().columns - 1
                sys.stderr.write("\r\x1b[K" + text[:width])
                sys.stderr.flush()
        elif text != self._shown and now - self._last >= _PLAIN_EVERY_S:
            print(f"{duration(now - self._begun):>6}  {text}", file=sys.stderr, flush=True)
            self._last = now
        self._shown = text

    def line(self, text: str) -> None:
        """A lasting line above the bar."""
        if self._live:
            sys.stderr.write("\r\x1b[K")
        say(text)
        self._shown = ""

    def close(self) -> None:
        """Leave the last state standing."""
        if self._live and self._shown:
            sys.stderr.write("\n")
            sys.stderr.flush()


def duration(seconds: float) -> str:
    """Seconds as ``42 s``, ``3 min 20 s`` or ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def follow(session: Path, runner: subprocess.Popen[bytes] | None = None) -> int:
    """Narrate a campaign until it ends.

    Ctrl+C asks the runner to stop after the run in progress when it is ours, and only detaches
    when it is not.

    Args:
        runner: the runner's process where this process started it.

    Returns:
        0; 3 with failed runs; 130 when it was stopped or killed; 2 or 1 when it broke off.
    """
    progress = Progress()
    interrupted = threading.Event()

    def on_interrupt(_number: int, _frame: object) -> None:
        if runner is None or interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()
        progress.line("stopping after the run in progress (Ctrl+C again leaves it to itself)")
        threading.Thread(target=_ask_to_stop, args=(session,), daemon=True).start()

    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        _narrate(session, progress, runner)
        if runner is not None:
            runner.wait()
    finally:
        progress.close()
        signal.signal(signal.SIGINT, previous)
    if runner is not None and not (session / FILE).exists():
        return runner.returncode  # the folder was moved: the runner has said where to
    code = tell_end(session)
    return _INTERRUPTED if interrupted.is_set() else code


def tell_end(session: Path) -> int:
    """Say how a campaign ended; returns the exit code that this means for ``run``."""
    manifest = read_manifest(session)
    state = state_of(session, manifest)
    if state in ("done", "stopped"):
        if manifest.get("outcome"):
            say(f"{state}: {manifest['outcome']}")
        code = manifest.get("exit_code")
        return code if isinstance(code, int) else 3 if read_status(session)["runs_failed"] else 0
    say(f"the runner was killed; nothing recorded is lost: `pimp-tui run {session}` goes on")
    return _INTERRUPTED


def _ask_to_stop(session: Path) -> None:
    try:
        with ControlClient(session) as client:
            client.request("stop")
    except ConnectionError:
        pass


def _narrate(session: Path, progress: Progress, runner: subprocess.Popen[bytes] | None) -> None:
    try:
        with ControlClient(session) as client:
            for event in client.events():
                if event["event"] == "state":
                    progress.show(event)
                elif event["event"] == "log" and event.get("level") in ("note", "warning", "error"):
                    progress.line(f"{event['level']}: {event['text']}")
    except ConnectionError:
        pass
    # The socket may be gone before the campaign: then the files tell.
    while (runner is None or runner.poll() is None) and (session / FILE).exists():
        status = read_status(session)
        if status["state"] not in ("running", "paused"):
            return
        progress.show(status)
        time.sleep(0.5)
