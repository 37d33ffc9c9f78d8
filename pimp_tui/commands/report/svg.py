"""Parts of charts as SVG text: scales, ticks, marks, and colours that everybody can tell apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from unicodedata import east_asian_width

#: Okabe and Ito (2008): told apart with every common colour blindness, and by their greys.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
INK, SOFT, GRID = "#222222", "#767676", "#dddddd"
_CHARACTER = 7.2  # width of one at 12 px, of a wide face


class Scale:
    """Maps values to pixels; straight or logarithmic.

    Args:
        values: finite; at least one.
        start, end: pixels of the smallest and the largest (start > end turns the axis round).
        log: logarithmic where all values are positive.
        include: values that must lie on it too, 0 say.
        margin: share of the span left free at either end.
    """

    def __init__(
        self,
        values: Iterable[float],
        start: float,
        end: float,
        log: bool = False,
        include: Sequence[float] = (),
        margin: float = 0.04,
    ) -> None:
        known = [*values, *include]
        self.log = log and min(known) > 0
        low, high = self._inner(min(known)), self._inner(max(known))
        if high <= low:
            pad = 0.5 if self.log else abs(low) * 0.1 or 1.0
            low, high = low - pad, high + pad
        pad = margin * (high - low)
        self._low, self._span = low - pad, high - low + 2 * pad
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        share = (self._inner(value) - self._low) / self._span
        return self._start + share * (self._end - self._start)

    def ticks(self, count: int = 5) -> list[float]:
        """Round values on the scale, about ``count`` of them."""
        low, high = self._low, self._low + self._span
        if self.log:
            return _log_ticks(math.exp(low), math.exp(high), count)
        return _round_ticks(low, high, count)

    def _inner(self, value: float) -> float:
        return math.log(value) if self.log else value


def _round_ticks(low: float, high: float, count: int) -> list[float]:
    raw = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    found = []
    while (value := first * step) <= high + 1e-9 * step:
        found.append(round(value, 12))
        first += 1
    return found


def _log_ticks(low: float, high: float, count: int) -> list[float]:
    found: list[float] = []
    for steps in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        found = [s * 10.0**p for p in powers for s in steps if low <= s * 10.0**p <= high]
        if len(found) >= count - 1:
            break
    while len(found) > 2 * count:
        found = found[::2]
    return found or _round_ticks(low, high, count)


def number(value: float) -> str:
    """A value as an axis tells it."""
    if value and (abs(value) >= 1e5 or abs(value) < 1e-3):
        return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:.4g}"


def text(
    x: float, y: float, words: str, anchor: str = "start", size: int = 12, fill: str = INK,
    bold: bool = False,
) -> str:  # fmt: skip
    """Words whose baseline is at y."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{fill}"{weight}>{escape(" ".join(words.split()))}</text>'
    )


def line(
    x1: float, y1: float, x2: float, y2: float, stroke: str = INK, width: float = 1,
    dash: str = "",
) -> str:  # fmt: skip
    """A straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" '
        f'stroke-width="{width:g}"{dashed}/>'
    )


def mark(x: float, y: float, kind: int = 0, colour: str = INK, filled: bool = True) -> str:
    """A point: circle, square, triangle, diamond by ``kind``, so that colour is not needed."""
    paint = f'fill="{colour if filled else "white"}" stroke="{colour}" stroke-width="1.5"'
    shape = kind % 4
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {paint}/>'
    corners = {
        1: ((-4, -4), (4, -4), (4, 4), (-4, 4)),
        2: ((0, -5), (5, 4), (-5, 4)),
        3: ((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)),
    }[shape]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" {paint}/>'


def fit_words(words: str, width: float, size: int = 12) -> str:
    """The words, cut in their middle where they are wider than ``width`` pixels."""
    room = max(int(width / (_CHARACTER * size / 12)), 4)
    if _cells(words) <= room:
        return words
    head, tail = _fitting(words, (room - 1) // 2), _fitting(words[::-1], room - 1 - (room - 1) // 2)
    return f"{head}…{tail[::-1]}"


def width_of(words: Iterable[str], size: int = 12) -> float:
    """Pixels that the longest of some words takes, about."""
    return max(map(_cells, words), default=0) * _CHARACTER * size / 12


def _cells(words: str) -> int:
    """Characters, those as wide as two (Chinese, Japanese, Korean) counted twice."""
    return len(words) + sum(east_asian_width(sign) in "WF" for sign in words)


def _fitting(words: str, cells: int) -> str:
    """As many of the first characters as fit."""
    for at, sign in enumerate(words):
        cells -= _cells(sign)
        if cells < 0:
            return words[:at]
    return words


def drawing(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """The whole chart, on white, with a title for those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" font-family="sans-serif" '
        f'font-size="12"><title>{escape(" ".join(title.split()))}</title>'
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>'
        + "".join(parts)
        + "</svg>"
    )
