"""Configurations to plan frames: identity, position, sampler, and one typed column per option."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.space.ids import canonical

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Space
    from pimp_tui.space.binding import Option

KEYS = ("config_id", "position", "sampler")


def config_ids(space: Space, rows: np.ndarray) -> list[str]:
    """The ``config_id`` of each (n, features) bool row."""
    own = np.flatnonzero(space.identity)
    names = [space.features[i] for i in own]
    order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=int)
    encoded = [names[i].encode() for i in order]
    width = len(names)
    flags = np.ascontiguousarray(rows[:, own[order]]).tobytes()
    join = b"\n".join
    starts = (row * width for row in range(len(rows)))
    return [
        sha256(join(compress(encoded, flags[at : at + width]))).hexdigest()[:16] for at in starts
    ]


def plan_frame(space: Space, rows: np.ndarray, sampler: str | list[str]) -> pl.DataFrame:
    """A plan of (n, features) bool rows, in their order, positions from 1.

    Args:
        space: the space.
        rows: valid configurations.
        sampler: who drew them, one name or one per row.
    """
    import polars as pl

    n = len(rows)
    labels = [sampler] * n if isinstance(sampler, str) else sampler
    data: dict[str, pl.Series] = {
        "config_id": pl.Series("config_id", config_ids(space, rows), dtype=pl.String),
        "position": pl.Series("position", np.arange(1, n + 1), dtype=pl.Int64),
        "sampler": pl.Series("sampler", labels, dtype=pl.String),
    }
    for name in space.bindings:
        data[name] = column_of(space, name, rows)
    return pl.DataFrame(data)


def empty_plan(space: Space) -> pl.DataFrame:
    """A plan of no configuration, with its columns."""
    return plan_frame(space, np.zeros((0, len(space.features)), dtype=bool), "")


def stack(head: pl.DataFrame, plan: pl.DataFrame) -> pl.DataFrame:
    """Rows of both; an option of several leaves may be text in one and a number in the other."""
    import polars as pl

    plan = plan.select(head.columns)
    for name, kind in head.schema.items():
        if plan.schema[name] != kind:
            plan = plan.with_columns(pl.col(name).cast(pl.String))
            head = head.with_columns(pl.col(name).cast(pl.String))
    return pl.concat([head, plan])


def column_type(option: Option) -> Any:
    """Polars type of an option's column: Boolean, Int64, Float64 or String."""
    import polars as pl

    kinds = {type(v) for v in option.leaves.values()}
    if not option.bound or kinds == {bool}:
        return pl.Boolean
    if kinds == {int}:
        return pl.Int64
    if kinds <= {int, float}:
        return pl.Float64
    return pl.String


def cell(option: Option, value: Any) -> Any:
    """A value as it stands in the option's column."""
    kinds = {type(v) for v in option.leaves.values()}
    if value is None or kinds == {str} or (len(kinds) == 1 and kinds <= {bool, int, float}):
        return value
    if kinds <= {int, float}:
        return float(value)
    return canonical(value)


def cells_of(space: Space, features: Iterable[str]) -> dict[str, Any]:
    """A configuration as the cells of a plan row: what ``Space.from_row`` reads without doubt."""
    return {
        name: canonical(value) if isinstance(value, list) else cell(space.option(name), value)
        for name, value in space.row(features).items()
    }


def column_of(space: Space, name: str, rows: np.ndarray) -> pl.Series:
    """An option's column of a plan of (n, features) bool rows."""
    import polars as pl

    option = space.bindings[name]
    numbers = [space.variable(leaf) - 1 for leaf in option.leaves]
    if not option.bound:
        return pl.Series(name, np.ascontiguousarray(rows[:, numbers[0]]), dtype=pl.Boolean)
    chosen = rows[:, numbers]
    several = chosen.sum(axis=1)
    cells = [cell(option, value) for value in option.leaves.values()]
    if (several > 1).any():  # leaves under an or-group: the list of them, as canonical JSON
        values = list(option.leaves.values())
        picked = [list(compress(values, row)) for row in chosen.tolist()]
        texts = [_several(option, one) for one in picked]
        return pl.Series(name, texts, dtype=pl.String)
    at = np.where(several > 0, chosen.argmax(axis=1), len(cells))
    table = pl.Series(name, [*cells, None], dtype=column_type(option))
    return table.gather(pl.Series(at, dtype=pl.UInt32))


def _several(option: Option, values: list[Any]) -> str | None:
    if not values:
        return None
    if len(values) > 1:
        return canonical(values)
    single = cell(option, values[0])
    return single if isinstance(single, str) else canonical(single)
