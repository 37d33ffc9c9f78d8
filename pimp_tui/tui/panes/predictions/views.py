"""A section that shows one view of a metric: fit, curve, effects, pairs or residuals."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget

from pimp_tui.tui.panes.predictions import bars, charts, heat, side
from pimp_tui.tui.panes.predictions.store import Store
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, line, wrap
from pimp_tui.tui.widgets.numbers import ENERGY, Scale, name_and_unit, scale_of
from pimp_tui.tui.widgets.plot import PlotBlock
from pimp_tui.tui.widgets.section import Section

VIEWS = ("fit", "curve", "effects", "pairs", "residuals")


class Charts(Widget, can_focus=True):
    """Chart, or rows in its place, and the numbers beside it."""

    DEFAULT_CSS = """
    Charts { layout: horizontal; height: 1fr; width: 1fr; }
    Charts > .side { width: 26; }
    """
    BINDINGS = [  # noqa: RUF012
        Binding("down,j", "step(1, 0)", "down", show=False),
        Binding("up,k", "step(-1, 0)", "up", show=False),
        Binding("right,l", "step(0, 1)", "right", show=False),
        Binding("left,h", "step(0, -1)", "left", show=False),
        Binding("pagedown", "step(8, 0)", "page down", show=False),
        Binding("pageup", "step(-8, 0)", "page up", show=False),
        Binding("g,home", "step(-1000, 0)", "first", show=False),
        Binding("G,end", "step(1000, 0)", "last", show=False),
    ]

    def __init__(self, view: str, with_side: bool) -> None:
        super().__init__()
        self.view, self._with_side = view, with_side
        self.fit: dict[str, Any] | None = None
        self.effects: dict[str, Any] | None = None
        self.curve: list[dict[str, Any]] | str | None = None
        self.by_sampler: list[dict[str, Any]] = []
        self.metric, self.note = "", ""
        self.scale = Scale("", 1.0, "", 2)
        self._cursor: tuple[int, int] | None = None
        self._top = 0

    def compose(self) -> ComposeResult:
        """The three blocks."""
        self.plot = PlotBlock(self._paint, charts.LOOKS)
        self.rows = Block(self._draw_rows)
        self.side = Block(self._draw_side, classes="side divided")
        self.rows.display = self.side.display = False
        yield self.plot
        yield self.rows
        yield self.side

    @property
    def estimated(self) -> bool:
        """Whether the metric is an estimate."""
        return self.metric in ENERGY and bool(self.fit and self.fit["evaluation"].get("estimated"))

    def take(self, metric: str) -> None:
        """Another metric has other pairs: the cursor starts on its strongest."""
        if metric != self.metric:
            self.metric, self._cursor, self._top = metric, None, 0

    def refresh_all(self) -> None:
        """Draw what is known."""
        charted = self.view in ("fit", "curve", "residuals") or bool(self.note)
        self.plot.display, self.rows.display = charted, not charted
        self.side.display = (
            charted and self._with_side and not self.note and self._known
            and self.size.width >= 60
        )  # fmt: skip
        self.plot.say(self.note or self._waiting())
        self.rows.update()
        self.side.update()

    @property
    def scrolls(self) -> bool:
        """Whether there is more than fits, or a cursor to move."""
        if self.effects is None or self.plot.display:
            return False
        if self.view == "effects":
            return len(self.effects["features"]) > self.rows.size.height - 1
        return bool(self.effects.get("pairs"))

    @property
    def _known(self) -> bool:
        return isinstance(self.curve, list) if self.view == "curve" else self.fit is not None

    def _waiting(self) -> str:
        """What stands in place of the chart."""
        name = name_and_unit(self.metric)[0]
        if self.view == "curve" and self.fit is not None:
            return self.curve if isinstance(self.curve, str) else (
                "" if self.curve else f"learning curve of {name}…")  # fmt: skip
        return "" if self.fit else f"learning {name}…"

    def wait(self, words: str) -> None:
        """How far the learning curve is."""
        if self.curve is None and not self.note:
            self.plot.say(f"learning curve of {name_and_unit(self.metric)[0]}… {words}")

    def _paint(self, figure: Any, width: int, height: int) -> charts.Axes | None:
        if self.view == "curve":
            if not isinstance(self.curve, list) or not self.curve:
                return None
            return charts.curve(figure, charts.curve_lines(self.curve), self.scale)
        points = [p for p in (self.fit or {}).get("points", []) if p["prediction"] is not None]
        if not points:
            return None
        return (charts.fit if self.view == "fit" else charts.residuals)(figure, points, self.scale)

    def _draw_rows(self, width: int, height: int) -> list[Line]:
        if self.effects is None:
            return [(), line(f"  working out the effects on {name_and_unit(self.metric)[0]}…")]
        if self.view == "effects":
            rows = self.effects["features"]
            self._top = max(0, min(self._top, len(rows) - height + 1))
            return bars.effects(rows, self.scale, width, height, self._top, self.estimated) or [
                line("  no option has two values yet")
            ]
        pairs = self.effects.get("pairs") or []
        if not pairs:
            return [line("  no pair was measured with and without each other yet")]
        at = self._cursor = self._cursor or heat.strongest(pairs)
        told = heat.in_words(pairs, at, self.scale, self.estimated)
        words = wrap(told, width - 2)[:2]
        words = [*words, ""] if len(words) < 2 else words
        return [*heat.heat(pairs, width, height - 2, at)[: height - 2],
                *(line((" " + part, "accent")) for part in words)]  # fmt: skip

    def _draw_side(self, width: int, height: int) -> list[Line]:
        if self.view == "curve" and isinstance(self.curve, list):
            return side.curve(charts.curve_lines(self.curve), self.scale, width)
        if self.fit is None:
            return []
        return side.numbers(self.fit, self.scale, self.by_sampler, width)

    def action_step(self, down: int, right: int) -> None:
        """Scroll the effects, move in the heat map."""
        self._top += down
        if self._cursor is not None:
            count = len(heat.names_of((self.effects or {}).get("pairs") or []))
            row, column = self._cursor[0] + down, (self._cursor[1] + right) % count
            # One step goes on at the other end, a jump stops there.
            self._cursor = row % count if abs(down) == 1 else max(0, min(row, count - 1)), column
        self.rows.update()


class ViewSection(Section):
    """A rule that names view and metric, and the chart."""

    def __init__(self, view: str, with_side: bool) -> None:
        self.charts = Charts(view, with_side)
        super().__init__(self.charts, title="View")
        self.tabs = with_side

    def show(self, store: Store, metric: str, values: list[float | None], info: str) -> None:
        """Show a metric from what the store has."""
        part = self.charts
        part.take(metric)
        part.scale = scale_of(metric, values)
        part.fit, part.effects = store.fits.get(metric), store.effects.get(metric)
        part.curve = store.curves.get(metric)
        part.by_sampler = store.by_sampler(metric)
        part.note = store.too_few
        part.refresh_all()
        self.tell(info)

    def tell(self, info: str = "") -> None:
        """View and metric in the rule."""
        part = self.charts
        known = side.summary(part.fit, part.scale) if part.fit else ""
        if part.view in ("effects", "pairs") and part.effects is not None:
            count = bars.tested(part.effects["features" if part.view == "effects" else "pairs"])
            known = f"corrected for {count} comparisons"
        if self.tabs:
            names = " ".join(f"[{v}]" if v == part.view else v for v in VIEWS)
            learnt = f" · metric {part.metric}" if part.metric else ""
            self.set_rule(f"View: {part.view}" if info else "View", info or f"c: {names}{learnt}")
        else:
            title = {
                "fit": "Fit",
                "curve": "Learning curve of",
                "effects": "Effects on",
                "pairs": "Pairs",
                "residuals": "Residuals",
            }
            mark = "~" if part.estimated else ""
            if part.view == "curve" and isinstance(part.curve, list):
                known = side.legend(charts.curve_lines(part.curve))
            self.set_rule(f"{title[part.view]} {mark}{part.scale.label}", info or known)

    def next_view(self) -> str:
        """The next view in turn."""
        self.charts.view = VIEWS[(VIEWS.index(self.charts.view) + 1) % len(VIEWS)]
        return self.charts.view
