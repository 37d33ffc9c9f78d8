"""Charts of effects: one feature at a time, and pairs on a map."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pimp_tui.commands.report import svg
from pimp_tui.commands.report.charts_rows import MOST, Row, rows_chart

MOST_PAIRED = 12  # features drawn
_CELL = 44


def effects_chart(rows: Sequence[Mapping[str, Any]], unit: str) -> str:
    """Each feature's effect with its 95 % interval; full where it is shown, hollow where not.

    Args:
        rows: of ``feature_effects``; the largest are drawn.
        unit: what the axis says.

    Raises:
        ValueError: there is no row.
    """
    from pimp_tui.learning.effects.words import is_shown

    told = [
        Row(
            row["feature"], row["effect"], row["lower"], row["upper"], is_shown(row),
            f"{round(row['cliffs_delta'], 2) + 0.0:+.2f}, {row['n_with']}",
        )
        for row in rows[:MOST]
    ]  # fmt: skip
    return rows_chart(told, unit, "Cliff's delta, n with")


def pairs_map(rows: Sequence[Mapping[str, Any]], unit: str) -> str:
    """On minus off of a feature (column) among the configurations with another (row), as a map.

    Blue is less, orange more; the number stands in the cell, bold with a star where it is shown.

    Args:
        rows: of ``pairwise_effects``.

    Raises:
        ValueError: there is no row.
    """
    from pimp_tui.learning.effects.words import is_shown

    if not rows:
        raise ValueError("a chart needs a row")
    both = [row[end] for end in ("given", "feature") for row in rows]
    names = list(dict.fromkeys(both))[:MOST_PAIRED]
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
            told = _told(row["effect"], widest) + ("*" if sure else "")
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
    width = max(left + _CELL * 1.2 * len(names) + head * 0.8, left + 340)
    words = svg.fit_words(f"{unit}; row: given, column: feature", width - left, 11)
    parts.append(svg.text(left, bottom + 20, words, size=11))
    return svg.drawing(width, bottom + 30, unit, parts)


def _told(value: float, widest: float) -> str:
    """A value with as many decimals as give the widest three digits."""
    decimals = 2 - math.floor(math.log10(widest))
    plain = f"{value:+.{min(max(decimals, 0), 6)}f}"
    if decimals <= 4 and not plain.strip("+-0."):
        return "0"
    return plain if decimals <= 4 and len(plain) <= 7 else f"{value:+.1e}"


def _shade(share: float) -> str:
    """From white to blue below 0, to orange above; share in [-1, 1]."""
    red, green, blue = (0, 90, 160) if share < 0 else (190, 80, 0)
    weight = min(abs(share), 1.0) ** 0.7
    mixed = (round(255 + (part - 255) * weight) for part in (red, green, blue))
    return "#" + "".join(f"{part:02x}" for part in mixed)
