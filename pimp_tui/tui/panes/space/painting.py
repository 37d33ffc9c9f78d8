"""How a row of the feature tree looks."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import overload

from rich.cells import cell_len

from pimp_tui.tui.panes.space.outline import TreeRow
from pimp_tui.tui.panes.space.view import View
from pimp_tui.tui.widgets.painted import Span, Spans, fit, spans_len


class TreePaint(Sequence[Spans]):
    """The rows of a tree as they look now, each painted when it is first seen.

    Args:
        rows: from the outline.
        view: marks.
        evidence: features fixed by the host, each with what says so.
        width: cells of a row.
    """

    def __init__(
        self, rows: Sequence[TreeRow], view: View, evidence: Mapping[str, str], width: int
    ) -> None:
        self._rows, self._view = rows, view
        self._evidence, self._width = evidence, width
        self._cursor = self._cell = -1
        self._seen: dict[int, Spans] = {}

    def move(self, cursor: int, cell: int) -> None:
        """The cursor stands on a row, and in it on a cell."""
        self._seen.pop(self._cursor, None)
        self._seen.pop(cursor, None)
        self._cursor, self._cell = cursor, cell

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Spans: ...
    @overload
    def __getitem__(self, at: slice) -> list[Spans]: ...
    def __getitem__(self, at: int | slice) -> Spans | list[Spans]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self)))]
        if at not in self._seen:
            row = self._rows[at]
            cell = min(self._cell, len(row.names) - 1) if at == self._cursor else None
            evidence = self._evidence.get(row.names[0], "") if len(row.names) == 1 else ""
            self._seen[at] = paint_row(row, self._view, self._evidence, evidence, self._width, cell)
        return self._seen[at]


def mark_of(name: str, view: View, host_fixed: Container[str]) -> tuple[str, str]:
    """The mark of a feature and its kind (wireframes 1)."""
    if name in view.clash:
        return ("[x]!", "bad") if view.chosen[name] else ("[-]!", "bad")
    if name in view.chosen:
        return ("[x]", "bright") if view.chosen[name] else ("[-]", "bright")
    state = view.states.get(name, "undecided")
    if state == "undecided":
        return "[ ]", ""
    if name in host_fixed:
        return ("{x}", "dim") if state == "selected" else ("{-}", "dim")
    return ("<x>", "") if state == "selected" else ("<->", "dim")


def paint_row(
    row: TreeRow,
    view: View,
    host_fixed: Container[str],
    evidence: str,
    width: int,
    cell: int | None,
) -> Spans:
    """One row in ``width`` cells.

    Args:
        evidence: stands at the right in place of the group words (the host's reason).
        cell: which of the row's features the cursor is on; None when it is on another row.
    """
    spans: list[Span] = [("  " * row.depth, "")]
    if row.is_parent:
        spans.append((("> " if row.folded else "v "), "dim"))
    else:
        spans.append(("  ", ""))
    for index, (name, label) in enumerate(zip(row.names, row.labels, strict=True)):
        mark, kind = mark_of(name, view, host_fixed)
        if not row.shows_mark:
            mark = ""
        text = f"{mark} {label}" if mark else label
        left = width - spans_len(spans)
        if len(row.names) == 1 and cell_len(text) > left > 0:
            text = fit(text, left)
        spans.append((text, "reverse" if index == cell else kind))
        if len(row.names) > 1:
            spans.append(("   ", ""))
    right = evidence or row.words
    room = width - spans_len(spans) - 3  # two cells apart, one free at the edge
    if right and room >= 6:
        right = right if len(right) <= room else f"{right[: room - 1]}…"
        spans.append((" " * (room - cell_len(right) + 2), ""))
        spans.append((f"{right} ", "dim"))
    return spans
