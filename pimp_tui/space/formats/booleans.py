"""What a constraint says of the features alone, for formats without numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from pimp_tui.space.formulas.logic import Logic
from pimp_tui.space.uvl.formula import chained

_MOST_SUMMED = 12


def boolean(logic: Logic, names: Sequence[str]) -> Any | None:
    """A formula over names (``uvl.formula``) that holds where the logic does; None: too wide a sum.

    Args:
        logic: over literals (``formulas.logic``), with no truth value inside it.
        names: of the variables, from 1.
    """
    if isinstance(logic, bool):
        return chained("or", [names[0], ("not", names[0])]) if logic else ("not", names[0])
    if isinstance(logic, int):
        return names[logic - 1] if logic > 0 else ("not", names[-logic - 1])
    if logic[0] == "iff":
        parts = [boolean(part, names) for part in logic[1:]]
    else:
        parts = [boolean(part, names) for part in logic[-1]]
    if None in parts:
        return None
    if logic[0] in ("and", "or", "iff"):
        return chained(logic[0], parts)
    if len(parts) > _MOST_SUMMED:
        return None
    coefs = logic[3] if logic[0] == "linear" else (1,) * len(parts)
    return _between(logic[1], logic[2], coefs, parts)


def _between(low: int, high: int, coefs: Sequence[int], parts: list[Any]) -> Any:
    """Of each least set that is too much not all hold, of each without which too little, one."""
    clauses: list[Any] = []
    total = sum(coefs)
    for size in range(1, len(parts) + 1):
        for some in combinations(range(len(parts)), size):
            amount, least = sum(coefs[i] for i in some), min(coefs[i] for i in some)
            chosen = [parts[i] for i in some]
            if amount > high >= amount - least:
                clauses.append(("not", chained("and", chosen)))
            if total - amount < low <= total - amount + least:
                clauses.append(chained("or", chosen))
    return chained("and", clauses)
