"""Covariance functions with one relevance per column and closed-form gradients.

Parameters are logarithms. Gradients are contracted at once with a symmetric matrix V, as
sum_ij V_ij dK_ij/dtheta, through products with X alone: O(n^2 d) time, O(n^2) memory, where the
textbook tensor (n, n, d) would be the bottleneck at 300 rows and 60 columns.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

_SQRT5 = np.sqrt(5.0)


class Kernel(Protocol):
    """A covariance function over the columns of X."""

    def start(self, width: int) -> np.ndarray:
        """Initial log parameters, which are also the centre of their log-normal priors."""
        ...

    def matrix(self, theta: np.ndarray, A: np.ndarray, B: np.ndarray) -> np.ndarray:
        """Covariances, shape (len(A), len(B))."""
        ...

    def diagonal(self, theta: np.ndarray, A: np.ndarray) -> np.ndarray:
        """Prior variances, shape (len(A),)."""
        ...

    def matrix_and_pull(self, theta: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, Pull]:
        """K(X, X) and the function V -> sum_ij V_ij dK_ij/dtheta."""
        ...


class Pull(Protocol):
    def __call__(self, V: np.ndarray) -> np.ndarray: ...


class Matern52:
    """Matérn 5/2 with r^2 = sum_d rho_d (x_d - x'_d)^2; theta = [log variance, log rho...]."""

    def start(self, width: int) -> np.ndarray:
        return np.concatenate([[0.0], np.full(width, np.log(2.0 / max(width, 1)))])

    @staticmethod
    def _squared(theta: np.ndarray, A: np.ndarray, B: np.ndarray) -> np.ndarray:
        root = np.exp(0.5 * theta[1:]).astype(A.dtype)
        A, B = A * root, B * root
        squared = A @ (-2.0 * B.T)
        squared += (A**2).sum(1)[:, None]
        squared += (B**2).sum(1)
        return np.maximum(squared, 0.0, out=squared)

    def matrix(self, theta: np.ndarray, A: np.ndarray, B: np.ndarray) -> np.ndarray:
        scaled = self._squared(theta, A, B)
        scaled *= 5.0
        root = np.sqrt(scaled)
        scaled *= 1.0 / 3.0
        scaled += root
        scaled += 1.0
        np.negative(root, out=root)
        root += theta[0]
        scaled *= np.exp(root, out=root)
        return scaled

    def diagonal(self, theta: np.ndarray, A: np.ndarray) -> np.ndarray:
        return np.full(len(A), np.exp(theta[0]))

    def matrix_and_pull(self, theta: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, Pull]:
        squared = self._squared(theta, X, X)
        r = np.sqrt(squared)
        decay = np.exp(theta[0] - _SQRT5 * r)
        K = decay * (1.0 + _SQRT5 * r + (5.0 / 3.0) * squared)
        slope = -(5.0 / 6.0) * decay * (1.0 + _SQRT5 * r)  # dK / d(r^2)

        def pull(V: np.ndarray) -> np.ndarray:
            W = V * slope
            spread = W.sum(1) @ (X**2) - (X * (W @ X)).sum(0)
            return np.concatenate([[(V * K).sum()], 2.0 * np.exp(theta[1:]) * spread])

        return K, pull


class Anova:
    """Sums of products of columns up to order 3, one variance per order.

    K = v0 + v1 e1 + v2 e2 + v3 e3, where e_m is the m-th elementary symmetric polynomial of
    z_d = w_d x_d x'_d (Durrande et al. 2013; Newton's identities give e_m from power sums).
    theta = [log v0, log v1, log v2, log v3, log w...].
    """

    def start(self, width: int) -> np.ndarray:
        return np.concatenate(
            [np.log([0.1, 1.0, 0.5, 0.25]), np.full(width, -np.log(max(width, 1)))]
        )

    @staticmethod
    def _symmetric(w: np.ndarray, A: np.ndarray, B: np.ndarray) -> tuple[np.ndarray, ...]:
        A2, B2 = A * A, B * B
        p1 = (A * w) @ B.T
        p2 = (A2 * w**2) @ B2.T
        p3 = (A2 * A * w**3) @ (B2 * B).T
        e2 = p1 * p1
        # multiplied out: a power of 3 costs more than the three products above
        p3 *= 2.0
        p3 += p1 * (e2 - 3.0 * p2)
        p3 /= 6.0
        e2 -= p2
        e2 *= 0.5
        return p1, e2, p3

    def matrix(self, theta: np.ndarray, A: np.ndarray, B: np.ndarray) -> np.ndarray:
        v, w = np.exp(theta[:4]), np.exp(theta[4:])
        e1, e2, e3 = self._symmetric(w.astype(A.dtype), A, B)
        e1 *= v[1]
        e2 *= v[2]
        e3 *= v[3]
        e1 += e2
        e1 += e3
        e1 += v[0]
        return e1

    def diagonal(self, theta: np.ndarray, A: np.ndarray) -> np.ndarray:
        v, w = np.exp(theta[:4]), np.exp(theta[4:])
        p1, p2, p3 = (A**2 @ w), (A**4 @ w**2), (A**6 @ w**3)
        e2, e3 = 0.5 * (p1**2 - p2), (p1**3 - 3.0 * p1 * p2 + 2.0 * p3) / 6.0
        return v[0] + v[1] * p1 + v[2] * e2 + v[3] * e3

    def matrix_and_pull(self, theta: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, Pull]:
        v, w = np.exp(theta[:4]), np.exp(theta[4:])
        e1, e2, e3 = self._symmetric(w, X, X)
        K = v[0] + v[1] * e1 + v[2] * e2 + v[3] * e3

        def pull(V: np.ndarray) -> np.ndarray:
            orders = v * np.array([V.sum(), (V * e1).sum(), (V * e2).sum(), (V * e3).sum()])
            # de_m/dz_d is e_{m-1} without column d: 1, e1 - z, e2 - z e1 + z^2
            first = _weigh(V * (v[1] + v[2] * e1 + v[3] * e2), X)
            second = _weigh(V * (v[2] + v[3] * e1), X**2)
            third = _weigh(V * v[3], X**2 * X)
            return np.concatenate([orders, w * first - w**2 * second + w**3 * third])

        return K, pull


def _weigh(V: np.ndarray, X: np.ndarray) -> np.ndarray:
    """sum_ij V_ij x_id x_jd for every column d."""
    return (X * (V @ X)).sum(0)
