"""Ordering, levels, comparison and export of Results, without a screen."""

from __future__ import annotations

import random
import time

import polars as pl
import pytest

from pimp_tui.session.where import compile_where
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.predictions import bars
from pimp_tui.tui.panes.results import columns, details, export, levels, ordering
from pimp_tui.tui.panes.results.completing import Completer
from pimp_tui.tui.widgets import cells, numbers
from pimp_tui.tui.widgets.frame_table import FrameTable
from pimp_tui.tui.widgets.message import _fitting
from pimp_tui.tui.widgets.prompt import whole

FRAME = pl.DataFrame(
    {
        "energy_j": [3.0, None, 1.0, 2.0, 1.0, float("nan")],
        "cache": ["a", "b", "a", "b", "b", "a"],
        "on": [True, False, True, None, True, False],
    }
)


def rows(order) -> list[int]:
    return order.to_list()


def test_unmeasured_rows_come_last_both_ways_and_ties_keep_their_order():
    assert rows(ordering.order_of(FRAME, None, [("energy_j", False)])) == [2, 4, 3, 0, 1, 5]
    assert rows(ordering.order_of(FRAME, None, [("energy_j", True)])) == [0, 3, 2, 4, 1, 5]


def test_further_keys_and_filter():
    order = ordering.order_of(FRAME, None, [("cache", False), ("energy_j", True)])
    assert rows(order) == [0, 2, 5, 3, 4, 1]
    where = compile_where("energy_j <= 2", FRAME.schema)
    assert rows(ordering.order_of(FRAME, where, [("energy_j", True)])) == [3, 2, 4]
    assert rows(ordering.order_of(FRAME, where)) == [2, 3, 4]
    assert ordering.order_of(FRAME) is None


@pytest.mark.parametrize("keys", [[("energy_j", False)], [("cache", True), ("energy_j", False)]])
def test_first_rows_are_those_of_the_whole_order(keys):
    whole = rows(ordering.order_of(FRAME, None, keys))
    assert rows(ordering.order_of(FRAME, None, keys, first=3)) == whole[:3]


def test_sort_keys_step():
    keys = ordering.next_keys([], "a", further=False)
    assert keys == [("a", False)]
    assert ordering.next_keys(keys, "a", further=False) == [("a", True)]
    both = ordering.next_keys(keys, "b", further=True)
    assert both == [("a", False), ("b", False)]
    assert ordering.next_keys(both, "a", further=True) == [("a", True), ("b", False)]
    assert ordering.words(both) == "a ^, b ^"


def test_a_million_rows():
    chance = random.Random(0)
    n = 1_000_000
    frame = pl.DataFrame(
        {"energy_j": [chance.random() for _ in range(n)], "k": [i % 7 for i in range(n)]}
    )
    begun = time.process_time()
    first = ordering.order_of(frame, None, [("energy_j", False)], first=60)
    top = time.process_time() - begun
    order = ordering.order_of(frame, None, [("energy_j", False)])
    assert rows(first) == rows(order)[:60]
    where = compile_where("energy_j < 0.5 and k = 3", frame.schema)
    begun = time.process_time()
    ordering.order_of(frame, where)
    filtered = time.process_time() - begun
    # CPU seconds with slack for a busy machine; 0.02 and 0.02 when it is idle.
    assert top < 0.5 and filtered < 0.5


def plan_of(frame: pl.DataFrame) -> PlanInfo:
    return PlanInfo(frame)


PLAN = pl.DataFrame(
    {
        "config_id": ["a", "b", "c"],
        "position": [1, 2, 3],
        "sampler": ["default", "uniform", "uniform"],
        "beams": [1, 4, 4],
        "cache": ["dynamic", "dynamic", "static"],
        "same": [7, 7, 7],
    }
)


def test_plan_tells_what_differs_from_the_default():
    plan = plan_of(PLAN)
    assert plan.default_id == "a" and plan.varying == ["beams", "cache"]
    assert plan.describe("a") == "library default"
    assert plan.describe("c") == "beams=4 cache=static"
    assert plan.name("b") == "#2" and plan.name("zzzzzzzzzzz") == "zzzzzzzz"


def test_compare_folds_what_is_alike_and_gives_deltas_to_the_first():
    plan = plan_of(PLAN)
    measured = [
        {**row, "energy_j": energy, "pass_at_1": 0.7, "energy_estimated": False}
        for row, energy in zip(PLAN.to_dicts(), (1000.0, 1500.0, 500.0), strict=True)
    ]
    lines, alike = details.compare(measured, plan, ["energy_j", "pass_at_1", "latency_s"])
    text = "\n".join("".join(t for t, _ in cells) for cells in lines)
    assert alike == 1 and "same" not in text and "latency" not in text
    assert "1.50 +50%" in text and "0.50 -50%" in text and "static" in text


def test_estimated_energy_carries_a_tilde_and_is_not_compared_with_measured():
    plan = plan_of(PLAN)
    row = {
        **PLAN.row(1, named=True),
        "energy_j": 1500.0,
        "duration_s": 2.0,
        "energy_estimated": True,
    }
    default = {
        **PLAN.row(0, named=True),
        "energy_j": 900.0,
        "duration_s": 1.0,
        "energy_estimated": False,
    }
    assert details.against(row, default, plan) == ("against #1 default:", ["+100% duration"])
    lines, _ = details.compare([default, row], plan, ["energy_j"])
    shown = ["".join(t for t, _ in cells).split() for cells in lines]
    assert ["energy", "kJ", "0.90", "~1.50"] in shown, "and no delta between the two"
    default["energy_estimated"] = True
    assert details.against(row, default, plan)[1][0] == "~+67% energy,"


def test_groups_never_mix_estimated_and_measured_energy():
    frame = pl.DataFrame(
        {
            "config_id": ["a", "b", "c", "d"],
            "x": ["one", "one", "two", "two"],
            "runs_ok": [1, 1, 1, 0],
            "energy_estimated": [False, True, True, None],
            "energy_j": [10.0, 99.0, 7.0, None],
            "duration_s": [1.0, 3.0, 5.0, None],
        }
    )
    level = levels.Level(
        "configurations", "", frame, [], [], "config_id", ["energy_j", "duration_s"]
    )
    grouped = levels.groups(level, "x")
    assert grouped.frame["energy_j"].to_list() == [10.0, 7.0]
    assert grouped.frame["energy_estimated"].to_list() == [False, True]
    assert grouped.frame["duration_s"].to_list() == [2.0, 5.0]
    cells = [column.text(row) for column in grouped.columns() for row in grouped.frame.to_dicts()
             if column.name == "energy_j"]  # fmt: skip
    assert cells == ["10.0", "~7.0"], "only the estimate carries the mark"


def test_candidates_of_a_filter():
    frame = pl.DataFrame({"cache": ["static", "dynamic"], "größe x": [1, 2], "max_cache": [1, 2]})
    complete = Completer(frame, frame.columns)
    assert complete("ca") == ["cache"] and complete("max_cache > 1 and cac") == [
        "cache",
        "max_cache",
    ]
    assert complete("grö") == ["`größe x`"] and complete("cache") == []
    assert complete("cache = ") == ["dynamic", "static"] and complete("cache=st") == ["static"]
    assert complete("cache in (static, d") == ["dynamic"] and complete("nope = ") == []


def test_a_message_keeps_the_name_of_a_file():
    path = "/tmp/a_very_long_folder/with_another_long_one_inside/table.parquet"
    told = _fitting(f"16 rows in {path} now", 50)
    assert len(told) == 50 and told.startswith("16 rows in /tmp/") and "table.parquet now" in told
    assert _fitting("short /x", 50) == "short /x"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "x = null"), (True, "x = true"), (4, "x = 4"), ('a"b', 'x = "a\\"b"')],
)
def test_group_filter_compiles(value, text):
    assert levels.value_filter("x", value) == text
    frame = pl.DataFrame({"x": [value, None]})
    kept = frame.filter(compile_where(text, frame.schema))
    assert kept["x"][0] == value


def test_export_forms(tmp_path):
    order = pl.Series([2, 0], dtype=pl.UInt32)
    for suffix in export.SUFFIXES:
        path = export.export(PLAN, ["config_id", "beams"], order, tmp_path / f"t{suffix}")
        if suffix == ".parquet":
            assert pl.read_parquet(path)["config_id"].to_list() == ["c", "a"]
        elif suffix == ".csv":
            assert path.read_text() == "config_id,beams\nc,4\na,1\n"
        else:
            assert path.read_text().splitlines()[2] == "| c | 4 |"
    assert export.fault("x.txt") and export.fault("/no/such/x.csv") and export.fault("") is not None
    assert export.fault(str(tmp_path / "y.md")) is None


def test_wide_characters_take_two_cells_and_are_never_cut_in_half():
    text = cells.printable("模型 e\u0301\x1b")
    assert len(text) == 4 + 1 + 1 + 1 and cells.shown(text) == "模型 é?"
    assert cells.shown(text[:3]) == "模?" and cells.shown(text[1:4]) == "?型"
    old, new = cells.line(cells.printable("ab大")), cells.line(cells.printable("ab小"))
    assert cells.changed(old, new) == (2, 4), "both halves are sent"


def test_numbers_keep_their_digits_however_small():
    tiny = numbers.scale_of("x", [1.5e-5, 3e-6])
    assert tiny.number(1.5e-5) == "1.50e-5" and tiny.number(0.0) == "0"
    assert numbers.scale_of("x", [1e-9, 1e12]).number(1e12, estimated=True) == "~1.00e12"
    assert numbers.scale_of("tokens_in", [853.0, 20.0]).number(20.0) == "20"
    assert numbers.scale_of("ttft_s", [0.0372]).text(0.0372) == "0.0372 s"


def test_headings_of_long_names_stay_apart():
    names = [f"option_with_a_long_name_{n}" for n in range(12)]
    frame = pl.DataFrame({name: ["x", "y"] for name in names})
    level = levels.Level("configurations", "", frame, names, [], "config_id", [], heading=8)
    headings = [column.heading for column in level.columns()]
    assert len(set(headings)) == 12 and max(map(len, headings)) == 8


def test_a_table_of_one_row_shows_its_options():
    frame = pl.DataFrame({"position": [1], "a": [1], "y": [2.5], "status": ["ok"]})
    shown, _ = columns.all_names(frame, ["a"], ["y"], 80)
    assert shown == ["position", "a", "y", "status"]


def test_the_key_metrics_fit_beside_options_of_any_width():
    values = ["a value of sixteen", "b value of sixteen"]
    options = [f"option_with_a_long_name_{n}" for n in range(9)]
    metrics = ["energy_j", "pass_at_1", "latency_s"]
    frame = pl.DataFrame(
        {"position": [1, 2], "status": ["ok", "ok"]}
        | dict.fromkeys(options, values)
        | {name: [1.0, 2.0] for name in metrics}
    )
    for width in (60, 80, 100, 110, 159, 160, 300):
        shown, offered = columns.all_names(frame, options, metrics, width)
        assert shown.index("pass_at_1") < len(shown) and set(options) <= {*shown, *offered}
        upto = shown[: max(shown.index("pass_at_1"), shown.index("status")) + 1]
        if width < 110:
            assert columns._cells(frame, upto, metrics, width) <= width
        assert "option_with_a_long_name_0" in upto or width == 60


def test_a_heading_is_whole_where_the_row_has_room():
    frame = pl.DataFrame({"key": [1], "max_new_tokens": [20]})
    table = FrameTable()
    table.show(frame, [columns.column_for(frame, n, [], 8) for n in frame.columns], "key")
    assert [cells.text_of(table.body(width, 2)[0]).split()[-1] for width in (30, 20)] == [
        "max_new_tokens", "max_new_",
    ]  # fmt: skip


def test_long_names_are_cut_so_that_they_stay_apart():
    names = ["cache_implementation", *(f"an_option_of_a_long_name_{n}" for n in range(3)), "beams"]
    short = cells.apart(names, 14)
    assert short["cache_implementation"] == "cache_impleme…" and short["beams"] == "beams"
    assert len(set(short.values())) == 5 and max(map(len, short.values())) == 14
    rows = [{"feature": name, "effect": 1.0, "lower": None, "upper": None, "p_holm": None}
            for name in names]  # fmt: skip
    told = [cells.text_of(row) for row in bars.effects(rows, numbers.scale_of("y", [1.0]), 36, 9,
                                                       0, False)]  # fmt: skip
    assert len({row.split()[0] for row in told[1:]}) == 5


def test_candidates_are_never_cut():
    names = ["cache_config", "use_cache", "max_cache_len"]
    assert [len(whole(names, room)) for room in (5, 21, 22, 36)] == [1, 1, 2, 3]
    assert whole([], 9) == []


def test_whether_a_completion_passed_is_yes_or_no():
    frame = pl.DataFrame({"passed": [True, False, None], "do_sample": [True, False, None]})
    passed, option = (columns.column_for(frame, name, []) for name in frame.columns)
    assert [passed.text(row) for row in frame.to_dicts()] == ["yes", "no", "-"]
    assert [option.text(row) for row in frame.to_dicts()] == ["on", "off", "-"]
