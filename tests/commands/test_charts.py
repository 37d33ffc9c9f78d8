"""Charts: every mark lies on the drawing, and what is claimed looks other than what is not."""

import re
from xml.etree import ElementTree

import pytest

from pimp_tui.commands.report import svg
from pimp_tui.commands.report.charts_effects import effects_chart, pairs_map
from pimp_tui.commands.report.charts_front import Point, front_chart
from pimp_tui.commands.report.charts_interaction import Panel, interaction_chart
from pimp_tui.commands.report.charts_runs import Row, runs_chart

SPACE = "{http://www.w3.org/2000/svg}"


def effect(feature: str, value: float, lower: float | None, upper: float | None, p: float | None):
    return {
        "feature": feature, "effect": value, "lower": lower, "upper": upper, "p_holm": p,
        "cliffs_delta": 0.5, "n_with": 5, "n_without": 7,
    }  # fmt: skip


def inside(chart: str) -> ElementTree.Element:
    """The chart parsed; every circle lies on it."""
    root = ElementTree.fromstring(chart)
    width, height = (float(root.get(name) or 0) for name in ("width", "height"))
    for circle in root.iter(f"{SPACE}circle"):
        assert 0 <= float(circle.get("cx") or -1) <= width
        assert 0 <= float(circle.get("cy") or -1) <= height
    return root


def test_what_is_shown_is_filled_and_what_is_not_is_hollow():
    rows = [effect("a<1", 5.0, 4.0, 6.0, 0.001), effect("b", -5.0, -9.0, 1.0, 0.4),
            effect("c", 2.0, None, None, None)]  # fmt: skip
    root = inside(effects_chart(rows, "change of energy_j (measured)"))
    fills = [circle.get("fill") for circle in root.iter(f"{SPACE}circle")]
    assert fills[0] in svg.COLOURS and fills[1:] == ["white", "white"]
    assert "a<1" in "".join(root.itertext()) and "(measured)" in "".join(root.itertext())
    with pytest.raises(ValueError, match="needs a row"):
        effects_chart([], "energy_j")


def test_a_map_of_pairs_paints_only_what_can_be_tested():
    pair = {"given": "a=1", "feature": "b=2"}
    rows = [effect("", 3.0, 1.0, 5.0, 0.01) | pair, effect("", 9.0, None, None, None)
            | {"given": "b=2", "feature": "a=1"}]  # fmt: skip
    root = ElementTree.fromstring(pairs_map(rows, "cost"))
    painted = [cell.get("fill") for cell in root.iter(f"{SPACE}rect")][1:]
    assert painted[0] != "#ffffff" and painted[1] == "#ffffff"
    words = "".join(root.itertext())
    assert "+3.00*" in words and "+9.00" in words and "+9.00*" not in words
    both = [effect("", value, value, value, 0.5) | {"given": name, "feature": "z"}
            for name, value in (("a", 300.0), ("b", -0.2))]  # fmt: skip
    assert ">0</text>" in pairs_map(both, "cost"), "no -0"
    for value, told in ((1350.0, "+1350"), (2.5e7, "+2.5e+07"), (-4e-7, "-4.0e-07")):
        wide = pairs_map([effect("", value, value, value, 0.5) | pair], "cost")
        assert f">{told}</text>" in wide


@pytest.mark.parametrize("values", [[0.0], [1e-9, 5e6], [-3.0, 4.0], [2.0, 2.0], [1e12, 1e12 + 1]])
def test_scales_hold_every_value_and_have_ticks(values):
    scale = svg.Scale(values, 10, 110, log=True)
    assert all(10 <= scale(value) <= 110 for value in values)
    ticks = scale.ticks()
    assert ticks and all(9 <= scale(tick) <= 111 for tick in ticks) and len(ticks) < 12


def test_words_are_cut_to_their_width_also_where_signs_are_wide():
    assert svg.fit_words("abcdefgh", 60) == "abcdefgh" and svg.fit_words("abcdefgh", 44) == "ab…fgh"
    wide = "長い値の名前です"
    assert svg.width_of([wide]) == 2 * svg.width_of(["abcdefgh"])
    cut = svg.fit_words(wide, 72)
    assert cut == "長い…です" and svg.width_of([cut]) <= 72


def test_runs_of_many_configurations_are_thinned_but_never_the_control():
    rows = [Row(f"#{n}", [float(n), n + 1.0], control=n == 38) for n in range(1, 200)]
    root = inside(runs_chart(rows, "duration_s"))
    names = [one.text for one in root.iter(f"{SPACE}text") if re.fullmatch(r"#\d+", one.text or "")]
    assert len(names) <= 49 and {"#1", "#38", "#199"} <= set(names)
    with pytest.raises(ValueError, match="needs a run"):
        runs_chart([Row("#1", [], failed=2)], "duration_s")


def test_a_front_is_joined_by_steps():
    points = [Point("#1", 1.0, 0.2, True, True), Point("#2", 3.0, 0.9, True), Point("#3", 2.0, 0.1)]
    root = inside(front_chart(points, "energy_j", "pass_at_1", more_of_x=False, more_of_y=True))
    (path,) = root.iter(f"{SPACE}path")
    assert (path.get("d") or "").count("L") == 2
    words = "".join(root.itertext())
    assert "#1" in words and "#2" in words and "#3" not in words
    points = [Point("#1", 1.0, 0.9, True), Point("#2", 3.0, 0.2, True)]
    root = inside(front_chart(points, "throughput", "pass_at_1", more_of_x=True, more_of_y=True))
    (path,) = root.iter(f"{SPACE}path")
    (x0, y0), (x1, y1), (x2, y2) = (
        map(float, place.split()) for place in (path.get("d") or "")[1:].split("L")
    )
    assert x0 > x1 == x2 and y0 == y1 > y2, "from the largest x on, as far as it reaches"


def test_each_model_has_its_own_front_and_marks():
    points = [Point("#1", 1.0, 0.2, True, True, model="a", on_own=True),
              Point("#2", 3.0, 0.9, True, model="b<c", on_own=True),
              Point("#3", 4.0, 0.4, model="a", on_own=True),
              Point("#4", 5.0, 0.1, model="b<c")]  # fmt: skip
    root = inside(front_chart(points, "energy_j", "pass_at_1", more_of_x=False, more_of_y=True))
    own_a, own_b, joint = root.iter(f"{SPACE}path")
    assert own_a.get("stroke-dasharray") and own_b.get("stroke-dasharray")
    assert joint.get("stroke-dasharray") is None
    assert len({path.get("stroke") for path in (own_a, own_b, joint)}) == 3
    assert (own_a.get("d") or "").count("L") == 2 and (own_b.get("d") or "").count("L") == 0
    words = "".join(root.itertext())
    assert "on the front of all" in words and "b<c" in words
    marks = [one for one in root.iter() if one.get("stroke-width") == "1.5"]
    on_front = [one for one in marks if one.get("fill") == joint.get("stroke")]
    assert len(on_front) == 3, "two points of different shapes, and the key's"
    assert {one.tag.removeprefix(SPACE) for one in on_front} == {"circle", "polygon"}
    (ring,) = (one for one in root.iter(f"{SPACE}rect") if one.get("stroke"))
    assert ring.get("fill") == "none", "the control's mark stays to be seen"


def test_interaction_plots_tell_the_lines_apart_without_colour():
    lines = [
        ("1", [(0, 1.0, 0.5, 1.5, 4), (1, 2.0, None, None, 2)]),
        ("2", [(0, 3.0, 2.0, 4.0, 3)]),
    ]
    root = inside(interaction_chart([Panel("beams", "cache", ["1", "4"], lines)], "energy_j"))
    dashes = [one.get("stroke-dasharray") for one in root.iter(f"{SPACE}polyline")]
    assert len(set(dashes)) == 2
    with pytest.raises(ValueError, match="needs a point"):
        interaction_chart([], "energy_j")
