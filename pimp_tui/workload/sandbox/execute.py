"""One program in one sandbox: start it, hand over the job, take the verdict, leave nothing."""

from __future__ import annotations

import secrets
import subprocess
import tempfile
from dataclasses import dataclass
from typing import Any

from pimp_tui.errors import UserError

from . import tiers
from .inside import wire

START_GRACE_S = 20.0
ATTEMPTS = 3


class SandboxFault(RuntimeError):
    """The sandbox failed, not the program in it: no verdict, and never a wrong answer."""


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


class _KilledWithChecker(SandboxFault):
    """No verdict although the program was running: its own doing, when it happens every time."""


def run(tier: str, job: Job, limits: tiers.Limits) -> Outcome:
    """Runs one program in its own process and sandbox.

    Raises:
        SandboxFault: the sandbox broke `ATTEMPTS` times in a row.
        UserError: the test passes something to the program that cannot be sent to it.
    """
    faults: list[SandboxFault] = []
    for _ in range(ATTEMPTS):
        try:
            return _once(tier, job, limits)
        except SandboxFault as fault:
            faults.append(fault)
    if all(isinstance(fault, _KilledWithChecker) for fault in faults):
        return Outcome(False, f"killed with its checker ({faults[-1]})", 0.0)
    raise SandboxFault(f"the {tier} sandbox failed {ATTEMPTS} times: {faults[-1]}")


def _once(tier: str, job: Job, limits: tiers.Limits) -> Outcome:
    nonce = secrets.token_hex(16)
    request: dict[str, Any] = {
        "nonce": nonce, "source": job.source, "prompt": job.prompt, "test": job.test,
        "entry_point": job.entry_point, "cpu_s": limits.cpu_s, "wall_s": limits.wall_s,
    }  # fmt: skip
    body = wire.encode(request)
    frame = b"%08x" % len(body) + body
    command = tiers.command(tier, limits, job.preload, job.packages)
    answer, complaint = _communicate(tier, command, frame, limits.wall_s + START_GRACE_S)
    started, answer = answer[:1] == wire.STARTED, answer[1:]
    if len(answer) < 8:
        raise (_KilledWithChecker if started else SandboxFault)(complaint)
    verdict = wire.decode(answer[8:])
    if verdict.get("nonce") != nonce:
        raise SandboxFault("the verdict does not carry this job's nonce")
    if "unsendable" in verdict:
        raise UserError(
            f"the test passes {verdict['unsendable']}",
            mend="tests may pass plain data and the program's own objects only",
        )
    return Outcome(verdict["passed"], verdict["reason"], verdict["cpu_s"], verdict["limit"])


def _communicate(
    tier: str, command: list[str], frame: bytes, timeout_s: float
) -> tuple[bytes, str]:
    """(standard output, what to say if there is no verdict in it) of the sandbox process."""
    with tempfile.TemporaryDirectory(prefix="pimp-tui-") if tier == "plain" else _root() as folder:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                cwd=folder, env=tiers.ENVIRONMENT, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise SandboxFault(f"no process could be started ({error})") from None
        with process:
            late = ""
            try:
                out, err = process.communicate(frame, timeout=timeout_s)
            except subprocess.TimeoutExpired as timeout:
                out, err, late = timeout.output or b"", b"", f"no verdict after {timeout_s:.0f} s"
            finally:
                process.kill()
    lines = err.decode("utf-8", "replace").strip().splitlines()
    return out, late or (lines[-1] if lines else f"ended with status {process.returncode}")


class _root:
    """Stands for a temporary folder where the tier makes its own."""

    def __enter__(self) -> str:
        return "/"

    def __exit__(self, *_: object) -> None:
        return None
