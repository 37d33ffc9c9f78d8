"""What Predictions knows: fits and effects by metric, asked of the learning child when needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pimp_tui.tui.learner import LearningChild

MINIMUM_CONFIGURATIONS = 12


@dataclass
class Store:
    """Answers of the child for the configurations measured so far.

    Attributes:
        child: who learns.
        measured: configurations with at least one good run; another number makes all stale.
        fits, effects: by metric; ``pairs`` stand in effects.
        records: evaluation records of ``learning.json``, by sampler among them.
    """

    child: LearningChild
    measured: int = 0
    fits: dict[str, dict[str, Any]] = field(default_factory=dict)
    effects: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)

    @property
    def too_few(self) -> str:
        """Why there are no predictions yet; empty when there are."""
        if self.measured >= MINIMUM_CONFIGURATIONS:
            return ""
        left = MINIMUM_CONFIGURATIONS - self.measured
        return (
            f"{self.measured} configurations measured; predictions start at "
            f"{MINIMUM_CONFIGURATIONS} ({left} still to run)"
        )

    def set_measured(self, count: int) -> bool:
        """Take note of how many are measured; True when earlier answers became stale."""
        if count == self.measured:
            return False
        self.measured = count
        self.fits.clear()
        self.effects.clear()
        return True

    async def fit(self, metric: str) -> dict[str, Any]:
        """The fit of a metric: evaluation, points, notes."""
        if metric not in self.fits:
            measured = self.measured
            answer = await self.child.ask("fit", metric=metric)
            if measured != self.measured:
                return dict(answer)
            self.fits[metric] = answer
        return self.fits[metric]

    async def effect(self, metric: str) -> dict[str, Any]:
        """Effects of single features and of pairs."""
        if metric not in self.effects:
            measured = self.measured
            answer = await self.child.ask("effects", metric=metric, pairs=True)
            if measured != self.measured:
                return dict(answer)
            self.effects[metric] = answer
        return self.effects[metric]

    def by_sampler(self, metric: str) -> list[dict[str, Any]]:
        """Records that train on one sampler's configurations and test on the others."""
        found: dict[str, dict[str, Any]] = {}
        for record in self.records:
            trained = str(record.get("training"))
            drawn = str(record.get("test", "")).startswith("not drawn")
            if record.get("metric") == metric and drawn and trained not in found:
                found[trained] = record
        return list(found.values())
