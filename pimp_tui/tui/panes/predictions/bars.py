"""Effects as diverging bars, drawn as rows of cells."""

from __future__ import annotations

from typing import Any

from pimp_tui.tui.widgets.cells import Line, apart, line
from pimp_tui.tui.widgets.numbers import Scale

_SURE_P = 0.05


def signed(value: float, scale: Scale) -> str:
    """A difference with its sign."""
    return f"{'-' if value < 0 else '+'}{scale.number(abs(value))}"


def tested(rows: list[dict[str, Any]]) -> int:
    """How many effects have a p-value, corrected for that many comparisons."""
    return sum(row.get("p_holm") is not None for row in rows)


def effects(
    rows: list[dict[str, Any]], scale: Scale, width: int, height: int, top: int, estimated: bool
) -> list[Line]:
    """A heading, then a row a feature: name, bar to the left (less) or right (more), effect.

    ``▒`` and ``─`` are the interval: within the bar and beyond its end. ``*`` is an effect whose
    corrected p is at most 0.05; the others are dim.
    """
    if not rows or height < 2:
        return []
    shown = rows[top : top + height - 1]
    label = min(max(len(r["feature"]) for r in rows), max(width // 3, 12))
    number_width = 22 if width >= 70 else 10
    half = max((width - label - number_width - 5) // 2, 3)
    ends = [abs(v) for r in rows for v in (r["effect"], r["lower"], r["upper"]) if v is not None]
    unit = (max(ends, default=0.0) or 1.0) / half
    mark = "~" if estimated else ""
    names = apart([row["feature"] for row in rows], label)
    found = [_heading(rows, shown, scale, width, top, mark)]
    for row in shown:
        sure = row["p_holm"] is not None and row["p_holm"] <= _SURE_P
        text = f"{mark}{signed(row['effect'], scale)}"
        if number_width > 10 and row["lower"] is not None:
            text += f"   ±{scale.number((row['upper'] - row['lower']) / 2)}"
        name = names[row["feature"]]
        found.append(line(f" {'*' if sure else ' '}{name:<{label}} ",
                          (_bar(row, half, unit), "accent" if sure else "dim"),
                          (f" {text}", "" if sure else "dim")))  # fmt: skip
    return found


def _heading(
    rows: list[dict[str, Any]], shown: list[dict[str, Any]], scale: Scale, width: int, top: int,
    mark: str,
) -> Line:  # fmt: skip
    left = f" effect on {mark}{scale.label}"
    if len(shown) < len(rows):
        left += f", {top + 1}-{top + len(shown)} of {len(rows)}"
    right = f"* beyond chance among {tested(rows)}"
    longer = f"{right} · ▒─ 95% interval"
    right = longer if len(left) + len(longer) + 4 <= width else right
    if len(left) + len(right) + 3 > width:
        return line((left, "bright"))
    return line((left, "bright"), (right.rjust(width - len(left) - 1), "dim"))


def _bar(row: dict[str, Any], half: int, unit: float) -> str:
    bar = [" "] * (2 * half + 1)
    at = round(row["effect"] / unit)
    for x in range(min(at, 0), max(at, 0) + 1):
        bar[half + x] = "█"
    if row["lower"] is not None and row["upper"] is not None:
        for x in range(round(row["lower"] / unit), round(row["upper"] / unit) + 1):
            if x != at:
                bar[half + x] = "▒" if min(at, 0) <= x <= max(at, 0) else "─"
    bar[half] = "│"
    return "".join(bar)
