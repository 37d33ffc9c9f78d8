"""Formulas over integer literals (+v selected, -v deselected), negation pushed to the leaves.

A formula is a literal, True, False, ``("and"|"or", parts)``, ``("iff", a, b)`` or
``("card", low, high, parts)``: between low and high of the parts hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Logic = Any


def conj(parts: list[Logic]) -> Logic:
    """Conjunction with constants folded and nested conjunctions flattened."""
    flat: list[Logic] = []
    for part in parts:
        if part is False:
            return False
        if part is True:
            continue
        if isinstance(part, tuple) and part[0] == "and":
            flat.extend(part[1])
        else:
            flat.append(part)
    if not flat:
        return True
    return flat[0] if len(flat) == 1 else ("and", tuple(flat))


def disj(parts: list[Logic]) -> Logic:
    """Disjunction with constants folded and nested disjunctions flattened."""
    flat: list[Logic] = []
    for part in parts:
        if part is True:
            return True
        if part is False:
            continue
        if isinstance(part, tuple) and part[0] == "or":
            flat.extend(part[1])
        else:
            flat.append(part)
    if not flat:
        return False
    literals = {p for p in flat if isinstance(p, int)}
    if any(-p in literals for p in literals):
        return True
    return flat[0] if len(flat) == 1 else ("or", tuple(dict.fromkeys(flat)))


def iff(a: Logic, b: Logic) -> Logic:
    """Equivalence with constants folded."""
    if isinstance(a, bool):
        return b if a else negate(b)
    if isinstance(b, bool):
        return a if b else negate(a)
    if isinstance(a, int) and isinstance(b, int) and abs(a) == abs(b):
        return a == b
    return ("iff", a, b)


def card(low: int, high: int, parts: list[Logic]) -> Logic:
    """Between low and high of the parts, constants folded."""
    held = sum(1 for p in parts if p is True)
    rest = [p for p in parts if not isinstance(p, bool)]
    low, high = max(0, low - held), min(high - held, len(rest))
    if high < 0 or low > high:
        return False
    if low == 0 and high == len(rest):
        return True
    if low == len(rest):
        return conj(rest)
    if high == 0:
        return conj([negate(p) for p in rest])
    if low == 1 and high == len(rest):
        return disj(rest)
    return ("card", low, high, tuple(rest))


def negate(f: Logic) -> Logic:
    """The formula that holds where this one does not."""
    if isinstance(f, bool):
        return not f
    if isinstance(f, int):
        return -f
    op = f[0]
    if op == "and":
        return disj([negate(p) for p in f[1]])
    if op == "or":
        return conj([negate(p) for p in f[1]])
    if op == "iff":
        return iff(f[1], negate(f[2]))
    _, low, high, parts = f
    below = card(0, low - 1, list(parts)) if low > 0 else False
    return disj([below, card(high + 1, len(parts), list(parts))])


def from_names(formula: Any, literal: Callable[[str], int]) -> Logic:
    """A constraint of the reader (nested tuples over names) as a formula over literals."""
    if isinstance(formula, str):
        return literal(formula)
    op = formula[0]
    if op == "not":
        return negate(from_names(formula[1], literal))
    a, b = from_names(formula[1], literal), from_names(formula[2], literal)
    if op == "and":
        return conj([a, b])
    if op == "or":
        return disj([a, b])
    if op == "imp":
        return disj([negate(a), b])
    return iff(a, b)


def substitute(f: Logic, of: Callable[[int], Logic]) -> Logic:
    """The formula with each variable replaced by a literal or a constant, then folded."""
    if isinstance(f, bool):
        return f
    if isinstance(f, int):
        value = of(abs(f))
        return value if f > 0 else negate(value)
    op = f[0]
    if op == "and":
        return conj([substitute(p, of) for p in f[1]])
    if op == "or":
        return disj([substitute(p, of) for p in f[1]])
    if op == "iff":
        return iff(substitute(f[1], of), substitute(f[2], of))
    return card(f[1], f[2], [substitute(p, of) for p in f[3]])


def variables(f: Logic, into: set[int] | None = None) -> set[int]:
    """Variables of a formula."""
    found = set() if into is None else into
    if isinstance(f, bool):
        return found
    if isinstance(f, int):
        found.add(abs(f))
    elif f[0] == "iff":
        variables(f[1], found)
        variables(f[2], found)
    else:
        for part in f[-1]:
            variables(part, found)
    return found


def holds(f: Logic, rows: np.ndarray) -> np.ndarray:
    """Truth of a formula per row; ``rows`` is (n, variables) bool, variable v in column v-1."""
    if isinstance(f, bool):
        return np.full(len(rows), f)
    if isinstance(f, int):
        column = rows[:, abs(f) - 1]
        return column if f > 0 else ~column
    op = f[0]
    if op == "iff":
        return holds(f[1], rows) == holds(f[2], rows)
    parts = f[-1]
    if op == "card":
        total = np.zeros(len(rows), dtype=np.int32)
        for part in parts:
            total += holds(part, rows)
        return (total >= f[1]) & (total <= f[2])
    result = holds(parts[0], rows).copy()
    for part in parts[1:]:
        if op == "and":
            result &= holds(part, rows)
        else:
            result |= holds(part, rows)
    return result
