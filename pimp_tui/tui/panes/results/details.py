"""What stands under the table: the row under the cursor in words, and rows side by side."""

from __future__ import annotations

from typing import Any

from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.results.care import Care
from pimp_tui.tui.widgets.cells import Line, line, printable, wrap
from pimp_tui.tui.widgets.numbers import ENERGY, change, name_and_unit, option_text, scale_of

_AGAINST = ("energy_j", "duration_s", "latency_s", "pass_at_1")


def _text(row: dict[str, Any], metric: str) -> str:
    """A metric with its name: ``energy ~26.1 kJ``."""
    value = row.get(metric)
    scale = scale_of(metric, [value])
    estimated = metric in ENERGY and bool(row.get("energy_estimated"))
    return f"{scale.name} {scale.text(value, estimated)}"


def configuration(
    row: dict[str, Any],
    plan: PlanInfo,
    default: dict[str, Any] | None,
    metrics: list[str],
    width: int,
    height: int,
    care: Care,
) -> list[Line]:
    """Options that differ from the default, metrics, deltas; all options where there is room."""
    config = row["config_id"]
    lines: list[Line] = []
    room = 1 if height < 6 else 3
    for part in wrap(plan.describe(config) or "-", width - 4)[:room]:
        lines.append(line(("  " + part, "bright")))
    if row.get("runs_failed") and row.get("reason"):
        reason = " ".join(str(row["reason"]).split())
        lines.append(line((f"  failed: {printable(reason)}", "bad")))
    lines += care.of_configuration(config, width)[:room]
    told = [m for m in metrics if row.get(m) is not None]
    for part in wrap("   ".join(_text(row, m) for m in told) or "not measured", width - 4)[:room]:
        lines.append(line("  " + part))
    if told and (deltas := against(row, default, plan)):
        lines += [line("  ", (part, "accent")) for part in wrap(deltas, width - 4, "  ")[:2]]
    if height - len(lines) >= 3:
        lines.append(())
        settings = plan.settings(config)
        for name, value, differs in settings[: height - len(lines)]:
            lines.append(line((f"  {name:<32.32} ", "" if differs else "dim"),
                              (value, "bright" if differs else "dim")))  # fmt: skip
    return lines


def against(row: dict[str, Any], default: dict[str, Any] | None, plan: PlanInfo) -> str:
    """``against #12 default: +32% energy, +0.024 pass@1``; empty without a measured default."""
    if default is None or default["config_id"] == row["config_id"]:
        return ""
    mixed = bool(row.get("energy_estimated")) != bool(default.get("energy_estimated"))
    parts = []
    for metric in _AGAINST:
        if metric in ENERGY and mixed:
            continue
        text = change(row.get(metric), default.get(metric), metric)
        if text != "-":
            mark = "~" if metric in ENERGY and row.get("energy_estimated") else ""
            parts.append(f"{mark}{text} {name_and_unit(metric)[0]}")
    name = plan.name(default["config_id"])
    return f"against {name} default: {', '.join(parts)}" if parts else ""


def run(row: dict[str, Any], width: int, care: Care) -> list[Line]:
    """One attempt."""
    lines = []
    if row.get("reason"):
        for part in wrap(printable(" ".join(str(row["reason"]).split())), width - 4)[:3]:
            lines.append(line(("  " + part, "bad")))
    lines += care.of_run(row, width)
    told = [m for m in ("duration_s", "energy_j", "energy_above_idle_j", "latency_s", "pass_at_1",
                        "j_per_token", "j_per_solved", "tokens_per_s", "peak_memory_bytes")
            if row.get(m) is not None]  # fmt: skip
    for part in wrap("   ".join(_text(row, m) for m in told) or "not measured", width - 4):
        lines.append(line("  " + part))
    if row.get("energy_source"):
        mark = "~" if row.get("energy_estimated") else ""
        lines.append(line((f"  energy: {mark}{row['energy_source']}", "dim")))
    ignored = row.get("ignored_options") or []
    if ignored:
        lines.append(line(("  without effect: " + ", ".join(ignored), "warn")))
    return lines


def request(row: dict[str, Any], width: int) -> list[Line]:
    """One request's verdict."""
    passed = row.get("passed")
    word = "not scored" if passed is None else ("passed" if passed else "failed")
    kind = {True: "good", False: "bad"}.get(passed, "dim") if passed is not None else "dim"
    lines = [line("  ", (word, kind))]
    if row.get("reason") and row["reason"] != word:
        reason = printable(" ".join(str(row["reason"]).split()))
        lines += [line("  " + part) for part in wrap(reason, width - 4)[:3]]
    return lines


def compare(
    rows: list[dict[str, Any]], plan: PlanInfo, metrics: list[str]
) -> tuple[list[Line], int]:
    """Configurations side by side, options that differ and then metrics.

    Returns:
        the lines, and how many options are alike in all.
    """
    names = [plan.name(row["config_id"]) for row in rows]
    table: list[tuple[str, list[str]]] = []
    alike = 0
    for option in plan.options:
        values = [option_text(row.get(option)) for row in rows]
        if len(set(values)) == 1:
            alike += 1
        else:
            table.append((option, values))
    for metric in metrics:
        values_of = [row.get(metric) for row in rows]
        if all(value is None for value in values_of):
            continue
        scale = scale_of(metric, values_of)
        cells = []
        for n, row in enumerate(rows):
            estimated = metric in ENERGY and bool(row.get("energy_estimated"))
            text = scale.number(row.get(metric), estimated)
            if n and text != "-":
                text += f" {change(row.get(metric), values_of[0], metric)}"
            cells.append(text)
        table.append((scale.label, cells))
    widths = [max(len(name), *(len(cells[n]) for _, cells in table)) if table else len(name)
              for n, name in enumerate(names)]  # fmt: skip
    first = max([len(label) for label, _ in table], default=0)

    def row_of(label: str, cells: list[str], kind: str) -> Line:
        joined = "   ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True))
        return line((f"  {label:<{first}}   ", "dim"), (joined, kind))

    lines = [row_of("", names, "bright")]
    lines += [row_of(label, cells, "") for label, cells in table]
    return lines, alike
