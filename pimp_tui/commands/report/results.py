"""The report's distributions per configuration, and its picks verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pimp_tui.commands.report.document import Document
from pimp_tui.commands.report.protocol import energy_kind
from pimp_tui.errors import UserError
from pimp_tui.tui.words import counted

if TYPE_CHECKING:
    from pimp_tui.session import Session


def distributions(document: Document, session: Session) -> None:
    """Every run of each configuration, a chart a metric."""
    import polars as pl

    from pimp_tui.commands.learn import learned_metrics
    from pimp_tui.commands.report.charts_runs import MOST, Row, runs_chart
    from pimp_tui.learning.verification.outcomes import control_of_session

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


def verified(document: Document, session: Session) -> None:
    """How far picks of the front fell short of what was promised of them."""
    from pimp_tui.commands.verify import verification_table
    from pimp_tui.learning.verification.verification_words import verification_words
    from pimp_tui.learning.verification.verify import verification_rows

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
