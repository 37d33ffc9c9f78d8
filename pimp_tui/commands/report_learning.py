"""The report's Table 5, learning curves, effects, pairs and interaction plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.commands.report_document import Document
from pimp_tui.commands.report_protocol import energy_kind
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.learning.learner import Training
    from pimp_tui.session import Session

_CURVE_PREDICTOR, _CURVE_DRAWS = "random_forest", 3  # the paper's learner; minutes at most
_TABLE, _PANELS, _LEVELS = 20, 4, 6


def quality(document: Document, session: Session) -> None:
    """The paper's Table 5: how well each metric is predicted, by sampler."""
    from pimp_tui.commands.quality import quality_rows

    records = (session.learning() or {}).get("evaluation") or []
    document.heading("Quality of predictions")
    if not records:
        document.text("Nothing could be learnt: too few configurations, or nothing that varies.")
        return
    document.table(
        quality_rows(records),
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
    from pimp_tui.commands.charts import Line, line_chart
    from pimp_tui.commands.learning import learned_metrics
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


def effects(document: Document, session: Session) -> None:
    """Effects of features and of pairs, with charts, tables and words, metric by metric."""
    from pimp_tui.commands.learning import learned_metrics
    from pimp_tui.learning.learner import require_varying, training_rows

    document.heading("Effects of features")
    document.text(
        "The effect of a feature is the mean of the configurations with it minus that of those "
        "without, with Welch's 95 % interval; an effect is called shown where the interval "
        "excludes 0 and the Mann-Whitney p-value is below 0.05 after Holm's correction over all "
        "features. Cliff's delta is the size of an effect between -1 and 1."
    )
    for metric in learned_metrics(session):
        try:
            training = training_rows(session, metric)
            require_varying(training)
        except UserError as error:
            document.text(f"{metric}: {error.what}.")
            continue
        _features(document, session, training)
        _pairs(document, session, training)


def _features(document: Document, session: Session, training: Training) -> None:
    from pimp_tui.commands.charts_effects import MOST, effects_chart
    from pimp_tui.learning import feature_effects
    from pimp_tui.learning.words import effect_words, is_shown

    metric = training.metric
    rows = feature_effects(session, metric).to_dicts()
    # What is shown comes first, and a difference that rests on one or two configurations last.
    rows.sort(key=lambda row: (not is_shown(row), row["lower"] is None))
    kind = energy_kind(session, metric)
    document.subheading(f"{metric}{kind}")
    document.text(" ".join(effect_words(rows, metric, len(training.y))))
    for note in training.notes:
        document.text(f"Note: {note}.")
    if not rows:
        return
    document.chart(
        f"Effect of each feature on {metric}{kind}, over {len(training.y)} configurations; those "
        "shown first, then the others, each largest first: the difference of means and its 95 % "
        "interval. Filled and bold: shown after Holm's correction; hollow: not shown; without a "
        f"line: fewer than three configurations with or without.{_largest(len(rows), MOST)}",
        effects_chart(rows, f"change of {metric}{kind} with the feature"),
    )
    document.table(
        rows[:_TABLE],
        f"Effect of each feature on {metric}{kind}: n_with and n_without configurations; effect, "
        "and lower to upper its 95 % interval, in the unit of the metric; p of the Mann-Whitney "
        f"test, p_holm after Holm's correction over {sum(row['p'] is not None for row in rows)} "
        f"tests.{_largest(len(rows), _TABLE)}",
    )


def _largest(count: int, most: int) -> str:
    return f" The first {most} of {count}." if count > most else ""


def _pairs(document: Document, session: Session, training: Training) -> None:
    from pimp_tui.commands.charts_effects import MOST_PAIRED, pairs_map
    from pimp_tui.commands.charts_interaction import interaction_chart
    from pimp_tui.learning import pairwise_effects
    from pimp_tui.learning.pair_words import pair_words

    metric = training.metric
    kind = energy_kind(session, metric)
    rows = pairwise_effects(session, metric).to_dicts()
    if not rows:
        return
    document.chart(
        f"Pairwise effects on {metric}{kind}, over {len(training.y)} configurations: mean with "
        "the column's feature minus mean without it, among those that have the row's, in the unit "
        f"of the metric; of the features of the largest effects, {MOST_PAIRED} at most. "
        "Blue: less, orange: more, bold with a star: shown after Holm's correction; grey on "
        "white: fewer than three configurations with or without, so nothing can be said.",
        pairs_map(rows, f"on minus off of {metric}{kind}"),
    )
    document.text(" ".join(pair_words(rows, metric)))
    panels = _panels(training, rows)
    if panels:
        document.chart(
            f"Interaction plots of {metric}{kind}, over {len(training.y)} configurations: mean "
            "and its 95 % t interval (from three configurations on; none without) by the values "
            "of two options, of the pairs whose interaction is surest. Options whose lines are "
            "not parallel may act together; the words above say of which pairs it is shown.",
            interaction_chart(panels, f"{metric}{kind}"),
        )


def _panels(training: Training, rows: list[dict[str, Any]]) -> list[Any]:
    """The pairs of options whose interaction is surest, as far as their cells are measured."""
    ranked = sorted(
        (row for row in rows if row["interaction"] is not None),
        key=lambda row: (
            1.0 if row["interaction_p"] is None else row["interaction_p"],
            -abs(row["interaction"]),
        ),
    )
    panels, seen = [], set()
    for row in ranked:
        pair = (row["given_option"], row["option"])
        if frozenset(pair) in seen:
            continue
        seen.add(frozenset(pair))
        panel = _panel(training, *pair)
        if panel is not None:
            panels.append(panel)
        if len(panels) == _PANELS:
            break
    return panels


def _panel(training: Training, across: str, other: str) -> Any:
    from pimp_tui.commands.charts_interaction import Panel
    from pimp_tui.learning.contrasts import contrast
    from pimp_tui.learning.effects import spell

    first, second = training.frame[across], training.frame[other]
    values, kinds = (c.unique().sort(nulls_last=False).to_list() for c in (first, second))
    if len(kinds) > len(values):
        return _panel(training, other, across)
    if len(values) > _LEVELS or len(kinds) > _LEVELS - 2:
        return None
    lines = []
    for kind in kinds:
        points = []
        for at, value in enumerate(values):
            mask = (first.eq_missing(value) & second.eq_missing(kind)).to_numpy()
            if mask.any():
                found = contrast((training.y[mask],), (1.0,))
                points.append((at, found.effect, found.lower, found.upper, int(mask.sum())))
        if points:
            lines.append((spell(kind), points))
    return Panel(across, other, [spell(value) for value in values], lines)
