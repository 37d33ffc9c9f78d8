"""The point under the cursor in words: metrics, deltas to its neighbours and to the default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pimp_tui.tui.panes.plan_info import PlanInfo, describe_row
from pimp_tui.tui.panes.tradeoffs.points import Points
from pimp_tui.tui.widgets.cells import Line, flow, line, wrap
from pimp_tui.tui.widgets.numbers import ENERGY, change, name_and_unit, option_text, scale_of

#: Digits of a config_id that name a predicted point: two of a front hardly share them.
_HEAD = 4


def is_guess(row: dict[str, Any], metric: str) -> bool:
    """Whether a value must carry ``~``: predicted, or estimated energy."""
    return bool(row.get("estimated")) or (metric in ENERGY and bool(row.get("energy_estimated")))


def name_of(row: dict[str, Any], plan: PlanInfo) -> str:
    """``#41`` for what is measured; ``~#41`` for what is planned and predicted, and for what is
    only predicted the head of its config_id: ``~3fa9``."""
    if not row.get("estimated"):
        return plan.name(row["config_id"])
    position = plan.position(row["config_id"])
    return f"~{row['config_id'][:_HEAD]}" if position is None else f"~#{position}"


def spoken(row: dict[str, Any], plan: PlanInfo) -> str:
    """The same within a sentence."""
    name = name_of(row, plan)
    return f"predicted {name}" if row.get("estimated") else name


def state_of(row: dict[str, Any], repeats: int) -> str:
    """``measured``, ``measured 3/10``, or ``predicted``."""
    if row.get("estimated"):
        return "predicted"
    done = int(row.get("runs_ok") or 0)
    return "measured" if done >= repeats else f"measured {done}/{repeats}"


def describe(row: dict[str, Any], plan: PlanInfo) -> str:
    """Options that differ from the default, also of a row that is not planned."""
    if not row.get("estimated"):
        return plan.describe(row["config_id"])
    default = plan.row(plan.default_id) if plan.default_id else {}
    return describe_row(row, plan.varying, default) or "library default"


def metrics_rows(row: dict[str, Any], metrics: list[str], width: int) -> list[Line]:
    """One row a metric, with its spread or its interval where that fits."""
    rows = []
    for metric in metrics:
        value = row.get(metric)
        if value is None:
            continue
        scale = scale_of(metric, [value])
        low, high = row.get(f"{metric}_lower"), row.get(f"{metric}_upper")
        more = ""
        if low is not None and high is not None:
            more = f" [{scale.number(low)}, {scale.number(high)}]"
        elif metric != "pass_at_1" and (std := row.get(f"{metric}_std")) is not None:
            more = f" sd {scale.number(std)}"  # repeats alone say too little of a pass rate
        text = scale.text(value, is_guess(row, metric))
        fits = 10 + len(text) + len(more) <= width
        rows.append(line(f" {scale.name:<9.8}", (text, "bright"), (more if fits else "", "dim")))
    return rows


def delta_rows(
    row: dict[str, Any],
    others: Sequence[tuple[str, dict[str, Any] | None]],
    metrics: list[str],
    width: int,
) -> list[Line]:
    """Changes against the previous and next point and the default, one column each."""
    known = [(name, other) for name, other in others if other is not None]
    if not known:
        return []
    column = 9 if 9 + 9 * len(known) <= width else 8
    lines = [line((" " * 9 + "".join(f"{name:>{column}}" for name, _ in known), "bright"))]
    for metric in metrics:
        cells = []
        for _, other in known:
            text = change(row.get(metric), other.get(metric), metric)
            guess = is_guess(row, metric) or is_guess(other, metric)
            cells.append(f"~{text}" if guess and text != "-" else text)
        if any(cell != "-" for cell in cells):
            name = scale_of(metric, [row.get(metric)]).name
            lines.append(line(f" {name:<8.8}" + "".join(f"{cell:>{column}}" for cell in cells)))
    return lines


def references(
    row: dict[str, Any], default: dict[str, Any] | None, baseline: dict[str, Any] | None
) -> list[tuple[str, dict[str, Any] | None]]:
    """What a point is told against, but for itself: the default, the user's own baseline."""
    named = (("default", default), ("base", baseline))
    return [(name, one) for name, one in named if one and one["config_id"] != row["config_id"]]


def trade_words(row: dict[str, Any], other: dict[str, Any], objectives: list[str]) -> str:
    """``-38% energy for -0.010 pass@1``: what changes from ``other`` to ``row``."""
    parts = []
    for metric in objectives:
        text = change(row.get(metric), other.get(metric), metric)
        if text != "-":
            mark = "~" if is_guess(row, metric) or is_guess(other, metric) else ""
            parts.append(f"{mark}{text} {name_and_unit(metric)[0]}")
    return " for ".join([parts[0], ", ".join(parts[1:])]) if len(parts) > 1 else "".join(parts)


def point(
    row: dict[str, Any],
    points: Points,
    place: int | None,
    plan: PlanInfo,
    metrics: list[str],
    default: dict[str, Any] | None,
    baseline: dict[str, Any] | None,
    repeats: int,
    width: int,
    height: int,
    verdict: list[Line],
) -> list[Line]:
    """Everything about a point in a narrow column; ``place`` is its index on the front.

    Args:
        verdict: rows on its accuracy; empty where nothing is known.
    """
    where = f"{place + 1} of {len(points.front)} on the front" if place is not None else (
        "off the front (w: why)")  # fmt: skip
    before = points.front[place - 1] if place else None
    after = points.front[place + 1] if place is not None and place + 1 < len(points.front) else None
    lines = [
        line((f" {where}", "accent")),
        line((f" {name_of(row, plan)} ", "bright"), state_of(row, repeats)),
        (),
        *metrics_rows(row, metrics, width),
        (),
    ]
    others = [("prev", before), ("next", after), *references(row, default, baseline)]
    known = [(name, other) for name, other in others if other is not None]
    while len(known) > 1 and 9 + 8 * len(known) > width:  # prev and the last stay longest
        del known[1]
    lines += [*delta_rows(row, known, metrics, width), *([()] if verdict else []), *verdict]
    words = (part for word in describe(row, plan).split() for part in wrap(word, width - 2))
    lines += [(), *(line(" " + part) for part in flow(words, width - 2, " "))]
    if len(lines) > height:
        lines = [cells for cells in lines if cells]
    return lines


def options_rows(row: dict[str, Any], plan: PlanInfo, width: int) -> list[Line]:
    """Every option, those that differ from the default first."""
    default = plan.row(plan.default_id) if plan.default_id else {}
    rows = []
    room = max(min(width // 2, 34), 12)
    for name in plan.options:
        value, usual = option_text(row.get(name)), option_text(default.get(name))
        differs = bool(default) and row.get(name) != default.get(name)
        text = f"  {name:<{room}.{room}} {value}"
        note = f"  (default {usual})" if differs else ""
        rows.append((not differs, line((text, "" if differs else "dim"), (note, "dim"))))
    return [cells for _, cells in sorted(rows, key=lambda pair: pair[0])]


def front_row(
    row: dict[str, Any],
    plan: PlanInfo,
    metrics: list[str],
    scales: dict[str, Any],
    repeats: int,
    queued: bool,
    here: bool,
    marked: bool,
    room: int,
) -> Line:
    """One line of the front list; ``room`` cells for the name."""
    name = name_of(row, plan)
    parts = [f"{'>' if here else ' '}{'*' if marked else ' '} {name:<{room}}"]
    for metric in metrics:
        parts.append(f"{scales[metric].text(row.get(metric), is_guess(row, metric)):>9}")
    state = "queued" if queued else state_of(row, repeats)
    first = metrics[0]
    interval = ""
    if row.get("estimated") and row.get(f"{first}_lower") is not None:
        low, high = row[f"{first}_lower"], row[f"{first}_upper"]
        interval = f"  [{scales[first].number(low)}, {scales[first].number(high)}]"
    text = " ".join(parts) + f"  {state:<9}"
    kind = "cursor" if here else ("mark" if marked else "")
    return line((text, kind), (interval, "dim"), f"  {describe(row, plan)}")
