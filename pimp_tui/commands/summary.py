"""The end of a campaign in plain text: results table, prediction quality, Pareto front."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.commands.output import cell, print_table, say
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.session import Session

_METRICS = ("duration_s", "latency_s", "tokens_per_s", "energy_j", "pass_at_1")


def print_summary(path: Path) -> None:
    """Print what a session found."""
    from pimp_tui.session import open_session

    session = open_session(path)
    rows = session.configurations().collect().to_dicts()
    print(f"Results: {session.path}")
    print_table([result_row(row, session) for row in rows])
    energy = {row["energy_source"] for row in rows if row["energy_source"]}
    if any(row["energy_estimated"] for row in rows):
        print(f"~ estimated: {', '.join(sorted(energy))}")
    _print_steadiness(session)
    _print_quality(session)
    _print_front(session)


def result_row(row: dict[str, Any], session: Session) -> dict[str, Any]:
    """One configuration for the results table; an estimate carries ``~``."""
    shown: dict[str, Any] = {"#": row["position"], "config_id": row["config_id"][:8]}
    shown |= {"sampler": row["sampler"], "ok": row["runs_ok"], "failed": row["runs_failed"]}
    for name in session.manifest.get("imported_metrics") or _METRICS:
        value = row.get(name)
        if name == "energy_j" and row.get("energy_estimated") and value is not None:
            shown[name] = f"~{cell(value)}"
        else:
            shown[name] = value
    return shown


def _print_steadiness(session: Session) -> None:
    """Spread of repeats and drift; nothing where nothing was repeated."""
    from pimp_tui.learning.steadiness import REPEAT_CV_LIMIT, steadiness

    named = session.manifest.get("named") or {}
    control = next((label for label in ("baseline", "library default") if label in named), None)
    rows = steadiness(session.runs.collect(), named[control] if control else None)
    if not rows:
        return
    print("\nSteadiness of repeats, and drift through the campaign (95 % interval)")
    print_table(
        [
            {
                "metric": row["metric"],
                "repeat CV": f"{row['repeat_cv']:.3f}",
                "worst": f"{row['repeat_cv_worst']:.3f}",
                "first to last run": _drift_words(row),
                f"control ({control})": " ".join(map(cell, row["control"][:10])) or None,
            }
            for row in rows
        ]
    )
    for row in rows:
        if not row["steady"]:
            say(
                f"note: repeats of {row['metric']} spread by {row['repeat_cv']:.3f}, more than "
                f"{REPEAT_CV_LIMIT}: take more repeats, or a quieter machine"
            )


def _drift_words(row: dict[str, Any]) -> str | None:
    if row["drift"] is None:
        return None
    return f"{row['drift']:+.1%} ({row['drift_low']:+.1%} to {row['drift_high']:+.1%})"


def _print_quality(session: Session) -> None:
    from pimp_tui.commands.learning import LEARN_COLUMNS, keep_record, learned_metrics
    from pimp_tui.learning import learning_record
    from pimp_tui.learning.evaluation import DEFAULT_PREDICTORS, evaluate_measured

    print("\nPrediction quality, cross-validated by configuration")
    metrics = learned_metrics(session)
    try:
        records, notes = evaluate_measured(session, metrics, predictors=DEFAULT_PREDICTORS, seed=0)
    except UserError as error:
        print(str(error))
        return
    print_table(records, LEARN_COLUMNS)
    for note in notes:
        say(f"note: {note}")
    keep_record(
        session,
        learning_record(
            records, options=session.options, metrics=metrics, predictors=DEFAULT_PREDICTORS,
            seed=0, notes=notes,
        ),
    )  # fmt: skip


def _print_front(session: Session) -> None:
    from pimp_tui.learning import pareto

    objectives = session.default_objectives
    named = ", ".join(f"{name} ({way})" for name, way in objectives.items())
    print(f"\nPareto front, measured: {named}")
    try:
        front = pareto(session, objectives).to_dicts()
    except UserError as error:
        print(str(error))
        return
    options = [name for name in session.options if len({str(row[name]) for row in front}) > 1]
    print_table(
        [
            {"#": row["position"], "config_id": row["config_id"][:8]}
            | {name: row[name] for name in objectives}
            | {"options": _told(row, options)}
            for row in front
        ]
    )


def _told(row: dict[str, Any], options: list[str]) -> str:
    return " ".join(f"{name}={cell(row[name])}" for name in options if row[name] is not None)
