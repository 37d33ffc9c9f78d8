"""The titled rule that divides panes: ``─ Title ──────────── right ─``."""

from __future__ import annotations

from textual.strip import Strip

from pimp_tui.tui.widgets.painted import Painted, fit, spans_len


class Rule(Painted):
    """A rule over a section; bright while the section has the focus."""

    DEFAULT_CSS = "Rule { height: 1; width: 1fr; }"

    def __init__(self, title: str = "", right: str = "") -> None:
        super().__init__()
        self._title = title
        self._right = right
        self._lit = False

    @property
    def text(self) -> str:
        """Title and right end."""
        return f"{self._title} {self._right}"

    def show(self, title: str | None = None, right: str | None = None) -> None:
        """Change either end; None leaves it."""
        title = self._title if title is None else title
        right = self._right if right is None else right
        if (title, right) != (self._title, self._right):
            self._title, self._right = title, right
            self.refresh()

    def light(self, lit: bool) -> None:
        """Bright while the section has the focus."""
        if lit != self._lit:
            self._lit = lit
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The rule as a strip; the title gives way to the right end, which holds live numbers."""
        dash = self.app.marks.rule  # type: ignore[attr-defined]
        width = self.size.width
        said = self._right and self.own_words(self._right)
        right = f" {said} {dash}" if said else dash
        if len(right) + 4 > width:
            right = f"{fit(right[:-2], max(width - 6, 0))} {dash}"
        title = self._title
        room = width - len(right) - 4
        if len(title) > room:
            title = fit(title, max(room, 0))
        left = [(f"{dash} ", ""), (title, "title"), (" ", "")] if title else [(dash, "")]
        fill = dash * max(width - spans_len(left) - len(right), 0)
        line = "accent" if self._lit else "dim"
        spans = [
            (text, ("accent" if self._lit else "bright") if kind else line) for text, kind in left
        ]
        return self.paint([*spans, (fill, line), (right, line)], width)
