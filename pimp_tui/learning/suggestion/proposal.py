"""Choose the next candidates on encoded matrices: processes, acquisition, diversity."""

from __future__ import annotations

import numpy as np

from pimp_tui.learning.fronts.measured_front import hypervolume
from pimp_tui.learning.predictors.gaussian_process import GaussianProcess
from pimp_tui.learning.suggestion.acquisition import (
    expected_hypervolume_improvement,
    expected_scalar_improvement,
    expected_shortfall,
    likely_reference,
)
from pimp_tui.learning.suggestion.expense import cheapness

MINIMUM_MEASURED = 4  # below, nothing can be learnt and candidates are spread out
FIRST = 6  # configurations that are spread out before the first is suggested
_TREES = 100


def to_costs(values: np.ndarray, ways: list[str]) -> np.ndarray:
    """Objectives (n, m) as costs, less is better; on a log scale where all are positive."""
    columns = []
    for index, way in enumerate(ways):
        column = values[:, index]
        scaled = np.log(column) if (column > 0).all() else column
        columns.append(scaled if way == "min" else -scaled)
    return np.column_stack(columns)


def propose(
    X: np.ndarray,
    costs: np.ndarray,
    candidates: np.ndarray,
    n: int,
    seed: int = 0,
    chance: np.ndarray | None = None,
    expense: np.ndarray | None = None,
    prior: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The next ``n`` rows of ``candidates`` (c, d), best first, and what each promises.

    One process per objective; one objective gives expected improvement, two and three the exact
    expected hypervolume improvement, more a mean over scalarisations. After each choice its
    predicted mean joins the front, and a candidate loses what its correlation with the chosen one
    already tells, so that near duplicates are not chosen together.

    Args:
        X: measured rows (m, d); costs: (m, k), see ``to_costs``.
        chance: probability (c,) that a candidate runs at all.
        expense: what each candidate takes of a budget (c,): gains are then compared for each unit
            of it (expected improvement per unit cost, Snoek et al. 2012).
        prior: means of the costs known from elsewhere, at the measured rows (m, k) and at the
            candidates (c, k); the processes learn what is left over.

    Returns:
        indices (n,), and the gains (n,) as a share of the present hypervolume (of the measured
        range for one objective).
    """
    before, ahead = prior or (np.zeros(costs.shape), np.zeros((len(candidates), costs.shape[1])))
    processes = [GaussianProcess(seed, "raw").fit(X, column) for column in (costs - before).T]
    parts = [process.latent(candidates) for process in processes]
    mean = np.column_stack([m for m, _ in parts]) + ahead
    deviation = np.column_stack([s for _, s in parts])
    random = np.random.default_rng(seed)
    reference, front = likely_reference(costs, mean, deviation), costs
    scale = _scale(costs, reference)
    weight = np.ones(len(candidates)) if chance is None else chance.copy()
    price = np.ones(len(candidates)) if expense is None else cheapness(expense)
    chosen, gains = [], []
    for _ in range(min(n, len(candidates))):
        gain = _gain(front, reference, mean, deviation, random) / scale * weight
        # where nothing promises anything, the most uncertain candidate teaches most
        best = int(np.argmax((gain if gain.max() > 0 else deviation.sum(axis=1) * weight) * price))
        chosen.append(best)
        gains.append(float(gain[best]))
        front = np.vstack([front, mean[best]])
        alike = np.mean([p.correlation(candidates, candidates[[best]]) for p in processes], axis=0)
        weight = weight * np.maximum(1.0 - alike[:, 0] ** 2, 0.0)
        weight[best] = 0.0
        if not weight.any():
            break
    return np.array(chosen, dtype=int), np.array(gains)


def _gain(
    front: np.ndarray,
    reference: np.ndarray,
    mean: np.ndarray,
    deviation: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    if front.shape[1] == 1:
        return expected_shortfall(front.min(axis=0)[None, :], mean, deviation)[:, 0]
    if front.shape[1] in (2, 3):
        return expected_hypervolume_improvement(front, reference, mean, deviation)
    return expected_scalar_improvement(front, reference, mean, deviation, random)


def _scale(costs: np.ndarray, reference: np.ndarray) -> float:
    if costs.shape[1] in (2, 3):
        return hypervolume(costs, reference) or 1.0
    return float(np.ptp(costs[:, 0])) or 1.0 if costs.shape[1] == 1 else 1.0


def chance_to_run(
    X_ok: np.ndarray, X_failed: np.ndarray, candidates: np.ndarray, seed: int = 0
) -> np.ndarray | None:
    """Probability (c,) that each candidate runs, learnt from the configurations that failed.

    Trees grown to the last row: what fails mostly fails each time, and leaves of two rows kept a
    campaign coming back to it; never quite 0 or 1. None while nothing failed or less than two ran.
    """
    if len(X_failed) < 1 or len(X_ok) < 2 or X_ok.shape[1] == 0:
        return None
    from sklearn.ensemble import ExtraTreesClassifier

    labels = np.r_[np.ones(len(X_ok)), np.zeros(len(X_failed))]
    forest = ExtraTreesClassifier(n_estimators=_TREES, random_state=seed % 2**32)
    forest.fit(np.vstack([X_ok, X_failed]), labels)
    return np.asarray((_TREES * forest.predict_proba(candidates)[:, 1] + 1.0) / (_TREES + 2.0))
