"""Strip chart, cells, numbers and the frame table: what they draw, and how little they repaint."""

from __future__ import annotations

import polars as pl
import pytest
from textual.app import App

from pimp_tui.tui.widgets import axis, cells, numbers, strip
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.frame_table import Column, FrameTable


def test_sweep_overwrites_from_the_left_and_leaves_a_gap():
    assert strip.slots(3, 8) == [0, 1, 2, 3, None, None, None, None]
    shown = strip.slots(10, 8)
    assert shown == [8, 9, 10, None, None, 5, 6, 7]


def test_next_second_changes_few_columns_only():
    bins = {k: 50.0 + k % 7 for k in range(400)}
    now = strip.curve(bins, 150, 70, 5, 0, 100)
    later = strip.curve(bins, 151, 70, 5, 0, 100)
    touched = {x for a, b in zip(now, later, strict=True) for x in range(70) if a[x] != b[x]}
    assert touched and max(touched) - min(touched) <= strip.GAP + 1


def test_curve_puts_lowest_and_highest_value_on_the_edges():
    rows = strip.curve({0: 0.0, 1: 0.0, 2: 100.0, 3: 100.0}, 1, 4, 3, 0, 100)
    assert rows[2][0] == "⣀" and rows[0][1].strip()
    assert all(len(row) == 4 for row in rows)


def test_axis_labels_runs_by_room():
    row, owner = strip.axis(
        [(0, 19.9, "#40 rep 1"), (20, 23, "rep 2"), (24, None, "rep 3")], 40, 60, 1
    )
    assert row.startswith("[ #40 rep 1 ]")
    assert row[20:23] == "[2]" and row[24:33] == "[ rep 3 ]"
    assert owner[0] == 0 and owner[21] == 1 and owner[30] == 2 and owner[50] == -1


@pytest.mark.parametrize(
    ("value", "bound"), [(312, 400), (16.2, 20), (0.013, 0.015), (58, 60), (0, 1)]
)
def test_nice_bound(value, bound):
    assert strip.nice(value) == pytest.approx(bound)


def test_changed_gives_one_run_a_line():
    old = cells.line("now 312 W  mean 309", ("x", "dim"))
    assert cells.changed(old, old) is None
    assert cells.changed(old, cells.line("now 313 W  mean 310", ("x", "dim"))) == (6, 19)
    assert cells.changed(cells.line("ab"), cells.line(("a", ""), ("b", "dim"))) == (1, 2)


def test_numbers_have_one_unit_a_column_and_a_tilde_for_estimates():
    scale = numbers.scale_of("energy_j", [19_800.0, 26_100.0, None])
    assert scale.label == "energy kJ"
    assert scale.number(26_100.0) == "26.1"
    assert scale.number(26_100.0, estimated=True) == "~26.1"
    assert scale.number(None) == "-"
    assert numbers.scale_of("pass_at_1", [0.7]).number(0.768) == "0.768"
    assert numbers.change(26.1, 19.8) == "+32%"
    assert numbers.change(0.768, 0.744, "pass_at_1") == "+0.024"
    assert numbers.change(None, 1.0) == "-"


def test_ticks_are_round_and_within():
    assert axis.ticks(0, 60, 4) == [0, 20, 40, 60]
    assert axis.tick_texts([0.6, 0.7]) == ["0.6", "0.7"]
    assert axis.tick_texts([20000.0, 40000.0], 1000) == ["20", "40"]
    assert axis.ticks(5, 5, 3) == [5]
    assert axis.ticks(0.1, 2.6, 4) == [0.5, 1.0, 1.5, 2.0, 2.5]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.17, 2.5], ["0.2", "0.5", "1", "2"]),
        ([900.0, 4e7], ["1000", "10000", "100000", "1e+06", "1e+07"]),
        ([3.0, 9.0], ["4", "6", "8"]),  # not wide enough for a log scale
        ([-1.0, 90.0], ["0", "20", "40", "60", "80"]),  # nor positive
    ],
)
def test_a_wide_range_has_a_log_scale_with_round_ticks(values, texts):
    x = axis.Axis.of(values, numbers.Scale("power", 1.0, "W", 2), log=True)
    assert x.log == ("log" in x.name) == (values[0] > 0 and values[1] > 8 * values[0])
    assert x.ticks(5)[1] == texts
    assert all(x.low <= at <= x.high for at in [*x.ticks(5)[0], *x.all(values)])
    assert x.clip(1e12) == x.high and (not x.log or x.at(-1.0) == x.low)


class Host(App[None]):
    """Counts the repaints of one widget."""

    def __init__(self, widget) -> None:
        super().__init__()
        self.widget = widget
        self.painted = 0

    def compose(self):
        yield self.widget


async def test_block_repaints_only_what_changed():
    value = ["a 1", "b 2"]
    block = Block(lambda width, height: [cells.line(text) for text in value])
    app = Host(block)
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        regions = []
        block.refresh = lambda *found, **_: regions.extend(found)  # type: ignore[assignment]
        block.update()
        assert regions == []
        value[1] = "b 3"
        block.update()
        assert [(r.x, r.y, r.width) for r in regions] == [(2, 1, 1)]


async def test_table_formats_only_what_it_shows_and_keeps_the_cursor_in_view():
    count = 0

    def render(value) -> str:
        nonlocal count
        count += 1
        return str(value)

    frame = pl.DataFrame({"n": range(1_000_000)}).with_columns(twice=pl.col("n") * 2)
    table = FrameTable()
    app = Host(table)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        table.show(frame, [Column("n", "#", render), Column("twice", "x2", render)], "n")
        assert "x2" in table.text and table.row_count == 1_000_000
        table.go(999_999)
        assert "1999998" in table.text
        assert table.row() == {"n": 999_999, "twice": 1_999_998}
        assert count < 500
        table.set_order(pl.Series([5, 3], dtype=pl.UInt32))
        assert table.row_count == 2 and table.row() == {"n": 3, "twice": 6}
        assert table.place_of(5) == 0 and table.place_of(99) is None


async def test_table_scrolls_to_the_cursor_column():
    names = [f"column{n}" for n in range(12)]
    frame = pl.DataFrame({name: ["value"] for name in names})
    table = FrameTable()
    async with Host(table).run_test(size=(40, 6)) as pilot:
        await pilot.pause()
        table.show(frame, [Column(n, n, str) for n in names], "column0")
        assert "column11" not in table.text
        table.go_column(11)
        assert "column11" in table.text and "column0" in table.text
        table.go_column(0)
        assert "column1 " in table.text + " "


def test_a_share_is_drawn_as_it_is_however_far_it_spans():
    values = [0.02, 0.9]
    assert axis.Axis.of(values, numbers.scale_of("energy_j", values), log=True).log
    assert not axis.Axis.of(values, numbers.scale_of("pass_at_1", values), log=True).log
