"""The input of the message line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from pimp_tui.tui.widgets.line import Line

#: Of the line, what is told beside the text may take so much.
_HINT_SHARE = 0.7


class PromptInput(Input):
    """An input that answers a future; see ``MessageLine.prompt``."""

    DEFAULT_CSS = """
    PromptInput, PromptInput:focus { width: 2fr; height: 1; border: none; padding: 0;
        background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False),
        Binding("tab", "complete", "complete", show=False),
    ]

    def __init__(
        self,
        initial: str,
        answer: asyncio.Future[str | None],
        hint: Line,
        validate: Callable[[str], str | None] | None,
        live: Callable[[str], object] | None,
        complete: Callable[[str], Sequence[str]] | None,
    ) -> None:
        super().__init__(initial, select_on_focus=False, compact=True)
        self.cursor_blink = False
        self._answer, self._hint = answer, hint
        self._check, self._live, self._complete = validate, live, complete
        hint.styles.width = "1fr" if validate or complete else 0

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell faults and candidates, let the body follow."""
        event.stop()
        self._tell()
        if self._live:
            self._live(self.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Accept a text without a fault."""
        event.stop()
        if self._tell(done=True) is None and not self._answer.done():
            self._answer.set_result(self.value)

    def on_blur(self, event: events.Blur) -> None:
        """A click elsewhere cancels, so that no input stays behind without the focus."""
        if self.app.app_focus and not self._answer.done() and self.screen.focused is not self:
            self._answer.set_result(None)

    def action_cancel(self) -> None:
        """Escape."""
        if not self._answer.done():
            self._answer.set_result(None)

    def action_complete(self) -> None:
        """Tab: put the first candidate in place of the last word."""
        candidates = self._candidates()
        if candidates:
            head, _ = _last_word(self.value)
            self.value = head + candidates[0]
            self.cursor_position = len(self.value)

    def _candidates(self) -> Sequence[str]:
        return self._complete(self.value) if self._complete else ()

    def _tell(self, done: bool = False) -> str | None:
        """Show what is wrong; while a word is typed that something may complete, what may."""
        fault = self._check(self.value) if self._check else None
        room = int(self.app.size.width * _HINT_SHARE) - 2
        candidates = () if done else whole(self._candidates(), room)
        if self._check or self._complete:
            # A fault is worth more of the line than what is typed; candidates are not.
            told = " ".join(candidates) or fault or ""
            self._hint.styles.width = len(told) + 2 if told else "1fr"
            self._hint.styles.max_width = f"{_HINT_SHARE:.0%}"
        if fault and not candidates:
            self._hint.show([(f" {fault}", "bad")])
        else:
            self._hint.show([(" ".join(("", *candidates)), "dim")])
        return fault


def whole(candidates: Sequence[str], room: int) -> Sequence[str]:
    """As many as stand side by side in ``room`` cells uncut, one at least."""
    count = 1
    while count < len(candidates) and len(" ".join(candidates[: count + 1])) <= room:
        count += 1
    return candidates[:count]


def _last_word(text: str) -> tuple[str, str]:
    cut = len(text)
    while cut and (text[cut - 1].isalnum() or text[cut - 1] in "_."):
        cut -= 1
    return text[:cut], text[cut:]
