"""The message line: what just happened, a yes/no question, or an input; never over the body."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget

from pimp_tui.tui.widgets.cells import middle
from pimp_tui.tui.widgets.footer import COMMANDS, FooterKey
from pimp_tui.tui.widgets.line import Line

_KINDS = {"info": "", "good": "good", "warn": "warn", "error": "bad"}
_SHOWN_S = 8.0


class Question(Line, can_focus=True):
    """A question answered by one key: ``y`` is yes, any other no."""

    def __init__(self, question: str, answer: asyncio.Future[bool]) -> None:
        super().__init__([(f" {question} ", "warn"), ("y/N ", "accent")])
        self._answer = answer

    def on_key(self, event: events.Key) -> None:
        """Take the answer and keep the key from meaning anything else."""
        event.stop()
        event.prevent_default()
        if not self._answer.done():
            self._answer.set_result(event.key in ("y", "Y"))


class MessageLine(Widget):
    """One row that is idle text, a question, or an input.

    ``ask`` and ``prompt`` wait for keys, so they are awaited in a worker, never in a message
    handler or an action that is not decorated with ``@work``.
    """

    DEFAULT_CSS = "MessageLine { height: 1; width: 1fr; layout: horizontal; }"

    def __init__(self) -> None:
        super().__init__(id="message")
        self._text = Line()
        self._clear: Timer | None = None
        self._busy = False
        self._opening = self._completes = False
        self._answer: asyncio.Future[Any] | None = None

    def compose(self) -> ComposeResult:
        """The idle text."""
        yield self._text

    @property
    def text(self) -> str:
        """What it says now."""
        return " ".join(line.text for line in self.query(Line))

    @property
    def busy(self) -> bool:
        """Whether a question or an input is open."""
        return self._busy

    @property
    def keys(self) -> Sequence[FooterKey] | None:
        """What keys do in the question or the input; None while there is neither."""
        if not self._busy:
            return None
        if self.query(Question):
            return (FooterKey("y", "yes"), FooterKey("esc", "no"))
        complete = (FooterKey("tab", "complete"),) if self._completes else ()
        return (FooterKey("enter", "accept"), FooterKey("esc", "cancel"), *complete, COMMANDS)

    @property
    def moving(self) -> bool:
        """Whether the focus is on its way to a question or an input, or back from it."""
        return self._opening or (self._answer is not None and self._answer.done())

    def say(self, text: str, kind: str = "info") -> None:
        """Show one sentence for some seconds; kind is info, good, warn or error."""
        if self._clear:
            self._clear.stop()
        lead = "! " if kind == "error" else ""
        text = _fitting(" ".join(text.split()), self.size.width - 2 - len(lead))
        self._text.show([(f" {lead}{text}" if text else "", _KINDS.get(kind, ""))])
        # Errors stay until the next message; the rest leaves by one repaint.
        transient = text and kind not in ("error", "warn")
        self._clear = self.set_timer(_SHOWN_S, self._wipe) if transient else None

    def _wipe(self) -> None:
        self._text.show(())

    async def ask(self, question: str) -> bool:
        """A yes/no question; Escape and every key but ``y`` are no."""
        if self._busy:
            return False
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        widget = Question(question, answer)
        return bool(await self._hold([widget], widget, answer))

    async def prompt(
        self,
        label: str,
        initial: str = "",
        validate: Callable[[str], str | None] | None = None,
        live: Callable[[str], object] | None = None,
        complete: Callable[[str], Sequence[str]] | None = None,
    ) -> str | None:
        """An input; Enter accepts, Escape gives None.

        Args:
            label: stands before the input (``/``, ``export to``).
            validate: what is wrong with the text, or None; told while typing, and Enter does
                not accept a text with a fault.
            live: called with the text at every change.
            complete: candidates for the last word; Tab takes the first.
        """
        if self._busy:
            return None
        self._opening = True  # the import may take a while
        self._completes = complete is not None
        from pimp_tui.tui.widgets.prompt import PromptInput

        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        hint = Line(classes="hint")
        field = PromptInput(initial, answer, hint, validate, live, complete)
        before = Line([(f" {label} ", "accent")])
        before.styles.width = len(label) + 2
        result: str | None = await self._hold([before, field, hint], field, answer)
        return result

    async def _hold(self, widgets: list[Widget], focus: Widget, answer: asyncio.Future[Any]) -> Any:
        self._busy = self._opening = True
        self._answer = answer
        previous = self.screen.focused
        self._text.display = False
        try:
            await self.mount(*widgets)
            self.screen.set_focus(focus)
            self._opening = False
            return await answer
        finally:
            self._busy = self._opening = False
            for widget in widgets:
                await widget.remove()
            self._text.display = True
            if previous is not None and previous.is_attached and previous.focusable:
                self.screen.set_focus(previous, scroll_visible=False)
            self._answer = None


def _fitting(text: str, width: int) -> str:
    """The text with the middle of its longest path cut, so that the file's name and what follows
    stay, as far as that helps."""
    over = len(text) - width
    path = max(text.split(" "), key=lambda word: len(word) if "/" in word else 0, default="")
    if width <= 0 or over <= 0 or "/" not in path:
        return text
    return text.replace(path, middle(path, max(len(path) - over, 12)))
