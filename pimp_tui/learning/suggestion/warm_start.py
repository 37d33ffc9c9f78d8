"""Starting from another session: what it predicts is the mean that a new session corrects.

A session on another model, device or workload ranks many options the same way, on another level.
Its prediction g of a cost gives the prior mean a + b g here, with b drawn towards 1, and a process
learns what is left over. Whether that helps is measured on the new session itself, by predictions
of configurations left out with and without it; where it does not help, it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.fronts.nondominated import nondominated
from pimp_tui.learning.learner import Learner, fit
from pimp_tui.learning.measured import has_values, measured_frame, options_of
from pimp_tui.learning.predictors import mean_of
from pimp_tui.learning.predictors.gaussian_process import GaussianProcess

LEAST_CHECKED = 6  # configurations from which on the help is measured; below it is assumed
_FOLDS = 5
_PROMISING = 0.1
_SLOPE_SD = 0.5  # of the normal prior of b around 1
_SURE = 0.5  # standard errors of its mean that a gain must exceed
_NOTHING = 0.01  # of the error: a gain below is none


@dataclass(frozen=True)
class Help:
    """How well one objective is predicted with the other session and without.

    Attributes:
        without, with_it: mean absolute error on configurations left out, on the scale of the cost
            (natural logarithm where ``logarithmic``); None where too few were measured to tell.
        used: whether the other session is used.
    """

    metric: str
    source: str
    n: int
    without: float | None
    with_it: float | None
    logarithmic: bool
    used: bool

    def words(self) -> str:
        """One line for people."""
        if self.without is None or self.with_it is None:
            return f"{self.metric}: {self.source} is used until {LEAST_CHECKED} are measured here"
        scale = 100.0 if self.logarithmic else 1.0
        unit = " %" if self.logarithmic else ""
        errors = f"{scale * self.with_it:.3g}{unit} with, {scale * self.without:.3g}{unit} without"
        no_help = "it does not help" if self.with_it >= self.without else "no help is shown"
        verdict = "used" if self.used else f"{no_help}, so it is not used"
        return (
            f"{self.metric}: error on configurations left out ({self.n}) {errors} "
            f"{self.source}: {verdict}"
        )


class WarmStart:
    """Predictions of another session for the configurations of this one.

    Args:
        source: the other session.
        options: of the new session; those that both have are learnt from.
        objectives: the metrics wanted.

    Attributes:
        lacks: metric -> why the other session cannot predict it.

    Raises:
        UserError: no option in common, or no metric of the other session can be learnt.
    """

    def __init__(self, source: Any, options: list[str], objectives: Mapping[str, str]) -> None:
        self.name = str(getattr(source, "name", None) or "the other session")
        shared = [name for name in options_of(source, None) if name in options]
        if not shared:
            raise UserError(f"{self.name} has no option in common with this session")
        self._learners: dict[str, Learner] = {}
        self.lacks: dict[str, str] = {}
        frame = measured_frame(source)
        for metric in objectives:
            if not has_values(frame, metric):
                self.lacks[metric] = f"no {metric} was measured there"
                continue
            try:
                learner = fit(source, metric, options=shared, predictor="gaussian_process")
            except UserError as error:
                self.lacks[metric] = f"{metric}: {error.what}"
                continue
            if learner.model is None:
                self.lacks[metric] = f"{metric} is the same in all configurations there"
                continue
            self._learners[metric] = learner
        if not self._learners:
            raise UserError(f"nothing to learn from {self.name}: {'; '.join(self.lacks.values())}")

    def costs(self, frame: pl.DataFrame, metric: str, way: str, log: bool) -> np.ndarray | None:
        """What the other session predicts for the rows, as costs (rows,); None if it cannot."""
        learner = self._learners.get(metric)
        if learner is None:
            return None
        rows = frame.select(
            pl.col(name).cast(learner_type(learner, name, frame)) for name in learner.options
        )
        # values never measured there count as none of the known ones: a rough start is still one
        X = learner.encoder.transform(rows)
        assert learner.model is not None, "what is constant there is left out"
        values = mean_of(learner.model, X)
        if log:
            values = np.log(np.maximum(values, 1e-12))
        return values if way == "min" else -values

    def promising(self, frame: pl.DataFrame, objectives: Mapping[str, str]) -> np.ndarray:
        """Mask (rows,): the best tenth, by layers of the front that the other session predicts."""
        columns = [
            cost
            for metric, way in objectives.items()
            if (cost := self.costs(frame, metric, way, False)) is not None
        ]
        costs = np.column_stack(columns)
        found = np.zeros(len(costs), dtype=bool)
        while found.mean() < _PROMISING and not found.all():
            rest = np.flatnonzero(~found)
            found[rest[nondominated(costs[rest])]] = True
        return found


def learner_type(learner: Learner, name: str, frame: pl.DataFrame) -> pl.DataType:
    """The type that an option had where it was learnt, if the rows here can be read so."""
    there, here = learner.held_out.schema.get(name), frame.schema[name]
    if there is None or there == here or there == pl.Null:
        return here
    return there if (there.is_numeric() and here.is_numeric()) or there == pl.String else here


def prior_means(
    warm: WarmStart,
    X: np.ndarray,
    costs: np.ndarray,
    here: pl.DataFrame,
    candidates: pl.DataFrame,
    objectives: Mapping[str, str],
    logarithmic: list[bool],
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray, list[Help]]:
    """Prior means of the costs at the measured rows and at the candidates, and how they help.

    Args:
        X, costs: encoded measured rows (m, d) and their costs (m, k); here: their options.
        candidates: options of the candidates (c rows).
        logarithmic: whether each cost is a logarithm.

    Returns:
        means (m, k) and (c, k), 0 where the other session is not used, and a ``Help`` each.
    """
    measured, fresh = np.zeros(costs.shape), np.zeros((candidates.height, costs.shape[1]))
    told = []
    for k, (metric, way) in enumerate(objectives.items()):
        there = warm.costs(here, metric, way, logarithmic[k])
        if there is None:
            continue
        helps = helped(metric, warm.name, X, costs[:, k], there, logarithmic[k], seed)
        told.append(helps)
        if helps.used:
            level, slope = line(there, costs[:, k])
            measured[:, k] = level + slope * there
            ahead = warm.costs(candidates, metric, way, logarithmic[k])
            assert ahead is not None, "the metric was learnt"
            fresh[:, k] = level + slope * ahead
    return measured, fresh, told


def helped(
    metric: str,
    source: str,
    X: np.ndarray,
    y: np.ndarray,
    there: np.ndarray,
    logarithmic: bool,
    seed: int = 0,
) -> Help:
    """Error of predictions of rows left out, with and without the other session's (m,)."""
    if len(y) < LEAST_CHECKED:
        return Help(metric, source, len(y), None, None, logarithmic, True)
    return judged(metric, source, left_out(X, y, there, seed) - y, logarithmic)


def judged(metric: str, source: str, errors: np.ndarray, logarithmic: bool) -> Help:
    """What the errors (2, m) on rows left out, without and with the other session, say of it.

    It is used where the mean gain is beyond half its standard error: on 26 synthetic pairs each,
    6-30 rows, that leaves errors of 0.17-0.48 of those without it for the same laws and of
    0.43-0.65 for laws that are alike, and of at most 1.03 for a shuffled source, 1.00 for an
    unrelated or inverted one; any gain at all let 1.05 and 1.02 through.
    """
    without, with_it = np.abs(errors)
    gain = without - with_it
    least = _SURE * float(gain.std(ddof=1)) / np.sqrt(len(gain))
    used = bool(gain.mean() > max(least, _NOTHING * without.mean()))
    return Help(
        metric, source, len(gain), float(without.mean()), float(with_it.mean()), logarithmic, used
    )


def left_out(X: np.ndarray, y: np.ndarray, there: np.ndarray, seed: int = 0) -> np.ndarray:
    """Predictions (2, m) of rows left out, in five folds: without and with the other session."""
    found = np.zeros((2, len(y)))
    fold = np.random.default_rng(seed).permutation(len(y)) % _FOLDS
    for test in (fold == number for number in range(_FOLDS)):
        level, slope = line(there[~test], y[~test])
        for case, prior in enumerate((np.zeros(len(y)), level + slope * there)):
            rest = y - prior
            if np.ptp(rest[~test]) == 0 or X.shape[1] == 0:
                more = np.full(int(test.sum()), rest[~test].mean())
            else:
                more = GaussianProcess(seed, "raw").fit(X[~test], rest[~test]).latent(X[test])[0]
            found[case, test] = prior[test] + more
    return found


def line(there: np.ndarray, here: np.ndarray) -> tuple[float, float]:
    """Level a and slope b of here = a + b there, b drawn towards 1 while little is known."""
    if len(here) == 0:
        return 0.0, 1.0
    x, y = there - there.mean(), here - here.mean()
    spread = float(x @ x)
    noise = float(((y - x) ** 2).mean())
    pull = noise / _SLOPE_SD**2
    slope = (float(x @ y) + pull) / (spread + pull) if spread + pull > 0 else 1.0
    return float(here.mean() - slope * there.mean()), slope
