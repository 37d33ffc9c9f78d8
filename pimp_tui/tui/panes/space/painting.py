"""How a row of the feature tree looks."""

from __future__ import annotations

from rich.cells import cell_len

from pimp_tui.tui.panes.space.desk import View
from pimp_tui.tui.panes.space.outline import TreeRow
from pimp_tui.tui.widgets.painted import Span, Spans, spans_len


def mark_of(name: str, view: View, host_fixed: set[str]) -> tuple[str, str]:
    """The mark of a feature and its kind (wireframes 1)."""
    if name in view.chosen:
        return ("[x]", "bright") if view.chosen[name] else ("[-]", "bright")
    state = view.states.get(name, "undecided")
    if state == "undecided":
        return "[ ]", ""
    if name in host_fixed:
        return ("{x}", "dim") if state == "selected" else ("{-}", "dim")
    return ("<x>", "") if state == "selected" else ("<->", "dim")


def paint_row(
    row: TreeRow, view: View, host_fixed: set[str], evidence: str, width: int, cell: int | None
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
        spans.append((text, "reverse" if index == cell else kind))
        if len(row.names) > 1:
            spans.append(("   ", ""))
    right = evidence or row.words
    room = width - spans_len(spans) - 3  # two cells apart, one free at the edge
    if right and room >= 6:
        right = right[:room]
        spans.append((" " * (room - cell_len(right) + 2), ""))
        spans.append((f"{right} ", "dim"))
    return spans


def count_words(count: int | None) -> str:
    """A count of any size: exact to a million, then ``1.42e9``; ``?`` where there is none."""
    if count is None:
        return "?"
    if count < 1_000_000:
        return f"{count:,}".replace(",", " ") if count >= 10_000 else str(count)
    # Never through a float: counts go beyond 1e308, and beyond the limit of int to str.
    exponent = int((count.bit_length() - 1) * 0.30102999566)
    if 10 ** (exponent + 1) <= count:
        exponent += 1
    lead = count // 10 ** (exponent - 2)
    return f"{lead / 100:.2f}e{exponent}"
