"""Fields of a wizard page: a text with a note below it, a choice of one in several."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from pimp_tui.tui.screens.wizard.checks import Note
from pimp_tui.tui.screens.wizard.steps import Field
from pimp_tui.tui.widgets.line import Line
from pimp_tui.tui.widgets.painted import fit
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.widgets.section import Section

_LABEL = 18


class Changed(Message):
    """A field has another value."""

    def __init__(self, key: str, value: str) -> None:
        super().__init__()
        self.key, self.value = key, value


class Left(Message):
    """The focus left a text field."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class Accepted(Message):
    """Enter."""


class FieldInput(Input):
    """An input that tells when it is left; up and down step between fields."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "previous field", show=False),
        Binding("down", "app.focus_next", "next field", show=False),
    ]

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "question_mark":  # which no model, file or number has: help, as elsewhere
            event.stop()
            event.prevent_default()
            await self.run_action("screen.help")
        else:
            await super()._on_key(event)

    def on_blur(self, event: events.Blur) -> None:
        """Check the field."""
        if isinstance(self.parent, Widget) and isinstance(self.parent.parent, TextField):
            self.post_message(Left(self.parent.parent.field.key))


class TextField(Widget):
    """``label [ text ]`` and a note below."""

    DEFAULT_CSS = """
    TextField { height: 2; width: 1fr; layout: vertical; }
    TextField > .pair { height: 1; layout: horizontal; }
    TextField Input, TextField Input:focus { width: 1fr; height: 1; border: none; padding: 0; }
    """

    def __init__(self, field: Field, value: str) -> None:
        super().__init__(classes="field")
        self.field = field
        self._value = value
        self.note = Line()

    def compose(self) -> ComposeResult:
        """Label and input in one row, the note in the next."""
        label = Line([(f"   {self.field.label}", "bright")])
        label.styles.width = _LABEL
        self.input = FieldInput(
            self._value, placeholder=self.field.hint, compact=True, select_on_focus=False
        )
        self.input.cursor_blink = False
        yield Widget(label, self.input, classes="pair")
        yield self.note

    def tell(self, note: Note) -> None:
        """Show what the check says."""
        lead = "! " if note.fault else ""
        self.note.show([(" " * _LABEL + lead + note.text, "bad" if note.fault else "dim")])

    def on_input_changed(self, event: Input.Changed) -> None:
        """Hand the value on."""
        event.stop()
        self.post_message(Changed(self.field.key, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.post_message(Accepted())


class ChoiceField(Section):
    """One of several; the choice follows the cursor."""

    def __init__(self, field: Field, value: str) -> None:
        self.field = field
        self.rows = Rows(cursor_mark=False)  # (x) is where the cursor is
        super().__init__(self.rows, classes="field")
        self.rule.display = False
        self.styles.height = len(field.choices) + 1
        self._value = value

    def on_mount(self) -> None:
        """Mark the value there is."""
        values = [value for value, _ in self.field.choices]
        self.rows.cursor = values.index(self._value) if self._value in values else 0
        self._paint()

    def on_resize(self) -> None:
        """Cut the meanings anew."""
        self._paint()

    def _paint(self) -> None:
        longest = max(len(value) for value, _ in self.field.choices) + 2
        room, rows = self.size.width - longest - 8, []
        for index, (value, meaning) in enumerate(self.field.choices):
            mark = "(x)" if index == self.rows.cursor else "( )"
            rows.append(
                [
                    (f"   {mark} {value:<{longest}}", "bright"),
                    (fit(meaning, room).rstrip() if room > 0 else meaning, ""),
                ]
            )
        self.rows.set_rows(rows)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        """Another choice."""
        event.stop()
        self._paint()
        self.post_message(Changed(self.field.key, self.field.choices[event.index][0]))

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Enter."""
        event.stop()
        self.post_message(Accepted())

    def tell(self, note: Note) -> None:
        """A choice is never wrong by itself."""
