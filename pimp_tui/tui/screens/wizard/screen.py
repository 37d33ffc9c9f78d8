"""The wizard's screen: one step at a time, checked when it is left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.worker import Worker, WorkerError

from pimp_tui.errors import UserError
from pimp_tui.session.paths import resolve
from pimp_tui.tui import launch
from pimp_tui.tui.screens.frame import FrameScreen
from pimp_tui.tui.screens.help import HelpText
from pimp_tui.tui.screens.wizard.checks import Checker
from pimp_tui.tui.screens.wizard.draft import GOALS, Draft
from pimp_tui.tui.screens.wizard.fields import Changed, ChoiceField, FieldInput, Left, TextField
from pimp_tui.tui.screens.wizard.forecast import Forecast
from pimp_tui.tui.screens.wizard.steps import STEPS
from pimp_tui.tui.screens.wizard.summary import (
    estimate_rows,
    plan_rows,
    review_rows,
    so_far_rows,
    step_of,
    step_spans,
)
from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.footer import ALWAYS, COMMANDS, FooterKey
from pimp_tui.tui.widgets.line import Line
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.widgets.section import Section
from pimp_tui.tui.words import told

_PREPARE_S = 180.0
_LATER = "from step 4 on"
#: From this step on the plan can be counted: its cost is told on the page.
_ESTIMATED = 4
#: A dry run takes seconds: it waits for the end of the typing.
_TYPED_S = 1.0
_TYPING = (
    FooterKey("tab", "next field"),
    FooterKey("enter", "next step"),
    FooterKey("esc", "back"),
)
_CHOOSING = (FooterKey("j/k", "choose"), *_TYPING, FooterKey("r", "start"))
_BACK = (FooterKey("enter", "go back to it"), FooterKey("tab", "next field"))
_REVIEW = (FooterKey("enter", "start"), FooterKey("tab", "next field"), FooterKey("esc", "back"))
_REVIEWING = (
    *_REVIEW,
    FooterKey("P", "pilot"),
    FooterKey("y", "copy", "copy the command"),
    FooterKey("r", "start", drop=1),
)


class Wizard(FrameScreen):
    """New campaign in six steps.

    Args:
        draft: what to begin with; None takes up what was typed last, or the defaults.
        first: step to begin at, from 1.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", show=False, tooltip="Back to the step before"),
        bind("r", "start", "wizard.start", "Start the campaign"),
        bind("y", "copy_command", "wizard.copy", "Copy the command line"),
        bind("P", "pilot", "wizard.pilot", "Run a pilot for the estimate"),
    ]

    def __init__(self, draft: Draft | None = None, first: int = 1) -> None:
        super().__init__()
        self.draft = draft or Draft()
        self._given = draft is not None
        self.step = first
        self._checker = Checker()
        self._good: set[int] = set()
        self._starting = False
        self._forecast = Forecast()
        self._pilot: Worker[None] | None = None
        self._unasked = False  # the pilot began by itself, so Esc is for going back

    def compose_body(self) -> Iterable[Widget]:
        """Step line, the page, and what was filled in so far."""
        self.steps = Line(id="steps")
        self.page = Container(id="page")
        self.part = Section(self.page, id="page-part")
        self.preview = Rows(cursor_mark=False)
        self.preview_part = Section(self.preview, title="Preview of the plan", id="preview-part")
        self.so_far, self.cost = Rows(), Rows(cursor_mark=False)
        self.preview.can_focus = self.cost.can_focus = False
        so_far = Section(
            self.so_far, title="So far", right="enter on a line goes back to it", id="so-far",
            classes="divided",
        )  # fmt: skip
        cost = Section(self.cost, title="Estimate", classes="divided")
        yield self.steps
        left = Container(self.part, self.preview_part, id="wizard-left")
        yield Container(left, Container(so_far, cost, id="wizard-side"), id="wizard-body")

    def on_mount(self) -> None:
        """The first page; what was typed in an earlier visit comes back."""
        super().on_mount()
        if not self._given and self.pimp.draft is not None:
            self.draft = self.pimp.draft
        self._show()

    def on_unmount(self) -> None:
        """End the checker."""
        self._checker.close()

    @work(exclusive=True, group="page")
    async def _show(self) -> None:
        """Build the page of the current step."""
        step = STEPS[self.step - 1]
        self.header.show([("New campaign", "bright")], [(f"step {self.step} of {len(STEPS)} ", "")])
        self.steps.show(step_spans(self.step, self._good, self.size.width))
        self.part.set_rule(title=step.title)
        await self.page.remove_children()
        fields = [
            (ChoiceField if field.choices else TextField)(field, getattr(self.draft, field.key))
            for field in step.fields
        ]
        extra: list[Widget] = []
        if self.step >= _ESTIMATED:
            self.review = Rows(cursor_mark=False, id="review")
            extra.append(self.review)
        await self.page.mount(Line(), *fields, *extra)
        first = fields[0]
        (first.rows if isinstance(first, ChoiceField) else first.input).focus()
        self._show_summary()
        self.refresh_footer()
        for field in step.fields:
            await self._check(field.key)
        if self.step >= _ESTIMATED:
            self._look_ahead()

    @work(exclusive=True, group="forecast")
    async def _look_ahead(self, patience_s: float = 0.0) -> None:
        """Count the plan and find what a run costs, once nothing was typed for a moment."""
        await asyncio.sleep(patience_s)
        soon = asyncio.ensure_future(self._forecast.look(self.draft))
        await asyncio.sleep(0)
        self._show_summary()
        await soon
        self._show_summary()
        idle = self._pilot is None or not self._pilot.is_running
        if idle and not self._starting and await self._forecast.wants_pilot(self.draft):
            self._unasked = True
            self._pilot = self._measure("P")

    def _show_summary(self) -> None:
        if not self.is_attached:
            return
        self.so_far.set_rows(so_far_rows(self.draft))
        lines = self._forecast.lines(self.draft) if self.step >= _ESTIMATED else []
        room = max(self.part.size.width - 4, 40)
        rest = self._forecast.rest(self.draft)
        self.preview.set_rows(plan_rows(self._forecast.plan, room, rest))
        self.preview_part.set_class(bool(self._forecast.plan and lines), "-known")
        self.preview_part.set_rule(right=next((text for name, text in lines if name == "runs"), ""))
        self.cost.set_rows(estimate_rows(lines) or [[(_LATER, "dim")]])
        if self.step >= _ESTIMATED and self.review.is_attached:
            beside = self.has_class("-very-wide")  # there it stands at the right
            told = [] if beside else lines
            last = self.step == len(STEPS)
            self.review.set_rows(
                review_rows(self.draft, told, room) if last else estimate_rows(told)
            )

    def on_resize(self) -> None:
        """Where there is room, the estimate stands beside the page."""
        self.steps.show(step_spans(self.step, self._good, self.size.width))
        self.call_after_refresh(self._show_summary)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Enter on a line of what was filled in so far."""
        if event.rows is self.so_far:
            self.step = step_of(self.draft, event.index)
            self._show()

    def footer_keys(self) -> Sequence[FooterKey]:
        """Letters are text in an input, so they are not offered there."""
        typing = self.typing
        if self.focused is self.so_far:
            return _BACK
        if self.step == len(STEPS):
            return _REVIEW if typing else _REVIEWING
        keys = _TYPING if typing else _CHOOSING
        if self.step >= _ESTIMATED and not typing:
            keys = (*keys, FooterKey("P", "pilot", drop=1))
        alone = len(STEPS[self.step - 1].fields) == 1
        return [key for key in keys if key.label != "tab" or not alone]

    @property
    def typing(self) -> bool:
        """Whether keys are text now."""
        return isinstance(self.focused, FieldInput)

    def always_keys(self) -> Sequence[FooterKey]:
        """In a field a colon is text, a question mark never is."""
        return (ALWAYS[0], COMMANDS) if self.typing else ALWAYS

    def help_text(self) -> HelpText:
        """What the wizard makes."""
        return HelpText(
            "New campaign",
            "Six steps, each with a default: Enter six times starts a sensible campaign. The "
            "review shows the same as one command line.",
            [(key.label, key.text) for key in _CHOOSING],
            {
                "estimate": "from the newest session of the same model and workload; where there "
                "is none, from a pilot: 3 configurations measured once in a throw-away session, "
                "by itself at step 4 unless a campaign runs, or by P",
                "goal": "objectives that Trade-offs opens with",
                "your own": "the configuration you use now: measured, and compared with each point",
                "preset": "how often and how carefully each configuration is measured",
            },
        )

    # Fields.

    def on_changed(self, event: Changed) -> None:
        """Keep what is typed."""
        self.draft = replace(self.draft, **{event.key: event.value})
        self.pimp.draft = self.draft
        self._show_summary()
        if self.step >= _ESTIMATED and event.key != "name":
            self._look_ahead(_TYPED_S)
        if event.key in ("workload", "method"):
            for other in ("workload_file", "n"):
                self._recheck(other)

    def on_left(self, event: Left) -> None:
        """A mistake is told at its field the moment it is left."""
        self._recheck(event.key)

    @work(group="check")
    async def _recheck(self, key: str) -> None:
        await self._check(key)

    async def _check(self, key: str) -> bool:
        """Check a field of this page and say so below it; whether it is good."""
        field = next((f for f in self.page.query(TextField) if f.field.key == key), None)
        note = await self._checker.check(key, self.draft)
        if field is not None and field.is_attached:
            field.tell(note)
        return not note.fault

    def on_accepted(self) -> None:
        """Enter."""
        self._next()

    @work(exclusive=True, group="next")
    async def _next(self) -> None:
        if not await self._page_good():
            return
        if self.step == len(STEPS):
            await self._start()
            return
        self._good.add(self.step)
        self.step += 1
        self._show()

    async def _page_good(self) -> bool:
        for field in STEPS[self.step - 1].fields:
            if not await self._check(field.key):
                self.say(f"{field.label}: see the note below it", "error")
                return False
        self.say("")
        return True

    # Keys.

    def action_back(self) -> None:
        """Stop a pilot; else the step before, or out; what was typed is kept."""
        if self._pilot is not None and self._pilot.is_running and not self._unasked:
            self._pilot.cancel()
            self.say("stopping the pilot…")
        elif self.step > 1:
            self.step -= 1
            self._show()
        else:
            self.action_leave()

    def action_copy_command(self) -> None:
        """The command line."""
        self.copy(self.draft.command(), "the command")

    def action_pilot(self) -> None:
        """Measure a few configurations now, for a better estimate; again stops it."""
        if self.step < _ESTIMATED:
            self.say("P runs a pilot from step 4 on, where the estimate stands")
        elif self._pilot is None or not self._pilot.is_running:
            self._unasked = False
            self._pilot = self._measure("esc")
        elif self._unasked:
            self._pilot.cancel()
            self.say("stopping the pilot…")

    @work(group="pilot")
    async def _measure(self, stops: str) -> None:
        soon = asyncio.ensure_future(self._forecast.pilot(self.draft, stops))
        await asyncio.sleep(0)
        self._show_summary()
        try:
            await soon
            self.say("the pilot is done; the estimate follows it", "good")
        except UserError as error:
            self.say(told(error), "error")
        finally:
            self._show_summary()

    @work(exclusive=True, group="next")
    async def action_start(self) -> None:
        """Check every step, then start."""
        for number, step in enumerate(STEPS, 1):
            for field in step.fields:
                note = await self._checker.check(field.key, self.draft)
                if note.fault:
                    self.step = number
                    self._show()
                    self.say(f"{field.label}: {note.text}", "error")
                    return
        await self._start()

    async def _start(self) -> None:
        if self._starting:
            return
        self._starting = True
        self.say("checking, sampling and starting the runner…")
        try:
            if self._pilot is not None and self._pilot.is_running:
                self._pilot.cancel()  # it would be measured beside the campaign
                with suppress(WorkerError):
                    await self._pilot.wait()
            await launch.run_command([*self.draft.arguments(), "--detach"], _PREPARE_S)
        except UserError as error:
            self.say(told(error), "error")
        else:
            path = resolve(self.draft.name)
            self.pimp.draft = None
            self._remember_goal(path)
            self.pimp.show_session(path, first=3)
        finally:
            self._starting = False

    def _remember_goal(self, path: Path) -> None:
        """Trade-offs opens with the objectives that were asked for."""
        objectives = GOALS[self.draft.goal]
        if objectives and self.pimp.memory:
            place = {"TradeoffsPane": {"objectives": objectives, "constraints": []}}
            self.pimp.memory.keep(path, {"pane": 3, "panes": place})
