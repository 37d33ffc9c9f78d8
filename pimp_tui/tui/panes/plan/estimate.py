"""What each run of a plan takes, told from the runs so far; for threads.

A mean of the logarithms, moved by the effect of each option's value (backfitted, and drawn
towards zero where few runs tell): cheap enough to follow a running campaign without a learner
beside it, which would take the processor from what is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

#: Fewer measured configurations than this tell a mean only.
_FEWEST = 4
_ROUNDS = 20
#: So many imagined runs without any effect stand beside those of each value. On sessions of 16,
#: 25 and 81 configurations, each left out in turn, the error of the logarithm is 0.40, 0.49 and
#: 0.43 with 2 (0.42, 0.57, 0.50 with 0.3; 0.55, 0.54, 0.61 by the mean alone).
_PRIOR = 2.0
#: Campaigns of more runs are not looked through for what lies between runs.
_MOST_RUNS = 50_000


def estimates(plan: pl.DataFrame, runs: pl.DataFrame, options: Sequence[str]) -> pl.DataFrame:
    """``config_id``, ``estimate_s`` (seconds a run), ``guessed`` (false: the mean of its runs).

    Args:
        plan: a row a configuration, ids distinct.
        runs: the runs table; ok runs with a positive ``duration_s`` count.
        options: columns of the plan that vary.

    Returns:
        One row a configuration, in order; null without a run to tell from.
    """
    import polars as pl

    good = (pl.col("status") == "ok") & (pl.col("duration_s") > 0)
    means = runs.filter(good).group_by("config_id").agg(pl.col("duration_s").mean())
    known = plan.select("config_id").join(means, on="config_id", how="left", maintain_order="left")[
        "duration_s"
    ]
    guess = known
    if known.null_count() < len(known):
        guess = pl.Series(_guess(plan, known, options))
    return pl.DataFrame(
        {
            "config_id": plan["config_id"],
            "estimate_s": known.fill_null(guess) if len(guess) else known,
            "guessed": known.is_null(),
        }
    )


def _guess(plan: pl.DataFrame, known: pl.Series, options: Sequence[str]) -> np.ndarray:
    import numpy as np
    import polars as pl

    there = known.is_not_null().to_numpy()
    logs = np.log(known.drop_nulls().to_numpy())
    total = np.full(len(known), logs.mean())
    if len(logs) < _FEWEST:
        return np.exp(total)
    texts = (plan[name].cast(pl.String) for name in options)
    codes = [text.rank("dense").fill_null(0).cast(pl.Int64).to_numpy() for text in texts]
    effects = [np.zeros(code.max() + 1) for code in codes]
    rest = logs - logs.mean()
    for _ in range(_ROUNDS):
        for code, effect in zip(codes, effects, strict=True):
            mine = code[there]
            rest = rest + effect[mine]
            sums = np.bincount(mine, rest, len(effect))
            effect[:] = sums / (np.bincount(mine, minlength=len(effect)) + _PRIOR)
            rest = rest - effect[mine]
    for code, effect in zip(codes, effects, strict=True):
        total = total + effect[code]
    # No run is expected far outside of what was seen.
    return np.clip(np.exp(total), np.exp(logs.min()) / 2, np.exp(logs.max()) * 2)


def left_s(estimate: pl.DataFrame, runs: pl.DataFrame, repeats: int) -> float | None:
    """Seconds to the end of the plan: warm-ups, reloads and scoring as they were so far.

    Args:
        estimate: as ``estimates`` gives it.
        repeats: runs a configuration is to have.
    """
    import polars as pl

    ended = runs.group_by("config_id").agg(pl.col("repetition").n_unique().alias("ended"))
    rows = estimate.join(ended, on="config_id", how="left", maintain_order="left")
    waiting = (repeats - rows["ended"].fill_null(0).cast(pl.Int64)).clip(lower_bound=0)
    if (waiting * rows["estimate_s"].is_null()).sum():
        return None
    return float((waiting * rows["estimate_s"]).sum() or 0.0) * _pace(runs)


def _pace(runs: pl.DataFrame) -> float:
    """Wall-clock from the end of one run to the end of the next, by the mean duration of a run."""
    ends = runs["ended_at"].drop_nulls()
    if not _FEWEST <= len(ends) <= _MOST_RUNS:
        return 1.0
    each = ends.sort().diff().drop_nulls().dt.total_microseconds() / 1e6
    usual = float(each.median() or 0.0)  # type: ignore[arg-type]
    mean = float(runs["duration_s"].mean() or 0.0)  # type: ignore[arg-type]
    if not usual or not mean:
        return 1.0
    # A pause over night is no part of a run.
    return max(float(each.clip(upper_bound=20 * usual).mean()) / mean, 1.0)  # type: ignore[arg-type]
