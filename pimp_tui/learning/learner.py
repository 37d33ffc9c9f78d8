"""Fit one metric over the options, with 90% intervals and a cross-validated evaluation."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.evaluation import conformal
from pimp_tui.learning.evaluation.scores import full_scores
from pimp_tui.learning.measured import (
    measured_frame,
    metric_values,
    one_kind_of_energy,
    options_of,
    per_configuration,
)
from pimp_tui.learning.predictors import (
    DEFAULT_PREDICTOR,
    Predictor,
    create_predictor,
    mean_of,
)
from pimp_tui.learning.predictors.blend import Blend
from pimp_tui.learning.predictors.checkpoints import checkpoints

MINIMUM_CONFIGURATIONS = 12
_BLOCK = 16384  # rows encoded at once
_LARGEST = 1e100
_FRACTIONS = ("pass_at_1",)  # metrics that stay in [0, 1]
_ADDED = ("prediction", "lower", "upper")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Training:
    """What a metric is learnt from: one row per configuration.

    Attributes:
        frame: the rows, with the options and, where given, config_id.
        y: mean of the metric per configuration; variance: of that mean, NaN where unknown.
        estimated: whether the metric is an estimate.
    """

    frame: pl.DataFrame
    options: list[str]
    metric: str
    y: np.ndarray
    variance: np.ndarray | None
    estimated: bool
    notes: list[str]


def training_rows(source: Any, metric: str, options: Iterable[str] | None = None) -> Training:
    """Rows of one metric: failed and unmeasured left out, one kind of energy, repeats averaged.

    Raises:
        UserError: unknown metric or option, or a metric that nobody measured or that is one of
            the options.
    """
    given = list(options_of(source, options))
    names = [name for name in given if name != metric]
    frame = metric_values(measured_frame(source, spread=True, options=names), metric)
    if options is not None and metric in given:
        raise UserError(f"{metric} is both metric and option", mend="leave it out of the options")
    if not names:
        raise UserError("no option to learn from", mend="name at least one option")
    if taken := sorted(set(names) & set(_ADDED)):
        raise UserError(f"a prediction adds {taken[0]}, so no option can be called so")
    Encoder(names).fit(frame.head(0))  # names and types are told before anything is averaged
    frame, estimated, note = one_kind_of_energy(frame, metric)
    frame = frame.drop_nulls([metric])
    if frame.is_empty():
        raise UserError(f"no {metric} was measured", mend="measure it, or choose another metric")
    frame, variance = per_configuration(frame, names, metric)
    y = frame[metric].to_numpy().astype(float)
    _require_scale(metric, y)
    return Training(frame, names, metric, y, variance, estimated, [note] if note else [])


@dataclass(frozen=True)
class Learner:
    """A fitted metric.

    Attributes:
        evaluation: the contract's record, from predictions of configurations left out.
        held_out: the training configurations with ``measured, prediction, lower, upper``, each
            predicted by a refit that did not see it.
        notes: what was left out or bounded, in plain words.
    """

    metric: str
    options: list[str]
    predictor: str
    encoder: Encoder
    model: Predictor | None
    evaluation: dict[str, Any]
    held_out: pl.DataFrame
    notes: list[str]
    width: float
    relative: bool
    limits: tuple[float, float]
    constant: float | None = None

    def predict(
        self,
        frame: pl.DataFrame | pl.LazyFrame,
        progress: Progress | None = None,
        warn: bool = True,
    ) -> pl.DataFrame:
        """The frame with ``prediction``, ``lower`` and ``upper`` (90%) added.

        All three are null in a row with an option value that was never measured, since nothing
        speaks for it; a warning names the first such value (``reasons`` names all). A metric that
        never varied has no interval: nothing tells how far it may.

        Args:
            progress: called with (rows done, of); raise in it to cancel.

        Raises:
            UserError: an option is missing, or it is no Polars frame.
        """
        rows = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
        if not isinstance(rows, pl.DataFrame):
            raise UserError(f"a Polars frame is needed, not {type(rows).__name__}")
        known = self.encoder.fitted(rows)
        mean = self._mean(rows, self.model, progress)
        lower, upper = conformal.bounds(mean, self.width, self.relative)
        added = rows.with_columns(_interval_columns(mean, lower, upper, self.limits))
        if warn and not known.all():
            why = self.reasons(rows.filter(~known).head(1)).item()
            text = f"{(~known).sum()} of {rows.height} rows are not predicted: {why}"
            warnings.warn(text, stacklevel=2)
        return added.with_columns(pl.when(known).then(pl.col("prediction", "lower", "upper")))

    def reasons(self, frame: pl.DataFrame) -> pl.Series:
        """Why each row has no prediction, in plain words; null where it has one."""
        unseen = self.encoder.unseen(frame)
        return (f"{self.metric} was never measured with " + unseen).alias("reason")

    def screen(self, frame: pl.DataFrame, progress: Progress | None = None) -> np.ndarray:
        """A cheap prediction (rows,) by one member of a blend: to rank a million rows by before
        ``predict`` is asked for the best of them. NaN in a row with a value never measured.
        """
        cheap = self.model.cheap() if isinstance(self.model, Blend) else self.model
        mean = self._mean(frame, cheap, progress)
        mean[~self.encoder.fitted(frame).to_numpy()] = np.nan
        return mean

    def _mean(
        self, rows: pl.DataFrame, model: Predictor | None, progress: Progress | None
    ) -> np.ndarray:
        """Mean of each row, block by block, so that no matrix of all rows stands in memory."""
        if model is None:
            return np.full(rows.height, self.constant, dtype=float)
        mean = np.empty(rows.height)
        for start in range(0, rows.height, _BLOCK):
            block = self.encoder.transform(rows[start : start + _BLOCK])
            mean[start : start + _BLOCK] = mean_of(model, block)
            if progress:
                progress(min(start + _BLOCK, rows.height), rows.height)
        return mean


def fit(
    source: Any,
    metric: str,
    options: Iterable[str] | None = None,
    predictor: str = DEFAULT_PREDICTOR,
    seed: int = 0,
    progress: Progress | None = None,
) -> Learner:
    """Learn ``metric`` from a session, or from a frame with its ``options`` named.

    Args:
        predictor: a name of ``predictors()``.
        progress: called with (fits done, fits in all) after each fit, and with the same figures
            four times a second meanwhile; raise in it to cancel.

    Raises:
        UserError: unknown names, nothing measured, or fewer than 12 configurations.
    """
    return fit_rows(training_rows(source, metric, options), predictor, seed, progress)


def fit_rows(
    training: Training,
    predictor: str = DEFAULT_PREDICTOR,
    seed: int = 0,
    progress: Progress | None = None,
) -> Learner:
    """As ``fit``, from the rows of ``training_rows``."""
    metric, count = training.metric, len(training.y)
    require_enough(count)
    y, encoder = training.y, Encoder(training.options).fit(training.frame)
    X = encoder.transform(training.frame)
    folds = conformal.fold_of_rows(X, seed)
    notes = list(training.notes)
    model: Predictor | None = None
    relative = conformal.is_relative(y)
    constant = float(y[0]) if np.ptp(y) == 0 else None
    create_predictor(predictor, seed)  # an unknown name is told even for a constant metric
    if constant is not None:
        held_out, width = y.copy(), math.nan
        notes.append(
            f"{metric} is {constant:g} in every configuration measured: how far another may lie "
            "from that is unknown"
        )
    else:
        told = Steps(progress, int(folds.max()) + 2)
        with checkpoints(told.again if progress else None):
            refits = conformal.out_of_fold(
                lambda: create_predictor(predictor, seed),
                training.options, training.frame, y, training.variance, folds,
                lambda done, _: told.reach(done),
            )  # fmt: skip
            model = create_predictor(predictor, seed).fit(X, y, training.variance)
        held_out = refits.held_out
        width = refits.width(y, relative, model.out_of_sample)
        notes += model.notes
        told.reach(told.of)
    lower, upper = (
        conformal.held_out_bounds(y, held_out, folds)
        if model is not None
        else conformal.bounds(held_out, width, relative)
    )
    limits = _limits(metric, y)
    shown = training.frame.with_columns(
        pl.Series("measured", y), *_interval_columns(held_out, lower, upper, limits)
    )
    evaluation = {
        "metric": metric,
        "predictor": predictor,
        "training": "all",
        "test": f"{int(folds.max()) + 1}-fold by configuration",
        "n": count,
        **full_scores(metric, y, held_out, lower, upper, seed),
        "estimated": training.estimated,
        "notes": notes,
    }
    return Learner(
        metric, training.options, predictor, encoder, model, evaluation, shown, notes, width,
        relative, limits, constant,
    )  # fmt: skip


class Steps:
    """How far a fit is, told at every step, and now and then within one."""

    def __init__(self, progress: Progress | None, of: int) -> None:
        self._progress, self.done, self.of = progress, 0, of

    def reach(self, done: int) -> None:
        self.done = done
        self.again()

    def again(self) -> None:
        if self._progress:
            self._progress(self.done, self.of)


def require_enough(
    count: int, least: int = MINIMUM_CONFIGURATIONS, what: str = "predictions start"
) -> None:
    """Raise a UserError for fewer configurations than anything can be learnt from."""
    if count < least:
        some = "1 configuration" if count == 1 else f"{count} configurations"
        raise UserError(f"{some} measured; {what} at {least}", mend=f"measure {least - count} more")


def _require_scale(metric: str, y: np.ndarray) -> None:
    """Raise a UserError where squares of the values are beyond what a double holds."""
    largest = float(np.abs(y).max())
    if largest > _LARGEST or 0 < largest < 1 / _LARGEST:
        raise UserError(
            f"{metric} reaches {largest:.3g}, beyond what can be learnt in double precision",
            mend="give it in another unit",
        )


def require_varying(training: Training) -> None:
    """Raise a UserError where the metric or every option is the same in all configurations."""
    count, metric = len(training.y), training.metric
    if count > 1 and np.ptp(training.y) == 0:
        raise UserError(
            f"{metric} is {training.y[0]:g} in all {count} configurations measured, so there is "
            "nothing to learn",
            mend="choose another metric, or measure configurations that differ in it",
        )
    if all(training.frame[name].n_unique() < 2 for name in training.options):
        some = "the 1 configuration" if count == 1 else f"the {count} configurations"
        raise UserError(
            f"no option varies among {some} with {metric} measured",
            mend="measure configurations that differ",
        )


def _limits(metric: str, y: np.ndarray) -> tuple[float, float]:
    """Between which no prediction or interval leaves: 0 where nothing measured is below."""
    most = 1.0 if metric in _FRACTIONS and y.max() <= 1.0 else np.inf
    return (0.0 if y.min() >= 0 else -np.inf), most


def _interval_columns(
    mean: np.ndarray, lower: np.ndarray, upper: np.ndarray, limits: tuple[float, float]
) -> list[pl.Series]:
    """As columns; null where no interval is known (NaN)."""
    columns = zip(_ADDED, (mean, lower, upper), strict=True)
    return [
        pl.Series(name, np.clip(v, *limits), dtype=pl.Float64).fill_nan(None) for name, v in columns
    ]
