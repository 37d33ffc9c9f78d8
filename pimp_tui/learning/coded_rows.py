"""Feature rows to encoded columns by table: millions of configurations without a frame of them.

Every encoded column depends on one option alone, so an option's part of the matrix is looked up by
which of its leaves is selected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pimp_tui.learning.encoder import Encoder

if TYPE_CHECKING:
    from pimp_tui.space import Space
    from pimp_tui.space.binding import Option


class CodedRows:
    """Encodes (n, features) bool rows of a space as ``encoder`` encodes their frame.

    Args:
        encoder: fitted on the space's options, in part or in whole.
    """

    def __init__(self, space: Space, encoder: Encoder) -> None:
        from pimp_tui.sampling.frames import column_type

        self._space, self._encoder = space, encoder
        self._tables: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
        options = {name: space.option(name) for name in encoder.options}
        kinds = {name: column_type(option) for name, option in options.items()}
        cells = {name: _cells(option) for name, option in options.items()}
        plain = {name: own[-1] for name, own in cells.items()}
        # one row for each cell, the other options plain: one frame, since making each costs
        rows = [plain, *(plain | {name: value} for name, own in cells.items() for value in own)]
        frame = pl.DataFrame(rows, schema=kinds)
        self._base, *coded = encoder.transform(frame)
        at = 0
        for name, option in options.items():
            own = slice(at, at := at + len(cells[name]))
            change = np.array(coded[own]) - self._base
            columns = np.flatnonzero(change.any(axis=0))
            known = encoder.known(frame[name][1:][own], name).to_numpy()
            leaves = np.array([space.variable(leaf) - 1 for leaf in option.leaves], dtype=int)
            self._tables.append((leaves, columns, change[:, columns], known))

    def encode(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Matrix (n, columns) of (n, features) rows, and whether all values were fitted (n,)."""
        X = np.tile(self._base, (len(rows), 1))
        fitted = np.ones(len(rows), dtype=bool)
        for leaves, columns, change, known in self._tables:
            chosen = rows[:, leaves]
            if len(leaves) == 1:
                code = np.where(chosen[:, 0], 0, 1)
            else:
                count = chosen.sum(axis=1)
                if (count > 1).any():  # leaves of an or-group: their list is a value of its own
                    return self._by_frame(rows)
                code = np.where(count > 0, chosen.argmax(axis=1), len(leaves))
            fitted &= known[code]
            if len(columns):
                X[:, columns] += change[code]
        return X, fitted

    def _by_frame(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        from pimp_tui.sampling.frames import plan_frame

        frame = plan_frame(self._space, rows, "uniform")
        return self._encoder.transform(frame), self._encoder.fitted(frame).to_numpy()


def _cells(option: Option) -> list[Any]:
    """The cell of each leaf, and of no leaf last: null, or False where the leaf is the option."""
    from pimp_tui.sampling.frames import cell

    if not option.bound:
        return [True, False]
    return [*(cell(option, value) for value in option.leaves.values()), None]
