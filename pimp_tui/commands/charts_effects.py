"""Charts of effects: one feature at a time, pairs on a map, and interactions as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pimp_tui.commands import svg

_ROW, _TOP, _BOTTOM, _WIDTH = 20, 30, 46, 720
MOST, MOST_PAIRED = 24, 12  # features drawn
_CELL = 44


def effects_chart(rows: Sequence[Mapping[str, Any]], unit: str) -> str:
    """Each feature's effect with its 95 % interval; full where it is shown, hollow where not.

    Args:
        rows: of ``feature_effects``; the largest are drawn.
        unit: what the axis says.

    Raises:
        ValueError: there is no row.
    """
    from pimp_tui.learning.words import is_shown

    rows = rows[:MOST]
    if not rows:
        raise ValueError("a chart needs a row")
    left = min(max(1.1 * svg.width_of(row["feature"] for row in rows) + 16, 120), 340)
    right = _WIDTH - 96
    ends = [row[name] for row in rows for name in ("effect", "lower", "upper")]
    x = svg.Scale([e for e in ends if e is not None], left, right, include=(0.0,))
    bottom = _TOP + _ROW * len(rows)
    parts = _grid(x, _TOP - 6, bottom)
    parts.append(svg.line(x(0.0), _TOP - 6, x(0.0), bottom, svg.INK, 1.2))
    parts.append(svg.text(_WIDTH - 6, _TOP - 12, "Cliff's delta, n with", "end", 11, svg.SOFT))
    for at, row in enumerate(rows):
        y = _TOP + _ROW * at + _ROW / 2
        sure = is_shown(row)
        colour = svg.COLOURS[1 if row["effect"] > 0 else 0] if sure else svg.SOFT
        name = svg.fit_words(row["feature"], (left - 12) / (1.1 if sure else 1.0))
        parts.append(svg.text(left - 8, y + 4, name, "end", bold=sure))
        if row["lower"] is not None:
            parts.append(svg.line(x(row["lower"]), y, x(row["upper"]), y, colour, 2))
        parts.append(svg.mark(x(row["effect"]), y, 0, colour, sure))
        told = f"{row['cliffs_delta']:+.2f}, {row['n_with']}"
        parts.append(svg.text(_WIDTH - 6, y + 4, told, "end", 11, svg.INK if sure else svg.SOFT))
    parts.append(svg.text((left + right) / 2, bottom + 36, unit, "middle"))
    return svg.drawing(_WIDTH, bottom + _BOTTOM, unit, parts)


def pairs_map(rows: Sequence[Mapping[str, Any]], unit: str) -> str:
    """On minus off of a feature (column) among the configurations with another (row), as a map.

    Blue is less, orange more; the number stands in the cell, bold with a star where it is shown.

    Args:
        rows: of ``pairwise_effects``.

    Raises:
        ValueError: there is no row.
    """
    from pimp_tui.learning.words import is_shown

    if not rows:
        raise ValueError("a chart needs a row")
    names = list(dict.fromkeys(row["given"] for row in rows))[:MOST_PAIRED]
    cells = {(row["given"], row["feature"]): row for row in rows}
    tested = [abs(row["effect"]) for row in rows if row["lower"] is not None]
    widest = max(tested, default=0.0) or 1.0
    left = min(svg.width_of(names, 11) + 20, 260)
    head = min(svg.width_of(names, 11) * 0.72 + 24, 200)
    parts = []
    for down, given in enumerate(names):
        y = head + _CELL * 0.62 * down
        parts.append(svg.text(left - 6, y + 18, svg.fit_words(given, left - 12, 11), "end", 11))
        for across, feature in enumerate(names):
            row = cells.get((given, feature))
            if row is None:
                continue
            sure = is_shown(row)
            enough = row["lower"] is not None
            share = row["effect"] / widest if enough else 0.0
            x = left + _CELL * 1.2 * across
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{_CELL * 1.2 - 2:.1f}" '
                f'height="{_CELL * 0.62 - 2:.1f}" fill="{_shade(share)}" stroke="{svg.GRID}"/>'
            )
            told = f"{row['effect']:+.2g}" + ("*" if sure else "")
            ink = "white" if abs(share) > 0.65 else (svg.INK if enough else svg.SOFT)
            parts.append(svg.text(x + _CELL * 0.6 - 1, y + 17, told, "middle", 11, ink, sure))
    for across, feature in enumerate(names):
        x = left + _CELL * 1.2 * (across + 0.5)
        short = svg.fit_words(feature, head / 0.72 - 16, 11)
        parts.append(
            f'<g transform="rotate(-45 {x:.1f} {head - 8:.1f})">'
            + svg.text(x, head - 8, short, "start", 11)
            + "</g>"
        )
    bottom = head + _CELL * 0.62 * len(names)
    parts.append(svg.text(left, bottom + 20, f"{unit}; row: given, column: feature", size=11))
    width = max(left + _CELL * 1.2 * len(names) + head * 0.8, left + 340)
    return svg.drawing(width, bottom + 30, unit, parts)


def _shade(share: float) -> str:
    """From white to blue below 0, to orange above; share in [-1, 1]."""
    red, green, blue = (0, 90, 160) if share < 0 else (190, 80, 0)
    weight = min(abs(share), 1.0) ** 0.7
    mixed = (round(255 + (part - 255) * weight) for part in (red, green, blue))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _grid(x: svg.Scale, top: float, bottom: float) -> list[str]:
    parts = []
    for value in x.ticks():
        parts.append(svg.line(x(value), top, x(value), bottom, svg.GRID))
        parts.append(svg.text(x(value), bottom + 16, svg.number(value), "middle", 11, svg.SOFT))
    return parts
