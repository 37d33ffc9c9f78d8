"""One Gaussian process: maximum a posteriori hyperparameters, closed-form leave-one-out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pimp_tui.learning.predictors.checkpoints import checkpoint
from pimp_tui.learning.predictors.kernels import Kernel
from pimp_tui.learning.predictors.sharing import once
from pimp_tui.learning.predictors.threads import one_thread

_PRIOR_SD = 2.0  # log-normal priors, wide: they matter below about 25 rows
_NOISE_START, _NOISE_SD = np.log(1e-2), 3.0
_NOISE_BOUNDS = (np.log(1e-6), np.log(2.0))
_REACH = 9.0  # bound of a log parameter around its start
_JITTER = 1e-8
_BLOCK = 512  # rows predicted at once: their covariances stay in a core's cache


@dataclass(frozen=True)
class Process:
    """A fitted process on standardised targets.

    Attributes:
        left_out: leave-one-out prediction of each fitted row, (n,), hyperparameters kept.
    """

    kernel: Kernel
    theta: np.ndarray
    noise: float
    X: np.ndarray
    weights: np.ndarray
    factor: np.ndarray
    left_out: np.ndarray

    def predict(self, X: np.ndarray, with_noise: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each row; blocks bound the memory."""
        from scipy.linalg import solve_triangular

        mean, deviation = np.empty(len(X)), np.empty(len(X))
        noise = self.noise if with_noise else 0.0
        with one_thread():
            for rows in _blocks(len(X)):
                block = X[rows]
                cross = self.kernel.matrix(self.theta, block, self.X)
                mean[rows] = cross @ self.weights
                solved = solve_triangular(self.factor, cross.T, lower=True, check_finite=False)
                variance = self.kernel.diagonal(self.theta, block) - (solved**2).sum(0)
                deviation[rows] = np.sqrt(np.maximum(variance, 0.0) + noise)
        return mean, deviation

    def mean(self, X: np.ndarray) -> np.ndarray:
        """Mean of each row alone, for a fraction of the cost."""
        mean = np.empty(len(X))
        with one_thread():
            for rows in _blocks(len(X)):
                mean[rows] = self.kernel.matrix(self.theta, X[rows], self.X) @ self.weights
        return mean


def _blocks(count: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, count, _BLOCK)]


def fit_process(
    kernel: Kernel,
    X: np.ndarray,
    z: np.ndarray,
    variance: np.ndarray,
    *,
    learn_from: np.ndarray,
    iterations: int,
) -> Process:
    """Fit hyperparameters on the rows ``learn_from``, then condition on every row.

    Args:
        z: standardised targets (n,).
        variance: known noise variance of each row (n,), beside the fitted common one.
        iterations: bound on the steps of the optimiser.
    """
    from scipy.linalg import cho_solve

    part_X, part_z, part_variance = X[learn_from], z[learn_from], variance[learn_from]
    with one_thread():
        theta = once(
            lambda: _optimise(kernel, part_X, part_z, part_variance, iterations),
            type(kernel), part_X, part_z, part_variance, iterations,
        )  # fmt: skip
        noise = float(np.exp(theta[0]))
        K = kernel.matrix(theta[1:], X, X)
        factor = _cholesky(K, noise + variance)
        weights = cho_solve((factor, True), z)
        left_out = z - weights / np.diag(_inverse(factor))
    return Process(kernel, theta[1:], noise, X, weights, factor, left_out)


def _optimise(
    kernel: Kernel, X: np.ndarray, z: np.ndarray, variance: np.ndarray, iterations: int
) -> np.ndarray:
    from scipy.linalg import cho_solve
    from scipy.optimize import minimize

    start = np.concatenate([[_NOISE_START], kernel.start(X.shape[1])])
    deviation = np.concatenate([[_NOISE_SD], np.full(len(start) - 1, _PRIOR_SD)])
    bounds = [_NOISE_BOUNDS, *((value - _REACH, value + _REACH) for value in start[1:])]

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray]:
        checkpoint()
        K, pull = kernel.matrix_and_pull(theta[1:], X)
        noise = np.exp(theta[0])
        try:
            factor = _cholesky(K, noise + variance)
        except np.linalg.LinAlgError:
            return 1e25, np.zeros_like(theta)
        alpha = cho_solve((factor, True), z)
        V = _inverse(factor) - np.outer(alpha, alpha)
        shift = (theta - start) / deviation
        value = 0.5 * z @ alpha + np.log(np.diag(factor)).sum() + 0.5 * (shift**2).sum()
        slope = 0.5 * np.concatenate([[noise * np.trace(V)], pull(V)]) + shift / deviation
        return float(value), slope

    found = minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": iterations, "maxfun": 2 * iterations},
    )  # fmt: skip
    return np.asarray(found.x)


def _inverse(factor: np.ndarray) -> np.ndarray:
    """Inverse of the matrix whose lower Cholesky factor is given; a third of solving for I."""
    from scipy.linalg.lapack import dpotri

    lower, _ = dpotri(factor, lower=1)  # above the diagonal the factor's zeros stay
    inverse = lower + lower.T
    inverse[np.diag_indices_from(inverse)] *= 0.5
    return np.asarray(inverse)


def _cholesky(K: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Lower Cholesky factor of K + diag(noise), with as much jitter as it takes."""
    from scipy.linalg import cholesky

    diagonal = np.diag(K) + noise
    jitter = _JITTER * float(diagonal.sum()) / len(K)
    for _ in range(4):
        whole = K.copy()
        np.fill_diagonal(whole, diagonal + jitter)
        try:
            return np.asarray(cholesky(whole, lower=True, overwrite_a=True, check_finite=False))
        except np.linalg.LinAlgError:
            jitter *= 100.0
    raise np.linalg.LinAlgError("covariance is not positive definite")
