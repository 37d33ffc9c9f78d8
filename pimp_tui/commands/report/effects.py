"""The report's effects of features and of pairs, interaction plots, importance and strengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.commands.report.charts_rows import MOST
from pimp_tui.commands.report.document import Document
from pimp_tui.commands.report.protocol import energy_kind
from pimp_tui.errors import UserError
from pimp_tui.learning.effects.words import LEVEL

if TYPE_CHECKING:
    from pimp_tui.learning.learner import Training
    from pimp_tui.session import Session

_TABLE, _PANELS, _LEVELS = 20, 4, 6
_PREDICTOR, _TOGETHER = "random_forest", 6  # the paper's learner; options whose pairs are asked


def effects(document: Document, session: Session) -> None:
    """Effects of features and of pairs, with charts, tables and words, metric by metric."""
    from pimp_tui.commands.learn import learned_metrics
    from pimp_tui.learning.learner import require_varying, training_rows
    from pimp_tui.learning.predictors.sharing import sharing

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
        with sharing():  # importance, learner and jackknife grow the same forests
            _importance(document, session, training)


def _features(document: Document, session: Session, training: Training) -> None:
    from pimp_tui.commands.report.charts_effects import effects_chart
    from pimp_tui.learning import feature_effects
    from pimp_tui.learning.effects.words import effect_words, is_shown

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
        [_row(row) for row in rows[:_TABLE]],
        f"Effect of each feature on {metric}{kind}: n_with and n_without configurations; effect "
        "with its 95 % interval, in the unit of the metric; p of the Mann-Whitney test, p_holm "
        f"after Holm's correction over {sum(row['p'] is not None for row in rows)} "
        f"tests.{_largest(len(rows), _TABLE)}",
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    from pimp_tui.commands.quality import with_interval

    known = row["lower"] is not None
    return {
        "feature": row["feature"],
        "n_with": row["n_with"],
        "n_without": row["n_without"],
        "effect": with_interval(row["effect"], (row["lower"], row["upper"]) if known else None),
        "cliffs_delta": f"{round(row['cliffs_delta'], 2) + 0.0:.2f}",
        "p": None if row["p"] is None else f"{row['p']:.2g}",
        "p_holm": None if row["p_holm"] is None else f"{row['p_holm']:.2g}",
    }


def _largest(count: int, most: int) -> str:
    return f" The first {most} of {count}." if count > most else ""


def _pairs(document: Document, session: Session, training: Training) -> None:
    from pimp_tui.commands.report.charts_effects import MOST_PAIRED, pairs_map
    from pimp_tui.commands.report.charts_interaction import interaction_chart
    from pimp_tui.learning import pairwise_effects
    from pimp_tui.learning.effects.pair_words import pair_words

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


def _importance(document: Document, session: Session, training: Training) -> None:
    """What the paper's random forest rests on, and what it takes together."""
    from pimp_tui.commands.report.charts_rows import Row, rows_chart
    from pimp_tui.learning import fit, interaction_strength, permutation_importance
    from pimp_tui.learning.effects.pair_words import strength_words

    metric = training.metric
    kind = energy_kind(session, metric)
    try:
        options = permutation_importance(session, metric, predictor=_PREDICTOR).to_dicts()
    except UserError:
        return  # too few to learn from, as said under quality of predictions
    if not options:
        return
    told = [
        Row(r["option"], r["importance"], r["lower"], r["upper"], r["lower"] > 0) for r in options
    ]
    document.chart(
        f"Permutation importance of each option for {metric}{kind}, over {len(training.y)} "
        "configurations: growth of the mean absolute error of the paper's random forest, in the "
        "unit of the metric, when the option is shuffled on configurations it did not learn "
        "from, with its 95 % bootstrap interval over these (filled: above 0). It tells what "
        "predictions rest on, not whether an option has an effect."
        f"{_largest(len(told), MOST)}",
        rows_chart(told[:MOST], f"growth of the error of {metric}{kind}"),
    )
    learner = fit(session, metric, predictor=_PREDICTOR)
    pairs = interaction_strength(learner, [r["option"] for r in options], _TOGETHER).to_dicts()
    if not pairs:
        return
    rows = [
        Row(
            f"{r['option']} x {r['other']}", r["strength"], r["lower"], r["upper"],
            r["p_holm"] is not None and r["p_holm"] < LEVEL,
            "-" if r["p_holm"] is None else f"{r['p_holm']:.2g}",
        )
        for r in pairs
    ]  # fmt: skip
    document.chart(
        f"Interaction strength of each two of the {_TOGETHER} options that matter most for "
        f"{metric}{kind}: Friedman's H of the paper's random forest, the share of what two do "
        "together that neither does alone, with its 95 % jackknife interval. H is never below 0, "
        "so that noise has some too; filled and bold: the measurements themselves show that the "
        "two act together, p below 0.05 after Holm's correction (analysis of variance on aligned "
        f"ranks and a permutation test).{_largest(len(rows), MOST)}",
        rows_chart(rows[:MOST], f"interaction strength H for {metric}{kind}", "p after Holm"),
    )
    document.text(" ".join(strength_words(pairs, metric, "random forest")))


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
    from pimp_tui.commands.report.charts_interaction import Panel
    from pimp_tui.learning.effects.contrasts import contrast
    from pimp_tui.learning.effects.main_effects import spell

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
