"""A pick against its control as a ratio, and that against the ratio that was promised."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

_Variance = tuple[float, float]  # of a mean, and its degrees of freedom


def ratio_account(
    promised: float | None,
    usual: Sequence[float],
    pairs: Sequence[tuple[float, float]],
    of_problem: tuple[float, int] = (0.0, 0),
    fitted_on: int | None = None,
) -> dict[str, float]:
    """``expected``, ``found`` and ``off`` of ``verification_rows``, with their 95 % intervals.

    Args:
        usual: the control's values in the campaign.
        pairs: (pick, control) of each repetition of the batch.
        of_problem: variance over problems of what one adds to the logarithm of the ratio, and of
            how many problems that is known.
        fitted_on: how many other problems the promise rests on; None where on the same ones,
            so that which problems were asked cancels out of ``off``.
    """
    row: dict[str, float] = {}
    known = bool(usual) and all(value > 0 for value in usual)
    if known and promised is not None and promised > 0:
        row["expected"] = promised / _mean(usual)
    if not pairs:
        return row
    logs = [math.log(a / b) for a, b in pairs]
    middle = _mean(logs)
    row["found"] = math.exp(middle)
    repeats = _of_mean(logs)
    if repeats is None:
        return row | ({"off": row["found"] / row["expected"] - 1.0} if "expected" in row else {})
    variance, asked = of_problem
    problems = [(variance / asked, asked - 1.0)] if asked > 1 else []
    half = _half_width([repeats, *problems])
    row |= {"found_lower": math.exp(middle - half), "found_upper": math.exp(middle + half)}
    if "expected" in row:
        off = middle - math.log(row["expected"])
        parts = [repeats, _of_mean([math.log(value) for value in usual]) or (0.0, 1.0)]
        if fitted_on and problems:
            parts += [*problems, (variance / fitted_on, asked - 1.0)]
        half = _half_width(parts)
        row["off"] = math.expm1(off)
        row |= {"off_lower": math.expm1(off - half), "off_upper": math.expm1(off + half)}
    return row


def _of_mean(sample: Sequence[float]) -> _Variance | None:
    """Variance of a sample's mean; None for fewer than two values, of which nothing is known."""
    if len(sample) < 2:
        return None
    centre = _mean(sample)
    squares = math.fsum((value - centre) ** 2 for value in sample)
    return squares / (len(sample) - 1) / len(sample), len(sample) - 1.0


def _half_width(parts: Iterable[_Variance]) -> float:
    """Half of the 95 % interval of a sum of means, with Welch and Satterthwaite's freedom."""
    from scipy.stats import t as student

    parts = [part for part in parts if part[0] > 0]
    if not parts:
        return 0.0
    total = math.fsum(own for own, _ in parts)
    freedom = total**2 / math.fsum(own**2 / free for own, free in parts)
    return float(student.ppf(0.975, freedom)) * math.sqrt(total)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
