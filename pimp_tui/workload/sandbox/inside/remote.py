"""Stand-ins in the checker for what lives in the candidate.

Plain results arrive as plain values of the checker's own types, so that an overridden ``__eq__``
has no say. Anything else becomes a `Remote`: it can be called, indexed and iterated, and is equal
to nothing but itself.
"""

from __future__ import annotations

import builtins
import os
import select
import time

from . import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

POLL_MS = 20
VERDICT = 1  # the descriptor that the verdict goes to


class TimeUp(BaseException):
    """The program's CPU or wall-clock time is over; ``kind`` is "cpu" or "wall"."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class TooMuch(BaseException):
    """The program used up something other than time."""


class Vanished(BaseException):
    """The candidate ended before its tests were done; ``status`` is as in Popen.returncode."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Unsendable(BaseException):
    """The test passes something to the program that cannot be sent, a function for instance."""


class Candidate:
    """The other process: sends it requests and keeps its time.

    Args:
        pid: its process id.
        requests: descriptor to write frames to.
        answers: descriptor to read frames from.
        cpu_s, wall_s: what it may use, counted from now.
        max_files: files in the working folder at once; None where nobody need count them.
    """

    def __init__(
        self,
        pid: int,
        requests: int,
        answers: int,
        cpu_s: float,
        wall_s: float,
        max_files: int | None = None,
    ) -> None:
        self.pid, self._requests, self._answers = pid, requests, answers
        self._cpu_s, self._until, self._max_files = cpu_s, time.monotonic() + wall_s, max_files
        self._look_at, self.reaped = 0.0, False
        self._poll = select.poll()
        self._poll.register(answers, select.POLLIN)
        # Tells by an error when nobody is left to read the verdict: PR_SET_PDEATHSIG misses a
        # parent that dies while the sandbox is being set up.
        self._poll.register(VERDICT, 0)
        self.last_result: Any = None
        self.last_kind = ""
        self.ended: TimeUp | TooMuch | Vanished | None = None

    def cpu_s(self) -> float:
        """CPU seconds used so far, of the process itself (clock_getcpuclockid(3))."""
        try:
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return 0.0

    def wait(self) -> None:
        """Returns when a part of an answer is there.

        Raises:
            TimeUp, TooMuch: a limit is passed; also one that dribbles its answers is caught.
        """
        while True:
            ready = [descriptor for descriptor, _ in self._poll.poll(POLL_MS)]
            if VERDICT in ready:
                os._exit(0)
            now = time.monotonic()
            if now >= self._look_at:
                self._look_at = now + POLL_MS / 1000
                self._look(now)
            if ready:
                return

    def _look(self, now: float) -> None:
        if self.cpu_s() > self._cpu_s:
            raise TimeUp("cpu")
        if now > self._until:
            raise TimeUp("wall")
        if self._max_files is not None:
            scratch = os.statvfs(".")
            if scratch.f_files - scratch.f_ffree > self._max_files:
                raise TooMuch(f"more than {self._max_files} files")

    def load(self, source: str) -> None:
        """Runs the program's module level; raises what it raised."""
        self._answer(source.encode("utf-8", "surrogatepass"))

    def ask(self, action: str, target: str | int, arguments: Any = (), named: Any = None) -> Any:
        """The answer to one request, as a plain value or a `Remote`; raises what it raised."""
        unwrapped = _unwrap((action, target, tuple(arguments), named or {}))
        try:
            frame = wire.encode(unwrapped)
        except wire.TooDeep:  # of the program's making: results are passed on to it
            raise
        except wire.WireError as error:
            raise Unsendable(str(error)) from None
        try:
            return _wrap(self._answer(frame), self)
        except (StopIteration, StopAsyncIteration) as error:
            if action == "next":
                raise
            # It would end a loop of the test early, for instance within `map` (as in PEP 479).
            other = RuntimeError(str(error))
            other.__dict__.update(error.__dict__)
            raise other from None

    def _answer(self, frame: bytes) -> Any:
        if self.ended is not None:
            raise self.ended
        try:
            wire.send(self._requests, frame)
            answer = wire.receive(self._answers, self.wait)
        except BrokenPipeError:
            answer = None
        except (TimeUp, TooMuch) as end:
            self.ended = end
            raise
        if answer is None:
            self.ended = Vanished(self._status())
            raise self.ended
        content = wire.decode(answer)
        if isinstance(content, tuple) and len(content) == 2 and content[0] == "value":
            return content[1]
        if isinstance(content, tuple) and len(content) == 5 and content[0] == "raised":
            self._raise(*content[1:])
        raise wire.WireError("malformed answer")

    def _raise(self, builtin: str, name: str, text: str, line: int | None) -> NoReturn:
        """Raises the checker's own exception of the same built-in kind."""
        kind = getattr(builtins, str(builtin), Exception)
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            kind = Exception
        if issubclass(kind, SyntaxError):
            error: BaseException = SyntaxError(text)
        elif issubclass(kind, (UnicodeError, BaseExceptionGroup)):
            error = ValueError(text)
        else:
            error = kind(text)
        error.__dict__["remote"] = (str(name), str(text), line)
        raise error

    def _status(self) -> int:
        until = time.monotonic() + 1
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.reaped = True
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.002)
        return 0


class Remote:
    """A value in the candidate."""

    __slots__ = ("_candidate", "_kind", "_target")

    def __init__(self, candidate: Candidate, target: str | int, kind: str = "function") -> None:
        for name, value in (("_candidate", candidate), ("_target", target), ("_kind", kind)):
            object.__setattr__(self, name, value)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        answer = self._candidate.ask("call", self._target, arguments, named)
        if not (isinstance(answer, tuple) and len(answer) == 4):
            raise wire.WireError("malformed answer")
        result, after, named_after, kind = answer
        self._candidate.last_result, self._candidate.last_kind = result, str(kind)
        if isinstance(after, (list, tuple)) and isinstance(named_after, dict):
            for mine, other in zip(arguments, after, strict=False):
                _update(mine, other)
            for key in named.keys() & named_after.keys():
                _update(named[key], named_after[key])
        return result

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name != "__name__":
            raise AttributeError(name)
        return self._candidate.ask("attribute", self._target, [name])

    def __setattr__(self, name: str, value: Any) -> None:
        self._candidate.ask("assign", self._target, [name, value])

    def __getitem__(self, key: Any) -> Any:
        return self._candidate.ask("item", self._target, [key])

    def __len__(self) -> int:
        return int(self._candidate.ask("length", self._target))

    def __iter__(self) -> Any:
        return self._candidate.ask("iterate", self._target)

    def __next__(self) -> Any:
        return self._candidate.ask("next", self._target)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{self._kind} of the program>"


def _unwrap(value: Any) -> Any:
    kind = type(value)
    if kind is Remote:
        target = value._target
        return wire.Reference(target, "") if isinstance(target, int) else value
    if kind in (list, tuple):
        return kind([_unwrap(item) for item in value])
    if kind is dict:
        return {key: _unwrap(item) for key, item in value.items()}
    return value


def _wrap(value: Any, candidate: Candidate) -> Any:
    kind = type(value)
    if kind is wire.Reference:
        return Remote(candidate, value.number, value.kind)
    if kind in (list, tuple):
        return kind([_wrap(item, candidate) for item in value])
    if kind is dict:
        return {key: _wrap(item, candidate) for key, item in value.items()}
    return value


def _update(mine: Any, other: Any) -> None:
    """Carries a change in place over to the test's own argument."""
    if type(mine) in (list, bytearray) and type(other) is type(mine):
        mine[:] = other
    elif type(mine) is type(other) and hasattr(mine, "maxlen"):
        mine.clear()
        mine.extend(other)
    elif type(mine) is type(other) and hasattr(mine, "dtype") and mine.shape == other.shape:
        mine[...] = other
    elif type(mine) in (dict, set) and type(other) is type(mine):
        mine.clear()
        mine.update(other)
