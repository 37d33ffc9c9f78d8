"""Stop repeating a configuration whose means are known well enough."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: Fewer repeats than this say nothing about their own spread.
LEAST_REPEATS = 3


class Repeats:
    """Durations and measured energies of each configuration so far.

    Args:
        precision: half-width of the 95 % interval of a mean, as a share of it, that suffices; None
            never stops early.
        control: config_id of the control configuration, which is repeated to the end: it shows
            drift only as long as it is measured.
    """

    def __init__(self, precision: float | None, control: str | None = None) -> None:
        self._precision, self._control = precision, control
        self._values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, config_id: str, row: Mapping[str, Any]) -> None:
        """Take in a finished run's row."""
        self._values[config_id]["duration_s"].append(row["duration_s"])
        if row["energy_j"] is not None and not row["energy_estimated"]:
            self._values[config_id]["energy_j"].append(row["energy_j"])

    def read(self, session: Path) -> None:
        """Take in what earlier sittings measured."""
        import polars as pl

        if self._precision is None or not any((session / "runs").glob("*.parquet")):
            return
        columns = ["config_id", "duration_s", "energy_j", "energy_estimated"]
        ok = pl.scan_parquet(session / "runs" / "*.parquet").filter(pl.col("status") == "ok")
        for row in ok.select(columns).collect().iter_rows(named=True):
            self.add(row["config_id"], row)

    def enough(self, config_id: str) -> bool:
        """Whether every mean of the configuration is within the precision."""
        values = self._values.get(config_id)
        if self._precision is None or not values or config_id == self._control:
            return False
        return all(_within(one, self._precision) for one in values.values())


def _within(values: list[float], precision: float) -> bool:
    if len(values) < LEAST_REPEATS:
        return False
    from scipy.stats import t as student

    mean = statistics.fmean(values)
    error = statistics.stdev(values) / math.sqrt(len(values))
    return mean > 0 and float(student.ppf(0.975, len(values) - 1)) * error <= precision * mean
