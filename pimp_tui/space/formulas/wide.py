"""Linear inequalities over many literals, where their decision diagram is too large.

While the coefficients are small the solver counts by itself (``AtMost``; a literal stands as often
as its coefficient says). Beyond, binary adders say exactly what holds, and two counts of rounded
coefficients help, since adders propagate badly: one rounded down, which follows and refutes early;
one rounded up, worth assuming first, under which every adder is satisfied.
"""

from __future__ import annotations

from collections.abc import Callable

from pimp_tui.space.formulas.adder import add_up
from pimp_tui.space.formulas.at_most import AtMost, Clause, under

# Minicard looks for another literal to watch one by one: its work grows with the square of these.
_MOST_EXACT, _ROUNDED, _ROUNDED_EACH = 16_000, 24_000, 8


def wide(
    low: int,
    high: int,
    coefs: tuple[int, ...],
    items: tuple[int, ...],
    new: Callable[[], int],
    extra: list[Clause],
) -> list[Clause]:
    """Clauses and constraints that hold exactly where ``low <= sum <= high``; as ``add_up``."""
    total = sum(coefs)
    sides: list[tuple[int, list[int]]] = []
    if high < total:
        sides.append((high, list(items)))
    if low > 0:
        sides.append((total - low, [-x for x in items]))
    found: list[Clause] = []
    exact = True
    for bound, literals in sides:
        found += [[-x] for x, c in zip(literals, coefs, strict=True) if c > bound]
        terms = [(x, c) for x, c in zip(literals, coefs, strict=True) if c <= bound]
        size = sum(c for _, c in terms)
        if size <= bound:
            continue
        if size <= _MOST_EXACT:
            found.append(AtMost((x for x, c in terms for _ in range(c)), bound))
            continue
        exact, step = False, -(-size // min(_ROUNDED, _ROUNDED_EACH * len(terms)))
        down = [x for x, c in terms for _ in range(c // step)]
        if len(down) > bound // step:
            whole = (bound, tuple(c for _, c in terms), tuple(x for x, _ in terms))
            found.append(AtMost(down, bound // step, total=whole))
        up = [x for x, c in terms for _ in range(-(-c // step))]
        hint = new()
        extra += under(hint, [AtMost(up, bound // step, hint, tuple(map(abs, literals)))], new)
    return found if exact else found + add_up(low, high, coefs, items, new, extra)
