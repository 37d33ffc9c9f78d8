"""The runner's hand on its worker: start, command, watch the clock, kill, start again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pimp_tui.campaign.channel import Channel, Closed
from pimp_tui.campaign.gpu_choice import cuda_environment

Message = dict[str, Any]
#: How often the runner looks up while the worker works, seconds.
_TICK_S = 0.1
_START_TIMEOUT_S = 600.0
#: A process that holds a model takes a while to leave.
_LEAVE_S = 30.0


class WorkerDied(Exception):
    """The worker is gone; the text says how.

    Args:
        by_hand: it was killed, and not by the kernel for want of memory.
    """

    def __init__(self, how: str, by_hand: bool = False) -> None:
        self.by_hand = by_hand
        super().__init__(how)


class WorkerHung(Exception):
    """The worker did not answer in time and was killed."""


class Interrupted(Exception):
    """The runner was asked to drop the command in progress; the worker was killed."""


class WorkerLink:
    """Starts a worker when one is needed and passes commands to it.

    Args:
        session: the session's folder, absolute; it stands in the worker's arguments.
        engine: name of the engine.
        gpus: as in `metering.cards.own_cards`, None for all that are visible.
        on_message: called with every message that is not the answer (samples, progress, phase).
        log: where the worker's stderr goes.
        interrupt: asked at every tick whether the command in progress is to be dropped.
    """

    def __init__(
        self,
        session: Path,
        engine: str,
        gpus: tuple[int | str, ...] | None,
        on_message: Callable[[Message], None],
        log: Path,
        interrupt: Callable[[], bool],
    ) -> None:
        self._session, self._engine, self._gpus = session, engine, gpus
        self._on_message, self._log, self._interrupt = on_message, log, interrupt
        self._kills_before: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None

    @property
    def alive(self) -> bool:
        """Whether a worker runs."""
        return self._process is not None and self._process.poll() is None

    def ask(self, command: Message, timeout_s: float) -> Message:
        """Send a command and wait for its answer: a message with one of the closing types.

        Raises:
            WorkerDied, WorkerHung, Interrupted: there is no answer; the worker is gone.
        """
        self._kills_before = kills_for_memory()
        self._ensure()
        assert self._channel is not None
        try:
            self._channel.send(command)
            return self._wait({"loaded", "settled", "result", "failed"}, timeout_s)
        except Closed:
            raise self._death() from None

    def kill(self) -> None:
        """End the worker and all that it started, at once."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._drop()

    def close(self) -> None:
        """Let the worker leave by itself, or kill it after a while."""
        if self._process is None:
            return
        try:
            if self._channel is not None:
                self._channel.send({"cmd": "exit"})
            self._process.wait(10)
        except (Closed, subprocess.TimeoutExpired):
            pass
        self.kill()

    def _ensure(self) -> None:
        if self.alive:
            return
        self.kill()
        ours, theirs = socket.socketpair()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._arguments(theirs.fileno()),
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
                env=os.environ | cuda_environment(self._gpus),
            )  # fmt: skip
        theirs.close()
        self._channel = Channel(ours)
        try:
            answer = self._wait({"ready", "failed"}, _START_TIMEOUT_S)
        except Closed:
            raise self._death() from None
        if answer["type"] == "failed":
            self.kill()
            raise WorkerDied(answer["reason"])

    def _arguments(self, channel: int) -> list[str]:
        """The worker's command line; ``channel`` is the descriptor of its end."""
        return [
            sys.executable, "-m", "pimp_tui.campaign.worker", str(self._session),
            "--channel", str(channel), "--parent", str(os.getpid()),
            "--engine", self._engine, "--gpus", ",".join(map(str, self._gpus or ())),
        ]  # fmt: skip

    def _wait(self, closing: set[str], timeout_s: float) -> Message:
        assert self._channel is not None
        deadline = time.monotonic() + timeout_s
        while True:
            message = self._channel.receive(_TICK_S)
            if message is not None:
                if message["type"] in closing:
                    return message
                self._on_message(message)
            if self._interrupt():
                self.kill()
                raise Interrupted
            if time.monotonic() > deadline:
                self.kill()
                raise WorkerHung(f"timeout after {timeout_s:.0f} s")

    def _death(self) -> WorkerDied:
        assert self._process is not None
        group = self._process.pid
        try:
            code = self._process.wait(_LEAVE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return WorkerDied("the worker closed its channel and was killed")
        with contextlib.suppress(ProcessLookupError):  # what it started may live on
            os.killpg(group, signal.SIGKILL)
        self._drop()
        if code >= 0:
            return WorkerDied(f"the worker exited with code {code}")
        told = f"the worker was killed by {signal.Signals(-code).name}"
        if code != -signal.SIGKILL:
            return WorkerDied(told)
        if (kills := kills_for_memory()) is None:
            return WorkerDied(f"{told} (out of memory?)")
        if kills != self._kills_before:
            return WorkerDied(f"{told}: the machine ran out of memory")
        return WorkerDied(told, by_hand=True)

    def _drop(self) -> None:
        if self._channel is not None:
            self._channel.close()
        self._process = self._channel = None


def kills_for_memory() -> int | None:
    """How often the kernel has killed a process for want of memory; None where it does not say."""
    try:
        for line in Path("/proc/vmstat").read_text().splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
    except (OSError, ValueError):
        pass
    return None
