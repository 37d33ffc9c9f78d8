"""One program in one sandbox: start it, hand over the job, take the verdict, leave nothing."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError

from . import tiers
from .faults import SandboxFault
from .inside import wire
from .inside.system import OWN_PROCESSES
from .pipes import exchange
from .scratch import over, require_room, scratch
from .watch import Watch, kernel_kills

START_GRACE_S = 20.0
END_S = 1.0  # after its outputs are closed
ATTEMPTS = 2
BREATH_S = 0.2  # before the second: a lack of processes or memory may pass
MAX_REASON_CHARACTERS = 300
KILLED = "killed: signal 9"
OUT_OF_MEMORY = "the machine ran out of memory and the kernel ended a process"
FREE_MEMORY = "free memory, or let fewer programs run at once; nothing was scored as wrong"
ALL_MEMORY = "memory of all its processes"


@dataclass(frozen=True)
class Job:
    """A program and its test.

    Attributes:
        source: the program, prompt and completion together.
        prompt: the part of it that is not generated; its helpers are trusted.
        test: Python that asserts about ``entry_point``, or defines ``check(candidate)``.
        entry_point: the function under test.
        preload: comma-separated modules of the standard library to import beforehand.
        packages: folders with third-party packages that test or program may import.
    """

    source: str
    prompt: str
    test: str
    entry_point: str
    preload: str = ""
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """A verdict: ``limit`` is the time limit that was hit, "cpu", "wall" or None."""

    passed: bool
    reason: str
    cpu_s: float
    limit: str | None = None


@dataclass
class _Course:
    """How a sandbox went: its output, and what is known of it from outside."""

    answer: bytes
    complaint: str
    watch: Watch
    overrun: str | None = None


class Stopped(Exception):
    """Nobody waits for the verdict any more."""


_asked = threading.local()


def stop_at(event: threading.Event) -> None:
    """Has every program that this thread runs from now on end where the event is set."""
    _asked.event = event


def _stop_if_asked() -> None:
    event: threading.Event | None = getattr(_asked, "event", None)
    if event is not None and event.is_set():
        raise Stopped


class _KilledWithChecker(SandboxFault):
    """No verdict although the program was running, in a tier where it can bring that about."""


def run(tier: str, job: Job, limits: tiers.Limits) -> Outcome:
    """Runs one program in its own process and sandbox.

    Raises:
        SandboxFault: the sandbox broke `ATTEMPTS` times in a row.
        Stopped: it was asked to; see `stop_at`.
        UserError: the test passes something to the program that cannot be sent to it.
    """
    faults: list[SandboxFault] = []
    for attempt in range(ATTEMPTS):
        _stop_if_asked()
        if attempt:
            time.sleep(BREATH_S)
        try:
            return _once(tier, job, limits)
        except SandboxFault as fault:
            faults.append(fault)
    if all(isinstance(fault, _KilledWithChecker) for fault in faults):
        return Outcome(False, f"killed with its checker ({faults[-1]})", 0.0)
    last = faults[-1]
    raise SandboxFault(f"the {tier} sandbox failed {ATTEMPTS} times: {last}", last.mend)


def _once(tier: str, job: Job, limits: tiers.Limits) -> Outcome:
    nonce = secrets.token_hex(16)
    request: dict[str, Any] = {
        "nonce": nonce, "source": job.source, "prompt": job.prompt, "test": job.test,
        "entry_point": job.entry_point, "cpu_s": limits.cpu_s, "wall_s": limits.wall_s,
    }  # fmt: skip
    body = wire.encode(request)
    command = tiers.command(tier, limits, job.preload, job.packages)
    own = tier in OWN_PROCESSES
    before = kernel_kills()
    with contextlib.nullcontext() if own else scratch(limits.storage_bytes) as folder:
        course = _start(command, b"%08x" % len(body) + body, limits, folder)
        outcome = _outcome(course, nonce, limits, may_kill_checker=tier == "plain")
        if folder is not None and not outcome.passed and course.overrun is None:
            require_room(folder)
    if outcome.reason == KILLED and kernel_kills() != before:
        raise SandboxFault(OUT_OF_MEMORY, FREE_MEMORY)
    return outcome


def _start(command: list[str], frame: bytes, limits: tiers.Limits, folder: Path | None) -> _Course:
    """Runs the command in the folder, with an empty environment, to its end or its limits."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=folder or "/", env=tiers.ENVIRONMENT, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise SandboxFault(f"no process could be started ({error})") from None
    try:
        return _follow(process, frame, limits, folder)
    except OSError as error:  # no descriptors, for instance
        raise SandboxFault(f"the sandbox could not be followed ({error})") from None


def _follow(
    process: subprocess.Popen[bytes], frame: bytes, limits: tiers.Limits, folder: Path | None
) -> _Course:
    course = _Course(b"", "", Watch(process.pid))

    def look(output: bytes) -> bool:
        _stop_if_asked()
        found = ALL_MEMORY if course.watch.look(limits.total_bytes) else None
        if folder is not None:
            found = found or over(folder, limits.storage_bytes, limits.files)
        if output[:1] == wire.STARTED:
            course.overrun = found
        return course.overrun is not None

    with process:
        try:
            timeout_s, most = limits.wall_s + START_GRACE_S, 2 * wire.MAX_FRAME_BYTES
            course.answer, err, late = exchange(process, frame, timeout_s, most, look)
            if not late:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(END_S)
        finally:
            if process.returncode is None:
                course.watch.kill()
    course.watch.wait_gone()
    lines = err.decode("utf-8", "replace").strip().splitlines()
    course.complaint = late or (lines[-1] if lines else f"ended with status {process.returncode}")
    return course


def _outcome(course: _Course, nonce: str, limits: tiers.Limits, may_kill_checker: bool) -> Outcome:
    """The verdict in the output, or what its absence means."""
    started, answer = course.answer[:1] == wire.STARTED, course.answer[1:]
    cpu_s = course.watch.cpu_s
    if started and course.overrun is not None:
        return Outcome(False, f"killed: {course.overrun}", cpu_s)
    if len(answer) < 8 and started and cpu_s > limits.cpu_s:
        # What it returned keeps the checker computing where no alarm reaches it.
        return Outcome(False, "timed out", cpu_s, "cpu")
    if len(answer) < 8:
        kind = _KilledWithChecker if started and may_kill_checker else SandboxFault
        raise kind(course.complaint)
    try:
        verdict = wire.decode(answer[8:])
    except wire.WireError as error:
        raise SandboxFault(f"the verdict is cut short ({error})") from None
    if not isinstance(verdict, dict) or verdict.get("nonce") != nonce:
        raise SandboxFault("the verdict does not carry this job's nonce")
    if "unsendable" in verdict:
        raise UserError(
            f"the test passes {verdict['unsendable']}",
            mend="tests may pass plain data and the program's own objects only",
        )
    reason = printable(str(verdict["reason"]))
    return Outcome(verdict["passed"] is True, reason, float(verdict["cpu_s"]), verdict["limit"])


def printable(text: str) -> str:
    """A reason's first characters without those that a terminal or UTF-8 would stumble over."""
    text = text[: MAX_REASON_CHARACTERS - 3] + "..." if len(text) > MAX_REASON_CHARACTERS else text
    return "".join(letter if letter.isprintable() else "?" for letter in text)
