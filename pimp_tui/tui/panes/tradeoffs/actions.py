"""What the keys of Trade-offs do to the point under the cursor."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from textual import work
from textual.binding import Binding

from pimp_tui.errors import UserError
from pimp_tui.tui.learner import LearningChild
from pimp_tui.tui.panes.base import Pane
from pimp_tui.tui.panes.predictions.queueing import queue
from pimp_tui.tui.panes.tradeoffs import details
from pimp_tui.tui.panes.tradeoffs.layout import Parts
from pimp_tui.tui.panes.tradeoffs.limits import (
    BUDGET,
    DEADLINE,
    Limit,
    limit_of,
    question,
    set_limit,
)
from pimp_tui.tui.panes.tradeoffs.points import Ground, dominating
from pimp_tui.tui.panes.tradeoffs.problem import Problem
from pimp_tui.tui.panes.tradeoffs.walk import Walk
from pimp_tui.tui.snapshot import nothing_measured
from pimp_tui.tui.widgets.numbers import change, name_and_unit, option_text

_MOST_COMPARED = 4


def key(keys: str, action: str, name: str, tooltip: str) -> Binding:
    """A binding of Trade-offs, in the palette and rebindable."""
    return Binding(keys, action, name, show=False, tooltip=tooltip,
                   id=f"tradeoffs.{name.replace(' ', '-')}")  # fmt: skip


class PointActions(Pane):
    """Walking, marking, asking why, queueing, copying, exporting."""

    parts: Parts
    child: LearningChild

    BINDINGS = [  # noqa: RUF012
        key("right,l", "walk(1)", "next on front", ""),
        key("left,h", "walk(-1)", "previous on front", ""),
        key("down,j", "through(1)", "next point", ""),
        key("up,k", "through(-1)", "previous point", ""),
        key("g,home", "walk(-100000)", "first on front", ""),
        key("G,end", "walk(100000)", "last on front", ""),
        key("c", "objectives", "objectives", "Choose objectives and constraints"),
        key("b", "budget", "budget", "Limit the energy: at most … J"),
        key("d", "deadline", "deadline", "Limit the time: at most … s"),
        key("m", "mark", "mark", "Mark this point"),
        key("equals_sign", "compare", "compare", "Compare the marked points"),
        key("v", "verify", "verify", "Queue this point for verification"),
        key("w", "why", "why", "Why this point is off the front"),
        key("y,Y", "copy_point", "copy", "Copy the configuration, or the path just exported"),
        key("e", "export", "export", "Export this configuration"),
        Binding("escape", "back", "back", show=False),
    ]

    def __init__(self, workspace: Any) -> None:
        super().__init__(workspace)
        self.ground: Ground | None = None
        self.problem = Problem()
        self.walk = Walk()
        self.queued: set[str] = set()
        self._exported = ""
        self.left_out: list[tuple[str, str]] = []

    def moved(self) -> None:
        """The cursor moved: the pane draws it where it is now."""

    def solve(self) -> Any:
        """The problem changed: the pane works out the fronts again."""

    def _first_metric(self) -> str:
        return next(iter(self.problem.objectives), "")

    def action_walk(self, by: int) -> None:
        """Along the front."""
        if self._first_metric():
            self._exported = ""
            self.walk.along_front(by, self._first_metric())
            self.moved()

    def action_through(self, by: int) -> None:
        """Through all measured points."""
        if self._first_metric():
            self._exported = ""
            self.walk.through_all(by, self._first_metric())
            self.moved()

    def action_mark(self) -> None:
        """Mark this point."""
        self.walk.toggle_mark()
        self.moved()

    def action_objectives(self) -> None:
        """Open the list of objectives and constraints."""
        if self.ground is None or not self.ground.metrics:
            self.say(nothing_measured(self.snapshot))
            return
        order = [*self.problem.objectives, *self.ground.metrics]
        self.parts.objectives.offer(self.problem, list(dict.fromkeys(order)))
        self.parts.show_lower(self.parts.objectives_part, self.size.height)
        self.parts.objectives.focus()
        self.refresh_footer()

    @work(exclusive=True, group="tradeoffs-limit")
    async def action_budget(self) -> None:
        """At most so many joules."""
        await self._limit(BUDGET)

    @work(exclusive=True, group="tradeoffs-limit")
    async def action_deadline(self) -> None:
        """At most so many seconds."""
        await self._limit(DEADLINE)

    async def _limit(self, limit: Limit) -> None:
        metric = limit.metric(self.problem, self.ground.metrics if self.ground else [])
        if metric is None:
            self.say(f"nothing in {limit.unit} was measured: no {limit.word} to set", "warn")
            return
        known = limit_of(self.problem, metric)
        first = f"{known[1]:.6g}" if known else ""
        text = await self.prompt(question(limit, metric), first, limit.fault)
        if text is None:
            return
        set_limit(self.problem, metric, limit.amount(text))
        self.parts.objectives.show_again()
        self.solve()

    def close_lower(self) -> None:
        """The front list again."""
        self.parts.show_lower(self.parts.front_part, self.size.height)
        self.parts.front.focus()
        self.call_after_refresh(self.moved)

    def action_compare(self) -> None:
        """Open or close the comparison of the marked points."""
        if self.parts.compare_part.display:
            self.close_lower()
            return
        count = len(self.walk.marked_rows())
        if not 2 <= count <= _MOST_COMPARED:
            self.say(f"{count} marked; m marks two to {_MOST_COMPARED} to compare", "warn")
            return
        self.parts.compare_part.set_rule(f"Compare {count}")
        self.parts.show_lower(self.parts.compare_part, self.size.height)
        self.parts.compare.focus()
        self.call_after_refresh(self.moved)

    def action_back(self) -> None:
        """Close what is open, stop predicting, or unmark."""
        if not self.parts.front_part.display:
            self.close_lower()
        elif self.child.cancel():
            self.say("stopped predicting; the measured front stays")
        elif self.walk.marked:
            self.walk.marked.clear()
            self.moved()

    def action_why(self) -> None:
        """Which point beats this one, and by how much."""
        row, ground = self.walk.row, self.ground
        if row is None or ground is None:
            self.say("no point under the cursor")
            return
        name = details.spoken(row, ground.plan)
        found = dominating(self.problem, row, [*self.walk.points.front, *self.walk.points.measured])
        if self.walk.place is not None or not found:
            self.say(f"{name} is on the front: no point beats it in every objective")
            return
        best = found[0]
        deltas = []
        for metric in self.problem.objectives:
            mark = "~" if details.is_guess(best, metric) or details.is_guess(row, metric) else ""
            text = change(best.get(metric), row.get(metric), metric)
            deltas.append(f"{mark}{text} {name_and_unit(metric)[0]}")
        more = f"; {len(found) - 1} more beat it" if len(found) > 1 else ""
        self.say(f"{details.spoken(best, ground.plan)} beats {name}: {', '.join(deltas)}{more}")

    @work
    async def action_verify(self) -> None:
        """Append a predicted point to the plan."""
        row, path = self.walk.row, self.session_path
        if row is None or path is None:
            self.say("no point under the cursor")
            return
        if not row.get("estimated"):
            self.say("it is measured already")
            return
        try:
            position = await asyncio.to_thread(queue, path, row, self.problem.objectives)
        except UserError as error:
            self.say_error(error)
            return
        self.queued.add(row["config_id"])
        self.say(f"queued as #{position}; r measures it", "good")
        self.moved()

    @work(exclusive=True, group="tradeoffs-export")
    async def action_copy_point(self) -> None:
        """The path just exported, else the options as JSON."""
        row, ground = self.walk.row, self.ground
        if self._exported:
            self.copy(self._exported, "the path")
        elif row is not None and ground is not None:
            if row.get("estimated") and not await self.ask("never measured: copy it anyway?"):
                return
            options = {name: row.get(name) for name in ground.plan.options}
            self.copy(json.dumps(options), "the configuration as JSON")
        else:
            self.say("no point to copy")

    @work(exclusive=True, group="tradeoffs-export")
    async def action_export(self) -> None:
        """Ask for a file and write the configuration in the form its name asks for."""
        from pimp_tui.tui.panes.tradeoffs import writing

        row, ground, path = self.walk.row, self.ground, self.session_path
        if row is None or ground is None or path is None:
            self.say("no point to export")
            return
        if not ground.has_space:
            self.say("an imported table has no feature model to export by; y copies it as JSON")
            return
        if row.get("estimated") and not await self.ask(
            "never measured: export anyway? v verifies first"
        ):
            return
        label = f"export {details.spoken(row, ground.plan)} (.json, .py) to"
        text = await self.prompt(label, "generation_config.json", writing.fault)
        if text is None:
            return
        target = writing.target_of(text)
        if target.exists() and not await self.ask(f"{target} exists: write over it?"):
            return
        try:
            left_out = await asyncio.to_thread(writing.write, path, row, ground.plan, target)
        except UserError as error:
            self.say_error(error)
            return
        self._exported = str(target)
        self.say(f"wrote {target} (y copies the path)", "good")
        self.left_out = [(name, option_text(value)) for name, value in left_out.items()]
        if left_out:
            self.parts.left_part.set_rule(f"{target.name} cannot carry {len(left_out)} options")
            self.parts.show_lower(self.parts.left_part, self.size.height)
            self.parts.left_out.focus()
            self.call_after_refresh(self.moved)
