"""The Predictions pane: asks the learning child, shows its answers, never waits for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal

from pimp_tui.errors import UserError
from pimp_tui.tui.learner import child_of
from pimp_tui.tui.panes.base import FooterKey
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.predictions.asking import AskingPane
from pimp_tui.tui.panes.predictions.exporting import rows_of, table
from pimp_tui.tui.panes.predictions.queueing import queue
from pimp_tui.tui.panes.predictions.source import Source, read_source
from pimp_tui.tui.panes.predictions.store import Store
from pimp_tui.tui.panes.predictions.views import VIEWS, ViewSection
from pimp_tui.tui.panes.predictions.whatif_part import WhatIf
from pimp_tui.tui.panes.saving import save_table
from pimp_tui.tui.snapshot import Snapshot, nothing_measured
from pimp_tui.tui.widgets.section import Section

_VERY_WIDE, _TALL = 160, 34


def _key(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, name, show=False, tooltip=tooltip,
                   id=f"predictions.{name.replace(' ', '-')}")  # fmt: skip


class PredictionsPane(AskingPane):
    """How well the metrics can be predicted, what options do to them, and what-if."""

    title = "Predictions"
    help_text = (
        "Learns each metric from the options of the measured configurations and shows how well "
        "that works on configurations it was not trained on. What-if predicts any valid "
        "configuration; v queues it to be measured."
    )
    help_words: ClassVar[Mapping[str, str]] = {
        "~": "predicted or estimated, never measured",
        "[a, b]": "interval that holds the true value in about 90 of 100 cases",
        "R2": "share of the variance that is predicted, on configurations left out",
        "MAPE": "mean error in percent of the measured value",
        "rank": "Spearman's correlation of predicted and measured order",
        "curve": "error on configurations held out, by how many others were learnt from",
        "↑ ↓": "there are more options than fit",
        "(struck)": "a value that no valid configuration has beside what is locked; w says why",
        "* effect": "beyond chance after correction for all effects compared; the rest is dim",
        "▒ ─": "95% interval of an effect, within its bar and beyond",
    }
    BINDINGS = [  # noqa: RUF012
        _key("c", "view", "view", "Next view"),
        _key("s", "metric", "metric", "Next metric"),
        _key("v", "queue", "queue", "Queue the what-if configuration for verification"),
        _key("m", "start", "start from", "Start what-if from another configuration"),
        _key("w", "why", "why", "Why a value is refused, or there is no prediction"),
        _key("y", "copy_row", "copy", "Copy the what-if configuration"),
        _key("e", "export", "export", "Export the numbers of the view"),
        Binding("enter", "start", "start from", show=False),
        Binding("escape", "cancel", "cancel", show=False, tooltip="Stop learning"),
    ]

    def __init__(self, workspace: Any) -> None:
        super().__init__(workspace)
        child = child_of(workspace)
        assert child is not None, "the registry shows this pane with a session only"
        child.progress = self.progress
        self.store = Store(child)
        self.source: Source | None = None
        self.metric = ""

    def compose(self) -> ComposeResult:
        """One view over What-if; four quarters on very wide terminals."""
        self.main = ViewSection("fit", with_side=True)
        self.second = ViewSection("effects", with_side=False)
        self.third = ViewSection("residuals", with_side=False)
        self.whatif = WhatIf()
        self.whatif_part = Section(
            self.whatif, title="What if", right="h l change · space locks · enter starts anew"
        )
        self.second.add_class("divided")
        self.lower = Horizontal(self.third, self.whatif_part)
        yield Horizontal(self.main, self.second)
        yield self.lower

    @property
    def pane_keys(self) -> Sequence[FooterKey]:
        """By what is known; nothing to change without predictions."""
        metric = [FooterKey("s", "metric")] if self.source and self.source.metrics else []
        if self.store.too_few:
            return [FooterKey("r", "run"), *metric, FooterKey("z", "zoom", drop=3)]
        focused = self.app.focused
        if focused is self.whatif:
            here = [FooterKey("h/l", "change"), FooterKey("space", "lock", drop=2)]
        else:
            here = [FooterKey("j", "scroll", "scroll down")] if self._scrolls(focused) else []
        busy = self.store.busy or bool(self._info)
        return [
            *([FooterKey("esc", "stop learning")] if busy else []),
            FooterKey("c", "view"),
            *metric,
            *here,
            FooterKey("v", "verify", "queue to verify", 1),
            FooterKey("m", "start from", drop=3),
            FooterKey("w", "why", "why a value is refused", 2),
            FooterKey("y", "copy", drop=4),
            FooterKey("e", "export", drop=4),
            FooterKey("z", "zoom", drop=3),
        ]

    def _scrolls(self, focused: Any) -> bool:
        return any(s.charts is focused and s.charts.scrolls for s in self.sections)

    def focus_first(self) -> None:
        """What-if, which the keys of the footer work on."""
        self.whatif.focus(scroll_visible=False)

    # Data.

    def shown(self) -> None:
        """Read the session and learn what the views need."""
        self._visible = True
        self._load()

    def hidden(self) -> None:
        """Learn nothing more."""
        self._visible = False

    def session_changed(self, snapshot: Snapshot) -> None:
        """Another number of measured configurations makes what was learnt stale."""
        if self._visible and snapshot.changed & {"runs", "plan", "learning", "space"}:
            self._load()

    @work(group="predictions-load", exclusive=True)
    async def _load(self) -> None:
        try:
            source = await self.reader.get("predictions-source", read_source)
            await self.reader.get("plan-info", PlanInfo.of)
        except UserError as error:
            self.say_error(error)
            return
        first = self.source is None
        self.source = source
        self.store.records = source.records
        self.store.nothing = nothing_measured(self.snapshot)
        if self.store.set_measured(source.measured):
            self._cancelled = False
            self.store.cancel()
        self.store.curves |= source.curves
        if first and source.curves:
            self.third.charts.view = "curve"  # else it would take a minute to learn
        if self.metric not in source.metrics:
            self.metric = source.metrics[0] if source.metrics else ""
        self.whatif.nothing = "" if source.start else "nothing was measured to start from"
        self.whatif.known = source.names
        self.whatif.plan_options = source.plan.options
        self.whatif.metrics = source.shown_metrics
        self.draw()
        if first or self.whatif.desk is None:
            self._begin_whatif()
        self.learn()

    @work(group="predictions-desk", exclusive=True)
    async def _begin_whatif(self) -> None:
        source = self.source
        if source is None or source.start is None:
            return
        try:
            desk = await self.reader.get("predictions-desk", source.make_desk)
            self.whatif.desk, self.whatif.options = desk, source.varying
            await self.whatif.start(source.start, source.names[source.start["config_id"]])
        except UserError as error:
            self.whatif.fault = str(error)
            self.whatif.update()
        self._tell_whatif()

    def _tell_whatif(self) -> None:
        name = self.whatif.base_name
        self.whatif_part.set_rule(f"What if, from {name}" if name else "What if")

    def draw(self) -> None:
        """Show what is known in every view."""
        self.whatif.predictable = not self.store.too_few
        values = self.source.values.get(self.metric, []) if self.source else []
        for section in self.sections:
            info = self._info if section is self.main else ""
            section.show(self.store, self.metric, values, info)
        if self._cancelled and self.metric not in self.store.fits:
            self.main.charts.plot.say("stopped; s or c learns again")
        self.refresh_footer()

    def place(self) -> dict[str, Any]:
        """Which metric, in which view."""
        return {"metric": self.metric, "view": self.main.charts.view} if self.metric else {}

    def put_back(self, place: Mapping[str, Any]) -> None:
        """A metric that is gone gives way to the first."""
        self.metric = str(place.get("metric") or "")
        if place.get("view") in VIEWS:
            self.main.charts.view = str(place["view"])

    # Room.

    def on_resize(self, event: events.Resize) -> None:
        """Quarters where there is room for four."""
        quarters = event.size.width >= _VERY_WIDE and event.size.height >= _TALL - 4
        self.second.display = self.third.display = quarters
        self.whatif_part.set_class(quarters, "divided")
        height = event.size.height
        self.lower.styles.height = height // 2 if quarters else min(max(height // 3, 6), 14)
        self.call_after_refresh(self.draw)
        if quarters and self.source is not None:
            self.learn()

    # Keys.

    def action_view(self) -> None:
        """The next view, in the section that has the focus."""
        focused = self.app.focused
        section = next((s for s in self.sections if s.charts is focused), self.main)
        view = section.next_view()
        self._cancelled = False
        if not self.store.knows(view, self.metric):
            self.learn()
        self.draw()

    def action_metric(self) -> None:
        """The next metric."""
        metrics = self.source.metrics if self.source else []
        if not metrics:
            alike = "no metric differs between what was measured: there is nothing to predict"
            self.say(alike if self.store.measured else nothing_measured(self.snapshot))
            return
        at = metrics.index(self.metric) if self.metric in metrics else -1
        self.metric = metrics[(at + 1) % len(metrics)]
        self._cancelled = False
        self.draw()
        self.learn()

    @work
    async def action_start(self) -> None:
        """Ask for the configuration that What-if starts from."""
        source = self.source
        if source is None or self.whatif.desk is None:
            self.say("nothing to start from yet")
            return
        text = await self.prompt("what if, from #", "", source.fault_of)
        if text is None:
            return
        row = await self.reader.get(f"what-if-{text}", lambda _: source.row_of(text))
        try:
            await self.whatif.start(row, source.names[row["config_id"]])
        except UserError as error:
            self.say_error(error)
        self._tell_whatif()
        self.whatif.focus()

    @work
    async def action_queue(self) -> None:
        """Append the considered configuration to the plan, with what is predicted of it."""
        guess, path = self.whatif.guess, self.session_path
        if guess is None or path is None:
            self.say("no configuration to queue yet")
            return
        if self.predicting and self.whatif.comes:
            self.say("queued once it is predicted, so that there is a promise to check…")
            while self.predicting and self.whatif.comes and self.whatif.guess is guess:
                await asyncio.sleep(0.05)
            if self.whatif.guess is not guess:
                self.say("another configuration is considered now: nothing was queued", "warn")
                return
        try:
            position = await asyncio.to_thread(queue, path, self.whatif.promised(guess))
        except UserError as error:
            self.say_error(error)
        else:
            self.say(f"queued as #{position}; r measures it", "good")

    @work(group="predictions-why", exclusive=True)
    async def action_why(self) -> None:
        """Why a value is refused, why there is no prediction, what followed the last change."""
        guess = self.whatif.guess
        refused = await self.whatif.why_refused() if self.app.focused is self.whatif else ""
        if refused:
            self.say(refused, "warn")
        elif self.store.too_few:
            self.say(self.store.too_few)
        elif self.whatif.fault:
            self.say(self.whatif.fault, "warn")
        elif guess is not None and guess.changed:
            self.say(f"to stay valid these followed: {', '.join(sorted(guess.changed))}")
        else:
            notes = (self.store.fits.get(self.metric) or {}).get("notes") or []
            self.say("; ".join(notes) or "nothing is left out of this fit")

    @work(exclusive=True, group="predictions-export")
    async def action_export(self) -> None:
        """Write the numbers of the view that has the focus, or of the first, to a file."""
        focused = self.app.focused
        charts = next((s.charts for s in self.sections if s.charts is focused), self.main.charts)
        rows, metric, estimated = rows_of(charts), charts.metric, charts.estimated
        if not rows or self.session_path is None:
            self.say(self.store.too_few or "nothing is learnt yet for this view to export")
            return
        name = f"{self.session_path.name}-{metric}-{charts.view}.csv"

        def make() -> Any:
            frame = table(rows, metric, estimated)
            return frame, frame.columns, None

        await save_table(self, name, make)

    def action_copy_row(self) -> None:
        """The considered options as JSON."""
        guess = self.whatif.guess
        if guess is None:
            self.say("no configuration to copy yet")
            return
        options = {n: v for n, v in guess.row.items() if n not in ("position", "sampler")}
        self.copy(json.dumps(options), "the configuration as JSON")
