"""Effects as diverging bars and pairs as a heat map, drawn as rows of cells."""

from __future__ import annotations

from typing import Any

from pimp_tui.tui.widgets.cells import Line, line
from pimp_tui.tui.widgets.numbers import Scale

_SHADES = " ░▒▓█"


def effects(
    rows: list[dict[str, Any]], scale: Scale, width: int, height: int, top: int, estimated: bool
) -> list[Line]:
    """One row a feature: name, bar to the left (less) or right (more), effect and interval.

    The bar's whisker ``─`` spans the interval. A feature whose corrected p is above 0.05 is dim.
    """
    label = min(max([len(r["feature"]) for r in rows], default=0), max(width // 3, 12))
    number_width = 22 if width >= 70 else 10
    half = max((width - label - number_width - 4) // 2, 3)
    most = max(
        [abs(v) for r in rows for v in (r["effect"], r["lower"], r["upper"]) if v is not None],
        default=1.0,
    ) or 1.0  # fmt: skip
    mark = "~" if estimated else ""
    found = []
    for row in rows[top : top + height]:
        bar = [" "] * (2 * half + 1)
        at = round(row["effect"] / most * half)
        if row["lower"] is not None and row["upper"] is not None:
            for x in range(
                round(row["lower"] / most * half), round(row["upper"] / most * half) + 1
            ):
                bar[half + x] = "─"
        for x in range(min(at, 0), max(at, 0) + 1):
            bar[half + x] = "█" if x else "│"
        bar[half] = "│"
        sure = row["p_holm"] is not None and row["p_holm"] <= 0.05
        text = f"{mark}{row['effect'] / scale.divide:+.{scale.decimals}f}"
        if number_width > 10 and row["lower"] is not None:
            spread = (row["upper"] - row["lower"]) / 2 / scale.divide
            text += f" ±{spread:.{scale.decimals}f}"
        kind = "" if sure else "dim"
        name = row["feature"]
        if len(name) > label:
            name = name[: label - 1] + "…"
        found.append(line(f" {name:<{label}} ", ("".join(bar), "accent" if sure else "dim"),
                          (f" {text}", kind)))  # fmt: skip
    return found


def names_of(pairs: list[dict[str, Any]]) -> list[str]:
    """Features in the order they are paired, the strongest first."""
    return list(dict.fromkeys(p["given"] for p in pairs))


def heat(
    pairs: list[dict[str, Any]], width: int, height: int, cursor: tuple[int, int]
) -> tuple[list[Line], dict[str, Any] | None]:
    """Rows ``given``, columns ``feature``: the darker, the stronger the interaction.

    Returns:
        the lines, and the pair under the cursor (row, column), None where it is empty.
    """
    names = names_of(pairs)
    table = {(p["given"], p["feature"]): p for p in pairs}
    label = min(max([len(n) for n in names], default=0), 24, max(width // 2, 8))
    columns = max((width - label - 3) // 3, 1)
    row_at, column_at = cursor
    top = max(0, min(row_at - height + 3, len(names) - (height - 2)))
    left = max(0, column_at - columns + 1)
    most = max([abs(p["interaction"] or 0.0) for p in pairs], default=0.0) or 1.0
    shown = names[left : left + columns]
    head = "".join(f"{left + n + 1:>3}" for n in range(len(shown)))
    lines = [line((f" {'given':<{label}} {head}", "bright"))]
    for y, given in list(enumerate(names))[top : top + height - 1]:
        parts: list[Any] = [f" {given[:label]:<{label - 2}.{max(label - 2, 0)}}{y + 1:>2} "]
        for x, feature in enumerate(shown, left):
            pair = table.get((given, feature))
            share = abs(pair["interaction"]) / most if pair and pair["interaction"] else 0.0
            shade = _SHADES[min(round(share * 4), 4)] if pair else "·"
            sign = "-" if pair and (pair["interaction"] or 0) < 0 else " "
            here = (y, x) == cursor
            parts += [(f"{sign}{shade}{shade}", "cursor" if here else "")]
        lines.append(line(*parts))
    under = None
    if row_at < len(names) and column_at < len(names):
        under = table.get((names[row_at], names[column_at]))
    return lines, under


def in_words(pair: dict[str, Any] | None, scale: Scale, estimated: bool) -> str:
    """The pair under the cursor as a sentence."""
    if pair is None:
        return "never measured together"
    mark = "~" if estimated else ""
    effect = f"{mark}{pair['effect'] / scale.divide:+.{scale.decimals}f} {scale.unit}".strip()
    text = f"with {pair['given']}, {pair['feature']} changes it by {effect}"
    if pair["interaction"] is not None:
        extra = f"{pair['interaction'] / scale.divide:+.{scale.decimals}f} {scale.unit}".strip()
        text += f", {mark}{extra} more than without"
    return f"{text} ({pair['n_with']} and {pair['n_without']} configurations)"
