"""The report's distributions per configuration, its fronts, honest accuracy and verified picks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.commands.output import cell
from pimp_tui.commands.report_document import Document
from pimp_tui.commands.report_protocol import counted, energy_kind
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.session import Session

_INTERVAL, _SURE = "accuracy_interval", "pass_at_1 (95 %)"
_COLUMNS = 6  # of options that a table holds


def distributions(document: Document, session: Session) -> None:
    """Every run of each configuration, a chart a metric."""
    import polars as pl

    from pimp_tui.commands.charts_runs import MOST, Row, runs_chart
    from pimp_tui.commands.learning import learned_metrics
    from pimp_tui.learning.outcomes import control_of_session

    document.heading("Distributions per configuration")
    places = dict(session.plan.select("config_id", "position").collect().iter_rows())
    control = control_of_session(session)
    runs = session.runs.collect()
    for metric in learned_metrics(session):
        if metric not in runs.columns:
            continue
        failed = dict(
            runs.filter(pl.col("status") == "failed").group_by("config_id").len().iter_rows()
        )
        good = runs.filter(pl.col("status") == "ok", pl.col(metric).is_finite())
        if energy_kind(session, metric) == " (measured)":
            good = good.filter(~pl.col("energy_estimated").fill_null(True))
        values = good.group_by("config_id").agg(pl.col(metric).cast(pl.Float64))
        rows = [
            Row(
                f"#{places.get(name, '?')}", found, failed.get(name, 0),
                control is not None and name == control[1],
            )
            for name, found in values.iter_rows()
        ]  # fmt: skip
        if not rows:
            document.text(f"{metric}: no {metric} was measured.")
            continue
        kind = energy_kind(session, metric)
        thinned = f"; every so-manieth of {len(rows)}" if len(rows) > MOST else ""
        marked = f"; bold and orange: the {control[0]}" if control else ""
        document.chart(
            f"{metric}{kind} of every good run, "
            f"{counted(sum(len(row.values) for row in rows), 'run')} of "
            f"{counted(len(rows), 'configuration')}: a line a configuration (# is its place in the "
            "plan) from its least to its largest run, ordered by the median, which is the bar"
            f"{thinned}{marked}.",
            runs_chart(rows, f"{metric}{kind}"),
        )


def front(document: Document, session: Session, margin: float) -> None:
    """The measured front: chart, table, and what may be said of each point's accuracy."""
    from pimp_tui.commands.accuracy import (
        accuracy_rows,
        accuracy_title,
        interval_words,
        with_accuracy,
    )
    from pimp_tui.learning import pareto

    objectives = session.default_objectives
    document.heading("Pareto front, measured")
    try:
        found: list[dict[str, Any]] = pareto(session, objectives).to_dicts()
    except UserError as error:
        document.text(f"{error.what}.")
        return
    if not found:
        document.text("No configuration has all objectives measured.")
        return
    _front_chart(document, session, objectives, found)
    options = [name for name in session.options if len({str(row[name]) for row in found}) > 1]
    shown = ("position", "config_id", *objectives)
    compared = with_accuracy(found, session, margin)
    scored = any(_INTERVAL in row for row in compared)
    told = []
    for row in compared:
        own = {f"{name}{energy_kind(session, name)}": row[name] for name in shown}
        if scored:
            own[_SURE] = interval_words(row)
        told.append(own | _options(row, options))
    document.table(
        told,
        "The measured front: means over repeats, best first by the first objective, and the "
        "options that differ on it."
        + (f" {_SURE}: its interval over problems and repeats." if scored else ""),
    )
    if rows := accuracy_rows(compared):
        document.table(rows, f"{accuracy_title(compared)}.")
        together = f"; that one of these {len(rows)} is, is up to {len(rows)} times as likely"
        document.text(
            "A reading by itself is wrong in about one of forty comparisons, in up to one of "
            "twenty where few runs differ much as a whole"
            f"{together if len(rows) > 1 else ''}."
        )
    _fronts_of_models(document, session, objectives)


def _options(row: dict[str, Any], options: list[str]) -> dict[str, Any]:
    """A column an option, or one of all where so many would not fit on paper."""
    if len(options) <= _COLUMNS:
        return {name: row[name] for name in options}
    told = [f"{name}={cell(row[name])}" for name in options if row[name] is not None]
    return {"options": ", ".join(told)}


def _front_chart(
    document: Document, session: Session, objectives: dict[str, str], found: list[dict[str, Any]]
) -> None:
    from pimp_tui.commands.charts_runs import Point, front_chart
    from pimp_tui.learning.measured import measured_frame, metric_values, one_kind_of_energy
    from pimp_tui.learning.outcomes import control_of_session

    if len(objectives) < 2:
        return
    first, second = list(objectives)[:2]
    rows = measured_frame(session)
    for name in (first, second):
        rows, _, _ = one_kind_of_energy(metric_values(rows, name), name)
    rows = rows.drop_nulls([first, second])
    control = control_of_session(session)
    on_front = {row["config_id"] for row in found}
    points = [
        Point(
            f"#{row['position']}", row[first], row[second], row["config_id"] in on_front,
            control is not None and row["config_id"] == control[1],
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip
    labels = [f"{name}{energy_kind(session, name)}" for name in (first, second)]
    document.chart(
        f"{labels[1]} against {labels[0]}: means over the repeats, a point a configuration, "
        f"{len(points)} in all, without intervals; the front is joined, # is the place in the "
        "plan.",
        front_chart(
            points, labels[0], labels[1], *(objectives[name] == "max" for name in (first, second))
        ),
    )


def _fronts_of_models(document: Document, session: Session, objectives: dict[str, str]) -> None:
    from pimp_tui.learning import pareto

    models = [model["name"] for model in session.manifest.get("models") or []]
    if len(models) < 2 or "model" not in session.options:
        return
    for name in models:
        rows = pareto(session, objectives, where=f'model = "{name}"').to_dicts()
        shown = ("position", "config_id", *objectives)
        document.table(
            [{column: row[column] for column in shown} for row in rows],
            f"Front of {name} alone.",
        )


def verified(document: Document, session: Session) -> None:
    """How far picks of the front fell short of what was promised of them."""
    from pimp_tui.commands.verify import verification_table
    from pimp_tui.learning.verification import verification_rows
    from pimp_tui.learning.verification_words import verification_words

    document.heading("Picks verified")
    try:
        rows = verification_rows(session)
    except UserError as error:
        document.text(f"{error.what} ({error.where}).")
        return
    if not rows and session.manifest.get("engine") == "imported":
        document.text("An imported table cannot be measured anew.")
        return
    if not rows:
        document.text(
            "No pick was measured anew: what is best of many measured or predicted is on average "
            "worse than it looks (pimp-tui verify tells by how much)."
        )
        return
    told = [row | {"metric": row["metric"] + energy_kind(session, row["metric"])} for row in rows]
    document.table(
        verification_table(told),
        "Picks of the predicted front, measured anew: the promise with its 90 % prediction "
        "interval, the promise against the control, what was found against it, and how far that "
        "is off the promise, with its 95 % interval.",
    )
    document.text(" ".join(verification_words(rows)))
