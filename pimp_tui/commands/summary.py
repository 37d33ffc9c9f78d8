"""The end of a campaign in plain text: results table, prediction quality, Pareto front."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.commands.output import cell, print_table, say
from pimp_tui.errors import UserError
from pimp_tui.learning.verification.accuracy import MARGIN
from pimp_tui.learning.verification.control import change, control_of

if TYPE_CHECKING:
    from pimp_tui.session import Session

_METRICS = ("duration_s", "latency_s", "tokens_per_s", "energy_j", "pass_at_1")


def print_summary(path: Path, margin: float = MARGIN) -> None:
    """Print what a session found.

    Args:
        margin: loss of accuracy that does not matter where the front is held against the control.
    """
    from pimp_tui.session import open_session

    session = open_session(path)
    rows = session.configurations().collect().to_dicts()
    print(f"Results: {session.path}")
    print_table([result_row(row, session) for row in rows])
    energy = {row["energy_source"] for row in rows if row["energy_source"]}
    if any(row["energy_estimated"] for row in rows):
        print(f"~ estimated: {', '.join(sorted(energy))}")
    _print_outcome(session)
    _print_steadiness(session)
    _print_quality(session)
    _print_front(session, margin)
    _print_verified(session)


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


def _print_outcome(session: Session) -> None:
    """Why a campaign ended where it did, and what it left out."""
    outcome = session.manifest.get("outcome")
    if outcome and session.manifest.get("status") in ("done", "stopped"):
        print(f"{session.manifest['status']}: {outcome}")


def _print_steadiness(session: Session) -> None:
    """Spread of repeats, drift, idle baselines; nothing where nothing was repeated or measured."""
    from pimp_tui.learning.steadiness import idle_steadiness

    if rows := steadiness_rows(session):
        print("\nSteadiness of repeats, and drift through the campaign (95 % interval)")
        print_table(rows)
    if idle := idle_steadiness(session.manifest):
        print(f"\n{idle_words(idle)}")
    for note in unsteady_notes(session):
        say(f"note: {note}")


def steadiness_rows(session: Session) -> list[dict[str, Any]]:
    """Spread of repeats, drift and the control, a row a metric."""
    from pimp_tui.learning.steadiness import REPEAT_CV_LIMIT

    rows, name = _steadiness(session)
    return [
        {
            "metric": row["metric"],
            "repeat CV": f"{row['repeat_cv']:.3f}",
            "worst": f"{row['repeat_cv_worst']:.3f}",
            f"within {REPEAT_CV_LIMIT}": row["steady"],
            "first to last run": _drift_words(row),
            f"control ({name or 'none'})": _control_words(
                change(row["control"]), len(row["control"])
            ),
        }
        for row in rows
    ]


def unsteady_notes(session: Session) -> list[str]:
    """What of the measuring gives reason for care, in sentences without a full stop."""
    from pimp_tui.learning.steadiness import REPEAT_CV_LIMIT, energy_sources, idle_steadiness
    from pimp_tui.metering.idle import IDLE_CV_LIMIT

    notes = [
        f"repeats of {row['metric']} spread by {row['repeat_cv']:.3f}, more than "
        f"{REPEAT_CV_LIMIT}: take more repeats, or a quieter machine"
        for row in _steadiness(session)[0]
        if not row["steady"]
    ]
    idle = idle_steadiness(session.manifest)
    if idle and not idle["steady"]:
        notes.append(
            f"idle power varies by {idle['cv_worst']:.3f}, more than {IDLE_CV_LIMIT}: "
            "energy_above_idle_j is uncertain; take a quieter machine or a longer baseline"
        )
    if len(sources := energy_sources(session.runs.collect())) > 1:
        told = ", ".join(f"{name} in {count} runs" for name, count in sources.items())
        notes.append(f"energy_j is not of the same meters everywhere: {told}; compare with care")
    for remark in session.manifest.get("meter_remarks") or []:
        notes.append(f"meters: {remark['text']} (first in {remark['config_id'][:8]})")
    return notes


def idle_words(idle: dict[str, Any]) -> str:
    """The idle baselines in a line."""
    low, high = f"{idle['low_w']:.1f}", f"{idle['high_w']:.1f}"
    watts = f"{low} W" if low == high else f"{low} W to {high} W"
    again = f", {idle['drifted']} again for drift" if idle["drifted"] else ""
    spread = "" if idle["cv_worst"] is None else f", worst CV {idle['cv_worst']:.3f}"
    return f"Idle baselines: {idle['taken']} taken{again}, {watts}{spread}"


def _steadiness(session: Session) -> tuple[list[dict[str, Any]], str | None]:
    """Rows of ``steadiness``, and what the control is called."""
    from pimp_tui.learning.steadiness import steadiness

    first = session.plan.select("config_id").head(1).collect().to_series().to_list()
    control = control_of(session.manifest.get("named"), first[0] if first else None)
    rows = steadiness(session.runs.collect(), control[1] if control else None)
    return rows, control[0] if control else None


def _control_words(found: tuple[float, float, float] | None, count: int) -> str | None:
    if found is None:
        return None
    first, last, share = found
    return f"{cell(first)} to {cell(last)} ({share:+.1%}, {count} runs)"


def _drift_words(row: dict[str, Any]) -> str | None:
    if row["drift"] is None:
        return None
    return f"{row['drift']:+.1%} ({row['drift_low']:+.1%} to {row['drift_high']:+.1%})"


def _print_quality(session: Session) -> None:
    from pimp_tui.commands.learn import keep_record, learned_metrics
    from pimp_tui.commands.quality import print_quality
    from pimp_tui.learning import learning_record
    from pimp_tui.learning.evaluation.held_out import DEFAULT_PREDICTORS, evaluate_measured

    print("\nPrediction quality, cross-validated by configuration")
    metrics = learned_metrics(session)
    try:
        records, notes = evaluate_measured(session, metrics, predictors=DEFAULT_PREDICTORS, seed=0)
    except UserError as error:
        print(str(error))
        return
    if not records:
        print("nothing could be learnt")
    print_quality(records)
    for note in notes:
        say(f"note: {note}")
    keep_record(
        session,
        learning_record(
            records, options=session.options, metrics=metrics, predictors=DEFAULT_PREDICTORS,
            seed=0, notes=notes,
        ),
    )  # fmt: skip


def _print_front(session: Session, margin: float) -> None:
    from pimp_tui.commands.accuracy import print_accuracy, with_accuracy
    from pimp_tui.learning import pareto

    objectives = session.default_objectives
    named = ", ".join(f"{name} ({way})" for name, way in objectives.items())
    print(f"\nPareto front, measured: {named}")
    try:
        front = pareto(session, objectives).to_dicts()
    except UserError as error:
        print(str(error))
        return
    if not front:
        print("no configuration has all of these measured")
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
    print_accuracy(with_accuracy(front, session, margin))


def _told(row: dict[str, Any], options: list[str]) -> str:
    return " ".join(f"{name}={cell(row[name])}" for name in options if row[name] is not None)


def _print_verified(session: Session) -> None:
    from pimp_tui.commands.verify import print_verification
    from pimp_tui.learning.verification.verify import verification_rows

    if rows := verification_rows(session):
        print("\nPicks verified")
        print_verification(rows)
