"""Small measured tables with known laws, and a session made of frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.errors import UserError

OPTIONS = ["cache", "beams", "sample", "watermark", "size"]


def table(count: int = 60, seed: int = 0, noise: float = 0.02) -> pl.DataFrame:
    """Distinct configurations with an energy, a time and an accuracy that follow a law."""
    random = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "cache": random.choice(["dynamic", "static", "offloaded"], 4 * count),
            "beams": random.choice([1, 2, 4], 4 * count),
            "sample": random.choice([True, False], 4 * count),
            "watermark": random.choice([True, False], 4 * count),
            "size": random.choice([1, 2, 4, 8, 16, 32], 4 * count),
        }
    ).unique(maintain_order=True)[:count]
    cost = (
        10.0
        + 8.0 * (frame["cache"] == "offloaded").cast(pl.Float64)
        + 5.0 * (frame["beams"] - 1)
        - 3.0 * frame["sample"].cast(pl.Float64)
        + 2.0 * frame["size"].log(2)
    ).to_numpy()
    cost = cost * np.exp(noise * random.standard_normal(len(cost)))
    accuracy = 0.5 + 0.05 * frame["beams"].to_numpy() + 0.1 * frame["sample"].to_numpy()
    return frame.with_columns(
        pl.Series("config_id", [f"{index:016x}" for index in range(frame.height)]),
        pl.Series("energy_j", cost),
        pl.Series("duration_s", cost / 3.0),
        pl.Series("pass_at_1", accuracy),
        pl.lit(False).alias("energy_estimated"),
    )


@dataclass
class FakeSession:
    """The part of a session that learning uses, over one frame of configurations."""

    rows: pl.DataFrame
    options: list[str] = field(default_factory=lambda: list(OPTIONS))
    manifest: dict[str, Any] = field(default_factory=dict)
    a_space: Any = None

    @property
    def plan(self) -> pl.LazyFrame:
        plan = self.rows.lazy().with_row_index("position", 1)
        return plan.select(
            "config_id",
            pl.col("position").cast(pl.Int64),
            pl.lit("uniform").alias("sampler"),
            *self.options,
        )

    @property
    def runs(self) -> pl.LazyFrame:
        return self.rows.lazy()

    def configurations(self, spread: bool = False) -> pl.LazyFrame:
        return self.rows.lazy()

    def space(self) -> Any:
        if self.a_space is None:
            raise UserError("the session was imported and has no feature model")
        return self.a_space
