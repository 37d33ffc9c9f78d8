"""The feature tree widget: rows with marks, folding, cells of values side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from pimp_tui.tui.panes.space.outline import Outline, TreeRow
from pimp_tui.tui.panes.space.painting import TreePaint, mark_of
from pimp_tui.tui.panes.space.view import View
from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.rows import Rows

_MOST_MATCHES = 2000


class FeatureTree(Rows):
    """Shows a model and a view of it; tells which feature the cursor is on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("left,h", "side(-1)", "space.fold", "Fold, or to the left"),
        bind("right,l", "side(1)", "space.unfold", "Unfold, or to the right"),
        bind("space", "toggle_feature", "space.toggle", "Toggle the feature"),
    ]

    class At(Message):
        """The cursor is on another feature."""

    class Toggle(Message):
        """Space on a feature."""

    class Open(Message):
        """Enter on a feature without children."""

    def __init__(self) -> None:
        super().__init__(id="tree", cursor_over=False)
        self._outline: Outline | None = None
        self._texts: list[tuple[str, str]] = []
        self._view = View()
        self._folded: set[str] = set()
        self._rows: list[TreeRow] = []
        self._place_of: dict[str, tuple[int, int]] = {}
        self._cell = 0
        self._filter = ""
        self._matches: set[str] = set()
        self._found = 0
        self._evidence: dict[str, str] = {}

    @property
    def name_at(self) -> str:
        """The feature under the cursor, "" without a model."""
        if not self._rows:
            return ""
        names = self._rows[self.cursor].names
        return names[min(self._cell, len(names) - 1)]

    @property
    def filtered(self) -> str:
        """The filter's text."""
        return self._filter

    @property
    def match_words(self) -> str:
        """How many features the filter keeps."""
        shown = f", first {_MOST_MATCHES} shown" if self._found > _MOST_MATCHES else ""
        return f"/{self._filter} {self._found} match{shown}"

    def load(self, outline: Outline, view: View) -> None:
        """Show a model."""
        self._outline, self._view = outline, view
        self._folded = outline.first_folds()
        self._texts = [
            (f.name, f"{f.name} {f.attributes.get('option', '')}".lower())
            for f in outline.model.features.values()
        ]
        self._layout(0)

    def show_view(self, view: View) -> None:
        """Show what follows from other choices."""
        before, self._view = self._view, view
        if self._filter[:1] == "!" or (self._filter[:1] == "+" and before.chosen != view.chosen):
            self._layout(None, self.name_at)
        else:
            self._paint()

    def show_host(self, evidence: dict[str, str]) -> None:
        """Features fixed by the host, each with what says so."""
        self._evidence = evidence
        self._paint()

    def narrow(self, text: str) -> None:
        """Filter: words of names; ``!`` forced ones only, ``+`` chosen ones only."""
        if text != self._filter:
            name = self.name_at
            self._filter = text
            self._layout(None, name)

    def go_to(self, name: str) -> None:
        """Put the cursor on a feature, unfolding what hides it."""
        if self._outline is None or name not in self._outline.model.features:
            return
        if name not in self._place_of:
            self._folded -= set(self._outline.above(name))
            self._layout(None, name)
        place = self._place_of.get(name)
        if place is not None:
            self._cell = place[1]
            self._go(place[0])

    def next_of(self, forward: bool) -> bool:
        """Step to the next match, choice that clashes, or feature that a choice forces."""
        if self._outline is None:
            return False
        wanted: Callable[[str], bool] = self._view.is_forced
        if self._filter:
            wanted = self._matches.__contains__
        elif self._view.clash:
            wanted = self._view.clash.__contains__
        names = list(self._outline.model.features)
        here = names.index(self.name_at) if self.name_at else 0
        order = names[here + 1 :] + names[:here]
        for name in order if forward else reversed(order):
            if wanted(name):
                self.go_to(name)
                return True
        return False

    def action_step(self, by: int) -> None:
        """Move by rows."""
        self._go(self.cursor + by)

    def action_side(self, by: int) -> None:
        """In a row of values: the next one; else fold and unfold; left of a leaf: its parent."""
        if not self._rows:
            return
        row = self._rows[self.cursor]
        cell = min(self._cell, len(row.names) - 1) + by
        if len(row.names) > 1 and 0 <= cell < len(row.names):
            self._cell = cell
            self._go(self.cursor)
        elif row.is_parent and row.folded == (by > 0) and not self._filter:
            self._fold(row)
        elif by < 0:
            for index in range(self.cursor - 1, -1, -1):
                if self._rows[index].depth < row.depth:
                    self._go(index)
                    return
        elif row.is_parent:
            self._go(self.cursor + 1)

    def action_choose(self) -> None:
        """Enter: fold or unfold; on a leaf, its reasons."""
        if not self._rows:
            return
        row = self._rows[self.cursor]
        if row.is_parent and not self._filter:
            self._fold(row)
        else:
            self.post_message(self.Open())

    def action_toggle_feature(self) -> None:
        """Space."""
        if self._rows:
            self.post_message(self.Toggle())

    def move_to(self, index: int) -> None:
        """Also for pages, ends and clicks."""
        self._go(index)

    def on_resize(self) -> None:
        """Rows of values follow the width."""
        super().on_resize()
        if self._outline is not None:
            self._layout(None, self.name_at)

    def mark_at(self) -> str:
        """The mark of the feature under the cursor."""
        return mark_of(self.name_at, self._view, self._evidence)[0]

    def _go(self, index: int) -> None:
        index = max(0, min(index, len(self._rows) - 1))
        before, self.cursor = self.cursor, index
        if isinstance(self.rows, TreePaint):
            self.rows.move(index, self._cell)
        for one in {before, index}:
            self._repaint(one)
        self._reveal()
        self._tell()

    def _tell(self) -> None:
        self.post_message(self.At())

    def _fold(self, row: TreeRow) -> None:
        self._folded ^= {row.names[0]}
        self._layout(None, row.names[0])

    def _matching(self) -> list[str]:
        text = self._filter.lower()
        if text.startswith("!"):
            kept = [(n, t) for n, t in self._texts if self._view.is_forced(n)]
            text = text[1:]
        elif text.startswith("+"):
            kept = [(n, t) for n, t in self._texts if n in self._view.chosen]
            text = text[1:]
        else:
            kept = self._texts
        for word in text.split():
            kept = [(name, about) for name, about in kept if word in about]
        return [name for name, _ in kept]

    def _layout(self, cursor: int | None, name: str = "") -> None:
        if self._outline is None:
            return
        kept = None
        if self._filter.strip():
            found = self._matching()
            self._found, self._matches = len(found), set(found[:_MOST_MATCHES])
            kept = self._outline.kept_by(self._matches)
        self._rows = self._outline.rows(self._folded, self.size.width - 2, kept)
        self._place_of = {
            one: (index, cell)
            for index, row in enumerate(self._rows)
            for cell, one in enumerate(row.names)
        }
        if name in self._place_of:
            cursor, self._cell = self._place_of[name]
        elif name and kept is not None:  # the first match, where the feature is filtered out
            first = (p for n, p in self._place_of.items() if n in self._matches)
            cursor, self._cell = next(first, (0, 0))
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, len(self._rows) - 1))
        self._paint()
        self._tell()

    def _paint(self) -> None:
        if not self._rows and self._filter:
            self.set_rows([[("nothing matches; esc clears the filter", "dim")]])
            return
        fixed = self._evidence
        paint = TreePaint(self._rows, self._view, fixed, self.size.width - 2)
        paint.move(self.cursor, self._cell)
        self.set_rows(paint)
