"""The checker: runs the test against the candidate and gives the verdict."""

from __future__ import annotations

import _signal
import builtins
import os

from . import candidate, system, wire
from .remote import Candidate, Remote, TimeUp, TooMuch, Unsendable, Vanished

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Signals that Python handles on its own, or may come from the program.
IGNORED_SIGNALS = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP)
SIGNAL_NAMES = {
    9: "signal 9",
    11: "segmentation fault",
    6: "abort",
    24: "timed out",
    25: "file size",
}
GRACE_S = 1.0
AGAIN_S = 0.1  # a test's bare except swallows one alarm, not all
TEST = "<test>"
MAX_LINES = 8
MAX_REASON_CHARACTERS = 1000


def serve(preload: list[str], cpu_limit_s: int, max_files: int | None, mode: str) -> None:
    """Reads one job from descriptor 0 and writes its verdict to descriptor 1.

    Args:
        preload: modules of the standard library that the program asks for, imported before the
            fork so that the cost is paid once.
        cpu_limit_s: hard limit of the candidate's CPU seconds, behind the clock kept here.
        max_files: files in the working folder at once, where its mount does not count them.
        mode: the tier.

    Raises:
        OSError: the candidate could not be started.
    """
    for name in preload:
        __import__(name)
    requests, answers = os.pipe(), os.pipe()
    system.hide_memory()
    checker = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.close(requests[1])
        os.close(answers[0])
        candidate.run(requests[0], answers[1], checker, cpu_limit_s, mode)
    os.close(requests[0])
    os.close(answers[1])
    for number in IGNORED_SIGNALS:
        _signal.signal(number, _signal.SIG_IGN)
    if (said := os.read(answers[0], 300)) != wire.STARTED:
        raise OSError(f"the program's process: {said.decode('utf-8', 'replace') or 'ended'}")
    frame = wire.receive(0)
    if frame is None:
        return
    job = wire.decode(frame)
    other = Candidate(pid, requests[1], answers[0], job["cpu_s"], job["wall_s"], max_files)
    _alarm(job["wall_s"] + GRACE_S, other)
    os.write(1, wire.STARTED)
    answer = _answer(job, other)
    if mode not in system.OWN_PROCESSES:
        _end(other)
    wire.send(1, wire.encode({"nonce": job["nonce"], **answer}))


def _answer(job: dict[str, Any], other: Candidate) -> dict[str, Any]:
    try:
        passed, reason, limit = judge(job, other)
    except TimeUp as end:  # while an error was put into words
        passed, reason, limit = False, "timed out", end.kind
    except Unsendable as error:
        return {"unsendable": str(error)[:MAX_REASON_CHARACTERS]}
    finally:
        _signal.signal(_signal.SIGALRM, _signal.SIG_IGN)
    reason = reason[:MAX_REASON_CHARACTERS]
    return {"passed": passed, "reason": reason, "limit": limit, "cpu_s": other.cpu_s()}


def _end(other: Candidate) -> None:
    """What a pid namespace does by itself; returns when the candidate is gone."""
    if other.reaped:  # its number may be another's by now
        return
    try:
        os.killpg(other.pid, system.SIGKILL)
    except OSError:
        os.kill(other.pid, system.SIGKILL)
    os.waitpid(other.pid, 0)


def judge(job: dict[str, Any], other: Candidate) -> tuple[bool, str, str | None]:
    """(passed, reason, the time limit that was hit: "cpu", "wall" or None)."""
    try:
        other.load(job["source"])
        names = Namespace(other)
        _run_prompt(job["prompt"], names)
        entry = names[job["entry_point"]] = Remote(other, job["entry_point"])
        exec(compile(job["test"], TEST, "exec", dont_inherit=True), names)
        if "check" in names:
            names["check"](entry)
        if other.ended is not None:  # swallowed by a bare except of the test
            raise other.ended
    except TimeUp as end:
        return False, "timed out", end.kind
    except TooMuch as end:
        return False, f"killed: {end}", None
    except Vanished as end:
        return False, _ending(end.status), None
    except Unsendable:
        raise
    except MemoryError:
        return False, "killed: memory", None
    except wire.WireError as error:
        return False, f"result not understood: {error}", None
    except BaseException as error:
        return False, _fault(error, job["test"], other), None
    return True, "passed", None


class Namespace(dict):  # type: ignore[type-arg]
    """Globals of the test: its own names and the prompt's, then what the program defines."""

    def __init__(self, other: Candidate) -> None:
        super().__init__(__name__="test", __builtins__=builtins)
        self._other = other

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        return self._other.ask("name", 0, [name])


def _run_prompt(prompt: str, names: Namespace) -> None:
    """Defines the prompt's helpers here: a test that uses them must not trust the program's.

    Classes are left to the program, whose instances its functions know.
    """
    for text in (prompt, prompt + "\n    pass\n"):
        try:
            code = compile(text, "<prompt>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        before = set(names)
        exec(code, names)
        for name in set(names) - before:
            if isinstance(names[name], type) and names[name].__module__ == "test":
                del names[name]
        return


def _fault(error: BaseException, test: str, other: Candidate) -> str:
    remote = getattr(error, "remote", None)
    if remote is not None:
        name, text, line = remote
        if name in ("SyntaxError", "IndentationError", "TabError") and line:
            return f"syntax error line {line}"
        return f"{name}: {' '.join(text.split())}" if text else name
    if isinstance(error, AssertionError):
        # An error of the test's own making says what differs; a bare assertion does not.
        line = _line_of(error, test) if type(error) is AssertionError else ""
        return f"assertion failed: {line or error}; got {short(other.last_result)}"
    return f"test raised {type(error).__name__}: {error}"


def _line_of(error: BaseException, test: str) -> str:
    """The test's line that raised, as it stands there."""
    number, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == TEST:
            number = trace.tb_lineno
        trace = trace.tb_next
    lines = test.splitlines()[number - 1 : number + MAX_LINES] if number else []
    for count in range(1, len(lines) + 1):  # a statement may go on over several lines
        text = " ".join(line.strip() for line in lines[:count])
        try:
            compile(text, TEST, "exec", dont_inherit=True)
        except SyntaxError:
            continue
        return text if len(text) <= 120 else text[:117] + "..."
    return lines[0].strip() if lines else ""


def _ending(status: int) -> str:
    if status < 0:
        name = SIGNAL_NAMES.get(-status, f"signal {-status}")
        return name if name == "timed out" else f"killed: {name}"
    return f"exited with status {status} before its tests were done"


def short(value: Any) -> str:
    """A value in 60 characters at most."""
    try:
        text = repr(value)
    except ValueError:  # a whole number of thousands of digits
        return "a huge number"
    return text if len(text) <= 60 else text[:57] + "..."


def _alarm(seconds: float, other: Candidate) -> None:
    """Ends a test that loops without calling the program."""

    def over(*_: object) -> None:
        other.ended = other.ended or TimeUp("wall")
        raise other.ended

    _signal.signal(_signal.SIGALRM, over)
    _signal.setitimer(_signal.ITIMER_REAL, seconds, AGAIN_S)
