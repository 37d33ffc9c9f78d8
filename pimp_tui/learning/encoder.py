"""Options to a numeric matrix that every predictor understands."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.measured import require_columns

_LOG_FROM_RANGE = 8.0


@dataclass(frozen=True)
class _Scale:
    """A numeric option on [-1, 1], logarithmic where it spans a range of 8x or more."""

    low: float
    high: float
    logarithmic: bool

    @classmethod
    def of(cls, values: np.ndarray) -> _Scale:
        present = values[np.isfinite(values)]
        low, high = float(present.min()), float(present.max())
        logarithmic = low > 0 and high / low >= _LOG_FROM_RANGE
        return cls(np.log(low), np.log(high), True) if logarithmic else cls(low, high, False)

    def ends(self) -> tuple[float, float]:
        """Smallest and largest fitted value, widened by rounding."""
        low, high = (self.low, self.high)
        if self.logarithmic:
            low, high = float(np.exp(low)), float(np.exp(high))
        slack = 1e-9 * max(abs(low), abs(high))
        return low - slack, high + slack

    def __call__(self, values: np.ndarray) -> np.ndarray:
        if self.logarithmic:
            values = np.log(np.maximum(values, np.exp(self.low)))
        span = self.high / 2 - self.low / 2  # halves, so that -1e308 and 1e308 have one too
        unit = (values / 2 - self.low / 2) / span if span > 0 else np.zeros_like(values)
        return np.nan_to_num(np.clip(2.0 * unit - 1.0, -1.0, 1.0), nan=0.0)


@dataclass
class Encoder:
    """Booleans to -1/+1, text to one -1/+1 column a value, numbers to [-1, 1].

    Null is a value of its own, as which NaN and infinities count: an indicator column, and 0 in
    the number's own column. Columns that are constant, or equal or opposite to an earlier one in
    the fitted rows, are dropped.
    The order of columns follows the order of ``options``, then values in sorted order.

    Attributes:
        names: name of each column of the matrix, ``option`` or ``option=value``.
    """

    options: Sequence[str]
    names: list[str] = field(default_factory=list)
    _values: dict[str, list[str]] = field(default_factory=dict)
    _scales: dict[str, _Scale] = field(default_factory=dict)
    _with_null: set[str] = field(default_factory=set)
    _kept: list[int] = field(default_factory=list)

    def fit(self, frame: pl.DataFrame) -> Encoder:
        """Learn values, scales and which columns carry anything.

        Raises:
            UserError: an option is missing in the frame or of a type that cannot be encoded.
        """
        require_columns(frame, self.options, "option")
        self._values, self._scales, self._with_null = {}, {}, set()
        for option in self.options:
            column = _plain(frame[option], option)
            present = column.drop_nulls()
            if len(present) < len(column):
                self._with_null.add(option)
            if column.dtype == pl.String:
                self._values[option] = sorted(present.unique().to_list())
            elif len(present):
                self._scales[option] = _Scale.of(present.cast(pl.Float64).to_numpy())
        columns = self._columns(frame)
        self._kept = _informative([column() for _, column in columns])
        self.names = [columns[index][0] for index in self._kept]
        return self

    def transform(self, frame: pl.DataFrame) -> np.ndarray:
        """Matrix of shape (rows, len(names)); values never fitted count as none of the known."""
        require_columns(frame, self.options, "option")
        columns = self._columns(frame)
        matrix = np.empty((len(self._kept), frame.height))
        for place, index in enumerate(self._kept):
            matrix[place] = columns[index][1]()
        return np.ascontiguousarray(matrix.T)

    def fitted(self, frame: pl.DataFrame) -> pl.Series:
        """Whether the fitted rows say something about every option value of each row.

        Known are text and Booleans that were there, numbers inside the fitted range, and null
        where it was.
        """
        require_columns(frame, self.options, "option")
        known = pl.Series([True], dtype=pl.Boolean).new_from_index(0, frame.height)
        for option in self.options:
            known &= self._known(_plain(frame[option], option), option)
        return known

    def unseen(self, frame: pl.DataFrame) -> pl.Series:
        """What was never measured in each row, as ``size=64, cache="paged"``; null where fitted."""
        told = pl.Series("unseen", [None], dtype=pl.String).new_from_index(0, frame.height)
        rows = np.flatnonzero(~self.fitted(frame).to_numpy())
        if not len(rows):
            return told
        part, found = frame[rows], [list[str]() for _ in rows]
        for option in self.options:
            column = _plain(part[option], option)
            for row in np.flatnonzero(~self._known(column, option).to_numpy()):
                found[row].append(f"{option}={json.dumps(column[int(row)], default=str)}")
        return told.scatter(rows, [", ".join(names) for names in found])

    def within_fitted(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of ``frame`` without unseen values."""
        return frame.filter(self.fitted(frame))

    def known(self, column: pl.Series, option: str) -> pl.Series:
        """Whether the fitted rows say something about each value of one option."""
        return self._known(_plain(column, option), option)

    def _known(self, column: pl.Series, option: str) -> pl.Series:
        known = column.is_null() & (option in self._with_null)
        if option in self._values:
            known |= column.cast(pl.String).is_in(self._values[option]).fill_null(False)
        elif option in self._scales:
            low, high = self._scales[option].ends()
            number = column.cast(pl.Float64, strict=False)
            known |= number.is_between(low, high).fill_null(False)
        return known

    def _columns(self, frame: pl.DataFrame) -> list[tuple[str, Callable[[], np.ndarray]]]:
        """Name of every column and how to compute it; most of a wide frame are never asked for."""
        columns: list[tuple[str, Callable[[], np.ndarray]]] = []
        for option in self.options:
            column = _plain(frame[option], option)
            if option in self._values:
                for value in self._values[option]:
                    columns.append((f"{option}={value}", partial(_is_value, column, value)))
            elif option in self._scales:
                columns.append((option, partial(_scaled, column, self._scales[option])))
            columns.append((f"{option}=null", partial(_is_null, column)))
        return columns


def _is_value(column: pl.Series, value: str) -> np.ndarray:
    return _sign((column.cast(pl.String) == value).fill_null(False).to_numpy())


def _scaled(column: pl.Series, scale: _Scale) -> np.ndarray:
    return scale(column.cast(pl.Float64, strict=False).to_numpy().astype(float))


def _is_null(column: pl.Series) -> np.ndarray:
    return _sign(column.is_null().to_numpy())


def _plain(column: pl.Series, option: str) -> pl.Series:
    """Text, Boolean or number, NaN and infinities as null."""
    dtype = column.dtype
    if dtype in (pl.Categorical, pl.Enum):
        return column.cast(pl.String)
    if dtype.is_float():
        return column.set(~column.is_finite(), None)
    if dtype in (pl.String, pl.Boolean, pl.Null) or dtype.is_numeric():
        return column
    raise UserError(f"option {option} ({dtype}) is neither text, number nor true/false")


def _sign(truth: np.ndarray) -> np.ndarray:
    return np.where(truth, 1.0, -1.0)


def _informative(columns: list[np.ndarray]) -> list[int]:
    """Indices of columns that vary and neither repeat nor mirror an earlier one."""
    kept: list[int] = []
    seen: set[bytes] = set()
    for index, column in enumerate(columns):
        if len(column) == 0 or np.ptp(column) == 0:
            continue
        rounded = np.round(column, 12) + 0.0
        leading = rounded[np.flatnonzero(rounded)[0]]
        key = (rounded * np.sign(leading) + 0.0).tobytes()
        if key not in seen:
            seen.add(key)
            kept.append(index)
    return kept
