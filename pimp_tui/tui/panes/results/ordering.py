"""Which rows a table shows, and in which order; for threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

#: A sort key: column and whether the largest comes first.
Key = tuple[str, bool]
_INDEX = "__row"


def order_of(
    frame: pl.DataFrame,
    where: pl.Expr | None = None,
    keys: list[Key] | tuple[Key, ...] = (),
    first: int | None = None,
) -> pl.Series | None:
    """Row numbers of the rows that ``where`` keeps, sorted; None where that is every row as it is.

    Args:
        frame: the whole table.
        where: a Boolean expression without nulls.
        keys: most significant first; unmeasured values come last either way, ties keep the
            frame's order.
        first: only so many rows, found without sorting the rest (top-k).
    """
    import polars as pl

    if where is None and not keys:
        return None
    names = [name for name, _ in keys]
    needed = set(names) | set(where.meta.root_names() if where is not None else ())
    table = frame.lazy().select([n for n in frame.columns if n in needed])
    table = table.with_row_index(_INDEX)
    if where is not None:
        table = table.filter(where)
    if keys:
        table = table.with_columns(
            pl.col(name).fill_nan(None) for name in names if frame.schema[name].is_float()
        )
        # bottom_k and sort put nulls last only when told per key: a Boolean in front does it.
        by, descending = [], []
        for name, down in keys:
            if frame[name].null_count() or frame.schema[name].is_float():
                by.append(pl.col(name).is_null())
                descending.append(False)
            by.append(pl.col(name))
            descending.append(down)
        by.append(pl.col(_INDEX))
        descending.append(False)
        if first is not None:
            table = table.bottom_k(first, by=by, reverse=descending)
        table = table.sort(by, descending=descending)
    elif first is not None:
        table = table.head(first)
    return table.select(_INDEX).collect()[_INDEX]


def next_keys(keys: list[Key], column: str, further: bool) -> list[Key]:
    """The keys after ``s`` (only this column) or ``S`` (also); the same again reverses."""
    down = dict(keys).get(column)
    if not further:
        return [(column, not down if down is not None and len(keys) == 1 else False)]
    if down is None:
        return [*keys, (column, False)]
    return [(name, not d if name == column else d) for name, d in keys]


def words(keys: list[Key]) -> str:
    """``energy_j ^, pass_at_1 v`` for the rule: ^ smallest first, v largest first."""
    return ", ".join(f"{name} {'v' if down else '^'}" for name, down in keys)
