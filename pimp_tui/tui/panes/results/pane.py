"""The Results pane: the table, what stands under it, and drilling down to one completion."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.base import FooterKey
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.results import levels, place
from pimp_tui.tui.panes.results.actions import OF_THE_TABLE, TableActions, key
from pimp_tui.tui.panes.results.care import read_care
from pimp_tui.tui.panes.results.completion import CompletionView, read_completion
from pimp_tui.tui.panes.results.lower import Lower
from pimp_tui.tui.panes.results.view import TableView
from pimp_tui.tui.snapshot import Snapshot, nothing_measured
from pimp_tui.tui.widgets.chooser import Chooser
from pimp_tui.tui.widgets.frame_table import FrameTable
from pimp_tui.tui.widgets.numbers import option_text
from pimp_tui.tui.widgets.section import Section

#: More repeats than this are only a table away; the cursor rests so long before they are read.
_MOST_REPEATS, _REST_S = 30, 0.1


class ResultsPane(TableActions):
    """Measured configurations in a table; Enter goes into one, Esc comes back."""

    title = "Results"
    help_text = (
        "Every planned configuration with the means of what was measured. Enter drills into its "
        "repeats, their requests and a single completion; / filters, s sorts, = compares."
    )
    help_words: ClassVar[Mapping[str, str]] = {
        "filter": "columns and options with = != < <= > >= in and or not: energy_j < 3e4",
        "sd": "standard deviation over the repeats; Trade-offs has pass@1's interval over problems",
        "pass@1": "share of problems whose first completion passes its test",
        "~": "estimated, never measured",
        "!shared": "others used the device in a run; contaminated > 0 filters for them",
        "control": "one configuration measured all along: it shows how far the machine drifted",
    }
    BINDINGS = [  # noqa: RUF012
        Binding("enter", "drill", "drill", show=False, tooltip="Go into this row"),
        Binding("escape", "back", "back", show=False, tooltip="Back one level"),
        key("w", "why", "why", "Why a run failed"),
    ]

    def __init__(self, workspace: Any) -> None:
        super().__init__(workspace)
        self._choosing = ""
        self._default: str | None = None
        self._fresh = False
        self._visible = self._why_told = False
        self._back: Mapping[str, Any] = {}
        self._text = ""

    def compose(self) -> ComposeResult:
        """Table, completion in its place, details under it."""
        self.view = TableView()
        self.completion = CompletionView()
        self.completion_part = Section(self.completion, title="")
        self.completion_part.display = False
        self.lower = Lower()
        yield self.view
        yield self.completion_part
        yield self.lower

    @property
    def pane_keys(self) -> Sequence[FooterKey]:
        """By what is open."""
        if self.is_mounted and self.completion_part.display:
            return [FooterKey("esc", "back"), FooterKey("j/k", "scroll"), FooterKey("y", "copy")]
        if self.is_mounted and self.app.focused is self.lower.chooser:
            keys = [FooterKey("space", "toggle")] if self._choosing == "columns" else []
            return [*keys, FooterKey("enter", "done"), FooterKey("esc", "close")]
        if self.is_mounted and self.app.focused is self.lower.compare:
            keys = [FooterKey("j/k", "scroll")] if self.lower.compare.hides else []
            return [*keys, FooterKey("=", "close"), FooterKey("z", "zoom")]
        return [
            FooterKey("enter", "drill"),
            *([FooterKey("w", "why", "why it failed")] if self._failed else []),
            FooterKey("/", "filter"),
            FooterKey("s", "sort"),
            FooterKey("S", "then by", drop=3),
            FooterKey("c", "columns"),
            FooterKey("b", "group", "group by", 3),
            FooterKey("m", "mark", drop=1),
            FooterKey("=", "compare", drop=1),
            FooterKey("y", "copy", drop=4),
            FooterKey("e", "export", drop=4),
        ]

    @property
    def _failed(self) -> bool:
        """Whether the row under the cursor failed, wholly or in part."""
        row = self.view.table.row() if self.is_mounted and self.view.level else None
        if row is None:
            return False
        return bool(row.get("runs_failed")) or row.get("status") == "failed"

    # Data.

    def shown(self) -> None:
        """Read the table unless it is as the files are."""
        self._visible = True
        if not self._fresh:
            self._load()

    def hidden(self) -> None:
        """Read nothing while hidden."""
        self._visible = False

    def session_changed(self, snapshot: Snapshot) -> None:
        """New runs: read again when shown."""
        if snapshot.changed & {"runs", "plan", "manifest"}:
            self._fresh = False
            if self._visible:
                self._load()

    @work(group="results-load", exclusive=True)
    async def _load(self) -> None:
        if not self.view.stack:
            self.view.set_rule(right="reading…")
        try:
            plan = await self.reader.get("plan-info", PlanInfo.of)
            objectives = await self.reader.get("objectives", lambda s: s.default_objectives)
            metrics = await self.reader.get("metrics", lambda s: s.metrics)
            frame = await self.reader.configurations()
            care = await self.reader.get("care", read_care)
        except UserError as error:
            self.say_error(error)
            return
        self._fresh = True
        settings = (self.snapshot.manifest.get("settings") or {}) if self.snapshot else {}
        repeats = int(settings.get("repeats") or 1)
        level = levels.configurations(
            frame, plan.options, metrics, list(objectives), repeats, self.size.width, care
        )
        default = frame.filter(frame["config_id"] == plan.default_id) if plan.default_id else None
        measured = default is not None and default.height and default["runs_ok"][0]
        self.lower.plan, self.lower.metrics, self.lower.care = plan, level.metrics, care
        self.lower.default_row = (
            default.row(0, named=True) if default is not None and measured else None
        )
        first = not self.view.stack
        self.view.set_first(level, place.restore(level, self._back) if first else None)
        if not first:
            return
        if not frame.height:
            self.say("the plan is empty; 2 shows it")
        elif not (frame["runs_ok"] + frame["runs_failed"]).sum():
            self.say(nothing_measured(self.snapshot))

    def place(self) -> dict[str, Any]:
        """Filter, sort, columns and cursor of the configurations."""
        return place.of(self.view) if self.view.stack else dict(self._back)

    def put_back(self, place: Mapping[str, Any]) -> None:
        """Once the table is read."""
        self._back = place

    @property
    def moving(self) -> bool:
        """While a filter is on its way to the rows."""
        return self.view.moving

    # What follows the cursor.

    def on_frame_table_moved(self, event: FrameTable.Moved) -> None:
        """Details of the row under the cursor."""
        event.stop()
        self._tell_row()

    def on_table_view_level_changed(self, event: TableView.LevelChanged) -> None:
        """The same, for another level."""
        event.stop()
        self._tell_row()

    def _tell_row(self) -> None:
        level, row = self.view.level, self.view.table.row()
        if level is None:
            return
        title = ""
        if row is not None:
            if level.kind == "configurations":
                plan = self.lower.plan
                title = plan.name(row["config_id"]) if plan else row["config_id"][:8]
            elif level.kind == "repeats":
                title = f"rep {row['repetition']}"
            elif level.kind == "requests":
                title = str(row["task_id"])
            elif level.kind == "group":
                title = f"{level.of['option']} = {option_text(row[level.of['option']])}"
        self.lower.show(level.kind, row, title)
        if row is not None and level.kind == "configurations" and self.size.height >= 34:
            self._tell_runs(row["config_id"], row["runs_ok"] + row["runs_failed"])
        if self._failed != self._why_told:
            self._why_told = self._failed
            self.refresh_footer()

    @work(group="results-repeats", exclusive=True)
    async def _tell_runs(self, config_id: str, count: int) -> None:
        """The repeats of the configuration under the cursor, where they have room."""
        if not count or count > _MOST_REPEATS:
            return
        await asyncio.sleep(_REST_S)
        with suppress(UserError):  # the table has told it
            found = await self.reader.runs_of(config_id)
            self.lower.show_runs(config_id, found.sort("repetition", "attempt").to_dicts())

    # Drilling.

    @work(group="results-drill", exclusive=True)
    async def action_drill(self) -> None:
        """Into the row under the cursor."""
        level, row = self.view.level, self.view.table.row()
        if level is None or row is None:
            self.say("no row to go into" if level else "the table is still being read")
            return
        try:
            await self._drill(level, row)
        except UserError as error:
            self.say_error(error)
        self.refresh_footer()

    async def _drill(self, level: levels.Level, row: dict[str, Any]) -> None:
        if level.kind == "configurations":
            runs = await self.reader.runs_of(row["config_id"])
            name = self.lower.plan.name(row["config_id"]) if self.lower.plan else "?"
            deeper = levels.repeats_of(runs, row["config_id"], name, level.metrics)
            if not deeper.frame.height:
                self.say(f"{name} was not run yet")
                return
            self.view.push(deeper)
        elif level.kind == "group":
            option = level.of["option"]
            self.view.pop()
            self.view.set_filter(levels.value_filter(option, row[option], level.of["where"]))
        elif level.kind == "repeats":
            deeper = levels.requests_of(await self.reader.requests(), row)
            if not deeper.frame.height:
                self.say("this run kept no requests")
                return
            self.view.push(deeper)
        else:
            name = "-".join(str(row[n]) for n in ("config_id", "repetition", "attempt", "row"))
            prompt, text = await self.reader.get(
                f"completion-{name}", lambda session: read_completion(session, row)
            )
            path = " › ".join([*(part.title for part in self.view.stack[1:]), str(row["task_id"])])
            self._open_text(path, "the completion")
            self.completion.show(row, prompt, text)

    def _open_text(self, path: str, what: str) -> None:
        self._text = what
        self.completion_part.set_rule(path, f"esc back · y copies {what}")
        self._show_text(True)
        self.completion.focus()

    def _show_text(self, shown: bool) -> None:
        """A text in place of the table and of what tells about its row."""
        self.completion_part.display = shown
        self.view.display = self.lower.display = not shown

    @work(group="results-drill", exclusive=True)
    async def action_why(self) -> None:
        """Why runs of the row under the cursor failed, in full."""
        level, row = self.view.level, self.view.table.row()
        if level is None or row is None or self.completion_part.display:
            return
        if level.kind == "requests":
            passed = row.get("passed")
            word = "passed" if passed else "was not scored" if passed is None else "failed"
            reason = f": {row['reason']}" if passed is False and row.get("reason") else ""
            self.say(f"{row['task_id']} {word}{reason}")
        elif not self._failed:
            self.say("no run of it failed" if level.kind == "configurations" else "it did not fail")
        else:
            name, runs = f"rep {row.get('repetition')}", [row]
            if level.kind == "configurations":
                name = self.lower.plan.name(row["config_id"]) if self.lower.plan else "?"
                found = await self.reader.runs_of(row["config_id"])
                found = found.filter(found["status"] != "ok").sort("repetition", "attempt")
                runs = found.to_dicts()
            titles = [part.title for part in self.view.stack[1:]]
            self._open_text(" › ".join([*titles, name, "why it failed"]), "the reason")
            self.completion.show_why(runs, self.size.width)
            self.refresh_footer()

    def on_frame_table_chosen(self, event: FrameTable.Chosen) -> None:
        """A second click drills in."""
        event.stop()
        self.action_drill()

    def action_back(self) -> None:
        """One level up; on the first, close the comparison, then clear the filter."""
        if self.view.cancel():
            self.say("cancelled")
        elif self.completion_part.display:
            self._show_text(False)
            self.view.table.focus()
        elif self.view.pop():
            pass
        elif self.lower.compared:
            self.action_compare()
        elif self.view.level and self.view.level.where_text:
            self.view.set_filter("")
        elif self.view.table.marked:
            self.say(f"{len(self.view.table.marked)} marks taken off")
            self.view.table.marked.clear()
            self.view.table.update()
            self.view.tell()
        self.refresh_footer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Over a text the keys of the table do nothing: it is not there to be seen."""
        del parameters
        hidden = self.is_mounted and self.completion_part.display
        return not (hidden and action in OF_THE_TABLE)

    def action_copy_cell(self) -> None:
        """The cell, or the completion when one is open."""
        if self.completion_part.display:
            self.copy(self.completion.completion, self._text)
        else:
            super().action_copy_cell()

    def on_chooser_closed(self, event: Chooser.Closed) -> None:
        """Back to the table, grouped if an option was taken."""
        event.stop()
        self.lower.close_chooser(self.very_wide)
        self.fit_lower()
        level = self.view.level
        if self._choosing == "group" and event.taken and level is not None:
            self.view.push(levels.groups(level, event.taken))
        self._choosing = ""
        self.view.table.focus()
        self.refresh_footer()

    def on_resize(self, event: events.Resize) -> None:
        """Share the rows; other columns where the width is another."""
        self.view.fit_first(event.size.width)
        if self.lower.compared and not self.lower.choosing:
            self.lower.show_compare(self.lower.compared, self.very_wide)
        self.fit_lower()

    def fit_lower(self) -> None:
        """Five rows under a short table, a third of a tall one, more for a comparison."""
        height = self.size.height
        rows = 5 if height < 34 else height // 3
        if self.lower.compared:
            rows = max(rows, height // 2)
        self.lower.display = height >= 14
        self.lower.styles.height = rows
