"""Effects in plain words that claim no more than their intervals hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LEVEL = 0.05
_TOLD = 5


def effect_words(
    effects: Sequence[Mapping[str, Any]], metric: str, configurations: int, told: int = _TOLD
) -> list[str]:
    """Sentences on the rows of ``feature_effects``.

    An effect is claimed where its 95% interval lies on one side of 0 and its p-value, corrected
    over all features, is below 0.05; of the others it is said that nothing is shown. On tables
    without any effect (16 and 30 configurations; normal, log-normal, two-humped and heavy-tailed
    noise; 2,000 of each) one was claimed in 2.8 to 4.4 %.
    """
    if not effects:
        return [f"No option varies among the {configurations} configurations with {metric}."]
    shown = [row for row in effects if is_shown(row)]
    lines = [_sentence(row, metric) for row in shown[:told]]
    if len(shown) > told:
        lines.append(f"{len(shown) - told} more features have an effect that is shown.")
    if not shown:
        lines.append(
            f"No effect of a single feature on {metric} is shown by these {configurations} "
            "configurations."
        )
    few = sum(row["lower"] is None for row in effects)
    unsure = len(effects) - len(shown) - few
    if unsure:
        lines.append(
            f"For {_count(unsure)} neither an effect nor its absence is shown: the interval or "
            "the corrected p-value leaves both open."
        )
    if few:
        lines.append(f"For {_count(few)} there are too few configurations to say anything.")
    lines.append(
        f"These are differences of means over the {configurations} configurations measured, not "
        "what switching a feature does to one of them; options that were often set together "
        "share their effect."
    )
    return lines


def switch_words(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the rows of ``switches`` say, and what their intervals are of."""
    if not rows:
        return ["No other value of one option alone gives a valid configuration."]
    shown = sum(bool(row["shown"]) for row in rows)
    return [
        f"Predicted changes of this one configuration; {shown or 'none'} of {len(rows)} "
        f"{'is' if shown == 1 else 'are'} shown, by an interval on one side of 0.",
        "The intervals hold the difference of two measurements in 90 of 100 switches; among many "
        "switches some miss it. Values that were never measured, and switches that by themselves "
        "are not valid, are left out.",
    ]


def importance_words(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the rows of ``permutation_importance`` say."""
    return [
        "Growth of the mean absolute error, in the metric's unit, when an option is shuffled on "
        "configurations the predictor did not learn from; 95 % bootstrap intervals over these.",
        "It tells what the predictions rest on, not whether an option has an effect.",
    ]


def is_shown(row: Mapping[str, Any]) -> bool:
    """Whether the interval excludes 0 and the corrected p-value is below 0.05."""
    lower, upper, p = row["lower"], row["upper"], row["p_holm"]
    if lower is None or upper is None or p is None:
        return False
    return bool((lower > 0 or upper < 0) and p < LEVEL)


def _sentence(row: Mapping[str, Any], metric: str) -> str:
    effect, lower, upper = row["effect"], row["lower"], row["upper"]
    verb = "higher" if effect > 0 else "lower"
    low, high = sorted((abs(lower), abs(upper)))
    return (
        f"With {row['feature']}, {metric} is {verb} by {abs(effect):.3g} ({low:.3g} to {high:.3g}) "
        f"on average, {size_word(row['cliffs_delta'])} "
        f"({row['n_with']} configurations with it, {row['n_without']} without)."
    )


def size_word(delta: float) -> str:
    """Name of a Cliff's delta after Romano et al. (2006): 0.147, 0.33 and 0.474 part them."""
    size = abs(delta)
    for limit, word in ((0.147, "negligible"), (0.33, "small"), (0.474, "medium")):
        if size < limit:
            return f"a {word} effect by Cliff's delta"
    return "a large effect by Cliff's delta"


def _count(number: int) -> str:
    return "1 feature" if number == 1 else f"{number} features"
