"""How careful a covering sampler can be: work is counted in steps, so that a seed gives one plan.

Steps are turned into the seconds that they take on a core shared by three, so that on any idle
machine the counted budget ends well before the clock's. The clock is a guard: past it rows are
drawn in haste, and then the same seed may give another plan.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pimp_tui.sampling.interactions import Interactions
    from pimp_tui.sampling.registry import Progress

_CLOCK = 0.75  # of what the clock says counts, so that steps decide unless it runs far ahead
_NODES_AT_ONCE = 4_000_000  # nodes times rows of one dynamic programme
_PAIRS_AT_ONCE = 600_000_000  # pairs times rows weighed together


@dataclass(frozen=True, slots=True)
class Care:
    """How rows are drawn: ``starts`` at once, ``steps`` each; all within ``share`` of the best."""

    starts: int
    steps: int
    share: float


# Rows drawn many at once lose little: what counts is that each is improved once, and that those
# taken together still add much each.
_CARES = (
    (0.15, Care(96, 3, 0.8)),
    (0.35, Care(192, 2, 0.8)),
    (0.6, Care(192, 2, 0.5)),
    (1.0, Care(192, 2, 0.3)),
)
"""Parts of the budget, and the care until each is spent."""
_OVERDUE_FROM, _OVERDUE = 1.1, Care(192, 2, 0.05)  # well past the end whatever adds something
_BY_SAT, _BY_SAT_HASTY = Care(8, 2, 0.5), Care(8, 1, 0.05)  # each row takes many solves
_SAT_UNTIL = 0.5


class Effort:
    """A budget.

    Args:
        interactions: what is covered, its diagram compiled if there is to be one.
        seconds: to spend.
        began: by ``time.monotonic()``; now by default.
        progress: told how far the work is.
    """

    def __init__(
        self,
        interactions: Interactions,
        seconds: float,
        began: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.seconds, self._progress = seconds, progress
        self.began = time.monotonic() if began is None else began
        self.counted = 0.0
        known = interactions.space.reasoner.known
        self._by_sat = known is None
        self._nodes = known.nodes if known is not None else 0
        levels = known.width if known is not None else 0
        items = len(interactions.items)
        self._pairs = items**2
        # Of a step of the dynamic programme: its own price, and that of each row.
        self._step = 1e-3 + 6e-5 * levels + 1e-8 * items**2
        self._row = 4e-8 * self._nodes + 4e-10 * items**2
        if known is None:
            self._row = 2e-3 + 1e-5 * len(interactions.space.features)

    @property
    def over(self) -> bool:
        """Whether the clock has passed the budget."""
        return time.monotonic() - self.began > self.seconds

    def tell(self, what: str, share: float | None) -> None:
        """Tell what is being done and the share of it that is done, if known."""
        if self._progress is not None:
            self._progress(what, share)

    def spend(self, starts: int, steps: int = 1) -> None:
        """Count steps that move so many rows at once."""
        self.counted += steps * (self._step + starts * self._row)

    def steps_left(self, starts: int, part: float) -> int:
        """How many more such steps fit into a part of the budget."""
        left = part * self.seconds - self.counted
        return max(0, int(left / (self._step + starts * self._row)))

    def care(self) -> Care:
        """How to draw the next rows."""
        spent = max(self.counted, _CLOCK * (time.monotonic() - self.began)) / self.seconds
        if self._by_sat:
            return _BY_SAT_HASTY if self.over or spent > _SAT_UNTIL else _BY_SAT
        late = time.monotonic() - self.began > _OVERDUE_FROM * self.seconds
        care = next((care for until, care in _CARES if spent < until), _CARES[-1][1])
        if late:
            care = _OVERDUE
        most = min(_NODES_AT_ONCE // max(1, self._nodes), _PAIRS_AT_ONCE // max(1, self._pairs))
        return Care(max(8, min(care.starts, most)), care.steps, care.share)
