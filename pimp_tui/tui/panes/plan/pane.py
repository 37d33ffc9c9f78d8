"""The Plan pane: what will be measured, in which order, and how much of the space it covers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.base import FooterKey
from pimp_tui.tui.panes.plan import draw, edit
from pimp_tui.tui.panes.plan.lines import Painted, PlanLine, PlanLines, heading, read_lines
from pimp_tui.tui.panes.plan.side import option_rows
from pimp_tui.tui.panes.plan.task import Task
from pimp_tui.tui.panes.plan.working import PlanWork
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.snapshot import Snapshot
from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.line import Line
from pimp_tui.tui.widgets.numbers import seconds
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.widgets.section import Section
from pimp_tui.tui.words import counted, told

if TYPE_CHECKING:
    import polars as pl

_NO_LINE = "no configuration here; a draws some"
_KEYS = (
    FooterKey("J/K", "move"),
    FooterKey("d", "drop"),
    FooterKey("a", "add"),
    FooterKey("u", "undo", drop=2),
    FooterKey("/", "filter"),
    FooterKey("y", "copy id", "copy the config_id", drop=2),
    FooterKey("b", "bound", "lower bound", drop=2),
    FooterKey("o", "load", "load a plan", drop=3),
    FooterKey("e", "save", "save the plan", drop=2),
    FooterKey("r", "run", "run or resume"),
)
_EMPTY = (
    FooterKey("a", "draw one"),
    FooterKey("o", "load", "load a plan"),
    FooterKey("r", "run", "plan & run"),
)
_DRAWING = (FooterKey("esc", "stop what is being worked out"),)


class PlanPane(PlanWork):
    """The plan of the session, or one that is drawn here from a feature model alone."""

    title = "Plan"
    help_text = (
        "The configurations to measure, in order. While no campaign runs, lines can be moved, "
        "dropped and added; what was measured stays."
    )
    help_words: ClassVar[dict[str, str]] = {
        "sampler": "who drew it; default is the library's own configuration",
        "pair coverage": "share of all valid pairs of option values that the plan holds",
        "bound": "no plan that covers all valid pairs is smaller than this (proven)",
        "s/run": "mean of its runs, or ~ told from what the options of other runs took",
        "left": "seconds of all runs to come, with what lies between runs so far",
        "status": "ok, failed, repeats done of those planned, - not measured yet; pick: queued to "
        "verify, measured in a batch of its own",
        "differs": "options whose value is not the default's",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("J", "move(1)", "plan.move-down", "Move the line down"),
        bind("K", "move(-1)", "plan.move-up", "Move the line up"),
        bind("d", "drop", "plan.drop", "Drop the line from the plan"),
        bind("a", "add", "plan.add", "Add configurations from a sampler"),
        bind("u", "undo", "plan.undo", "Undo the last change of the plan"),
        bind("slash", "filter", "plan.filter", "Filter the plan"),
        Binding(
            "escape",
            "clear",
            "stop, clear filter",
            show=False,
            tooltip="Stop what is being worked out; clear the filter",
        ),
        bind("b", "bound", "plan.bound", "Prove a lower bound of the plan"),
        bind("o", "load", "plan.load", "Load a plan from a file"),
        bind("n", "next(1)", "plan.next", "Next failed or unmeasured line"),
        bind("N", "next(-1)", "plan.previous", "Previous such line"),
        bind("y", "copy_id", "plan.copy-id", "Copy the config_id"),
        bind("Y", "copy_row", "plan.copy-row", "Copy the configuration as JSON"),
        bind("e", "export", "plan.export", "Save the plan to a file"),
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
        self.plan: pl.DataFrame | None = None
        self.info: PlanInfo | None = None
        self.lines: PlanLines | tuple[()] = ()
        self._shown: PlanLines | tuple[()] = ()
        self._filter = ""
        self._notice = ""
        self._measuring: str | None = None
        self.coverage = ""
        self.bound = ""
        self.undone: list[pl.DataFrame] = []
        self.job = Task(self)
        self._wanted: str | None = None
        self.read_again()

    @property
    def pane_keys(self) -> Sequence[FooterKey]:
        """Fewer without a plan."""
        keys = _KEYS if self.lines else _EMPTY
        return [*_DRAWING, *keys] if self.job.on else keys

    def help_keys(self) -> Sequence[tuple[str, str]]:
        """With those that the footer has no room for."""
        more = [("n N", "next, previous line that failed or is not measured"),
                ("a", draw.HELP), ("esc", "stop what is being worked out; clear the filter"),
                ("Y", "copy the configuration as JSON")]  # fmt: skip
        return [*((key.label, key.wide or key.text) for key in _KEYS), *more]

    def session_changed(self, snapshot: Snapshot) -> None:
        """Statuses, or the plan itself."""
        if snapshot.changed & {"plan", "runs"}:
            self.read_again()

    def place(self) -> dict[str, Any]:
        """Filter and line under the cursor."""
        here = self.line.config_id if self.line else self._wanted
        return {"filter": self._filter, "line": here}

    def put_back(self, place: Mapping[str, Any]) -> None:
        """Once the plan is read."""
        self._filter = str(place.get("filter") or "")
        line = place.get("line")
        self._wanted = line if isinstance(line, str) else None

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
    async def read_again(self) -> None:
        if self.session_path is not None:
            try:
                plan = await self.reader.plan()
                runs = await self.reader.runs()
            except UserError as error:
                self._tell("no plan", told(error))
                return
        else:
            if self.plan is None:
                self._tell("nothing drawn yet", "No plan yet: a draws one within your choices.")
                return
            plan, runs = self.plan, None
        manifest = self.snapshot.manifest if self.snapshot else {}
        same = self.plan is not None and plan.equals(self.plan) and self.info is not None
        if not same:
            info = await asyncio.to_thread(PlanInfo, plan, manifest.get("named"))
            self.plan, self.info, self.coverage = plan, info, ""
        assert self.info is not None
        repeats = int((manifest.get("settings") or {}).get("repeats") or 1)
        self.lines = await asyncio.to_thread(read_lines, plan, runs, repeats, self.info)
        self._show()
        self.refresh_footer()
        if not self.coverage:
            self.find_coverage(plan)

    def _tell(self, rule: str, notice: str) -> None:
        """Words in place of lines."""
        self._notice = notice
        self.lines_part.set_rule(right=rule)
        self._show()

    def _show(self) -> None:
        if isinstance(self.lines, tuple):
            self.head.show(())
            self.rows.set_rows([[(self._notice, "dim")]])
            return
        before = self.line.config_id if self.line else self._wanted
        self._shown = shown = self.lines.matching(self._filter)
        width = self.rows.size.width
        self.head.show(heading(width, bool(self.info and self.info.default_id), shown.scale))
        self.rows.set_rows(Painted(shown, width, self._measuring), shown.place_of(before))
        self.show_rule()
        self._show_options()

    def show_rule(self) -> None:
        if isinstance(self.lines, tuple) or not self.lines:
            return
        narrow = self.size.width < 110
        parts = [f"{len(self.lines)} {'planned' if narrow else 'configurations'}"]
        parts.append(self._to_go())
        # A runner knows what it loads and warms up between runs.
        left_s = (self.snapshot.eta_s if self.snapshot else None) or self.lines.left_s
        if left_s:
            parts[1] += f", ~{seconds(left_s)}{'' if narrow else ' left'}"
        if self._filter:
            parts[0] = f"/{self._filter}  {len(self._shown)} of {parts[0]}"
        parts.append(self.coverage or "coverage…")
        if self.bound:
            parts.append(self.bound)
        self.lines_part.set_rule(right=f" {self.marks.dot} ".join(parts))

    def _to_go(self) -> str:
        snapshot = self.snapshot
        if snapshot is None or snapshot.runs_planned is None:
            return f"{self.lines.waiting} to measure" if isinstance(self.lines, PlanLines) else ""
        ended = (snapshot.runs_done or 0) + (snapshot.runs_failed or 0)
        return f"{counted(max(snapshot.runs_planned - ended, 0), 'run')} to go"

    def _show_options(self) -> None:
        line, info = self.line, self.info
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

    # Keys.

    def action_move(self, by: int) -> None:
        """One line down or up."""
        if self.line:
            words = "down" if by > 0 else "up"
            self.change(edit.moved(self.line.config_id, by), f"moved {words}; u undoes")
        else:
            self.say(_NO_LINE)

    def action_drop(self) -> None:
        """Leave the line out."""
        line = self.line
        if line:
            change = edit.dropped(line.config_id, self.session_path)
            self.change(change, f"dropped #{line.position}; u undoes")
        else:
            self.say(_NO_LINE)

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
        """Escape: stop what is worked out; back to the lines; then without filter."""
        if self.job.on:
            self.job.stop()
        elif self.options.has_focus:
            self.rows.focus()
        elif self._filter:
            self._narrow("")

    def action_next(self, by: int) -> None:
        """Next line that failed or waits."""
        shown = self._shown
        if isinstance(shown, tuple) or not shown:
            self.say(_NO_LINE)
        elif (there := shown.following(self.rows.cursor, by)) is None:
            self.say("every line is measured")
        else:
            self.rows.move_to(there)

    def action_copy_id(self) -> None:
        """The config_id."""
        if self.line:
            self.copy(self.line.config_id, "the config_id")
        else:
            self.say(_NO_LINE)

    def action_copy_row(self) -> None:
        """The configuration as JSON."""
        if self.line and self.info:
            import json

            row = self.info.row(self.line.config_id)
            options = {name: row[name] for name in self.info.options}
            self.copy(json.dumps(options), f"#{self.line.position}")
        else:
            self.say(_NO_LINE)

    @work
    async def action_export(self) -> None:
        """Write the plan to a file that ``--plan`` and ``o`` read."""
        if self.plan is None:
            self.say("no plan to save yet; a draws one")
            return
        target = await self.prompt("save the plan to (.parquet or .csv)", "plan.parquet")
        if not target:
            return
        from pimp_tui.sampling.plans import write_plan

        plan = self.plan
        try:
            await asyncio.to_thread(write_plan, plan, Path(target).expanduser())
        except UserError as error:
            self.say_error(error)
        else:
            words = counted(plan.height, "configuration")
            self.say(f"{words} written to {target}; o reads it", "good")
