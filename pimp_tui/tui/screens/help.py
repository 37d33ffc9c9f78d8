"""The help panel: what the pane is for, its keys, its words. Any key closes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from pimp_tui.tui.widgets.painted import Spans
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.widgets.section import Section

EVERYWHERE = (
    ("0 1…6", "Sessions; Space, Plan, Monitor, Results, Predictions, Trade-offs"),
    ("tab shift+tab", "next, previous part"),
    ("h j k l g G", "move, as arrows, Home and End do"),
    ("enter esc", "open, accept; back, cancel"),
    ("r p x", "run or resume, pause, stop (asks)"),
    ("z", "zoom the focused part to the whole body, and back"),
    ("y Y", "copy the cell; the row or configuration"),
    (": ctrl+p", "every action by name"),
    ("ctrl+l ctrl+z", "repaint; suspend to the shell"),
    ("q", "leave: back to Sessions, then to the shell; a campaign goes on"),
)


#: Screen -> the commands that say the same as plain text, or with ``--json``.
TWINS = {
    "Sessions": "sessions",
    "Space": "space show, count, propagate, explain SPACE",
    "Plan": "results SESSION; sample SPACE, coverage SPACE PLAN",
    "Monitor": "status, attach SESSION",
    "Results": "results SESSION [CONFIG]",
    "Predictions": "learn, effects, predict SESSION",
    "Trade-offs": "pareto, verify, export SESSION",
    "New campaign": "run SESSION --dry-run",
}


@dataclass(frozen=True)
class HelpText:
    """What the panel says.

    Attributes:
        title: the pane's name.
        purpose: two sentences.
        keys: (keys, what they do) beyond those that are the same everywhere.
        words: (word, explanation).
        everywhere: whether the keys that are the same everywhere follow.
    """

    title: str
    purpose: str
    keys: Sequence[tuple[str, str]] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    everywhere: bool = True


class HelpPanel(ModalScreen[None]):
    """At the right on very wide terminals, over the body on others; arrows scroll a long text."""

    def __init__(self, text: HelpText, own_keys: Callable[[str], str] = str) -> None:
        super().__init__()
        self._text, self._own_keys = text, own_keys

    def compose(self) -> ComposeResult:
        """One section."""
        self.rows = Rows(cursor_mark=False, cursor_over=False)
        yield Section(
            self.rows, title=f"Help: {self._text.title}", right="any key closes", id="help"
        )

    def on_mount(self) -> None:
        """Wrap the text to the width there is."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        width = max(self.rows.size.width - 2, 20)
        self.rows.set_rows(lines_of(self._text, width, self._own_keys))
        self.rows.can_focus = False

    def on_key(self, event: events.Key) -> None:
        """Scroll, or close."""
        event.stop()
        page = max(self.rows.size.height - 2, 1)
        by = {"down": 1, "up": -1, "pagedown": page, "pageup": -page}.get(event.key)
        if by is None:
            self.dismiss()
        else:
            self.rows.scroll_relative(y=by, animate=False)

    def on_click(self) -> None:
        """A click closes too."""
        self.dismiss()


def lines_of(text: HelpText, width: int, own_keys: Callable[[str], str] = str) -> list[Spans]:
    """The panel's rows, wrapped to ``width`` cells; ``own_keys`` puts in the user's keys."""
    rows: list[Spans] = [[(line, "")] for line in _wrap(text.purpose, width)]
    if twin := TWINS.get(text.title):
        words = f"As plain text or --json: pimp-tui {twin}"
        rows += [[("", "")], *([(line, "dim")] for line in _wrap(words, width))]
    for title, entries in (
        ("Keys here", [(own_keys(keys), does) for keys, does in text.keys]),
        ("Words" if text.everywhere else "", list(text.words.items())),
        ("Everywhere", [(own_keys(keys), does) for keys, does in EVERYWHERE]
         if text.everywhere else ()),
    ):  # fmt: skip
        if not entries:
            continue
        rows += [[("", "")], [(title, "bright")]]
        indent = min(max(len(name) for name, _ in entries) + 2, 18)
        for name, meaning in entries:
            wrapped = _wrap(meaning, width - indent) or [""]
            if len(name) > indent - 2:
                rows.append([(name, "accent")])
                name = ""
            rows.append([(name.ljust(indent), "accent"), (wrapped[0], "")])
            rows += [[(" " * indent + line, "")] for line in wrapped[1:]]
    return rows


def _wrap(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, max(width, 10))
