"""What Predictions knows: fits and effects by metric, asked of the learning child when needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.tui.learner import LearningChild, Progress
from pimp_tui.tui.words import counted

MINIMUM_CONFIGURATIONS = 12


@dataclass
class Store:
    """Answers of the child for the configurations measured so far.

    Attributes:
        child: who learns.
        measured: configurations with at least one good run; another number makes all stale.
        fits, effects: by metric; ``pairs`` stand in effects.
        curves: records of ``learning.curve`` by metric, or why there are none.
        records: evaluation records of ``learning.json``, by sampler among them.
        nothing: why nothing is measured, where nothing is.
    """

    child: LearningChild
    measured: int = 0
    fits: dict[str, dict[str, Any]] = field(default_factory=dict)
    effects: dict[str, dict[str, Any]] = field(default_factory=dict)
    curves: dict[str, list[dict[str, Any]] | str] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    nothing: str = ""
    _curve_child: LearningChild | None = None
    _curving: bool = False

    @property
    def too_few(self) -> str:
        """Why there are no predictions yet; empty when there are."""
        if self.measured >= MINIMUM_CONFIGURATIONS:
            return ""
        left = MINIMUM_CONFIGURATIONS - self.measured
        known = f"{counted(self.measured, 'configuration')} measured"
        start = f"predictions start at {MINIMUM_CONFIGURATIONS} ({left} more)"
        return f"{(not self.measured and self.nothing) or known}; {start}"

    def set_measured(self, count: int) -> bool:
        """Take note of how many are measured; True when earlier answers became stale."""
        if count == self.measured:
            return False
        self.measured = count
        self.fits.clear()
        self.effects.clear()
        self.curves.clear()
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

    async def curve(self, metric: str, progress: Progress) -> None:
        """The learning curve of a metric; a refusal of the child is kept in its place."""
        self._stop_curve()
        measured = self.measured
        child = self._curve_child = self.child.another()
        child.progress = progress
        self._curving = True
        try:
            found = await child.ask("curve", metric=metric)
        except UserError as error:
            found = str(error)
        finally:
            child.close()
            if child is self._curve_child:
                self._curving = False
        if measured == self.measured:
            self.curves[metric] = found

    def knows(self, view: str, metric: str) -> bool:
        """Whether a view of a metric can be drawn without asking."""
        if view in ("effects", "pairs"):
            return metric in self.effects
        return metric in (self.curves if view == "curve" else self.fits)

    @property
    def busy(self) -> bool:
        """Whether anything is being learnt."""
        return self.child.busy or self._curving

    def cancel(self) -> bool:
        """Give up whatever is being learnt; False when nothing is."""
        stopped = self._stop_curve()
        return self.child.cancel() or stopped

    def _stop_curve(self) -> bool:
        return bool(self._curve_child and self._curve_child.cancel())

    def by_sampler(self, metric: str) -> list[dict[str, Any]]:
        """Records that train on one sampler's configurations and test on the others."""
        found: dict[str, dict[str, Any]] = {}
        for record in self.records:
            trained = str(record.get("training"))
            drawn = str(record.get("test", "")).startswith("not drawn")
            if record.get("metric") == metric and drawn and trained not in found:
                found[trained] = record
        return list(found.values())
