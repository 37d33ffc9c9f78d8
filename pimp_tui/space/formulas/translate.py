"""Constraints over feature names to formulas over literals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pimp_tui.space.formulas.logic import Logic, conj, disj, iff, negate
from pimp_tui.space.uvl.formula import operands


def from_names(
    formula: Any,
    literal: Callable[[str], int],
    value: Callable[[Any], Logic] | None = None,
) -> Logic:
    """A constraint of the reader (nested tuples over names) as a formula over literals.

    Args:
        formula: as ``uvl.formula`` describes it; walked with a stack, because machine-made ones
            are long.
        literal: of a feature.
        value: what a comparison or a Boolean attribute says.
    """
    done: list[Logic] = []
    stack: list[tuple[Any, int]] = [(formula, -1)]
    while stack:
        at, inner = stack.pop()
        if isinstance(at, str):
            done.append(literal(at))
        elif at[0] in ("compare", "is"):
            assert value is not None, "a formula with values"
            done.append(value(at))
        elif inner < 0:
            below = operands(at) if at[0] in ("and", "or") else list(at[1:])
            stack.append((at, len(below)))
            stack.extend((part, -1) for part in reversed(below))
        else:
            given = done[len(done) - inner :]
            del done[len(done) - inner :]
            done.append(_joined(at[0], given))
    return done[0]


def _joined(op: str, given: list[Logic]) -> Logic:
    if op == "not":
        return negate(given[0])
    if op == "and":
        return conj(given)
    if op == "or":
        return disj(given)
    return disj([negate(given[0]), given[1]]) if op == "imp" else iff(given[0], given[1])
