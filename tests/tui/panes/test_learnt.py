"""Predictions and Trade-offs, with a child that answers at once in place of the learning one."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.session import open_session
from pimp_tui.session.lock import SessionLock
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.tui import learner
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.predictions.exporting import rows_of
from pimp_tui.tui.panes.predictions.queueing import queue
from pimp_tui.tui.panes.predictions.whatif import SpaceDesk
from pimp_tui.tui.panes.tradeoffs import writing
from pimp_tui.tui.panes.tradeoffs.details import trade_words
from pimp_tui.tui.panes.tradeoffs.limits import BUDGET, DEADLINE, set_limit
from pimp_tui.tui.panes.tradeoffs.points import (
    carried,
    dominating,
    measured_points,
    read_ground,
)
from pimp_tui.tui.panes.tradeoffs.problem import Problem
from pimp_tui.tui.widgets.cells import text_of
from tests.tui.panes.conftest import make_learnt_session

ROOM = [(80, 24), (200, 60)]


async def pane_on(app, pilot, look, number: int, wanted):
    await look.until(pilot, lambda: getattr(app.screen, "action_pane", None))
    app.screen.action_pane(number)
    await look.until(pilot, lambda: app.screen.current and app.screen.number == number)
    await look.until(pilot, wanted)
    return app.screen.current


@pytest.mark.parametrize("size", ROOM)
async def test_views_of_a_metric(learnt_session, look, answers, size):
    app = PimpApp(learnt_session)
    async with app.run_test(size=size) as pilot:
        await pane_on(app, pilot, look, 5, "90% intervals hold 91%")
        await look.until(pilot, "~0.70 kJ")
        shown = look.text(app)
        assert "R2" in shown and "0.94" in shown and "o" in shown and "What if, from #1" in shown
        assert "valid: yes" in shown
        await pilot.press("c")
        await look.until(pilot, " + uniform")
        if size[0] == 80:
            assert "[1.6, 3.8]" in look.text(app) and "+ uniform" in look.text(app)
            assert "MAPE %" in look.text(app) and "c: fit [curve]" in look.text(app)
            await pilot.press("c")
        await look.until(pilot, "num_beams=4")
        assert "+0.50" in look.text(app)
        await pilot.press("c")
        if size[0] == 80:
            await look.until(pilot, "with num_beams=4, batch_size=32 changes energy by -0.12 kJ")
            await pilot.press("shift+tab", "l")  # to the heat map, a column on
            await look.until(pilot, "num_beams=4 stands in this row and in this column")
            await pilot.press("c")
            await look.until(pilot, "[residuals]")
        await pilot.press("s")
        await look.until(pilot, "pass@1")


async def test_a_learning_curve_that_cannot_be_says_why(learnt_session, look, answers, monkeypatch):
    ask = learner.LearningChild.ask

    async def refuse(self, request, **fields):
        if request == "curve":
            raise UserError("a learning curve starts at 17 configurations")
        return await ask(self, request, **fields)

    monkeypatch.setattr(learner.LearningChild, "ask", refuse)
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await pane_on(app, pilot, look, 5, "90% intervals hold 91%")
        await pilot.press("c")
        await look.until(pilot, "a learning curve starts at 17")
        assert pane.store.curves["energy_j"] and not pane.store.busy
        await pilot.press("c", "c", "c", "c", "c")
        await look.until(pilot, "a learning curve starts at 17")


async def test_what_if_offers_valid_values_only_and_predicts_them(learnt_session, look, answers):
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await pane_on(app, pilot, look, 5, "~0.70 kJ")
        pane.whatif.focus()
        before = pane.whatif.guess.row
        await pilot.press("l")
        await look.until(pilot, lambda: pane.whatif.guess.row != before)
        await look.until(pilot, lambda: answers[-1]["request"] == "predict")
        row = answers[-1]["rows"][0]
        assert row["do_sample"] is True and set(row) == set(pane.source.plan.options)
        features = open_session(learnt_session).space().from_row(row)
        assert features
        await pilot.press("j", "j")
        assert pane.whatif.option == "cache_implementation"
        await look.until(pilot, "(offloaded)")
        await pilot.press("w")
        await look.until(pilot, "cache_implementation=offloaded: ")


async def test_what_if_says_why_there_is_no_prediction(learnt_session, look, answers, monkeypatch):
    ask = learner.LearningChild.ask

    async def unseen(self, request, **fields):
        if request != "predict":
            return await ask(self, request, **fields)
        none = {"prediction": None, "lower": None, "upper": None,
                "reason": "energy_j was never measured with num_beams=8"}  # fmt: skip
        return {metric: [none] for metric in fields["metrics"]}

    monkeypatch.setattr(learner.LearningChild, "ask", unseen)
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await pane_on(app, pilot, look, 5, "energy_j was never measured with num_beams=8")
        assert "-> - kJ" in look.text(app)
        for width in range(100):  # without an interval none of it is taken off
            assert len(pane.whatif.body(width, 8)) <= 8


async def test_too_few_configurations(done_session, look, answers):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pane_on(app, pilot, look, 5, "7 configurations measured; predictions start at 12")
        assert not answers


async def test_nothing_measured(planned_session, look, answers):
    for number in (5, 6):
        app = PimpApp(planned_session)
        async with app.run_test(size=(80, 24)) as pilot:
            await pane_on(app, pilot, look, number, "nothing measured yet")
    assert not answers


async def test_one_configuration(sessions_root, toy_space_text, look, answers):
    app = PimpApp(make_learnt_session(sessions_root / "one", toy_space_text, configurations=1))
    async with app.run_test(size=(80, 24)) as pilot:
        await pane_on(app, pilot, look, 5, "1 configuration measured; predictions start at 12")
        await look.until(pilot, "no option to change")
        await pilot.press("s")
        await look.until(pilot, "no metric differs between what was measured")
    assert not answers


def held(monkeypatch, kind):
    """Requests of a kind wait for the gate; (gate, those that were asked)."""
    ask, gate, asked = learner.LearningChild.ask, asyncio.Event(), []

    async def slow(self, request, **fields):
        if request == kind:
            asked.append(fields)
            await gate.wait()
        return await ask(self, request, **fields)

    monkeypatch.setattr(learner.LearningChild, "ask", slow)
    return gate, asked


async def test_a_pick_waits_for_its_promise(learnt_session, look, answers, monkeypatch):
    gate, _ = held(monkeypatch, "predict")
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await pane_on(app, pilot, look, 5, "1.00 -> … kJ")
        pane.whatif.focus()
        while pane.whatif.guess.row["config_id"] in pane.source.names:
            before = pane.whatif.guess
            await pilot.press("l", "j")
            await look.until(pilot, lambda before=before: pane.whatif.guess is not before)
        await pilot.press("v")
        await look.until(pilot, "queued once it is predicted")
        assert not (learnt_session / "picks.json").exists()
        gate.set()
        await look.until(pilot, "queued as #31")
    promised = json.loads((learnt_session / "picks.json").read_text())[-1]["promised"]
    assert promised["energy_j"] == {"value": 700.0, "lower": 650.0, "upper": 750.0}


async def test_the_numbers_of_a_view_are_exported(learnt_session, look, answers, tmp_path):
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await pane_on(app, pilot, look, 5, "~0.70 kJ")
        for view, columns in (
            ("fit", {"config_id", "measured", "prediction", "lower", "residual"}),
            ("curve", {"training", "n", "mae", "mape_lower", "mape_upper"}),
            ("effects", {"feature", "effect", "p_holm"}),
            ("pairs", {"given", "feature", "interaction"}),
        ):
            while pane.main.charts.view != view:
                await pilot.press("c")
            await look.until(pilot, lambda: rows_of(pane.main.charts))
            await pilot.press("e")
            await look.until(pilot, lambda: app.screen.message.busy)
            assert app.focused.value == f"learnt-energy_j-{view}.csv"
            app.focused.value = str(tmp_path / f"{view}.csv")
            await pilot.press("enter")
            await look.until(pilot, lambda view=view: (tmp_path / f"{view}.csv").exists())
            frame = pl.read_csv(tmp_path / f"{view}.csv")
            assert columns | {"estimated"} <= set(frame.columns) and frame[
                "metric"
            ].unique().to_list() == ["energy_j"]
            await look.until(pilot, lambda: not app.screen.message.busy)


async def test_learning_shows_progress_and_escape_kills_it(learnt_session, look, monkeypatch):
    killed = []

    class Slow(learner.LearningChild):
        async def _exchange(self, message):
            async with self._turn:
                generation = self._generation
                for n in range(200):
                    if self.progress:
                        self.progress(n, 200)
                    await asyncio.sleep(0.02)
                    if generation != self._generation:
                        killed.append(message["request"])
                        raise learner.Cancelled
            return {"ok": False, "error": "too late", "mend": None}

    monkeypatch.setattr(learner, "LearningChild", Slow)
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pane_on(app, pilot, look, 5, "/200 · esc stops")
        await pilot.press("escape")
        await look.until(pilot, "stopped; s or c learns again")
        await look.until(pilot, lambda: killed == ["fit"])


def test_desk_keeps_configurations_valid(learnt_session):
    session = open_session(learnt_session)
    space = session.space()
    plan = session.plan.collect()
    options = ["do_sample", "num_beams", "cache_implementation", "temperature", "top_k"]
    desk = SpaceDesk(space)
    guess = desk.start(plan.row(0, named=True), options, frozenset())
    assert guess.row["config_id"] == plan["config_id"][0]
    assert "offloaded" not in guess.offered["cache_implementation"]  # no CUDA on this host
    hot = desk.change(guess, "temperature", 0.7, options, frozenset())
    assert hot.row["temperature"] == 0.7 and hot.row["do_sample"] is True
    assert hot.changed == {"do_sample"}
    locked = desk.start(guess.row, options, frozenset({"do_sample"}))
    assert locked.offered["temperature"] == [None] and locked.offered["top_k"] == [None]
    assert "offloaded" in guess.refused["cache_implementation"] and not guess.refused["top_k"]
    assert "no cuda" in desk.why_not(guess, "cache_implementation", "offloaded", frozenset())
    assert locked.refused["temperature"] == [0.3, 0.7, 1.2]
    why = desk.why_not(locked, "temperature", 0.7, frozenset({"do_sample"}))
    assert "temperature" in why and "sample" in why
    with pytest.raises(UserError):
        desk.change(guess, "temperature", 0.7, options, frozenset({"do_sample"}))
    space.from_row({name: hot.row[name] for name in plan.columns[3:]})


def test_queue_appends_one_row_under_the_lock(learnt_session):
    session = open_session(learnt_session)
    plan = session.plan.collect()
    desk = SpaceDesk(session.space())
    known = set(plan["config_id"])
    guess = desk.start(plan.row(0, named=True), ["top_k"], frozenset())
    fresh = next(
        changed
        for option, values in desk.start(guess.row, plan.columns[3:], frozenset()).offered.items()
        for value in values
        if (changed := desk.change(guess, option, value, ["top_k"], frozenset()))
        and changed.row["config_id"] not in known
    )
    with SessionLock.acquire(learnt_session), pytest.raises(UserError, match="a campaign runs"):
        queue(learnt_session, fresh.row)
    assert queue(learnt_session, fresh.row) == plan.height + 1
    again = open_session(learnt_session)
    assert again.plan.collect().schema == plan.schema
    assert again.plan.collect()["sampler"][-1] == "verify"
    assert again.manifest["status"] == "stopped"
    with pytest.raises(UserError, match=f"already as #{plan.height + 1}"):
        queue(learnt_session, fresh.row)


@pytest.mark.parametrize("size", [*ROOM, (60, 18)])
async def test_front_is_walked_and_predicted_points_join_it(learnt_session, look, answers, size):
    app = PimpApp(learnt_session)
    async with app.run_test(size=size) as pilot:
        pane = await pane_on(app, pilot, look, 6, "o 56" if size[0] < 110 else "o predicted 56")
        shown = look.text(app)
        # The objectives are never cut, their unit stands there or at the axis.
        titles = ["energy kJ v against pass@1 ^"]
        titles += ["energy v against pass@1 ^", "energy v · pass@1 ^"] if size[0] < 200 else []
        assert any(title in shown for title in titles) and "@" in shown
        assert size[0] == 60 or "energy kJ (log)" in shown
        await pilot.press("g")
        assert pane.walk.place == 0 and pane.walk.row["estimated"]
        await look.until(pilot, "~100 J")
        await look.until(pilot, "~ffff")  # the head of its config_id
        await pilot.press("l")
        assert pane.walk.place == 1 and not pane.walk.row.get("estimated")
        await pilot.press("m")
        await look.until(pilot, "1 marked" if size[0] != 60 else lambda: pane.walk.marked)


async def test_compared_predictions_are_marked_and_scrolled(
    learnt_session, look, answers, monkeypatch
):
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 20)) as pilot:
        pane = await pane_on(app, pilot, look, 6, "o 56")
        await pilot.press("g", "m", "l", "m", "equals_sign")
        await look.until(pilot, "below · = closes")
        rows = pane.parts.compare.all_lines
        energy = next(text for text in map(text_of, rows) if "energy" in text)
        assert text_of(rows[0]).split()[0] == "~ffff" and energy.split()[2] == "~100"
        assert energy.split()[-1].startswith("~+"), "a difference from a prediction is one"
        below = pane.parts.compare.below
        await pilot.press("j")
        await look.until(pilot, lambda: pane.parts.compare.below == below - 1)
        monkeypatch.setattr(pane.child, "cancel", lambda: True)
        await pilot.press("escape")  # closes what is open before it stops anything
        await look.until(pilot, lambda: pane.parts.front_part.display)


async def test_a_table_without_a_feature_model_refuses_before_it_asks(
    learnt_session, look, answers
):
    (learnt_session / "space.uvl").unlink()
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pane_on(app, pilot, look, 6, "o 56")
        await pilot.press("g", "e")
        await look.until(pilot, "no feature model to export by; y copies")


async def test_one_front_is_predicted_at_a_time_while_runs_come_in(
    learnt_session, look, answers, monkeypatch
):
    gate, fronts = held(monkeypatch, "front")
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await pane_on(app, pilot, look, 6, "predicting…")
        pane.hidden()  # or a late look at the files brings back the whole ground
        loads = [worker for worker in app.workers if worker.group == "tradeoffs-load"]
        await look.until(pilot, lambda: not any(worker.is_running for worker in loads))
        await look.until(pilot, lambda: fronts)
        whole = pane.ground
        for count in (20, 25):
            pane.ground = replace(whole, frame=whole.frame.head(count))
            await pane.solve().wait()
        assert len(fronts) == 1, "the child has one request, not one a run"
        gate.set()
        await look.until(pilot, lambda: len(fronts) == 2 and not pane.learning)
        await look.until(pilot, "~ffff")
        gate.clear()
        pane.ground = whole
        await pane.solve().wait()
        await look.until(pilot, lambda: pane.learning and len(fronts) == 3)
        assert pane.walk.points.front[0]["estimated"] and pane.walk.points.total == 30
        gate.set()
        await look.until(pilot, lambda: not pane.learning)


def test_what_was_predicted_leaves_the_front_once_it_is_beaten(learnt_session):
    ground = read_ground(open_session(learnt_session))
    problem = Problem({"energy_j": "min", "pass_at_1": "max"})
    points = measured_points(ground, problem)
    best = points.front[0]

    def guess(name: str, energy: float, accuracy: float) -> dict:
        return {**best, "config_id": name, "estimated": True, "energy_j": energy,
                "pass_at_1": accuracy}  # fmt: skip

    kept = replace(points, candidates=9, front=[
        guess("a", best["energy_j"] / 2, 0.9), guess("b", 1e9, 0.1),
        guess(best["config_id"], 1.0, 1.0),
    ])  # fmt: skip
    found = carried(points, kept, problem, ground)
    assert found.front[0]["config_id"] == "a" and found.candidates == 9
    assert {"b", best["config_id"]}.isdisjoint(found.front_ids), "beaten; measured by now"


async def test_why_off_the_front(learnt_session, look, answers):
    app = PimpApp(learnt_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await pane_on(app, pilot, look, 6, "o predicted 56")
        off = next(r for r in pane.walk.points.measured
                   if r["config_id"] not in pane.walk.points.front_ids)  # fmt: skip
        pane.walk.row = off
        await pilot.press("w")
        await look.until(pilot, " beats #")


async def test_objectives_and_constraints(learnt_session, look, answers):
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await pane_on(app, pilot, look, 6, "o 56")
        await pilot.press("c")
        await look.until(pilot, "[min] energy_j")
        await pilot.press("G", "enter")
        await look.until(pilot, lambda: app.screen.message.busy)
        app.focused.value = "latency_s < 0.1"
        await pilot.press("enter")
        await look.until(pilot, "latency_s < 0.1 leaves none of 30 measured")
        await pilot.press("k", "d")
        await look.until(pilot, "drops a constraint")
        await pilot.press("j", "d")
        await look.until(pilot, lambda: not pane.problem.constraints)
        await pilot.press("escape")
        await look.until(pilot, "h/l walk")


@pytest.mark.parametrize(
    ("limit", "text", "amount"),
    [
        (BUDGET, "26.1 kJ", 26100.0), (BUDGET, "900", 900.0), (BUDGET, "2Wh", 7200.0),
        (DEADLINE, "2min", 120.0), (DEADLINE, "250 ms", 0.25), (DEADLINE, "3 kJ", None),
        (BUDGET, "-3", None), (BUDGET, "1.2.3", None),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(limit, text, amount):
    assert limit.amount(text) == pytest.approx(amount)
    assert (limit.fault(text) is None) == (amount is not None)
    assert limit.fault("") is None  # takes the limit away


def test_a_limit_is_put_changed_and_taken_away():
    problem = Problem({"latency_s": "min", "pass_at_1": "max"}, ["top_k = 50"])
    metric = DEADLINE.metric(problem, ["duration_s", "latency_s"])
    assert metric == "latency_s" and BUDGET.metric(problem, ["latency_s"]) is None
    set_limit(problem, metric, 3.5)
    set_limit(problem, metric, 2.0)
    assert problem.constraints == ["top_k = 50", "latency_s <= 2"]
    set_limit(problem, metric, None)
    assert problem.constraints == ["top_k = 50"]


async def test_budget_and_deadline_by_one_key(learnt_session, look, answers):
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await pane_on(app, pilot, look, 6, "o 56")
        await pilot.press("b")
        await look.until(pilot, "energy at most (J)")
        await pilot.press(*"1.2lJ", "enter")
        await look.until(pilot, "a number with J, kJ")
        app.focused.value = "1.2 kJ"
        await pilot.press("enter")
        await look.until(pilot, "constraint: energy_j <= 1200")
        await look.until(pilot, lambda: 0 < pane.walk.points.total < 30)
        assert answers[-1]["where"] == "energy_j <= 1200"
        await pilot.press("d", *"0.1", "enter")
        await look.until(pilot, "duration_s <= 0.1 leaves none of 30 measured")
        await pilot.press("d")
        await look.until(pilot, lambda: app.screen.message.busy)
        app.focused.value = ""
        await pilot.press("enter")
        await look.until(pilot, lambda: pane.problem.constraints == ["energy_j <= 1200"])


async def test_a_point_is_told_against_the_own_baseline(learnt_session, look, answers):
    plan = open_session(learnt_session).plan.collect()
    manifest = read_manifest(learnt_session)
    manifest["named"]["baseline"] = plan["config_id"][1]
    write_manifest(learnt_session, manifest)
    app = PimpApp(learnt_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await pane_on(app, pilot, look, 6, "against the baseline: ")
        await pilot.press("G")
        await look.until(pilot, lambda: pane.walk.place == len(pane.walk.points.front) - 1)
        row, own = pane.walk.row, pane.ground.baseline
        words = trade_words(row, own, ["energy_j", "pass_at_1"])
        share = 100 * (row["energy_j"] / own["energy_j"] - 1)
        assert words.startswith(f"{share:+.0f}% energy for ") and words.endswith(" pass@1")
        await look.until(pilot, words)
        assert "prev base" in " ".join(look.text(app).split())


async def test_export_of_measured_and_predicted_points(learnt_session, look, answers, tmp_path):
    app = PimpApp(learnt_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await pane_on(app, pilot, look, 6, "o predicted 56")
        await pilot.press("g", "e")
        await look.until(pilot, "never measured: export anyway? v verifies first")
        await pilot.press("n")
        await look.until(pilot, lambda: not app.screen.message.busy)
        await pilot.press("G", "e")
        await look.until(pilot, lambda: app.screen.message.busy)
        for name in ("generation_config.json", "pick.py", "pick.json"):
            if not app.screen.message.busy:
                await pilot.press("e")
                await look.until(pilot, lambda: app.screen.message.busy)
            app.focused.value = str(tmp_path / name)
            await pilot.press("enter")
            await look.until(pilot, lambda name=name: (tmp_path / name).exists())
            await look.until(pilot, "wrote")
            if name == "generation_config.json":
                await look.until(pilot, "generation_config.json cannot carry")
                row = pane.walk.row
                assert pane.left_out == [("batch_size", str(row["batch_size"]))]
                await look.until(pilot, f"batch_size  {row['batch_size']}")
                await pilot.press("escape")
        config = json.loads((tmp_path / "generation_config.json").read_text())
        assert config["num_beams"] == pane.walk.row["num_beams"]


def test_front_by_hand():
    rows = [{"config_id": c, "x": x, "y": y} for c, x, y in
            [("a", 1.0, 1.0), ("b", 2.0, 3.0), ("c", 3.0, 2.0)]]  # fmt: skip
    problem = Problem({"x": "min", "y": "max"})
    assert problem.dominates(rows[1], rows[2]) and not problem.dominates(rows[0], rows[1])
    assert [r["config_id"] for r in dominating(problem, rows[2], rows)] == ["b"]
    assert problem.words() == "x v against y ^"
    assert "two objectives at least" in str(problem.cycle("x") or problem.cycle("x"))


@pytest.mark.slow
async def test_the_real_child_answers_and_dies(learnt_session):
    child = learner.LearningChild(learnt_session)
    answer = await child.ask("fit", metric="energy_j")
    assert answer["evaluation"]["n"] == 30 and len(answer["points"]) == 30
    with pytest.raises(UserError):
        await child.ask("fit", metric="no_such")
    waiting = asyncio.create_task(child.ask("front"))
    await asyncio.sleep(0.5)
    assert child.cancel()
    with pytest.raises(learner.Cancelled):
        await waiting
    rows = open_session(learnt_session).plan.collect().head(1)
    assert isinstance(rows, pl.DataFrame)
    child.close()


def test_an_exported_program_names_the_folder_of_its_model(done_session, tmp_path):
    session = open_session(done_session)
    row = session.plan.collect().row(0, named=True)
    target = tmp_path / "run.py"
    assert writing.write(done_session, row, PlanInfo.of(session), target) == {}
    named = re.search(r'MODEL = "(.+)"', target.read_text())
    assert named and (Path(named[1]) / "config.json").is_file()  # not the bundled model's name
