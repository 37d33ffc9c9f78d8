"""Interactions in plain words that claim no more than intervals and corrected tests hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pimp_tui.learning.effects.words import LEVEL

_TOLD = 5


def pair_words(pairs: Sequence[Mapping[str, Any]], metric: str, told: int = _TOLD) -> list[str]:
    """Sentences on the rows of ``pairwise_effects``: which two features act together.

    An interaction is claimed where its 95% interval lies on one side of 0 and its p-value,
    corrected over all pairs, is below 0.05.
    """
    if not pairs:
        return [f"No two features vary apart from each other among those with {metric} measured."]
    once = {frozenset((row["given"], row["feature"])): row for row in reversed(pairs)}
    rows = [row for row in once.values() if row["interaction_p_holm"] is not None]
    few = len(once) - len(rows)
    shown = sorted(filter(acts_together, rows), key=lambda row: -abs(row["interaction"]))
    lines = [_sentence(row, metric) for row in shown[:told]]
    if len(shown) > told:
        lines.append(f"{len(shown) - told} more pairs act together.")
    if rows and not shown:
        lines.append(
            f"Differences of means show of no two features that they act together on {metric}."
        )
    if len(rows) > len(shown) > 0:
        lines.append(f"For {_count(len(rows) - len(shown))} neither this nor its absence is shown.")
    if few:
        lines.append(f"For {_count(few)} a kind has too few configurations to say anything.")
    return lines


def acts_together(row: Mapping[str, Any]) -> bool:
    """Whether the interval of the interaction excludes 0 and its corrected p is below 0.05."""
    lower, upper, p = (row[f"interaction_{end}"] for end in ("lower", "upper", "p_holm"))
    if lower is None or upper is None or p is None:
        return False
    return bool((lower > 0 or upper < 0) and p < LEVEL)


def strength_words(
    rows: Sequence[Mapping[str, Any]], metric: str, predictor: str, left_out: int = 0
) -> list[str]:
    """Sentences on the rows of ``interaction_strength``.

    Args:
        left_out: options that vary too and were not paired.
    """
    if not rows:
        return ["Fewer than two options vary, so none act together."]
    tested = [row for row in rows if row["p_holm"] is not None]
    shown = [row for row in tested if row["p_holm"] < LEVEL]
    lines = [
        f"{row['option']} and {row['other']} act together on {metric} (p {row['p_holm']:.2g} after "
        f"Holm); their strength in the {predictor} is {row['strength']:.2f}."
        for row in shown[:_TOLD]
    ]
    if len(shown) > _TOLD:
        lines.append(f"{len(shown) - _TOLD} more pairs of options act together.")
    if tested and not shown:
        lines.append(
            f"Of no two options the measurements show that they act together on {metric}; the "
            f"strengths are what the {predictor} made of them."
        )
    if len(tested) < len(rows):
        few = _count(len(rows) - len(tested))
        lines.append(f"For {few} the configurations measured do not suffice to tell.")
    if left_out:
        lines.append(
            "Only the options of the largest effects were paired; of those that vary, "
            f"{left_out} {'was' if left_out == 1 else 'were'} left out."
        )
    return lines


def _sentence(row: Mapping[str, Any], metric: str) -> str:
    value = row["interaction"]
    low, high = sorted((abs(row["interaction_lower"]), abs(row["interaction_upper"])))
    verb = "more" if value > 0 else "less"
    return (
        f"With {row['given']} and {row['feature']} together, {metric} is {abs(value):.3g} "
        f"({low:.3g} to {high:.3g}) {verb} than the two by themselves add up to."
    )


def _count(number: int) -> str:
    return "1 pair" if number == 1 else f"{number} pairs"
