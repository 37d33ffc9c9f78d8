from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.learning.encoder import Encoder

FRAME = pl.DataFrame(
    {
        "on": [True, False, True, False],
        "off": [False, True, False, True],  # complement of `on`
        "again": [1, 0, 1, 0],  # duplicate of `on`
        "fixed": [3, 3, 3, 3],
        "size": [1, 4, 16, 2],
        "share": [0.1, 0.2, 0.3, 0.2],
        "kind": ["b", "a", None, "c"],
        "depth": [None, None, 4, 2],
    }
)


def test_columns_scales_and_dropped_ones() -> None:
    encoder = Encoder(FRAME.columns).fit(FRAME)
    X = encoder.transform(FRAME)
    assert encoder.names == [
        "on", "size", "share", "kind=a", "kind=b", "kind=c", "kind=null", "depth", "depth=null",
    ]  # fmt: skip
    assert X.min() == -1.0 and X.max() == 1.0
    column = dict(zip(encoder.names, X.T, strict=True))
    assert column["on"].tolist() == [1, -1, 1, -1]
    np.testing.assert_allclose(column["size"], [-1, 0, 1, -0.5])  # 16x: logarithmic
    np.testing.assert_allclose(column["share"], [-1, 0, 1, 0], atol=1e-12)  # 3x: linear
    assert column["kind=null"].tolist() == [-1, -1, 1, -1]
    assert column["depth"].tolist() == [0, 0, 1, -1]
    assert column["depth=null"].tolist() == [1, 1, -1, -1]


def test_text_of_two_values_is_one_column() -> None:
    frame = pl.DataFrame({"kind": ["x", "y", "x"]})
    assert Encoder(["kind"]).fit(frame).names == ["kind=x"]


def test_order_does_not_depend_on_the_rows() -> None:
    first = Encoder(FRAME.columns).fit(FRAME)
    assert Encoder(FRAME.columns).fit(FRAME.reverse()).names == first.names


def test_unseen_values_are_told_and_left_out() -> None:
    encoder = Encoder(["kind", "size", "on", "fixed"]).fit(FRAME)
    fresh = pl.DataFrame(
        {"kind": ["a", "z", None], "size": [8, 64, 1], "on": [True, None, False], "fixed": [3] * 3}
    )
    assert not encoder.fitted(fresh).all()
    assert encoder.within_fitted(fresh)["size"].to_list() == [8, 1]
    assert not encoder.fitted(fresh.with_columns(fixed=pl.lit(4))).any()


def test_missing_option_names_the_nearest() -> None:
    with pytest.raises(UserError, match="no option sise; did you mean size"):
        Encoder(["sise"]).fit(FRAME)


def test_lists_are_refused() -> None:
    with pytest.raises(UserError, match="neither text"):
        Encoder(["a"]).fit(pl.DataFrame({"a": [[1], [2]]}))


def test_nothing_to_learn_from_gives_no_columns() -> None:
    encoder = Encoder(["fixed"]).fit(FRAME)
    assert encoder.transform(FRAME).shape == (4, 0)


def test_infinite_numbers_count_as_null() -> None:
    some = pl.DataFrame({"limit": [1.0, 2.0, float("inf"), float("nan")]})
    encoder = Encoder(["limit"]).fit(some)
    assert encoder.names == ["limit", "limit=null"]
    assert encoder.transform(some).tolist() == [[-1, -1], [1, -1], [0, 1], [0, 1]]
    assert encoder.fitted(some).all()
    assert not Encoder(["limit"]).fit(pl.DataFrame({"limit": [float("inf")] * 3})).names


def test_the_widest_range_of_a_double_is_scaled() -> None:
    frame = pl.DataFrame({"x": [-1.7e308, 0.0, 1.7e308]})
    with np.errstate(all="raise"):
        coded = Encoder(["x"]).fit(frame).transform(frame)
    assert coded[:, 0].tolist() == [-1.0, 0.0, 1.0]
