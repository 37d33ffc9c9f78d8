"""Working out the fronts: the measured one at once, the predicted one by the learning child."""

from __future__ import annotations

import asyncio
from typing import Any

from textual import work

from pimp_tui.errors import UserError
from pimp_tui.tui.learner import Cancelled
from pimp_tui.tui.panes.predictions.store import MINIMUM_CONFIGURATIONS
from pimp_tui.tui.panes.tradeoffs.actions import PointActions
from pimp_tui.tui.panes.tradeoffs.points import Points, carried, measured_points, merge_predicted
from pimp_tui.tui.panes.tradeoffs.problem import Problem
from pimp_tui.tui.panes.tradeoffs.verdicts import (
    Verdicts,
    config_ids,
    read_intervals,
    read_verdicts,
)

#: Number of good runs, objectives, constraints: what a predicted front rests on.
Asked = tuple[Any, ...]


class FrontActions(PointActions):
    """Asks for one predicted front at a time, however fast a campaign measures meanwhile."""

    def __init__(self, workspace: Any) -> None:
        super().__init__(workspace)
        self.verdicts = Verdicts()
        self.learning = False
        self._wanted: Asked = ()
        self._answered: Asked = ()
        self._measured = Points()

    @work(group="tradeoffs-solve", exclusive=True)
    async def solve(self) -> None:
        """The measured front, then the predicted one."""
        ground = self.ground
        if ground is None:
            return
        problem = Problem(dict(self.problem.objectives), list(self.problem.constraints))
        try:
            points = await asyncio.to_thread(measured_points, ground, problem)
        except UserError as error:
            self.say_error(error)
            return
        runs = int(ground.frame["runs_ok"].sum())
        asked = (runs, tuple(problem.objectives.items()), problem.where)
        kept = self.walk.points
        self._wanted = asked
        if asked == self._answered and kept.candidates is not None:
            self.moved()
            return
        self._measured = points
        # What was predicted from fewer runs stays until there is better.
        same = asked[1:] == self._answered[1:] and kept.candidates is not None
        self.walk.take(carried(points, kept, problem, ground) if same else points)
        self.moved()
        self._judge()
        if ground.frame.height >= MINIMUM_CONFIGURATIONS:
            self._predict()

    @work(group="tradeoffs-predict")
    async def _predict(self) -> None:
        """One request at a time; what was measured while it was answered is asked for next."""
        if self.learning:
            return
        self.learning = True
        try:
            while self._wanted != self._answered:
                self.moved()
                await self._ask(self._wanted)
        except Cancelled:
            return
        except UserError as error:
            self.say(f"no predicted front: {error}", "warn")
        finally:
            self.learning = False
            self.moved()

    async def _ask(self, asked: Asked) -> None:
        _, objectives, where = asked
        answer = await self.child.ask("front", objectives=dict(objectives), where=where)
        self._answered = asked
        ground = self.ground
        if ground is None or asked[1:] != self._wanted[1:]:
            return  # the problem is another one by now
        points = self._measured
        own = {row["config_id"]: row for row in points.measured}
        merged = merge_predicted(points, answer, own)
        if asked != self._wanted:
            merged = carried(points, merged, self.problem, ground)
        self.walk.take(merged)

    @work(group="tradeoffs-judge", exclusive=True)
    async def _judge(self) -> None:
        """Compare the points' accuracy with the control's, problem by problem."""
        points = self.walk.points
        ids = config_ids(points.measured, points.front)
        if "pass_at_1" not in (self.ground.metrics if self.ground else ()) or not ids:
            return
        try:
            key = hash(tuple(ids))
            found = await self.reader.get(f"verdicts-{key}", lambda s: read_verdicts(s, ids))
            name = f"intervals-{key}"
            self.verdicts.take(found, await self.reader.get(name, lambda s: read_intervals(s, ids)))
        except UserError as error:
            self.say_error(error)
        self.moved()
