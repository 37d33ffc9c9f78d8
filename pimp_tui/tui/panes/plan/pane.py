"""The Plan pane: what will be measured, in which order, and how much of the space it covers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.base import FooterKey, Pane
from pimp_tui.tui.panes.plan import draw, edit
from pimp_tui.tui.panes.plan.lines import PlanLine, heading, matching, paint, read_lines
from pimp_tui.tui.panes.plan.side import option_rows
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.snapshot import Snapshot
from pimp_tui.tui.widgets.line import Line
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.widgets.section import Section
from pimp_tui.tui.words import told

if TYPE_CHECKING:
    import polars as pl

_KEYS = (
    FooterKey("J/K", "move"),
    FooterKey("d", "drop"),
    FooterKey("a", "add"),
    FooterKey("u", "undo", drop=2),
    FooterKey("/", "filter"),
    FooterKey("y", "copy id", "copy the config_id", drop=2),
    FooterKey("e", "export", drop=2),
    FooterKey("r", "run", "run or resume"),
)
_EMPTY = (FooterKey("a", "add from a sampler"), FooterKey("r", "run", "plan & run"))


class PlanPane(Pane):
    """The plan of the session, or one that is drawn here from a feature model alone."""

    title = "Plan"
    help_text = (
        "The configurations to measure, in order. While no campaign runs, lines can be moved, "
        "dropped and added; what was measured stays."
    )
    help_words: ClassVar[dict[str, str]] = {
        "sampler": "who drew it; default is the library's own configuration",
        "pair coverage": "share of all valid pairs of option values that the plan holds",
        "status": "ok, failed, repeats done of those planned, - not measured yet",
        "differs": "options whose value is not the default's",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("J", "move(1)", "move down", show=False, tooltip="Move the line down"),
        Binding("K", "move(-1)", "move up", show=False, tooltip="Move the line up"),
        Binding("d", "drop", "drop", show=False, tooltip="Drop the line from the plan"),
        Binding("a", "add", "add", show=False, tooltip="Add configurations from a sampler"),
        Binding("u", "undo", "undo", show=False, tooltip="Undo the last change of the plan"),
        Binding("slash", "filter", "filter", show=False, tooltip="Filter the plan"),
        Binding("escape", "clear", "clear filter", show=False, tooltip="Clear the filter"),
        Binding("n", "next(1)", "next", show=False, tooltip="Next failed or unmeasured line"),
        Binding("N", "next(-1)", "previous", show=False, tooltip="Previous such line"),
        Binding("y", "copy_id", "copy id", show=False, tooltip="Copy the config_id"),
        Binding("Y", "copy_row", "copy row", show=False, tooltip="Copy the configuration as JSON"),
        Binding("e", "export", "export", show=False, tooltip="Export the plan"),
    ]

    def compose(self) -> Iterable[Widget]:
        """Lines above, the options of one below (beside, where there is room)."""
        self.rows = Rows(id="plan-rows")
        self.head = Line()
        self.options = Rows(cursor_mark=False, id="plan-options")
        self.lines_part = Section(self.head, self.rows, title="Plan", right="loading…")
        self.options_part = Section(self.options, id="options-part", classes="divided")
        yield Container(self.lines_part, self.options_part, id="plan-body")

    def on_mount(self) -> None:
        """Nothing read yet."""
        self._plan: pl.DataFrame | None = None
        self._info: PlanInfo | None = None
        self._lines: list[PlanLine] = []
        self._shown: list[PlanLine] = []
        self._filter = ""
        self._notice = ""
        self._measuring: str | None = None
        self._coverage = ""
        self._undo: list[pl.DataFrame] = []
        self._read()

    @property
    def pane_keys(self) -> Sequence[FooterKey]:
        """Fewer without a plan."""
        return _KEYS if self._lines else _EMPTY

    def help_keys(self) -> Sequence[tuple[str, str]]:
        """With those that the footer has no room for."""
        more = [("n N", "next, previous line that failed or is not measured"),
                ("Y", "copy the configuration as JSON")]  # fmt: skip
        return [*((key.label, key.wide or key.text) for key in _KEYS), *more]

    def session_changed(self, snapshot: Snapshot) -> None:
        """Statuses, or the plan itself."""
        if snapshot.changed & {"plan", "runs"}:
            self._read()

    def live_event(self, event: dict[str, Any]) -> None:
        """Which configuration is measured now."""
        if event.get("event") == "state":
            running = event.get("config_id") if event.get("state") == "running" else None
            if running != self._measuring:
                self._measuring = running
                self._show()

    @property
    def line(self) -> PlanLine | None:
        """The line under the cursor."""
        return self._shown[self.rows.cursor] if self.rows.cursor < len(self._shown) else None

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        if self.session_path is not None:
            try:
                plan = await self.reader.plan()
                runs = await self.reader.runs()
            except UserError as error:
                self._tell("no plan", told(error))
                return
        else:
            if self._plan is None:
                self._tell("nothing drawn yet", "No plan yet: a draws one within your choices.")
                return
            plan, runs = self._plan, None
        manifest = self.snapshot.manifest if self.snapshot else {}
        same = self._plan is not None and plan.equals(self._plan) and self._info is not None
        if not same:
            self._plan, self._coverage = plan, ""
            self._info = PlanInfo(plan, manifest.get("named"))
        assert self._info is not None
        repeats = int((manifest.get("settings") or {}).get("repeats") or 1)
        self._lines = read_lines(plan, runs, repeats, self._info)
        self._show()
        self.refresh_footer()
        if not self._coverage:
            self._find_coverage(plan)

    @work(exclusive=True, group="cover")
    async def _find_coverage(self, plan: pl.DataFrame) -> None:
        """Pair coverage, off the event loop."""
        from pimp_tui.sampling import coverage

        try:
            desk, _ = await self.workspace.desk_and_view()
            found = await desk.do(lambda: coverage(desk.space, plan, t=2))
        except UserError:
            self._coverage = "pair coverage unknown"
        else:
            self._coverage = f"pair coverage {100 * found['coverage']:.1f} %"
        self._show_rule()

    def _tell(self, rule: str, notice: str) -> None:
        """Words in place of lines."""
        self._notice = notice
        self.lines_part.set_rule(right=rule)
        self._show()

    def _show(self) -> None:
        if not self._lines and self._notice:
            self.head.show(())
            self.rows.set_rows([[(self._notice, "dim")]])
            return
        before = self.line.config_id if self.line else None
        self._shown = matching(self._lines, self._filter)
        width = self.rows.size.width
        self.head.show(heading(width, bool(self._info and self._info.default_id)))
        cursor = next((i for i, x in enumerate(self._shown) if x.config_id == before), None)
        self.rows.set_rows([paint(line, width, self._measuring) for line in self._shown], cursor)
        self._show_rule()
        self._show_options()

    def _show_rule(self) -> None:
        if not self._lines:
            return
        left = sum(line.status == "-" for line in self._lines)
        parts = [f"{len(self._lines)} configurations", f"{left} to measure"]
        if self._filter:
            parts[0] = f"/{self._filter}  {len(self._shown)} of {parts[0]}"
        parts.append(self._coverage or "coverage…")
        self.lines_part.set_rule(right=f" {self.marks.dot} ".join(parts))

    def _show_options(self) -> None:
        line, info = self.line, self._info
        if line is None or info is None:
            self.options_part.set_rule(title="", right="")
            self.options.set_rows([])
            return
        self.options_part.set_rule(title=f"#{line.position}", right=line.config_id)
        width = self.options.size.width
        columns = 1 if self.workspace.has_class("-very-wide") else 2
        self.options.set_rows(option_rows(info.settings(line.config_id), width, columns), 0)

    def on_resize(self) -> None:
        """Columns follow the width."""
        self.call_after_refresh(self._show)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        """Another line under the cursor."""
        if event.rows is self.rows:
            self._show_options()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Enter: to the options of the line."""
        if event.rows is self.rows:
            self.options.focus()

    # Edits.

    @work(group="edit")
    async def _change(self, change: edit.Change, done: str, keep: bool = True) -> None:
        if self.workspace.running:
            self.say("the campaign runs: pause is not enough, x stops it first", "warn")
            return
        before = self._plan
        try:
            if self.session_path is None:
                if before is None:
                    raise UserError("no plan yet: a draws one")
                self._plan = None
                after = await asyncio.to_thread(lambda: edit.renumbered(change(before)))
                self._plan, self._info, self._coverage = after, None, ""
            else:
                session = self.session_path
                await asyncio.to_thread(lambda: edit.change_plan(session, change))
        except UserError as error:
            self._plan = before
            self.say_error(error)
            return
        if keep and before is not None:
            self._undo.append(before)
        self._read()
        self.say(done, "good")

    def action_move(self, by: int) -> None:
        """One line down or up."""
        if self.line:
            words = "down" if by > 0 else "up"
            self._change(edit.moved(self.line.config_id, by), f"moved {words}; u undoes")

    def action_drop(self) -> None:
        """Leave the line out."""
        line = self.line
        if line:
            change = edit.dropped(line.config_id, self.session_path)
            self._change(change, f"dropped #{line.position}; u undoes")

    @work
    async def action_add(self) -> None:
        """Ask for a sampler and a number."""
        if self.workspace.running:
            self.say("the campaign runs: x stops it first", "warn")
            return
        text = await self.prompt(
            "add from", "uniform 8", validate=draw.fault, complete=draw.candidates
        )
        if not text:
            return
        self.say("drawing…")
        seed = len(self._lines)
        try:
            desk, _ = await self.workspace.desk_and_view()
            more = await desk.do(lambda: draw.draw(desk.space, text, seed, desk.choice))
        except UserError as error:
            self.say_error(error)
            return
        if self._plan is None:
            self._plan = more
            self._read()
            self.say(f"{more.height} configurations drawn", "good")
        else:
            self._change(edit.extended(more), f"added from {text}; u undoes")

    def action_undo(self) -> None:
        """Bring back the plan before the last change."""
        if not self._undo:
            self.say("no change of the plan to undo")
            return
        before = self._undo.pop()
        self._change(edit.restored(before, self.session_path), "undone", keep=False)

    # The rest.

    @work
    async def action_filter(self) -> None:
        """Narrow while typing."""
        text = await self.prompt("/", self._filter, live=self._narrow)
        self._narrow(text or "")

    def _narrow(self, text: str) -> None:
        self._filter = text
        self._show()

    def action_clear(self) -> None:
        """Escape: back to the lines, then without filter."""
        if self.options.has_focus:
            self.rows.focus()
        elif self._filter:
            self._narrow("")

    def action_next(self, by: int) -> None:
        """Next line that failed or waits."""
        count = len(self._shown)
        for step in range(1, count):
            index = (self.rows.cursor + by * step) % count
            if self._shown[index].status != "ok":
                self.rows.move_to(index)
                return
        self.say("every line is measured")

    def action_copy_id(self) -> None:
        """The config_id."""
        if self.line:
            self.copy(self.line.config_id, "the config_id")

    def action_copy_row(self) -> None:
        """The configuration as JSON."""
        if self.line and self._info:
            import json

            row = self._info.row(self.line.config_id)
            options = {name: row[name] for name in self._info.options}
            self.copy(json.dumps(options), f"#{self.line.position}")

    @work
    async def action_export(self) -> None:
        """Write the plan to a file that ``--plan`` reads."""
        if self._plan is None:
            return
        target = await self.prompt("export the plan to (.parquet or .csv)", "plan.parquet")
        if not target:
            return
        from pimp_tui.sampling.plans import write_plan

        plan = self._plan
        try:
            await asyncio.to_thread(write_plan, plan, Path(target).expanduser())
        except UserError as error:
            self.say_error(error)
        else:
            self.say(f"{plan.height} configurations written to {target}", "good")
