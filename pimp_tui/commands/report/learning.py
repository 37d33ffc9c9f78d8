"""The report's Table 5 and its learning curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pimp_tui.commands.report.document import Document
from pimp_tui.commands.report.protocol import energy_kind
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.session import Session

_CURVE_PREDICTOR, _CURVE_DRAWS = "random_forest", 3  # the paper's learner; minutes at most


def quality(document: Document, session: Session) -> None:
    """The paper's Table 5: how well each metric is predicted, by sampler."""
    from pimp_tui.commands.quality import quality_rows

    records = (session.learning() or {}).get("evaluation") or []
    document.heading("Quality of predictions")
    if not records:
        document.text("Nothing could be learnt: too few configurations, or nothing that varies.")
        return
    rows = []
    for row in quality_rows(records):
        estimated = " (estimated)" if row.pop("estimated") else ""
        rows.append(row | {"metric": f"{row['metric']}{estimated}"})
    document.table(
        rows,
        "Quality of predictions by what was learnt from (training: a sampler, or all; n "
        "configurations) and on what it was tested (so many configurations, every one predicted "
        "by a learner that did not see it). "
        "mae in the unit of the metric, mape in percent; in parentheses 95 % bootstrap intervals "
        "over the configurations tested. interval_coverage: share of measured values inside their "
        "90 % prediction interval.",
    )
    found = {r["metric"]: r["good_mode"]["found"] for r in records if r.get("good_mode")}
    for metric, words in found.items():
        document.text(f"Good mode of {metric}: {words}.")


def curves(document: Document, session: Session) -> None:
    """Error against configurations measured, a chart a metric."""
    from pimp_tui.commands.learn import learned_metrics
    from pimp_tui.commands.report.charts import Line, line_chart
    from pimp_tui.learning import learning_curve
    from pimp_tui.learning.learner import training_rows

    document.heading("Learning curves")
    for metric in learned_metrics(session):
        try:
            records = learning_curve(
                session, metric, predictor=_CURVE_PREDICTOR, draws=_CURVE_DRAWS
            )
        except UserError as error:
            document.text(f"{metric}: {error.what}.")
            continue
        # relative errors of values around 0 say nothing
        positive = float(training_rows(session, metric).y.min()) > 0
        error_of = "mape" if positive and all(r["mape"] is not None for r in records) else "mae"
        samplers = list(dict.fromkeys(record["training"] for record in records))
        lines = [
            Line(
                name,
                [
                    (r["n"], r[error_of], *r[f"{error_of}_interval"])
                    for r in records
                    if r["training"] == name
                ],
            )
            for name in samplers
        ]
        label = f"MAPE of {metric} (%)" if error_of == "mape" else f"MAE of {metric}"
        document.chart(
            f"{metric}{energy_kind(session, metric)}: error of the paper's random forest on "
            f"configurations held out, by how many it learnt from (logarithmic scale); mean of "
            f"{_CURVE_DRAWS} draws, bands 95 % bootstrap intervals over the configurations held "
            "out.",
            line_chart(lines, "configurations learnt from", label),
        )
