"""What Predictions asks of the learning children: fits, effects, curves, what-if."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import work

from pimp_tui.errors import UserError
from pimp_tui.tui.learner import Cancelled
from pimp_tui.tui.panes.base import Pane
from pimp_tui.tui.panes.predictions.source import Source
from pimp_tui.tui.panes.predictions.store import Store
from pimp_tui.tui.panes.predictions.views import ViewSection
from pimp_tui.tui.panes.predictions.whatif_part import WhatIf
from pimp_tui.tui.widgets.numbers import name_and_unit


class AskingPane(Pane):
    """Asks for what is on the screen and not known yet, one thing at a time."""

    store: Store
    source: Source | None
    metric: str
    whatif: WhatIf
    main: ViewSection
    second: ViewSection
    third: ViewSection
    draw: Callable[[], None]

    def __init__(self, workspace: Any) -> None:
        super().__init__(workspace)
        self._visible = False
        self._cancelled = False
        self._asking = False
        self._info = ""

    @property
    def sections(self) -> list[ViewSection]:
        """The views on the screen."""
        return [s for s in (self.main, self.second, self.third) if s.display]

    @property
    def predicting(self) -> bool:
        """Whether a prediction for What-if is on its way, or will be once the fit is learnt."""
        return self._asking or bool(self._info)

    def _shows(self, *views: str) -> bool:
        return any(section.charts.view in views for section in self.sections)

    @property
    def _idle(self) -> bool:
        """Whether there is nothing that could be learnt now."""
        return not self.metric or self.source is None or bool(self.store.too_few) or self._cancelled

    @work(group="predictions-learn", exclusive=True)
    async def learn(self) -> None:
        """Ask for what the views on the screen need and do not have."""
        if self._idle:
            return
        metric = self.metric
        try:
            self._busy(f"learning {name_and_unit(metric)[0]}…")
            await self.store.fit(metric)
            self.draw()
            if self._shows("effects", "pairs"):
                self._busy(f"effects on {name_and_unit(metric)[0]}…")
                await self.store.effect(metric)
        except Cancelled:
            return
        except UserError as error:
            self.say_error(error)
        finally:
            self._busy("")
        self.draw()
        self.predict()
        self._learn_curve()

    @work(group="predictions-curve", exclusive=True)
    async def _learn_curve(self) -> None:
        """The learning curve, in a child of its own: it takes as long as sixty fits."""
        if self._idle or not self._shows("curve") or self.metric in self.store.curves:
            return
        try:
            self.call_later(self.refresh_footer)  # once the child is busy
            await self.store.curve(self.metric, self._curve_progress)
        except Cancelled:
            return
        except UserError as error:
            self.say_error(error)
        finally:
            self.refresh_footer()
        self.draw()

    def _curve_progress(self, done: int, of: int) -> None:
        for section in self.sections:
            if self._visible and section.charts.view == "curve":
                section.charts.wait(f"{done} of {of} fits · esc stops")

    @work(group="predictions-whatif")
    async def predict(self) -> None:
        """Predict what What-if shows; one request at a time, the last one wins."""
        if self._asking or self.store.too_few or self._cancelled:
            return
        self._asking = True
        try:
            while (guess := self.whatif.guess) is not None and self.whatif.predictions is None:
                if self.whatif.fault:
                    return
                options = {n: guess.row[n] for n in self.whatif.row_options(guess)}
                try:
                    answer = await self.store.child.ask(
                        "predict", metrics=self.whatif.metrics, rows=[options]
                    )
                except UserError as error:
                    self.whatif.show_predictions(guess, None, str(error))
                except Cancelled:
                    return
                else:
                    found = {metric: rows[0] for metric, rows in answer.items()}
                    self.whatif.show_predictions(guess, found)
        finally:
            self._asking = False
            self.refresh_footer()

    def on_what_if_changed(self, event: WhatIf.Changed) -> None:
        """Another configuration: predict it."""
        event.stop()
        self.predict()

    def _busy(self, info: str) -> None:
        self._info = f"{info} esc stops" if info else ""
        self.main.tell(self._info)
        self.refresh_footer()

    def progress(self, done: int, of: int) -> None:
        """Of the fit or the effects."""
        if self._info and self._visible:
            self.main.tell(f"{self._info.split('…')[0]}… {done}/{of} · esc stops")

    def action_cancel(self) -> None:
        """Stop what is being learnt."""
        if self.store.cancel():
            self._cancelled = True
            self._busy("")
            self.say("stopped learning; s or c learns again")
            self.draw()
