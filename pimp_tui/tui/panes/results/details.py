"""What stands under the table: the row under the cursor in words, and rows side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.results.care import Care
from pimp_tui.tui.widgets.cells import Line, apart, flow, line, printable, wrap
from pimp_tui.tui.widgets.numbers import ENERGY, change, name_and_unit, option_text, scale_of

_LONGEST = 40  # cells of an option's value in a comparison
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
    repeats: Sequence[Line] = (),
) -> list[Line]:
    """Options that differ from the default, metrics, deltas; where there is room, its repeats
    and all options."""
    config = row["config_id"]
    lines: list[Line] = []
    room = 1 if height < 6 else 3
    for part in wrap(printable(plan.describe(config)) or "-", width - 4)[:room]:
        lines.append(line(("  " + part, "bright")))
    if row.get("runs_failed") and row.get("reason"):
        reason = " ".join(str(row["reason"]).split())
        lines.append(line((f"  failed: {printable(reason)}", "bad")))
    lines += care.of_configuration(config, width)[:room]
    told = [m for m in metrics if row.get(m) is not None]
    name, deltas = against(row, default, plan) if told else ("", [])
    compared = flow([name, *deltas], width - 4, " ", "  ")[:2] if deltas else []
    free = max(room, height - len(lines) - len(compared)) if height < 6 else room
    for part in flow([_text(row, m) for m in told] or ["not measured"], width - 4)[:free]:
        lines.append(line("  " + part))
    lines += [line("  ", (part, "accent")) for part in compared]
    if repeats and height - len(lines) > len(repeats) + 4:
        lines += [(), *repeats]
    if height - len(lines) >= 3:
        lines.append(())
        settings = plan.settings(config)
        room = max(min(max(len(name) for name, _, _ in settings), width // 2), 32)
        labels = apart([printable(name) for name, _, _ in settings], room)
        for name, value, differs in settings[: height - len(lines)]:
            label = labels[printable(name)]
            lines.append(line((f"  {label:<{room}} ", "" if differs else "dim"),
                              (printable(value), "bright" if differs else "dim")))  # fmt: skip
    return lines


def against(
    row: dict[str, Any], default: dict[str, Any] | None, plan: PlanInfo
) -> tuple[str, list[str]]:
    """``against #12 default:`` and ``+32% energy,``, …; nothing without a measured default."""
    if default is None or default["config_id"] == row["config_id"]:
        return "", []
    parts = []
    for metric in _AGAINST:
        if _mixed(metric, row, default):
            continue
        text = change(row.get(metric), default.get(metric), metric)
        if text != "-":
            mark = "~" if metric in ENERGY and row.get("energy_estimated") else ""
            parts.append(f"{mark}{text} {name_and_unit(metric)[0]},")
    name = plan.name(default["config_id"])
    return f"against {name} default:", [*parts[:-1], *(p.rstrip(",") for p in parts[-1:])]


def _guess(metric: str, row: dict[str, Any]) -> bool:
    """Predicted, or estimated energy."""
    return bool(row.get("estimated")) or (metric in ENERGY and bool(row.get("energy_estimated")))


def _mixed(metric: str, row: dict[str, Any], other: dict[str, Any]) -> bool:
    """An estimate on one side, a measurement on the other: these are not compared."""
    return metric in ENERGY and bool(row.get("energy_estimated")) != bool(
        other.get("energy_estimated")
    )


def repeats(runs: Sequence[dict[str, Any]], metrics: Sequence[str]) -> list[Line]:
    """One line a run of a configuration: its number, then the metrics, or why it failed."""
    scales = [scale_of(metric, [run.get(metric) for run in runs]) for metric in metrics]
    widths = [max(len(scale.label), 8) for scale in scales]
    head = "".join(f"  {s.label:>{w}}" for s, w in zip(scales, widths, strict=True))
    lines = [line((f"  rep{head}  started", "dim"))]
    for run in runs:
        at = run["started_at"].astimezone().strftime("%H:%M:%S") if run.get("started_at") else "-"
        cells = "".join(
            f"  {s.number(run.get(m), m in ENERGY and bool(run.get('energy_estimated'))):>{w}}"
            for m, s, w in zip(metrics, scales, widths, strict=True)
        )
        reason = " ".join(str(run.get("reason") or "").split()) if run["status"] != "ok" else ""
        lines.append(
            line(f"  {run['repetition']:>3}{cells}  {at}", (f"  {printable(reason)}", "bad"))
        )
    return lines


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
    for part in flow([_text(row, m) for m in told] or ["not measured"], width - 4):
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
    rows: list[dict[str, Any]], plan: PlanInfo, metrics: list[str], first_metrics: int = 0,
    names: Sequence[str] = (),
) -> tuple[list[Line], int]:  # fmt: skip
    """Configurations side by side, options that differ and then metrics.

    Args:
        first_metrics: so many metrics stand before the options, where not all has room.
        names: of the rows; by default their places in the plan.

    Returns:
        the lines, and how many options are alike in all.
    """
    names = list(names) or [plan.name(row["config_id"]) for row in rows]
    table: list[tuple[str, list[str]]] = []
    alike = 0
    for option in plan.options:
        values = [printable(option_text(row.get(option))[:_LONGEST]) for row in rows]
        if len(set(values)) == 1:
            alike += 1
        else:
            table.append((printable(option), values))
    measured: list[tuple[str, list[str]]] = []
    for metric in metrics:
        values_of = [row.get(metric) for row in rows]
        if all(value is None for value in values_of):
            continue
        scale = scale_of(metric, values_of)
        cells = []
        for n, row in enumerate(rows):
            guess = _guess(metric, row)
            text = scale.number(row.get(metric), guess)
            if n and text != "-" and not _mixed(metric, row, rows[0]):
                mark = "~" if guess or _guess(metric, rows[0]) else ""
                text += f" {mark}{change(row.get(metric), values_of[0], metric)}"
            cells.append(text)
        measured.append((scale.label, cells))
    table = measured[:first_metrics] + table + measured[first_metrics:]
    widths = [max(len(name), *(len(cells[n]) for _, cells in table)) if table else len(name)
              for n, name in enumerate(names)]  # fmt: skip
    first = max([len(label) for label, _ in table], default=0)

    def row_of(label: str, cells: list[str], kind: str) -> Line:
        joined = "   ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True))
        return line((f"  {label:<{first}}   ", "dim"), (joined, kind))

    lines = [row_of("", names, "bright")]
    lines += [row_of(label, cells, "") for label, cells in table]
    return lines, alike
