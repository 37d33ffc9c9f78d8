"""Presets and budgets."""

import pytest

from pimp_tui.campaign.settings import Settings, parse_budget, preset
from pimp_tui.errors import UserError


def test_presets_hold_the_published_protocol():
    paper = preset("paper")
    assert (paper.repeats, paper.warmups, paper.idle_s) == (10, 6, 30.0)
    assert paper.fixed_options == {"batch_size": 32, "max_new_tokens": 512, "dtype": "bfloat16"}
    assert preset("quick").idle_s == 5.0 and preset("quick").batch_size == 32
    again = preset("paper-2")
    assert (again.repeats, again.warmups, again.idle_s) == (30, 6, 30.0)


def test_changes_win_and_none_leaves_the_preset():
    assert preset("quick", repeats=7, batch_size=None).repeats == 7
    assert preset("quick", batch_size=None).batch_size == 32


def test_settings_survive_the_manifest():
    settings = preset("paper", select=("a", "b"), gpus=(0, 2))
    assert Settings.from_json(settings.to_json() | {"unknown": 1}) == settings


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("60min", (3600.0, "s")),
        ("5 MJ", (5e6, "J")),
        ("5MJ", (5e6, "J")),
        ("40runs", (40.0, "runs")),
        ("1.5h", (5400.0, "s")),
    ],
)
def test_budget(text, amount):
    assert parse_budget(text) == amount


@pytest.mark.parametrize("text", ["", "60", "min", "-3runs", "5 parsecs", "5mJ", "nanmin"])
def test_bad_budget(text):
    with pytest.raises(UserError, match="no budget"):
        preset("quick", budget=text)


@pytest.mark.parametrize(
    ("text", "why"),
    [("0min", "is none"), ("0.0MJ", "is none"), ("0runs", "is none"), ("1.5runs", "whole number")],
)
def test_a_budget_that_allows_nothing_is_none(text, why):
    with pytest.raises(UserError, match=why):
        parse_budget(text)
    assert parse_budget("3.000runs") == (3.0, "runs")


@pytest.mark.parametrize(
    "changes",
    [{"repeats": 0}, {"configurations": -3}, {"limit": 0}, {"timeout_s": float("nan")},
     {"timeout_s": float("inf")}],
)  # fmt: skip
def test_impossible_numbers(changes):
    with pytest.raises(UserError, match="at least 1"):
        preset("quick", **changes)


def test_the_demos_space_is_named_as_the_shipped_one_names_it():
    from pimp_tui.campaign.settings import DEMO_DESELECT
    from pimp_tui.space import load_space
    from pimp_tui.space.selectors import configure

    space = load_space("transformers")
    choice = configure(space, ["batch_size=32"], DEMO_DESELECT)
    assert choice.count() >= 1000
