"""Text with named kinds instead of colours, so that one theme decides what each kind looks like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

#: A piece of text and its kind; "" is the widget's own look.
Span = tuple[str, str]
Spans = Sequence[Span]
KINDS = ("dim", "bright", "accent", "good", "warn", "bad", "reverse", "cursor", "mark")


class Painted(Widget):
    """A widget that paints spans; the look of a kind is the component class ``paint--KIND``.

    ``dim`` less important, ``bright`` headings, ``accent`` keys and the point under the cursor,
    ``good``/``warn``/``bad`` states (always with a word beside them), ``reverse`` the current
    tab, ``cursor`` the row under the cursor of the focused list, ``mark`` a marked row.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"paint--{kind}" for kind in KINDS}

    def kind_style(self, kind: str) -> Style:
        """The style of a kind as this widget's theme and focus have it now."""
        return self.get_component_rich_style(f"paint--{kind}") if kind else self.rich_style

    def paint(self, spans: Iterable[Span], width: int, over: str = "") -> Strip:
        """Spans as one line of exactly ``width`` cells, cut at the right.

        Args:
            over: a kind laid over every span, such as ``cursor``.
        """
        lay = self.get_component_rich_style(f"paint--{over}", partial=True) if over else None
        segments = []
        left = width
        for text, kind in spans:
            if left <= 0:
                break
            if cell_len(text) > left:
                text = set_cell_size(text, left)
            style = self.kind_style(kind)
            segments.append(Segment(text, style + lay if lay else style))
            left -= cell_len(text)
        if left > 0:
            style = self.rich_style
            segments.append(Segment(" " * left, style + lay if lay else style))
        return Strip(segments, width)


def spans_len(spans: Spans) -> int:
    """Width of spans in cells."""
    return sum(cell_len(text) for text, _ in spans)


def fit(text: str, width: int, more: str = "…") -> str:
    """``text`` in exactly ``width`` cells: padded, or cut with ``more`` at the end."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(width - cell_len(more), 0)) + more[: max(width, 0)]
