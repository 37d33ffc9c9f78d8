"""Pictures of Monitor, Results, Predictions and Trade-offs: full, empty, busy and with an error."""

from __future__ import annotations

import asyncio
import time

import pytest

from pimp_tui.tui import learner
from pimp_tui.tui.app import PimpApp
from tests.tui.panes.opened import opened

SMALL, LARGE = (80, 24), (200, 60)


@pytest.fixture(autouse=True)
def same_hour_everywhere(monkeypatch):
    """Times of day as in UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "200x60"])
def test_monitor_of_a_finished_campaign(snap_compare, done_session, look, size):
    before = opened(look, 3, "#8 rep 2 failed")
    assert snap_compare(PimpApp(done_session), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "200x60"])
def test_results_compared(snap_compare, done_session, look, size):
    then = [("mjjm", "2 marked"), (["equals_sign"], "Compare 2")]
    before = opened(look, 4, "enter: repeats", then)
    assert snap_compare(PimpApp(done_session), terminal_size=size, run_before=before)


def test_results_with_a_wrong_filter(snap_compare, done_session, look):
    keys = ["slash", *"duration", "underscore", "s", "space", "less_than_sign"]
    before = opened(look, 4, "enter: repeats", [(keys, "< ^ a number is missing")])
    assert snap_compare(PimpApp(done_session), terminal_size=SMALL, run_before=before)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "200x60"])
def test_predictions(snap_compare, learnt_session, look, answers, size):
    before = opened(look, 5, "~0.70 kJ")
    assert snap_compare(PimpApp(learnt_session), terminal_size=size, run_before=before)


@pytest.mark.slow
@pytest.mark.parametrize("view", ["curve", "effects", "pairs", "residuals"])
def test_every_view_of_predictions(snap_compare, learnt_session, look, answers, view):
    wanted = {"curve": " + uniform", "effects": "effect on energy kJ", "pairs": "stronger together",
              "residuals": "measured - predicted kJ"}  # fmt: skip
    then = []
    for name, text in wanted.items():
        then.append(("c", text))
        if name == view:
            break
    before = opened(look, 5, "~0.70 kJ", then)
    assert snap_compare(PimpApp(learnt_session), terminal_size=SMALL, run_before=before)


@pytest.mark.slow
@pytest.mark.parametrize("number", [5, 6])
def test_charts_in_ascii(snap_compare, learnt_session, look, answers, number):
    before = opened(look, number, "~0.70 kJ" if number == 5 else "o 56")
    app = PimpApp(learnt_session, ascii=True)
    assert snap_compare(app, terminal_size=SMALL, run_before=before)


def test_predictions_of_too_few(snap_compare, done_session, look, answers):
    before = opened(look, 5, "predictions start at 12")
    assert snap_compare(PimpApp(done_session), terminal_size=SMALL, run_before=before)


def test_predictions_while_learning(snap_compare, learnt_session, look, monkeypatch):
    async def never(self, request, **fields):
        self.progress(2, 6)
        await asyncio.sleep(60)

    monkeypatch.setattr(learner.LearningChild, "ask", never)
    before = opened(look, 5, "2/6", [([], "top_k")])
    assert snap_compare(PimpApp(learnt_session), terminal_size=SMALL, run_before=before)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "200x60"])
def test_tradeoffs(snap_compare, learnt_session, look, answers, size):
    before = opened(look, 6, "o 56" if size == SMALL else "o predicted 56")
    assert snap_compare(PimpApp(learnt_session), terminal_size=size, run_before=before)


@pytest.mark.slow
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "200x60"])
def test_tradeoffs_while_predicting(snap_compare, learnt_session, look, monkeypatch, size):
    async def never(self, request, **fields):
        await asyncio.sleep(60)

    monkeypatch.setattr(learner.LearningChild, "ask", never)
    before = opened(look, 6, "predicting…", [([], "esc stop")])
    assert snap_compare(PimpApp(learnt_session), terminal_size=size, run_before=before)


@pytest.mark.slow
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "200x60"])
def test_tradeoffs_with_a_front_that_a_constraint_empties(
    snap_compare, learnt_session, look, answers, size
):
    limit = [("b", "budget: energy at most"), (["1", "enter"], "leaves none of 30")]
    wanted = "o 56" if size == SMALL else "o predicted 56"
    before = opened(look, 6, wanted, limit)
    assert snap_compare(PimpApp(learnt_session), terminal_size=size, run_before=before)


def test_tradeoffs_of_nothing(snap_compare, planned_session, look, answers):
    before = opened(look, 6, "nothing measured yet")
    assert snap_compare(PimpApp(planned_session), terminal_size=SMALL, run_before=before)
