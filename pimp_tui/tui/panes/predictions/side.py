"""The numbers beside a fit: how good it is, on what, and by sampler."""

from __future__ import annotations

import re
from typing import Any

from pimp_tui.tui.panes.predictions.charts import CURVE_MARKS, in_percent
from pimp_tui.tui.widgets.cells import Line, line, wrap
from pimp_tui.tui.widgets.numbers import ENERGY, Scale

_CURVE = "mean error on a fifth of the configurations, held out in turn; 95% intervals"


def numbers(
    fit: dict[str, Any], scale: Scale, by_sampler: list[dict[str, Any]], width: int
) -> list[Line]:
    """Rows of at most ``width`` cells; no R2 for estimated energy, which is a formula of time."""
    e = fit["evaluation"]
    estimated = bool(e.get("estimated")) and e.get("metric") in ENERGY

    def row(name: str, value: str) -> Line:
        return line(f" {name}", (value.rjust(max(width - len(name) - 2, 0)), "bright"))

    lines = [line((f" {'~' if estimated else ''}{scale.label}", "bright"))]
    lines.append(row("learner", str(e.get("predictor") or "-")))
    lines.append(row("learnt from", str(e.get("n") or "-")))
    if estimated:
        lines.append(line((" an estimate from time:", "warn")))
        lines.append(line((" no R2", "warn")))
    else:
        lines.append(row("R2", _plain(e.get("r2"), 2) + _between(e, "[{},{}]")))
    lines.append(row("MAE", scale.text(e.get("mae"), estimated)))
    lines.append(row("MAPE", f"{_plain(e.get('mape'), 1)} %"))
    lines.append(row("rank", _plain(e.get("rank_correlation"), 2)))
    if (cover := e.get("interval_coverage")) is not None:
        lines.append(line(f" 90% intervals hold {100 * cover:.0f}%"))
    if (good := e.get("good_mode")) and good.get("mae") is not None:
        lines.append(line(f" in the good mode of {good.get('n')}:"))
        lines.append(row("  MAE", scale.text(good["mae"], estimated)))
        lines.append(row("  rank", _plain(good.get("rank_correlation"), 2)))
    if by_sampler and not estimated:
        lines += [(), line((f" {'trained on':<{max(width - 13, 4)}}  R2   MAE"[:width], "bright"))]
        for record in by_sampler:
            r2, mae = _plain(record.get("r2"), 2), scale.number(record.get("mae"))
            name = str(record["training"])[: max(width - 13, 4)]
            lines.append(line(f" {name:<{max(width - 13, 4)}} {r2:>5} {mae:>5}"))
    for note in fit.get("notes") or []:
        lines += [line((" " + part, "dim")) for part in wrap(str(note), width - 2)]
    return lines


def curve(lines: dict[str, list[dict[str, Any]]], scale: Scale, width: int) -> list[Line]:
    """Which mark is whose, and each line's error where it ends, with its interval."""
    records = [record for found in lines.values() for record in found]
    error = "mape" if in_percent(records) else "mae"
    shown = Scale("MAPE", 1.0, "%", 1) if error == "mape" else scale
    title = "MAPE %" if error == "mape" else f"MAE {scale.unit}".strip()
    mark = "~" if any(record.get("estimated") for record in records) else ""
    rows = [line((f" {mark}{title}", "bright"), "  learnt from")]
    for (name, found), sign in zip(lines.items(), CURVE_MARKS, strict=False):
        last = found[-1]
        room = max(width - 14, 4)
        value = shown.number(last[error])
        rows.append(line((f" {sign} ", "accent"), f"{name[:room]:<{room}}",
                         (f"{value:>6}", "bright"), f"{last['n']:>4}"))  # fmt: skip
        if interval := last.get(f"{error}_interval"):
            low, high = map(shown.number, interval)
            rows.append(line((f"   [{low}, {high}]", "dim")))
    rows += [(), *(line((" " + part, "dim")) for part in wrap(_CURVE, width - 2))]
    return rows


def legend(lines: dict[str, list[dict[str, Any]]]) -> str:
    """The marks of a learning curve in one row, for a rule: ``o all · + uniform``."""
    return " · ".join(f"{mark} {name}" for name, mark in zip(lines, CURVE_MARKS, strict=False))


def summary(fit: dict[str, Any], scale: Scale) -> str:
    """The same in one row, for a rule."""
    e = fit["evaluation"]
    estimated = bool(e.get("estimated")) and e.get("metric") in ENERGY
    parts = [] if estimated else [f"R2 {_plain(e.get('r2'), 2)}{_between(e, '[{}, {}]')}"]
    parts += [f"MAE {scale.text(e.get('mae'), estimated)}", f"MAPE {_plain(e.get('mape'), 1)} %"]
    return " · ".join(parts)


def _plain(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _between(evaluation: dict[str, Any], form: str) -> str:
    """The interval of R2, as ``.94`` to save room; empty where there is none."""
    ends = (evaluation.get("intervals") or {}).get("r2") or ()
    if len(ends) != 2 or None in ends:
        return ""
    return " " + form.format(*(re.sub(r"^(-?)0\.", r"\1.", f"{end:.2f}") for end in ends))
