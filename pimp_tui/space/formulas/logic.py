"""Formulas over integer literals (+v selected, -v deselected), negation pushed to the leaves.

A formula is a literal, True, False, ``("and"|"or", parts)``, ``("iff", a, b)``,
``("card", low, high, parts)``: between low and high of the parts hold, or
``("linear", low, high, coefs, literals)``: the coefficients of those literals that hold sum up to
between low and high; coefficients are whole, positive and falling, no variable stands twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import gcd
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


def ite(condition: Logic, yes: Logic, no: Logic) -> Logic:
    """``yes`` where the condition holds, else ``no``."""
    if yes == no and isinstance(yes, bool) == isinstance(no, bool):
        return yes
    return disj([conj([condition, yes]), conj([negate(condition), no])])


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


def linear(low: int, high: int, coefs: Sequence[int], parts: Sequence[Logic]) -> Logic:
    """The sum of the coefficients of those literals that hold is between low and high.

    Args:
        low: least sum, any whole number.
        high: greatest sum.
        coefs: whole, of any sign.
        parts: literals, True or False; one may stand several times, or with its opposite.
    """
    sums: dict[int, int] = {}
    for coef, part in zip(coefs, parts, strict=True):
        if part is True or (not isinstance(part, bool) and part < 0):
            low, high = low - coef, high - coef  # c*!x = c - c*x
            coef = -coef
        if not isinstance(part, bool):
            sums[abs(part)] = sums.get(abs(part), 0) + coef
    for v in [v for v, coef in sums.items() if coef < 0]:
        low, high = low - sums[v], high - sums[v]  # c*x = c - c*!x
        sums[-v] = -sums.pop(v)
    terms = sorted(((c, x) for x, c in sums.items() if c), key=lambda t: (-t[0], abs(t[1])))
    step = gcd(*(c for c, _ in terms)) or 1
    total = sum(c for c, _ in terms) // step
    low, high = max(0, -(-low // step)), min(total, high // step)
    if low > high:
        return False
    if low == 0 and high == total:
        return True
    given, literals = tuple(c // step for c, _ in terms), [x for _, x in terms]
    if given[0] == 1:
        return card(low, high, literals)
    return ("linear", low, high, given, tuple(literals))


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
    if op == "linear":
        _, low, high, coefs, parts = f
        under = linear(0, low - 1, coefs, parts)
        return disj([under, linear(high + 1, sum(coefs), coefs, parts)])
    _, low, high, parts = f
    below = card(0, low - 1, list(parts)) if low > 0 else False
    return disj([below, card(high + 1, len(parts), list(parts))])


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
    if op == "linear":
        return linear(f[1], f[2], f[3], [substitute(p, of) for p in f[4]])
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
    if op == "linear":
        wide = sum(f[3]) >= 1 << 62
        amount = np.zeros(len(rows), dtype=object if wide else np.int64)
        for coef, part in zip(f[3], parts, strict=True):
            amount += holds(part, rows) * (coef if wide else np.int64(coef))
        return np.asarray((amount >= f[1]) & (amount <= f[2]), dtype=bool)
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
