"""The numbers beside a fit: how good it is, on what, and by sampler."""

from __future__ import annotations

from typing import Any

from pimp_tui.tui.widgets.cells import Line, line, wrap
from pimp_tui.tui.widgets.numbers import ENERGY, Scale


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
        lines.append(row("R2", _plain(e.get("r2"), 2)))
    lines.append(row("MAE", scale.text(e.get("mae"), estimated)))
    lines.append(row("MAPE", f"{_plain(e.get('mape'), 1)} %"))
    lines.append(row("rank", _plain(e.get("rank_correlation"), 2)))
    if (cover := e.get("interval_coverage")) is not None:
        lines.append(line(f" 90% intervals hold {100 * cover:.0f}%"))
    if by_sampler and not estimated:
        lines += [(), line((f" {'trained on':<{max(width - 13, 4)}}  R2   MAE"[:width], "bright"))]
        for record in by_sampler:
            r2, mae = _plain(record.get("r2"), 2), scale.number(record.get("mae"))
            name = str(record["training"])[: max(width - 13, 4)]
            lines.append(line(f" {name:<{max(width - 13, 4)}} {r2:>5} {mae:>5}"))
    for note in fit.get("notes") or []:
        lines += [line((" " + part, "dim")) for part in wrap(str(note), width - 2)]
    return lines


def summary(fit: dict[str, Any], scale: Scale) -> str:
    """The same in one row, for a rule."""
    e = fit["evaluation"]
    estimated = bool(e.get("estimated")) and e.get("metric") in ENERGY
    parts = [] if estimated else [f"R2 {_plain(e.get('r2'), 2)}"]
    parts += [f"MAE {scale.text(e.get('mae'), estimated)}", f"MAPE {_plain(e.get('mape'), 1)} %"]
    return " · ".join(parts)


def _plain(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
