"""Time series binned by half a second, kept for an hour at most."""

from __future__ import annotations

BIN_S = 0.5
_KEEP_BINS = int(3600 / BIN_S)


class Series:
    """Means of values in bins of :data:`BIN_S` seconds on the session's clock."""

    def __init__(self) -> None:
        self._sums: dict[int, tuple[float, int]] = {}
        self._last = 0

    def add(self, t_s: float, value: float) -> None:
        """Put a value into its bin; seconds on the session's clock."""
        index = int(t_s // BIN_S)
        total, count = self._sums.get(index, (0.0, 0))
        self._sums[index] = (total + value, count + 1)
        if index > self._last:
            self._last = index
            if len(self._sums) > 2 * _KEEP_BINS:
                oldest = index - _KEEP_BINS
                self._sums = {k: v for k, v in self._sums.items() if k >= oldest}

    def __len__(self) -> int:
        return len(self._sums)

    def get(self, index: int, reach: int = 0) -> float | None:
        """Mean in a bin, or in the nearest earlier one at most ``reach`` bins before it."""
        for k in range(index, index - reach - 1, -1):
            if (found := self._sums.get(k)) is not None:
                return found[0] / found[1]
        return None

    def means(self, first: int, last: int, group: int = 1, reach: int = 0) -> dict[int, float]:
        """Group number -> mean, over groups of ``group`` bins that lie in [first, last]."""
        found: dict[int, float] = {}
        for start in range(first - first % group, last + 1, group):
            values = [
                v for k in range(start, start + group) if (v := self.get(k, reach)) is not None
            ]
            if values:
                found[start // group] = sum(values) / len(values)
        return found

    def tail(self, count: int) -> list[float]:
        """Means of the last ``count`` whole seconds before the last bin, oldest first."""
        per_s = round(1 / BIN_S)
        last = self._last // per_s * per_s
        seconds = self.means(last - count * per_s, last - 1, per_s)
        return [seconds[k] for k in sorted(seconds)]


def added(many: list[dict[int, float]]) -> dict[int, float]:
    """Sum of series, group by group."""
    total: dict[int, float] = {}
    for one in many:
        for k, value in one.items():
            total[k] = total.get(k, 0.0) + value
    return total
