"""Text with named kinds instead of colours, so that one theme decides what each kind looks like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from pimp_tui.tui.widgets.contrast import faint, readable

#: A piece of text and its kind; "" is the widget's own look.
Span = tuple[str, str]
Spans = Sequence[Span]
_VARIABLES = ("foreground", "background", "accent", "success", "warning", "error")


class Painted(Widget):
    """A widget that paints spans; what a kind looks like is the theme's, see :func:`overlays`.

    ``dim`` less important, ``bright`` headings, ``accent`` keys and the point under the cursor,
    ``good``/``warn``/``bad`` states (always with a word beside them), ``reverse`` the current
    tab, ``cursor`` the row under the cursor of the focused list, ``mark`` a marked row,
    ``struck`` what cannot be chosen (in brackets beside it, for terminals that do not strike).
    """

    _by_kind: dict[str, Style] | None = None

    def own_words(self, text: str) -> str:
        """A sentence of ours, with the user's keys where it names a default one."""
        tell = getattr(self.screen, "own_words", None)
        return str(tell(text)) if tell else text

    def kind_style(self, kind: str) -> Style:
        """The style of a kind as this widget's theme and focus have it now."""
        styles = self._by_kind
        if styles is None:
            base = self.rich_style
            laid = overlays(self.app)
            styles = self._by_kind = {"": base} | {k: base + over for k, over in laid.items()}
        return styles[kind]

    def notify_style_update(self) -> None:
        """Theme, focus or a class changed: the kinds look different now."""
        self._by_kind = None
        super().notify_style_update()

    def paint(self, spans: Iterable[Span], width: int, over: str = "") -> Strip:
        """Spans as one line of exactly ``width`` cells, cut at the right.

        Args:
            over: a kind laid over every span, such as ``cursor``.
        """
        lay = overlays(self.app)[over] if over else None
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
            style = self.kind_style("")
            segments.append(Segment(" " * left, style + lay if lay else style))
        return Strip(segments, width).simplify()


def overlays(app: App[object]) -> dict[str, Style]:
    """What each kind adds to a widget's own style under the app's theme.

    Styles made here, not component classes: those cost each widget a pass over the style sheet
    per kind, which was a third of the first paint. Asking the app for the variables derives a
    whole colour system anew each time; those that its style sheet has are the same.
    """
    known = app.theme_variables
    return _overlays(app.theme, tuple(known[name] for name in _VARIABLES))


@lru_cache(8)
def _overlays(theme: str, colours: tuple[str, ...]) -> dict[str, Style]:
    foreground, background, accent, success, warning, error = map(Color.parse, colours)
    if foreground.ansi is not None:
        dim = Style(dim=True)
    else:
        accent, success, warning, error = (
            readable(colour, background) for colour in (accent, success, warning, error)
        )
        dim = Style(color=faint(foreground, background).rich_color)
    return {
        "dim": dim,
        "bright": Style(bold=True),
        "accent": Style(color=accent.rich_color, bold=True),
        "good": Style(color=success.rich_color),
        "warn": Style(color=warning.rich_color, bold=True),
        "bad": Style(color=error.rich_color, bold=True),
        "reverse": Style(bold=True, reverse=True),
        "cursor": Style(reverse=True),
        "mark": Style(bold=True),
        "struck": dim + Style(strike=True),
    }


def spans_len(spans: Spans) -> int:
    """Width of spans in cells."""
    return sum(cell_len(text) for text, _ in spans)


def fit(text: str, width: int, more: str = "…") -> str:
    """``text`` in exactly ``width`` cells: padded, or cut with ``more`` at the end."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(width - cell_len(more), 0)) + more[: max(width, 0)]


def highlighted(strip: Strip, span: tuple[int, int] | None, style: Style) -> Strip:
    """A strip with a mouse selection laid over cells ``span`` (end -1: to the end)."""
    if span is None:
        return strip
    width = strip.cell_length
    start, end = min(span[0], width), width if span[1] == -1 else min(span[1], width)
    if start >= end:
        return strip
    # post_style: the selection lies over what the row has, its own background included
    inside = Strip(Segment.apply_style(strip.crop(start, end), post_style=style))
    return Strip.join([strip.crop(0, start), inside, strip.crop(end, width)])
