"""What changes or checks a plan: sampling, loading, coverage, bound, edits and their undo."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.base import Pane
from pimp_tui.tui.panes.plan import draw, edit
from pimp_tui.tui.panes.plan.lines import PlanLines
from pimp_tui.tui.panes.plan.task import Task
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.words import counted

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Choice
    from pimp_tui.tui.panes.space.desk import Desk

_BOUND_S = 10.0


class PlanWork(Pane):
    """A pane with a plan and one long computation at a time."""

    plan: pl.DataFrame | None
    info: PlanInfo | None
    lines: PlanLines | tuple[()]
    coverage: str
    bound: str
    undone: list[pl.DataFrame]
    job: Task

    def read_again(self) -> object:
        """The plan changed: the pane reads and shows it."""

    def show_rule(self) -> None:
        """Coverage or bound changed: the pane shows them."""

    @work(exclusive=True, group="cover")
    async def find_coverage(self, plan: pl.DataFrame) -> None:
        """Pair coverage, off the event loop."""
        from pimp_tui.sampling import coverage

        try:
            desk, _ = await self.workspace.desk_and_view()
            within = await desk.do(lambda: self._choice(desk))
            found = await self.job.run(
                "pair coverage",
                lambda tell: coverage(desk.space, plan, t=2, within=within, progress=tell),
                beside=True,
            )
        except UserError as error:
            self.coverage = f"no pair coverage: {error.what}"
        else:
            if found is None:
                self.coverage = "pair coverage not worked out"
            else:
                self.coverage = f"pair coverage {100 * found['coverage']:.1f} %"
                if found["invalid_configurations"]:
                    self.coverage += f", {found['invalid_configurations']} invalid"
        self.show_rule()

    def _choice(self, desk: Desk) -> Choice:
        """What the plan was, or would be, drawn within: the campaign's choices, or those here."""
        if self.snapshot is None:
            return desk.choice.copy()
        choice = desk.space.configure()
        choice.replace(self.snapshot.manifest.get("choice") or {})
        return choice

    @work(exclusive=True, group="bound")
    async def action_bound(self) -> None:
        """A proven lower bound of plans that cover all pairs within the choices."""
        from pimp_tui.sampling.bound import lower_bound

        if self.job.busy:
            self.say("something is being worked out already; esc stops it", "warn")
            return
        self.say(f"proving a lower bound, {_BOUND_S:.0f} s…")
        try:
            desk, _ = await self.workspace.desk_and_view()
            choice = await desk.do(lambda: self._choice(desk))
            found = await self.job.run(
                "bound",
                lambda tell: lower_bound(
                    desk.space, within=choice, seconds=_BOUND_S, progress=tell
                ),
            )
        except UserError as error:
            self.say_error(error)
            return
        if found is not None:
            self.bound = f"bound {found}"
            self.say(f"no plan that covers all pairs within your choices has fewer than {found}")
            self.show_rule()

    @work(group="edit")
    async def change(self, change: edit.Change, done: str, keep: bool = True) -> None:
        if self.workspace.running:
            self.say("the campaign runs: pause is not enough, x stops it first", "warn")
            return
        before = self.plan
        try:
            if self.session_path is None:
                if before is None:
                    raise UserError("no plan yet: a draws one")
                self.plan = None
                after = await asyncio.to_thread(lambda: edit.renumbered(change(before)))
                self.plan, self.info, self.coverage = after, None, ""
            else:
                session = self.session_path
                await asyncio.to_thread(lambda: edit.change_plan(session, change))
        except UserError as error:
            self.plan = before
            self.say_error(error)
            return
        if keep and before is not None:
            self.undone.append(before)
        self.read_again()
        self.say(done, "good")

    @work
    async def action_add(self) -> None:
        """Ask for a sampler and its numbers; draw within the choices, with progress."""
        if self.workspace.running:
            self.say("the campaign runs: x stops it first", "warn")
            return
        if self.job.busy:
            self.say("something is being worked out already; esc stops it", "warn")
            return
        text = await self.prompt(
            "add from", "twise" if not self.lines else "uniform 8",
            validate=draw.fault, complete=draw.candidates,
        )  # fmt: skip
        if not text:
            return
        seed = len(self.lines)
        try:
            desk, _ = await self.workspace.desk_and_view()
            choice = desk.choice.copy()
            more = await self.job.run(
                text, lambda tell: draw.draw(desk.space, text, seed, choice, tell)
            )
        except UserError as error:
            self.say_error(error)
            return
        if more is not None:
            self._take(more, f"{counted(more.height, 'configuration')} drawn by {text}")

    def _take(self, more: pl.DataFrame, words: str) -> None:
        if self.plan is None:
            self.plan = more
            self.read_again()
            self.say(words, "good")
        else:
            self.change(edit.extended(more), f"{words}; u undoes")

    @work
    async def action_load(self) -> None:
        """Add the configurations of a plan file; alone, they are the plan."""
        if self.workspace.running:
            self.say("the campaign runs: x stops it first", "warn")
            return
        text = await self.prompt("load a plan (.parquet or .csv)", validate=draw.file_fault)
        if not text:
            return
        from pimp_tui.sampling.plans import read_plan

        path = Path(text).expanduser()
        try:
            desk, _ = await self.workspace.desk_and_view()
            more = await desk.do(lambda: read_plan(path, desk.space, complete=True))
        except UserError as error:
            self.say_error(error)
            return
        self._take(more, f"{counted(more.height, 'configuration')} from {path.name}")

    def action_undo(self) -> None:
        """Bring back the plan before the last change."""
        if not self.undone:
            self.say("no change of the plan to undo")
            return
        before = self.undone.pop()
        self.change(edit.restored(before, self.session_path), "undone", keep=False)
