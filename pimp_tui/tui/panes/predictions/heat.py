"""Pairs of features as a heat map of characters, legible without colour, and in words."""

from __future__ import annotations

from typing import Any

from pimp_tui.tui.panes.predictions.bars import signed
from pimp_tui.tui.widgets.cells import Line, apart, line
from pimp_tui.tui.widgets.numbers import Scale

_SHADES = " ░▒▓█"
_LEGEND = " ░▒▓█ the stronger together · - lowers, else raises · ·· never measured"
Pairs = list[dict[str, Any]]


def names_of(pairs: Pairs) -> list[str]:
    """Features in the order they are paired, the strongest first."""
    return list(dict.fromkeys(p["given"] for p in pairs))


def strongest(pairs: Pairs) -> tuple[int, int]:
    """Row and column of the pair that acts together most."""
    names = names_of(pairs)
    known = [p for p in pairs if p["interaction"] is not None and p["feature"] in names]
    if not known:
        return 0, 0
    best = max(known, key=lambda p: abs(p["interaction"]))
    return names.index(best["given"]), names.index(best["feature"])


def heat(pairs: Pairs, width: int, height: int, cursor: tuple[int, int]) -> list[Line]:
    """Rows ``given``, columns ``feature`` by the rows' numbers: the darker, the stronger together.

    The last line is the legend.
    """
    names = names_of(pairs)
    table = {(p["given"], p["feature"]): p for p in pairs}
    label = min(max(len(n) for n in names), max(width // 3, 8))
    labels = apart(names, label)
    columns = max((width - label - 5) // 3, 1)
    rows = max(height - 2, 1)
    row_at, column_at = cursor
    top = max(0, min(row_at - rows // 2, len(names) - rows))
    left = max(0, min(column_at - columns // 2, len(names) - columns))
    most = max((abs(p["interaction"] or 0.0) for p in pairs), default=0.0) or 1.0
    shown = names[left : left + columns]
    head = "".join(f"{left + n + 1:>3}" for n in range(len(shown)))
    lines = [line((f" {'given':<{label}}    {head}", "bright"))]
    for y, given in list(enumerate(names))[top : top + rows]:
        parts: list[Any] = [f" {labels[given]:<{label}} {y + 1:>2} "]
        for x, feature in enumerate(shown, left):
            pair = table.get((given, feature))
            share = abs(pair["interaction"]) / most if pair and pair["interaction"] else 0.0
            known = pair is not None and pair["interaction"] is not None
            shade = _SHADES[min(round(share * 4), 4)] if known else "·"
            sign = "-" if pair and (pair["interaction"] or 0) < 0 and shade != " " else " "
            parts += [(f"{sign}{shade}{shade}", "cursor" if (y, x) == cursor else "")]
        lines.append(line(*parts))
    return [*lines, line((_LEGEND, "dim"))]


def in_words(pairs: Pairs, cursor: tuple[int, int], scale: Scale, estimated: bool) -> str:
    """The pair under the cursor as a sentence."""
    given, feature = (names_of(pairs)[at] for at in cursor)
    if given == feature:
        return f"{given} stands in this row and in this column"
    pair = next((p for p in pairs if (p["given"], p["feature"]) == (given, feature)), None)
    if pair is None:
        return f"{given} and {feature} were never measured together, or never apart"
    mark = "~" if estimated else ""

    def told(value: float) -> str:
        return f"{mark}{signed(value, scale)} {scale.unit}".strip()

    text = f"with {given}, {feature} changes {scale.name} by {told(pair['effect'])}"
    if pair["interaction"] is not None:
        text += f", without it by {told(pair['effect'] - pair['interaction'])}"
    return f"{text} ({pair['n_with']} and {pair['n_without']} configurations)"
