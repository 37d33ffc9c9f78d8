"""Energies that may stand in one fit, mean or front: of one kind and of the same meters.

Measured and estimated joules are different quantities, and so are the sums of different meters:
a run measured by GPU and CPU counters holds more than one measured by the GPU's alone.
"""

from __future__ import annotations

import polars as pl

_JOULES = ("energy_", "j_per_")
_PARTS = ("energy_gpu_j", "energy_cpu_j")  # the same quantity beside whichever other meter
ESTIMATED, SOURCE = "energy_estimated", "energy_source"


def is_energy(metric: str) -> bool:
    """Whether a metric is in joules, hence either measured or estimated."""
    return metric.startswith(_JOULES) and metric not in (ESTIMATED, SOURCE)


def one_kind_of_energy(frame: pl.DataFrame, metric: str) -> tuple[pl.DataFrame, bool, str | None]:
    """Rows whose energy is of one kind: measured or estimated, whichever has more; of measured
    ones those of the meters that most rows have (``energy_source``), where rows tell them.

    Returns:
        the rows, whether they are estimates, and a note where rows were left out.
    """
    if not is_energy(metric) or not {ESTIMATED, SOURCE} & set(frame.columns):
        return frame, False, None
    present = frame.filter(pl.col(metric).is_not_null())
    share = _estimated(frame)
    measured = present.filter(share == 0.0)
    estimated = present.filter(share == 1.0)
    if estimated.height > measured.height:
        return estimated, True, _left_out(metric, present, estimated, "estimates", "measured")
    note = _left_out(metric, present, measured, "measured", "estimated or mixed")
    if metric in _PARTS or SOURCE not in frame.columns or measured.is_empty():
        return measured, False, note
    usual = sources_by_use(measured)[0]
    chosen = measured.filter(pl.col(SOURCE).eq_missing(pl.lit(usual)))
    other = _left_out(metric, measured, chosen, f"measured by {usual}", "measured by other meters")
    return chosen, False, "; ".join(filter(None, [note, other])) or None


def same_meters(frame: pl.DataFrame) -> pl.DataFrame:
    """Runs in which every configuration's energies, nulls aside, may be averaged.

    Of a configuration that was measured in several ways those of the way that is usual in the
    whole frame stay, measurements before estimates; the others become null, and the way stands
    in all of its rows.
    """
    sums = [name for name in frame.columns if is_energy(name) and name not in _PARTS]
    known = {ESTIMATED, SOURCE} & set(frame.columns)
    if not known or not sums or "config_id" not in frame.columns or frame.is_empty():
        return frame
    has_energy = pl.any_horizontal(pl.col(sums).is_not_null())
    place = pl.when(_estimated(frame) > 0.0).then(1).otherwise(0)
    if SOURCE in known:
        usual = sources_by_use(frame.filter(has_energy & (_estimated(frame) == 0.0)))
        rank = {name: index for index, name in enumerate(usual)}
        source = pl.col(SOURCE).replace_strict(rank, default=len(rank), return_dtype=pl.Int64)
        place = place * (len(rank) + 1) + source
    first = pl.when(has_energy).then(place).min().over("config_id")
    chosen = has_energy & (place == first)
    told = pl.col(sorted(known)).filter(chosen).first().over("config_id")
    return frame.with_columns(pl.when(place == first).then(pl.col(sums)), told)


def sources_by_use(rows: pl.DataFrame) -> list[str | None]:
    """Meters as in ``energy_source``, those that most rows have first, ties by name."""
    order = ["len", SOURCE]
    counted = rows.group_by(SOURCE).len().sort(order, descending=[True, False], nulls_last=True)
    return counted[SOURCE].to_list()


def _estimated(frame: pl.DataFrame) -> pl.Expr:
    """Share of estimates in a row, which may be a mean of runs: 0, 1 or between."""
    if ESTIMATED not in frame.columns:
        return pl.lit(0.0)
    return pl.col(ESTIMATED).cast(pl.Float64).fill_null(0.0)


def _left_out(
    metric: str, of: pl.DataFrame, chosen: pl.DataFrame, kept: str, dropped: str
) -> str | None:
    count = of.height - chosen.height
    rows = "row" if count == 1 else "rows"
    return f"{metric}: {kept} only; {count} {dropped} {rows} left out" if count else None
