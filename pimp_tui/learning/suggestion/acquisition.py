"""How much a configuration is expected to improve the front; less is better throughout."""

from __future__ import annotations

import numpy as np

from pimp_tui.learning.fronts.nondominated import nondominated

_DRAWS, _WEIGHTS = 64, 16


def expected_shortfall(bound: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """psi(a) = E[(a - y)+] for y ~ N(mean, deviation^2), elementwise; 0 at a = -inf."""
    from scipy.special import ndtr

    deviation = np.maximum(deviation, 1e-12)
    with np.errstate(invalid="ignore"):
        u = (bound - mean) / deviation
        density = np.exp(-0.5 * u**2) / np.sqrt(2.0 * np.pi)
        value = (bound - mean) * ndtr(u) + deviation * density
    return np.where(np.isneginf(bound), 0.0, value)


def expected_hypervolume_improvement(
    front: np.ndarray, reference: np.ndarray, mean: np.ndarray, deviation: np.ndarray
) -> np.ndarray:
    """Exact expected gain of hypervolume for two or three independent normal objectives.

    For two a sum over the strips between neighbours of the front sorted by the first objective:
    [psi1(u_(i+1)) - psi1(u_i)] psi2(v_i). For three a sum over the slabs between neighbours in the
    third, of [psi3(w_(i+1)) - psi3(w_i)] times that of two over the points below the slab.

    Args:
        front: points (k, 2) or (k, 3), dominated ones allowed; reference: (2,) or (3,).
        mean, deviation: of each candidate, (n, 2) or (n, 3).

    Returns:
        shape (n,).
    """
    if front.shape[1] == 3:
        return _in_slabs(front, reference, mean, deviation)
    inside = front[(front < reference).all(axis=1)]
    inside = np.unique(inside[nondominated(inside)], axis=0) if len(inside) else inside
    u = np.concatenate([[-np.inf], inside[:, 0], [reference[0]]])
    v = np.concatenate([[reference[1]], inside[:, 1]])
    first = expected_shortfall(u[None, :], mean[:, :1], deviation[:, :1])
    second = expected_shortfall(v[None, :], mean[:, 1:], deviation[:, 1:])
    gain = (np.diff(first, axis=1) * second).sum(axis=1)
    return np.asarray(np.maximum(gain, 0.0))


def _in_slabs(
    front: np.ndarray, reference: np.ndarray, mean: np.ndarray, deviation: np.ndarray
) -> np.ndarray:
    inside = front[(front < reference).all(axis=1)]
    inside = inside[nondominated(inside)] if len(inside) else inside
    levels = np.unique(inside[:, 2])
    bounds = np.concatenate([[-np.inf], levels, [reference[2]]])
    third = np.diff(expected_shortfall(bounds[None, :], mean[:, 2:], deviation[:, 2:]), axis=1)
    total = np.zeros(len(mean))
    for slab, low in enumerate(bounds[:-1]):
        total += third[:, slab] * expected_hypervolume_improvement(
            inside[inside[:, 2] <= low, :2], reference[:2], mean[:, :2], deviation[:, :2]
        )
    return np.maximum(total, 0.0)


def expected_scalar_improvement(
    front: np.ndarray,
    reference: np.ndarray,
    mean: np.ndarray,
    deviation: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    """For four objectives and more: mean improvement over random Chebyshev scalarisations.

    Exact hypervolume improvement costs too much there; weights are drawn from the simplex
    (ParEGO, Knowles 2006), the expectation from 64 draws a candidate. Shape (n,).
    """
    ideal = front.min(axis=0)
    span = np.maximum(reference - ideal, 1e-12)
    weights = random.dirichlet(np.ones(front.shape[1]), _WEIGHTS)
    draws = random.standard_normal((_DRAWS, 1, front.shape[1]))
    total = np.zeros(len(mean))
    measured, drawn = (front - ideal) / span, (mean + draws * deviation - ideal) / span
    for weight in weights:
        best = (weight * measured).max(axis=1).min()
        values = (weight * drawn).max(axis=2)
        total += np.maximum(best - values, 0.0).mean(axis=0)
    return total / _WEIGHTS


def likely_reference(costs: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Bound for proposals: where the ends of the front are likely to be, per objective.

    The nadir of a young front would give nothing for points beyond its ends, and the ends are
    what a campaign finds last; the worst measured value would send it after values that nobody
    wants. Hence the nadir of the front of what is measured and predicted together, widened to the
    candidates that may be best in one objective, since means fall short of the ends that nobody
    has seen; no less than the nadir of the measured front and no more than ``open_reference``.

    Args:
        costs: measured (m, k); mean, deviation: predicted for the candidates (c, k).
    """
    both = np.vstack([costs, mean])
    ends = mean[(mean - deviation).argmin(axis=0)].max(axis=0)
    ends = ends + 0.1 * (ends - both.min(axis=0))
    likely = np.max([reference_point(both), reference_point(costs), ends], axis=0)
    return np.minimum(likely, open_reference(costs))


def open_reference(costs: np.ndarray) -> np.ndarray:
    """The worst measured value plus 10% of the range, per objective."""
    low, high = costs.min(axis=0), costs.max(axis=0)
    return np.asarray(high + 0.1 * np.where(high > low, high - low, 1.0))


def reference_point(costs: np.ndarray) -> np.ndarray:
    """Nadir of the front plus 10% of its range; of all rows where the front has no range."""
    front = costs[nondominated(costs)]
    low, high = front.min(axis=0), front.max(axis=0)
    flat = high <= low
    high = np.where(flat, costs.max(axis=0), high)
    span = np.where(high > low, high - low, 1.0)
    return np.asarray(high + 0.1 * span)
