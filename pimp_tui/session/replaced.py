"""Reading a Parquet file that may be replaced at any moment."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_GROWS_TO = 8 * 2**20  # bytes; a plan beyond is no plan that grows by suggestions


def scan_plan(file: Path) -> pl.LazyFrame:
    """The plan as it is now, whatever replaces it later.

    Polars opens a path once for the layout and again for the data. Where a growing plan is
    replaced between the two it fails or, worse, reads one by the other's layout; hence the bytes
    are read at once.

    Raises:
        FileNotFoundError: there is no such file.
    """
    import polars as pl

    if file.stat().st_size > _GROWS_TO:
        return pl.scan_parquet(file)
    return pl.scan_parquet(io.BytesIO(file.read_bytes()))
