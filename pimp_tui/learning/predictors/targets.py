"""Target scales: raw or logarithmic, standardised; and the range a prediction may take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_BEYOND = 3.0  # predictions stay in [min/3, 3 max]: trees and processes both run away at small n
_PLAINLY = 1.5  # times the scale of the errors: draws of homogeneous systems stay within 1.25


@dataclass(frozen=True)
class Target:
    """y -> (f(y) - mean) / scale with f the identity or the logarithm."""

    logarithmic: bool
    mean: float
    scale: float

    @classmethod
    def of(cls, y: np.ndarray, logarithmic: bool) -> Target:
        values = np.log(y) if logarithmic else y
        scale = float(values.std())
        return cls(logarithmic, float(values.mean()), scale if scale > 0 else 1.0)

    def forward(self, y: np.ndarray) -> np.ndarray:
        return ((np.log(y) if self.logarithmic else y) - self.mean) / self.scale

    def forward_variance(self, y: np.ndarray, variance: np.ndarray | None) -> np.ndarray:
        """Variance of each y carried to the standardised scale (delta method), 0 if unknown."""
        if variance is None:
            return np.zeros(len(y))
        slope = 1.0 / y if self.logarithmic else np.ones(len(y))
        return np.nan_to_num(variance, nan=0.0) * (slope / self.scale) ** 2

    def backward(self, z: np.ndarray) -> np.ndarray:
        values = z * self.scale + self.mean
        return np.exp(values) if self.logarithmic else values

    def backward_deviation(self, z: np.ndarray, deviation: np.ndarray) -> np.ndarray:
        """Standard deviation on the scale of y."""
        spread = deviation * self.scale
        return self.backward(z) * spread if self.logarithmic else spread


def clip_to_range(prediction: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Keep predictions near what was measured: [min/3, 3 max], or one range beyond it.

    Below 0 only where something measured is.
    """
    low, high = float(y.min()), float(y.max())
    if low > 0:
        return np.clip(prediction, low / _BEYOND, high * _BEYOND)
    least = 0.0 if low == 0 else low - (high - low)
    return np.clip(prediction, least, high + (high - low))


def own_error(y: np.ndarray, prediction: np.ndarray) -> float:
    """Mean relative error for positive targets, mean absolute error otherwise."""
    difference = np.abs(prediction - y)
    return float((difference / y).mean() if (y > 0).all() else difference.mean())


def own_errors(y: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """Error (members,) of out-of-sample predictions (members, n) of one target, as shares of it.

    Relative or absolute as in ``own_error``, but absolute too for a positive target whose errors
    plainly do not grow with the value (Laplace likelihood of the best member's errors, on y
    against log y): of an accuracy that one option ruins, what is left is small and its relative
    noise large, and that must not decide which member predicts the good mode.
    """
    distance = np.abs(predictions - y)
    absolute = distance.mean(axis=1) / float(np.abs(y).mean() or 1.0)
    if not (y > 0).all():
        return np.asarray(absolute)
    on_log = np.abs(np.log(np.maximum(predictions, np.finfo(float).tiny) / y)).mean(axis=1)
    grown = np.exp(np.log(y).mean()) / y.mean()  # from a scale on log y to one on y
    plainly = on_log.min() * grown > _PLAINLY * absolute.min()
    return np.asarray(absolute if plainly else (distance / y).mean(axis=1))
