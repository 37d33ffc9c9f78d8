"""Delta debugging: the smallest part of a set that still shows something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def shrink(items: Sequence[Item], shows: Callable[[list[Item]], bool]) -> list[Item]:
    """A part of ``items`` that shows, and shows no more without any single one of it.

    The ddmin algorithm (Zeller and Hildebrandt 2002): parts and complements of a growing number of
    chunks, then one item at a time. Where ``shows`` is monotone the answer is a minimal set.

    Args:
        items: all of them together show.
        shows: asked of parts of ``items``, in their order; never of all of them.
    """
    kept, chunks = list(items), 2
    while len(kept) > 1:
        size = -(-len(kept) // chunks)
        parts = [kept[at : at + size] for at in range(0, len(kept), size)]
        smaller = next((part for part in parts if len(part) < len(kept) and shows(part)), None)
        if smaller is not None:
            kept, chunks = smaller, 2
            continue
        at = next(
            (i for i in range(len(parts)) if len(parts) > 2 and shows(_without(parts, i))), None
        )
        if at is not None:
            kept, chunks = _without(parts, at), max(chunks - 1, 2)
        elif chunks >= len(kept):
            break
        else:
            chunks = min(2 * chunks, len(kept))
    if len(kept) == 1 and shows([]):
        return []
    return kept


def _without(parts: list[list[Item]], at: int) -> list[Item]:
    return [item for i, part in enumerate(parts) if i != at for item in part]
