"""The candidate: runs the generated program and answers the checker's calls.

Nothing here is trusted by the checker: whatever the program does to this process, all that leaves
it are values, and the verdict is made of comparisons in the other process.
"""

from __future__ import annotations

import builtins
import os
import sys

from . import landlock, syscalls, system, wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

MODULE = "completion"
MAX_REASON_CHARACTERS = 300


def run(requests: int, answers: int, checker: int, cpu_limit_s: int, mode: str) -> NoReturn:
    """Never returns: serves calls until the checker hangs up.

    Args:
        requests: descriptor to read frames from; the first is the program's source.
        answers: descriptor to write frames to; first `wire.STARTED`.
        checker: process id of the parent.
        cpu_limit_s: hard limit behind the checker's own clock.
        mode: the tier; without a pid namespace of its own the program may start no process.
    """
    try:
        _settle(requests, answers, checker, cpu_limit_s, mode)
    except BaseException as error:  # not the program's doing: the checker says so
        os.write(answers, str(error).encode("utf-8", "replace"))
        os._exit(1)
    os.write(answers, wire.STARTED)
    try:
        _serve(requests, answers)
    finally:
        os._exit(0)


def _settle(requests: int, answers: int, checker: int, cpu_limit_s: int, mode: str) -> None:
    """Cuts the ties to the checker, before any of the program runs."""
    os.setsid()
    system.die_with_parent()
    if os.getppid() != checker:  # it died before it could take us along
        os._exit(0)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    kept = sorted((requests, answers))
    os.closerange(3, kept[0])
    os.closerange(kept[0] + 1, kept[1])
    os.closerange(kept[1] + 1, 1024)
    system.limit_cpu(cpu_limit_s)
    own_processes = mode in system.OWN_PROCESSES
    if not own_processes:
        landlock.scope()
    filtered = syscalls.refuse(checker, strict=not own_processes)
    if mode == "landlock" and not filtered:
        raise OSError("the kernel takes no seccomp filter")


def _serve(requests: int, answers: int) -> None:
    source = wire.receive(requests)
    if source is None:
        return
    module = type(sys)(MODULE)
    sys.modules[MODULE] = module
    values: list[Any] = []

    def refer(value: Any) -> wire.Reference:
        values.append(value)
        return wire.Reference(len(values) - 1, type(value).__name__)

    def load() -> None:
        text = source.decode("utf-8", "surrogatepass")
        # Without this module's own `annotations`, by which a name that is not there goes unnoticed.
        code = compile(text, f"<{MODULE}>", "exec", dont_inherit=True)
        exec(code, module.__dict__)

    def answer() -> Any:
        return _do(module, values, wire.decode(frame or b""))

    wire.send(answers, _attempt(load, refer))
    while (frame := wire.receive(requests)) is not None:
        wire.send(answers, _attempt(answer, refer))


def _attempt(action: Any, refer: Any) -> bytes:
    """The answer to one request: its value, or what it raised."""
    try:
        return wire.encode(("value", action()), refer)
    except BaseException as error:  # SystemExit and KeyboardInterrupt are answers like any other
        line = error.lineno if isinstance(error, SyntaxError) else None
        try:
            text = str(error)[:MAX_REASON_CHARACTERS]
        except BaseException:
            text = ""
        return wire.encode(("raised", _builtin_kind(error), type(error).__name__, text, line))


def _builtin_kind(error: BaseException) -> str:
    for kind in type(error).__mro__:
        if getattr(builtins, kind.__name__, None) is kind:
            return kind.__name__
    return "Exception"


def _do(module: Any, values: list[Any], request: Any) -> Any:
    action, target, arguments, named = request
    arguments, named = _resolve(arguments, values), _resolve(named, values)
    if action == "name":
        return module.__dict__[arguments[0]]
    value = module.__dict__[target] if isinstance(target, str) else values[target]
    if action == "call":
        result = value(*arguments, **named)
        # Arguments come back, because a test may look at what was changed in place; the kind,
        # because what arrives of a subclass is a plain equal.
        return result, arguments, named, _kind(result)
    if action == "attribute":
        return getattr(value, arguments[0])
    if action == "assign":
        return setattr(value, arguments[0], arguments[1])
    if action == "item":
        return value[arguments[0]]
    if action == "length":
        return len(value)
    if action == "iterate":
        values.append(iter(value))
        return wire.Reference(len(values) - 1, "iterator")
    return next(value)


def _kind(value: Any) -> str:
    kind = type(value)
    name, module = kind.__name__, kind.__module__
    return str(name if module == "builtins" else f"{module}.{name}")


def _resolve(value: Any, values: list[Any]) -> Any:
    """The value with references replaced by the objects they stand for."""
    kind = type(value)
    if kind is wire.Reference:
        return values[value.number]
    if kind in (list, tuple):
        return kind([_resolve(item, values) for item in value])
    if kind is dict:
        return {key: _resolve(item, values) for key, item in value.items()}
    return value
