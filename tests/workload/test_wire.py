"""The format between checker and candidate: exact for plain data, safe on hostile bytes."""

from __future__ import annotations

import collections
import contextlib
import datetime
import os
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimp_tui.workload.sandbox.inside import wire

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.binary()
    | st.complex_numbers(allow_nan=False) | st.just(...)
    | st.text(st.characters(codec=None))
)  # fmt: skip
KNOWN = (
    st.fractions() | st.decimals(allow_nan=False) | st.dates() | st.timedeltas()
    | (st.times() | st.datetimes()).map(lambda value: value.replace(fold=0))
    | st.binary().map(bytearray)
    | st.builds(range, st.integers(), st.integers(), st.integers(1))
    | st.lists(st.integers(), max_size=3).map(collections.deque)
)  # fmt: skip
VALUES = st.recursive(
    SCALARS | KNOWN,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.sets(st.integers())
        | st.frozensets(st.text())
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_plain_data_comes_back_equal_and_of_the_same_types(value):
    back = wire.decode(wire.encode(value))
    assert back == value
    assert repr(back) == repr(value) or isinstance(value, set | frozenset | dict | list | tuple)
    assert type(back) is type(value)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_hostile_bytes_raise_wire_error_and_nothing_else(data):
    with contextlib.suppress(wire.WireError):
        wire.decode(data)


@settings(max_examples=200, deadline=None)
@given(VALUES, st.data())
def test_a_changed_byte_never_breaks_the_reader(value, data):
    body = bytearray(wire.encode(value))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(wire.WireError):
        wire.decode(bytes(body))


@pytest.mark.parametrize(
    "data", [b"l999999999:", b"i-5:x", b"s9:ab", b"l1:" * 500 + b"n", b"", b"x1:n"]
)
def test_sizes_and_depths_that_lie_are_refused(data):
    with pytest.raises(wire.WireError):
        wire.decode(data)


@pytest.mark.parametrize(
    "value",
    [
        ("os.system", ("true",)), ("builtins.eval", ("1",)), ("datetime.date", (2020, 13, 1)),
        ("fractions.Fraction", (1, 0)), ("decimal.Decimal", ("1e99999999",)), (7, ()),
        ("decimal.Decimal", ("x",)), ("collections.deque", ([1], -1)), ("builtins.range", "abc"),
        ("datetime.timedelta", (10**12,)), ("builtins.bytearray", (-1,)), ([], ()),
        ("numpy.ndarray", ("|O", (1,), bytes(8))), ("numpy.ndarray", ("<i8", (9,), bytes(8))),
        ("numpy.ndarray", ("zz", (1,), b"")), ("numpy.ndarray", ("<i8", (1,), "text")),
        ("numpy.ndarray", ("<i8",)), ("numpy.ndarray", ("i8,O", (1,), bytes(16))),
    ],
)  # fmt: skip
def test_only_known_values_are_made_and_only_of_what_fits(value):
    with pytest.raises(wire.WireError):
        wire.decode(b"v" + wire.encode(value[0]) + wire.encode(value[1]))


def test_what_would_change_on_its_way_stays_where_it_is():
    aware = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    for value in (
        aware,
        aware.timetz(),
        aware.replace(tzinfo=None, fold=1),
        type("D", (Decimal,), {})(1),
    ):
        with pytest.raises(wire.WireError):
            wire.encode(value)


def test_values_that_hold_themselves_or_nest_too_deep_are_refused():
    loop: list = []
    loop.append(loop)
    with pytest.raises(wire.WireError):
        wire.encode(loop)


def test_other_objects_need_a_reference():
    with pytest.raises(wire.WireError, match="a object is not plain data"):
        wire.encode([object()])
    number = wire.decode(wire.encode([object()], lambda value: wire.Reference(7, "object")))[0]
    assert (number.number, number.kind) == (7, "object")


def test_frames_cross_a_pipe_and_a_cut_one_is_the_end():
    reader, writer = os.pipe()
    wire.send(writer, b"abc")
    wire.send(writer, b"")
    os.write(writer, b"00000010half")
    os.close(writer)
    assert [wire.receive(reader) for _ in range(3)] == [b"abc", b"", None]
    os.close(reader)


@pytest.mark.parametrize("head", [b"zzzzzzzz", b"ffffffff", b"-0000001"])
def test_a_frame_with_a_mad_length_is_refused(head):
    reader, writer = os.pipe()
    os.write(writer, head)
    os.close(writer)
    with pytest.raises(wire.WireError):
        wire.receive(reader)
    os.close(reader)
