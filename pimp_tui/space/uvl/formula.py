"""Constraint formulas: their shape, their names, and their text.

A formula is a feature name or a tuple: ``("not", f)``, ``("and"|"or"|"imp"|"iff", f, g)``,
``("is", feature, key)`` for a Boolean attribute, or ``("compare", op, a, b)`` with op one of
``== != < > <= >=`` over values. A value is ``("number", text)``, ``("string", text)``,
``("attribute", feature, key)``, ``("feature", name)`` for the value of a typed feature,
``("+"|"-"|"*"|"/", a, b)``, ``("sum"|"avg", key, root or None)`` or
``("len"|"floor"|"ceil", a)``. ``key`` is a path through nested attributes, a tuple of names.

Everything here walks with a stack of its own: machine-made constraints nest deeper than Python
calls may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Any

from pimp_tui.space.uvl.values import quoted

Formula = Any
BINDS = {"<=>": 1, "=>": 2, "|": 3, "&": 4, "!": 5, "==": 6, "!=": 6, "<": 6, ">": 6, "<=": 6,
         ">=": 6, "+": 7, "-": 7, "*": 8, "/": 8}  # fmt: skip
_MARKS = {"and": "&", "or": "|", "imp": "=>", "iff": "<=>"}
OPS = {mark: op for op, mark in _MARKS.items()}
_ATOM = 9


def parts(formula: Formula) -> tuple[Formula, ...]:
    """The formulas and values directly inside one."""
    if isinstance(formula, str):
        return ()
    op = formula[0]
    if op in ("number", "string", "attribute", "is", "feature", "sum", "avg"):
        return ()
    return tuple(formula[2:] if op == "compare" else formula[1:])


def walk(formula: Formula) -> Iterator[Formula]:
    """A formula and everything inside it, outermost first, left to right."""
    stack = [formula]
    while stack:
        at = stack.pop()
        yield at
        stack.extend(reversed(parts(at)))


def fold(formula: Formula, join: Callable[[Formula, list[Any]], Any]) -> Any:
    """The value of a formula from the values of its parts, innermost first."""
    done: list[Any] = []
    stack: list[tuple[Formula, bool]] = [(formula, False)]
    while stack:
        at, ready = stack.pop()
        inner = parts(at)
        if not ready and inner:
            stack.append((at, True))
            stack.extend((part, False) for part in reversed(inner))
            continue
        given = done[len(done) - len(inner) :]
        del done[len(done) - len(inner) :]
        done.append(join(at, given))
    return done[0]


def chained(op: str, operands: Iterable[Formula]) -> Formula:
    """At least one operand, joined from the left by ``and`` or ``or`` or another binary mark."""
    return reduce(lambda left, right: (op, left, right), operands)


def operands(formula: Formula) -> list[Formula]:
    """Operands of a conjunction or disjunction, those of the same kind inside it resolved."""
    op, found, stack = formula[0], [], [formula]
    while stack:
        at = stack.pop()
        if isinstance(at, tuple) and at[0] == op:
            stack.extend(reversed(at[1:]))
        else:
            found.append(at)
    return found


def features_in(formula: Formula) -> set[str]:
    """Features that a formula names, by themselves or as the owner of an attribute."""
    found: set[str] = set()
    for at in walk(formula):
        if isinstance(at, str):
            found.add(at)
        elif at[0] in ("attribute", "is", "feature"):
            found.add(at[1])
        elif at[0] in ("sum", "avg") and at[2] is not None:
            found.add(at[2])
    return found


def renamed(formula: Formula, name: Callable[[str], str], everywhere: str | None = None) -> Formula:
    """The formula over other feature names; ``sum`` and ``avg`` over everything become those over
    the subtree of ``everywhere``.
    """

    def join(at: Formula, inner: list[Formula]) -> Formula:
        if isinstance(at, str):
            return name(at)
        op = at[0]
        if op in ("attribute", "is", "feature"):
            return (op, name(at[1]), *at[2:])
        if op in ("sum", "avg"):
            return (op, at[1], everywhere if at[2] is None else name(at[2]))
        if op == "compare":
            return (op, at[1], *inner)
        return (op, *inner) if inner else at

    return fold(formula, join)


def formula_text(formula: Formula) -> str:
    """A formula as UVL text with the fewest brackets that read back to the same formula."""
    return str(fold(formula, _text)[0])


def _text(at: Formula, inner: list[tuple[str, int]]) -> tuple[str, int]:
    """Text and how strongly it binds."""
    if isinstance(at, str):
        return quoted(at), _ATOM
    op = at[0]
    if op == "number":
        return at[1], _ATOM
    if op == "string":
        return f"'{at[1]}'", _ATOM
    if op in ("attribute", "is"):
        return ".".join([quoted(at[1]), *map(quoted, at[2])]), _ATOM
    if op == "feature":
        return quoted(at[1]), _ATOM
    if op in ("sum", "avg"):
        given = [".".join(map(quoted, at[1])), *([quoted(at[2])] if at[2] is not None else [])]
        return f"{op}({', '.join(given)})", _ATOM
    if op in ("len", "floor", "ceil"):
        return f"{op}({inner[0][0]})", _ATOM
    if op == "not":
        text, bound = inner[0]
        return f"!{text}" if bound in (_ATOM, BINDS["!"]) else f"!({text})", BINDS["!"]
    mark = at[1] if op == "compare" else _MARKS.get(op, op)
    level = BINDS[mark]
    (left, left_bound), (right, right_bound) = inner
    if left_bound < level or (op == "compare" and left_bound == level):
        left = f"({left})"
    if right_bound <= level:
        right = f"({right})"
    return f"{left} {mark} {right}", level
