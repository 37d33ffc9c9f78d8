"""Learning curves: the error against the number of configurations measured, per sampler."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.evaluation.bootstrap import ends, resampled_means
from pimp_tui.learning.evaluation.conformal import has_equal
from pimp_tui.learning.evaluation.held_out import samplers_of
from pimp_tui.learning.learner import (
    MINIMUM_CONFIGURATIONS,
    Progress,
    Steps,
    Training,
    require_enough,
    require_varying,
    training_rows,
)
from pimp_tui.learning.predictors import DEFAULT_PREDICTOR, create_predictor, mean_of
from pimp_tui.learning.predictors.checkpoints import checkpoints

DRAWS = 5
_POINTS = 6
HELD_OUT = 0.2  # of all configurations, never fewer than five
_LEAST_HELD_OUT = 5


def learning_curve(
    source: Any,
    metric: str,
    options: Iterable[str] | None = None,
    predictor: str = DEFAULT_PREDICTOR,
    seed: int = 0,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Error on configurations held out, by how many others were learnt from.

    In each draw a fifth of the configurations is held out, a fifth of each sampler's, the same
    for every curve; each sampler's others are learnt from in growing, nested parts. Every draw
    shuffles anew.

    Args:
        draws: how many times; progress: called with (fits done, of) after each fit, and with the
            same figures four times a second meanwhile; raise in it to cancel.

    Returns:
        JSON-safe records ``metric, predictor, training`` (a sampler, or "all")``, n`` (learnt
        from)``, n_test`` (configurations tested in any draw)``, draws, mae, mae_interval, mape,
        mape_interval, estimated, notes``: means over draws and configurations, with 95% bootstrap
        intervals over the configurations; ``mape`` in percent, None where a true value is 0;
        ``notes``, the samplers without a curve and why.

    Raises:
        UserError: as ``evaluate``, or too few configurations to hold any out.
    """
    names = list(options) if options is not None else None
    training = training_rows(source, metric, names)
    needed = MINIMUM_CONFIGURATIONS + _LEAST_HELD_OUT
    require_enough(len(training.y), needed, "a learning curve starts")
    require_varying(training)
    create_predictor(predictor, seed)  # an unknown name is told before any work
    work = _work(training, seed, draws)
    if not work:
        raise UserError(
            f"too few of the {len(training.y)} configurations differ in their options",
            mend=f"measure at least {needed} that do",
        )
    cells: dict[tuple[str, int], list[tuple[np.ndarray, np.ndarray]]] = {}
    told = Steps(progress, len(work))
    for done, part in enumerate(work, start=1):
        with checkpoints(told.again if progress else None):
            guess = _predict(training, part, predictor, seed)
        cells.setdefault((part.sampler, len(part.train)), []).append((part.test, guess))
        told.reach(done)
    notes = _without_a_curve(training, {sampler for sampler, _ in cells})
    return [
        {"metric": metric, "predictor": predictor, "training": sampler, "n": n}
        | _errors(training.y, results, seed)
        | {"draws": len(results), "estimated": training.estimated, "notes": notes}
        for (sampler, n), results in cells.items()
    ]


@dataclass(frozen=True)
class _Part:
    """One fit: rows learnt from and rows tested, as indices."""

    sampler: str
    train: np.ndarray
    test: np.ndarray


def _work(training: Training, seed: int, draws: int) -> list[_Part]:
    count = len(training.y)
    held_out = max(round(HELD_OUT * count), _LEAST_HELD_OUT)
    drawn = samplers_of(training.frame)
    members = {"all": np.ones(count, dtype=bool)}
    members |= {sampler: mask for sampler, mask in drawn.items() if not mask.all()}
    orders = [
        _held_out_first(training, np.random.default_rng([seed, draw]).permutation(count), held_out)
        for draw in range(draws)
    ]
    tests = [np.isin(np.arange(count), order[:held_out]) for order in orders]
    X = Encoder(training.options).fit(training.frame).transform(training.frame)
    barred = [has_equal(X, test) for test in tests]  # an equal row under another id tells it all
    work = []
    for sampler, mask in members.items():
        usable = [mask & ~known for known in barred]
        pools = [order[use[order]] for order, use in zip(orders, usable, strict=True)]
        for size in sizes(min(map(len, pools))):
            work += [
                _Part(sampler, pool[:size], order[:held_out])
                for pool, order in zip(pools, orders, strict=True)
            ]
    return work


def _held_out_first(training: Training, order: np.ndarray, held_out: int) -> np.ndarray:
    """The order with ``held_out`` rows first, of each sampler about the same share."""
    frame = training.frame
    labels = (
        frame["sampler"] if "sampler" in frame.columns else pl.repeat("", len(order), eager=True)
    )
    _, label, size = np.unique(
        labels.cast(pl.String).fill_null("").to_numpy(), return_inverse=True, return_counts=True
    )
    label = label.reshape(-1)[order]
    place = np.empty(len(order))
    for index, count in enumerate(size):
        place[label == index] = (np.arange(count) + 0.5) / count
    first = np.isin(np.arange(len(order)), np.argsort(place, kind="stable")[:held_out])
    return np.concatenate([order[first], order[~first]])


def _without_a_curve(training: Training, drawn: set[str]) -> list[str]:
    """Why samplers have no curve; a named configuration, a sampler of its own, goes unsaid."""
    masks = {name: mask for name, mask in samplers_of(training.frame).items() if mask.sum() > 1}
    return [
        f"{sampler}: {int(mask.sum())} configurations; without a fifth held out, fewer than "
        f"{MINIMUM_CONFIGURATIONS} are left to learn from"
        for sampler, mask in masks.items()
        if sampler not in drawn and len(masks) > 1
    ]


def sizes(most: int) -> list[int]:
    """Up to six training sizes from 12 to ``most``, evenly spaced on a log scale."""
    if most < MINIMUM_CONFIGURATIONS:
        return []
    return sorted({round(x) for x in np.geomspace(MINIMUM_CONFIGURATIONS, most, _POINTS)})


def _predict(training: Training, part: _Part, predictor: str, seed: int) -> np.ndarray:
    rows, y = training.frame[part.train], training.y[part.train]
    test = training.frame[part.test]
    if np.ptp(y) == 0:
        return np.full(test.height, y[0])
    encoder = Encoder(training.options).fit(rows)
    variance = None if training.variance is None else training.variance[part.train]
    model = create_predictor(predictor, seed).fit(encoder.transform(rows), y, variance)
    return mean_of(model, encoder.transform(test))


def _errors(
    y: np.ndarray, results: Sequence[tuple[np.ndarray, np.ndarray]], seed: int
) -> dict[str, Any]:
    """Mean errors, each configuration's own averaged over draws first, and their intervals."""
    rows = np.concatenate([test for test, _ in results])
    error = np.abs(np.concatenate([guess for _, guess in results]) - y[rows])
    tested, place = np.unique(rows, return_inverse=True)
    own = np.bincount(place, error) / np.bincount(place)
    truth = np.abs(y[tested])
    relative = 100.0 * own / truth if (truth > 0).all() else None
    mape, mape_interval = (None, None) if relative is None else _mean(relative, seed)
    mae, mae_interval = _mean(own, seed)
    return {
        "n_test": len(tested),
        "mae": mae,
        "mae_interval": mae_interval,
        "mape": mape,
        "mape_interval": mape_interval,
    }


def _mean(values: np.ndarray, seed: int) -> tuple[float, list[float]]:
    means = resampled_means(values, np.random.default_rng(seed))
    return float(values.mean()), list(ends(means))
