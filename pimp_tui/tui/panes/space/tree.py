"""The feature tree widget: rows with marks, folding, cells of values side by side."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from pimp_tui.space.model import FeatureModel
from pimp_tui.tui.panes.space.desk import View
from pimp_tui.tui.panes.space.outline import TreeRow, first_folds, outline
from pimp_tui.tui.panes.space.painting import mark_of, paint_row
from pimp_tui.tui.widgets.painted import Spans
from pimp_tui.tui.widgets.rows import Rows


class FeatureTree(Rows):
    """Shows a model and a view of it; tells which feature the cursor is on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "side(-1)", "fold", show=False, tooltip="Fold, or to the left"),
        Binding("right,l", "side(1)", "unfold", show=False, tooltip="Unfold, or to the right"),
        Binding(
            "space",
            "toggle_feature",
            "toggle",
            show=False,
            tooltip="Toggle the feature",
            id="toggle",
        ),
    ]

    class At(Message):
        """The cursor is on another feature."""

    class Toggle(Message):
        """Space on a feature."""

    class Open(Message):
        """Enter on a feature without children."""

    def __init__(self) -> None:
        super().__init__(id="tree", cursor_over=False)
        self._model: FeatureModel | None = None
        self._view = View()
        self._folded: set[str] = set()
        self._rows: list[TreeRow] = []
        self._cell = 0
        self._filter = ""
        self._fixed: set[str] = set()
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

    def load(self, model: FeatureModel, view: View) -> None:
        """Show a model."""
        self._model, self._view = model, view
        self._folded = first_folds(model)
        self._layout(0)

    def show_view(self, view: View) -> None:
        """Show what follows from other choices."""
        self._view = view
        if self._filter[:1] in "!+" and self._filter:
            self._layout(None)
        else:
            self._paint()

    def show_host(self, evidence: dict[str, str]) -> None:
        """Features fixed by the host, each with what says so."""
        self._evidence = evidence
        self._fixed = set(evidence)
        self._paint()

    def narrow(self, text: str) -> None:
        """Filter: words of names; ``!`` forced ones only, ``+`` chosen ones only."""
        if text != self._filter:
            name = self.name_at
            self._filter = text
            self._layout(None, name)

    def go_to(self, name: str) -> None:
        """Put the cursor on a feature, unfolding what hides it."""
        if self._model is None or name not in self._model.features:
            return
        above = {one.name for one in self._model.features[name].ancestors()}
        if above & self._folded:
            self._folded -= above
            self._layout(None, name)
        for index, row in enumerate(self._rows):
            if name in row.names:
                self._cell = row.names.index(name)
                self._go(index)

    def next_of(self, forward: bool) -> bool:
        """Step to the next match of the filter, or to the next forced feature without one."""
        flat = [(i, c, n) for i, row in enumerate(self._rows) for c, n in enumerate(row.names)]
        here = next((k for k, (i, c, _) in enumerate(flat) if (i, c) == self._place()), 0)
        order = flat[here + 1 :] + flat[:here] if forward else [*flat[:here][::-1], *flat[:here:-1]]
        for index, cell, name in order:
            if self._matches(name) if self._filter else self._forced(name):
                self._cell = cell
                self._go(index)
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
        elif row.is_parent and row.folded == (by > 0):
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
        if row.is_parent:
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
        if self._model is not None:
            self._layout(None, self.name_at)

    def _place(self) -> tuple[int, int]:
        return self.cursor, min(self._cell, len(self._rows[self.cursor].names) - 1)

    def _go(self, index: int) -> None:
        index = max(0, min(index, len(self._rows) - 1))
        before, self.cursor = self.cursor, index
        for one in {before, index}:
            if one < len(self._rows):
                self.rows[one] = self._spans(one)  # type: ignore[index]
                self._repaint(one)
        self._reveal()
        self.post_message(self.At())

    def _fold(self, row: TreeRow) -> None:
        if self._filter:
            return
        self._folded ^= {row.names[0]}
        self._layout(None, row.names[0])

    def _matches(self, name: str) -> bool:
        text = self._filter.lower()
        if text.startswith("!"):
            return self._forced(name) and text[1:] in name.lower()
        if text.startswith("+"):
            return name in self._view.chosen and text[1:] in name.lower()
        assert self._model is not None
        feature = self._model.features[name]
        about = f"{name} {feature.attributes.get('option', '')}".lower()
        return all(word in about for word in text.split())

    def _forced(self, name: str) -> bool:
        decided = self._view.states.get(name, "undecided") != "undecided"
        return decided and name not in self._view.chosen and name not in self._view.core

    def _layout(self, cursor: int | None, name: str = "") -> None:
        if self._model is None:
            return
        width = self.size.width - 2
        keep = self._matches if self._filter.strip("") else None
        self._rows = outline(self._model, self._folded, width, keep)
        at = next((i for i, row in enumerate(self._rows) if name in row.names), None)
        if at is not None:
            cursor = at
            self._cell = self._rows[at].names.index(name)
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, len(self._rows) - 1))
        self._paint()
        self.post_message(self.At())

    def _paint(self) -> None:
        self.set_rows([self._spans(index) for index in range(len(self._rows))])

    def _spans(self, index: int) -> Spans:
        row = self._rows[index]
        cell = min(self._cell, len(row.names) - 1) if index == self.cursor else None
        evidence = self._evidence.get(row.names[0], "") if len(row.names) == 1 else ""
        return paint_row(row, self._view, self._fixed, evidence, self.size.width - 2, cell)

    def mark_at(self) -> str:
        """The mark of the feature under the cursor."""
        return mark_of(self.name_at, self._view, self._fixed)[0]
