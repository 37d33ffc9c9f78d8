"""Atomic sets: features that every configuration has together or not at all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pimp_tui.space.engine import Reasoner

_RANDOM = 100  # configurations by random preferences, which tell most features apart


def atomic_sets(reasoner: Reasoner, tick: Callable[[], None]) -> list[list[str]]:
    """Atomic sets of two or more features, neither core nor dead (Zhang, Zhang, Mei 2004).

    Features that all witnesses so far hold alike are presumed equal; each solve asks for a
    configuration that tells any of them apart, until none does.
    """
    solver, open_ = reasoner.solver, np.flatnonzero(reasoner.backbone == 0)
    groups = _split([open_], solver.witnesses())
    rng = np.random.default_rng(0)
    for _ in range(_RANDOM if groups else 0):
        tick()
        signs = rng.choice([-1, 1], size=len(open_))
        solver.prefer((signs * (open_ + 1)).tolist())
        row = solver.model()
        assert row is not None, "a void model is analysed no further"
        groups = _split(groups, row[None])
    names: dict[tuple[int, int], int] = {}
    while groups:
        tick()
        pairs = [p for g in groups for p in _ring(g)]
        fresh = [p for p in pairs if p not in names]
        names |= zip(fresh, solver.names_of([(a, -b) for a, b in fresh]), strict=True)
        wanted = [x for a, b in pairs for x in (a, -b)]
        solver.prefer(wanted)
        row = solver.any_of([names[p] for p in pairs])
        if row is None:
            break
        groups = _split(groups, row[None])
    return [[reasoner.names[i] for i in group] for group in groups]


def _ring(group: np.ndarray) -> list[tuple[int, int]]:
    """Each member with the next: equal all the way round means equal."""
    numbers = (group + 1).tolist()
    return list(zip(numbers, [*numbers[1:], numbers[0]], strict=True))


def _split(groups: list[np.ndarray], rows: np.ndarray) -> list[np.ndarray]:
    """Groups of two or more that the rows do not tell apart."""
    if not len(rows):
        return groups
    found = []
    for group in groups:
        keys: dict[bytes, list[int]] = {}
        packed = np.packbits(rows[:, group].T, axis=1)
        for i, key in zip(group.tolist(), packed, strict=True):
            keys.setdefault(key.tobytes(), []).append(i)
        found += [np.array(same) for same in keys.values() if len(same) > 1]
    return found
