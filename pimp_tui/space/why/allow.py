"""What to clear to allow something: the fewest of the user's choices that stand against it.

A least correction set is a least hitting set of the clashes (Reiter 1987); clashes are found one
by one as in MaxHS (Davies and Bacchus 2011), which is instant for the few choices of a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from pimp_tui.space.solving.solver import Solver

_ROUNDS = 200


def to_clear(solver: Solver, choices: Sequence[int], target: int) -> list[int] | None:
    """The fewest choices whose clearing makes the target possible; newer ones on a tie.

    Args:
        solver: of the model.
        choices: literals the user chose, oldest first.
        target: the literal that shall become possible.

    Returns:
        the choices to clear, oldest first; [] when it is possible already, None when no clearing
        helps.
    """
    if not solver.satisfiable([target]):
        return None
    place = {x: at for at, x in enumerate(choices)}
    clashes: list[frozenset[int]] = []
    for _ in range(_ROUNDS):
        cleared = _hitting(clashes, place)
        core = solver.core([target, *(x for x in choices if x not in cleared)])
        if core is None:
            return sorted(cleared, key=place.__getitem__)
        clashes.append(frozenset(x for x in core if x in place))
    return _grown(solver, choices, target)


def _grown(solver: Solver, choices: Sequence[int], target: int) -> list[int]:
    """A set that is minimal, though perhaps not the least: keep one choice after the other."""
    kept, cleared = [target], []
    for x in choices:
        if solver.satisfiable([*kept, x]):
            kept.append(x)
        else:
            cleared.append(x)
    return cleared


def _hitting(clashes: list[frozenset[int]], place: dict[int, int]) -> frozenset[int]:
    """A least set that meets every clash, by iterative deepening."""

    def search(hit: frozenset[int], most: int) -> frozenset[int] | None:
        left = next((c for c in clashes if not c & hit), None)
        if left is None:
            return hit
        if not most:
            return None
        for x in sorted(left, key=place.__getitem__, reverse=True):
            found = search(hit | {x}, most - 1)
            if found is not None:
                return found
        return None

    for most in range(len(clashes) + 1):
        found = search(frozenset(), most)
        if found is not None:
            return found
    raise AssertionError("one choice from each clash meets them all")
