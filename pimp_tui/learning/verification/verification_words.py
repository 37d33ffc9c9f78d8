"""The account of verified picks in plain words that claim no more than was found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pimp_tui.learning.verification.accuracy import half_width_of_mean
from pimp_tui.learning.verification.verify import SHARES

_ENOUGH = 3  # picks for an interval of their mean


def verification_words(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Sentences on ``verification_rows``: one a metric, how it was measured, what failed."""
    if not rows:
        return []
    lines = []
    for metric in dict.fromkeys(row["metric"] for row in rows):
        own = [row for row in rows if row["metric"] == metric and row["off"] is not None]
        if own:
            lines.append(_curse(metric, own))
    failed = {row["config_id"]: _failure(row) for row in rows if not row["runs"]}
    if len(failed) == len({row["config_id"] for row in rows}):
        return list(failed.values())
    apart = all(row["apart"] for row in rows)
    asked = "problems that were kept out of the campaign" if apart else (
        "the campaign's own problems: it kept none out (--holdout)")  # fmt: skip
    lines.append(
        f"Measured with other seeds, interleaved with the control, on {asked}. The intervals hold "
        f"the spread of repeats{_problems(rows)}."
    )
    return lines + list(failed.values())


def _failure(row: Mapping[str, Any]) -> str:
    """That a pick had no good run, and why; nothing is known of its promise then."""
    name = row["config_id"][:8] if row["position"] is None else f"#{row['position']}"
    return f"{name} had no good run" + (f": {row['reason']}." if row["reason"] else ".")


def _problems(rows: Sequence[Mapping[str, Any]]) -> str:
    """What of the variance over problems the intervals hold, to be said after the repeats."""
    without = dict.fromkeys(row["metric"] for row in rows if not row["over_problems"])
    if len(without) == len({row["metric"] for row in rows}):
        return ", not that over problems"
    told = " and that over problems, to which a run's time and joules are shared out by latency"
    return f"{told}; those of {', '.join(without)} hold repeats alone" if without else told


def off_words(row: Mapping[str, Any]) -> str | None:
    """``+8.1 % (+2.0 % to +14.6 %)``, of pass@1 in points; None where it is not known."""
    if row["off"] is None:
        return None
    ends = [row["off"], row["off_lower"], row["off_upper"]]
    told = [_share(row["metric"], end) for end in ends if end is not None]
    return told[0] if len(told) < 3 else f"{told[0]} ({told[1]} to {told[2]})"


def against(row: Mapping[str, Any], name: str) -> str | None:
    """``x0.71`` of the control, or the difference of pass@1; None where it is not known."""
    if row[name] is None:
        return None
    return f"{row[name]:+.3f}" if row["metric"] in SHARES else f"x{row[name]:.3g}"


def _curse(metric: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """By how much the picks were worse than promised, on average."""
    # of ratios the logarithm, so that twice and half weigh the same
    signs = [1.0 if row["way"] == "min" else -1.0 for row in rows]
    share = metric in SHARES
    off = [row["off"] if share else math.log1p(max(row["off"], -0.999)) for row in rows]
    mean = math.fsum(off) / len(off)
    worse = sum(sign * value > 0 for sign, value in zip(signs, off, strict=True))
    shown = sum(row["reading"] == "worse than promised" for row in rows)
    sure = f" (the intervals show it of {shown or 'none'})" if worse else ""
    picks = "pick" if len(rows) == 1 else "picks"

    def told(value: float) -> str:
        return _share(metric, value if share else math.expm1(value))

    text = (
        f"{metric}: {worse} of {len(rows)} {picks} turned out worse than promised{sure}; on "
        f"average {told(mean)} against what was promised"
    )
    if len(off) >= _ENOUGH:
        half = half_width_of_mean(off)
        text += f" (95 % interval over picks: {told(mean - half)} to {told(mean + half)})"
    return text + "."


def _share(metric: str, value: float) -> str:
    return f"{value:+.3f}" if metric in SHARES else f"{value:+.1%}".replace("%", " %")
