"""What covering and checking take on, and what they refuse before any work."""

from __future__ import annotations

from collections import Counter

from pimp_tui.errors import UserError
from pimp_tui.sampling.items import Item

MOST_ROWS = 10_000_000
"""Configurations that are drawn at most: already these take gigabytes."""

MOST = {1: 1_000_000, 2: 60_000_000, 3: 30_000_000}
"""Combinations of 1, 2 or 3 items that covering and checking go through at most."""


def check_request(items: list[Item], t: int) -> None:
    """Refuse what cannot be covered, or not within hours, before any work.

    Args:
        items: of the interactions asked for.
        t: their strength.

    Raises:
        UserError: more strength than options, or too many combinations.
    """
    sizes = list(Counter(item.owner for item in items).values())
    if t > len(sizes):
        there = f"are only {len(sizes)} options" if len(sizes) > 1 else "is only one option"
        raise UserError(
            f"t is {t}, but there {there} to combine", mend=f"take -t {max(1, len(sizes))}"
        )
    ways = [1, 0, 0, 0]  # elementary symmetric sums: combinations of items of different owners
    for size in sizes:
        for k in (3, 2, 1):
            ways[k] += ways[k - 1] * size
    if ways[t] > MOST[t]:
        smaller = max((k for k in range(1, t) if ways[k] <= MOST[k]), default=0)
        mend = f"take -t {smaller}, or select features first" if smaller else None
        raise UserError(
            f"{len(items)} values make {ways[t]:,} interactions of {t}, more than {MOST[t]:,}",
            mend=mend or "select features first",
        )
