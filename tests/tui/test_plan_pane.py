"""The Plan pane: lines with status, coverage, edits under the lock, refusals."""

import math
import time
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.session.lock import SessionLock
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.plan import draw, edit
from pimp_tui.tui.panes.plan.estimate import estimates, left_s
from pimp_tui.tui.panes.plan.lines import read_lines, status_of
from pimp_tui.tui.panes.plan_info import PlanInfo


async def on_plan(pilot, look):
    """The pane once its plan is read and its coverage is there."""
    await pilot.press("2")
    await look.until(pilot, "pair coverage")
    return pilot.app.screen.current


def ids(session) -> list[str]:
    return pl.read_parquet(session / "plan.parquet")["config_id"].to_list()


async def test_lines_say_what_differs_and_how_far_each_is(half_session, look):
    app = PimpApp(half_session)
    async with app.run_test(size=(120, 30)) as pilot:
        await on_plan(pilot, look)
        await look.until(pilot, "runs to go, ~")
        text = look.text(app)
        assert "8 configurations · 8 runs to go, ~" in text and " left · pair coverage" in text
        assert "s/run" in text and "3.98" in text, "a measured run"
        assert "~" in next(row for row in text.splitlines() if " 5  twise" in row), "an estimate"
        assert "library default" in text and "num_beams=4" in text
        assert text.count(" ok ") == 4


async def test_move_drop_add_undo(planned_session, look):
    before = ids(planned_session)
    app = PimpApp(planned_session)
    async with app.run_test(size=(120, 30)) as pilot:
        await on_plan(pilot, look)
        await pilot.press("J")
        await look.until(pilot, lambda: ids(planned_session)[:2] == before[1::-1])
        await look.until(pilot, "moved down")
        await pilot.press("u")
        await look.until(pilot, lambda: ids(planned_session) == before)
        await look.until(pilot, "undone")
        await pilot.press("d")
        await look.until(pilot, lambda: ids(planned_session) == before[1:])
        await look.until(pilot, "7 configurations")
        await pilot.press("a")
        await look.until(pilot, "add from")
        app.focused.value = "uniform 3"
        await pilot.press("enter")
        await look.until(pilot, lambda: len(ids(planned_session)) > 7)
    plan = pl.read_parquet(planned_session / "plan.parquet")
    assert plan["position"].to_list() == list(range(1, plan.height + 1))
    assert plan["config_id"].n_unique() == plan.height


async def test_what_was_measured_stays(half_session, look):
    before = ids(half_session)
    app = PimpApp(half_session)
    async with app.run_test(size=(120, 30)) as pilot:
        await on_plan(pilot, look)
        await pilot.press("d")
        await look.until(pilot, "measured already")
    assert ids(half_session) == before


async def test_an_unknown_sampler_is_told_at_the_input(planned_session, look):
    app = PimpApp(planned_session)
    async with app.run_test(size=(120, 30)) as pilot:
        await on_plan(pilot, look)
        await pilot.press("a")
        await look.until(pilot, "add from")
        app.focused.value = "sometimes 3"
        await look.until(pilot, "no sampler sometimes")
        await pilot.press("enter", "escape")
    assert len(ids(planned_session)) == 8


async def test_filter_and_next_unmeasured(half_session, look):
    app = PimpApp(half_session)
    async with app.run_test(size=(120, 30)) as pilot:
        pane = await on_plan(pilot, look)
        await pilot.press("n")
        assert pane.line.position == 5
        await pilot.press("slash", *"num_beams=4", "enter")
        await look.until(pilot, "2 of 8")


async def test_a_plan_drawn_from_a_model_alone(done_session, look):
    app = PimpApp(space=done_session / "space.uvl")
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("2")
        await look.until(pilot, "No plan yet")
        await pilot.press("a")
        await look.until(pilot, "add from")
        app.focused.value = "twise"
        await pilot.press("enter")
        await look.until(pilot, "pair coverage 100.0 %")


def test_a_running_campaign_keeps_its_plan(planned_session):
    with (
        SessionLock.acquire(planned_session),
        pytest.raises(UserError, match="in use"),
    ):
        edit.change_plan(planned_session, lambda plan: plan.head(1))
    assert len(ids(planned_session)) == 8


def test_more_configurations_reopen_a_finished_campaign(done_session):
    from pimp_tui.session.manifest import read_manifest

    more = pl.read_parquet(done_session / "plan.parquet").head(1)
    more = more.with_columns(config_id=pl.lit("f" * 16))
    assert edit.change_plan(done_session, edit.extended(more)) == 9
    assert read_manifest(done_session)["status"] == "stopped"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "uniform x",
        "uniform 0",
        "uniform 3 4",
        "uniform t=3",
        "twise t=4",
        "uniform n=x",
        "uniform k=2",
    ],
)
def test_what_cannot_be_drawn(text):
    with pytest.raises(UserError):
        draw.parse(text)


@pytest.mark.parametrize(
    "text, wish",
    [
        ("twise", draw.Wish("twise")),
        ("uniform", draw.Wish("uniform", 8)),
        ("yasa:10 t=3 seed=4", draw.Wish("yasa:10", None, 3, 4)),
        ("uniform+diverse", draw.Wish("uniform+diverse", 8)),
        ("yasa:3+icpl", draw.Wish("yasa:3+icpl")),
        ("yasa+uniform n=40", draw.Wish("yasa+uniform", 40)),
    ],
)
def test_what_can_be_drawn(text, wish):
    assert draw.parse(text) == wish


def test_every_sampler_is_offered():
    from pimp_tui.sampling.registry import sampler_names

    assert draw.candidates("") == sampler_names()
    assert draw.candidates("twise s") == ["seed="]


@pytest.mark.slow
async def test_a_plan_is_saved_and_loaded_and_its_bound_proven(done_session, tmp_path, look):
    target = tmp_path / "mine.csv"
    app = PimpApp(space=done_session / "space.uvl")
    async with app.run_test(size=(160, 30)) as pilot:
        await pilot.press("2")
        await look.until(pilot, "No plan yet")
        await pilot.press("a")
        await look.until(pilot, "add from")
        app.focused.value = "icpl t=2"
        await pilot.press("enter")
        await look.until(pilot, "pair coverage 100.0 %")
        await pilot.press("b")
        await look.until(pilot, "· bound")
        await pilot.press("e")
        await look.until(pilot, "save the plan to")
        app.focused.value = str(target)
        await pilot.press("enter")
        await look.until(pilot, "written to")
        rows = pl.read_csv(target).height
        await pilot.press("d")
        await look.until(pilot, f"{rows - 1} configurations ·")
        await pilot.press("o")
        await look.until(pilot, "load a plan")
        app.focused.value = str(target)
        await pilot.press("enter")
        await look.until(pilot, f"{rows} configurations ·")


async def test_long_sampling_tells_its_progress_and_escape_stops_it(
    done_session, look, monkeypatch
):
    import threading

    go_on = threading.Event()

    def slow(space, progress=None, **rest):
        while not go_on.wait(0.01):
            progress("icpl", 0.4)
        raise AssertionError("nobody stopped it")

    monkeypatch.setattr("pimp_tui.sampling.sample", slow)
    app = PimpApp(space=done_session / "space.uvl")
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("2")
        await look.until(pilot, "No plan yet")
        await pilot.press("a")
        await look.until(pilot, "add from")
        app.focused.value = "icpl"
        await pilot.press("enter")
        await look.until(pilot, "icpl 40 %… esc stops")
        await pilot.press("a")  # one at a time
        await look.until(pilot, "worked out already")
        await pilot.press("escape")
        await look.until(pilot, "icpl: stopped")
        assert "esc stop" not in look.text(app)
        await pilot.press("1")
        await look.until(pilot, "56 valid")  # the reasoning thread is free again
    go_on.set()


def test_estimates_follow_the_options_of_what_was_measured():
    """With effects that multiply, what was not measured is told much closer than by a mean."""
    rows = [(a, b, c) for a in (1, 2, 4) for b in ("x", "y") for c in (True, False, None)]
    true = [a * (3.0 if b == "y" else 1.0) * (1.5 if c else 1.0) for a, b, c in rows]
    names = [f"{n:016x}" for n in range(len(rows))]
    plan = pl.DataFrame(rows, schema=["a", "b", "c"], orient="row").with_columns(
        config_id=pl.Series(names)
    )
    measured = [n for n in range(len(rows)) if n % 4 != 1]
    end = datetime(2025, 1, 1, tzinfo=UTC)
    runs = pl.DataFrame(
        {
            "config_id": [names[n] for n in measured] * 2,
            "repetition": [1] * len(measured) + [2] * len(measured),
            "status": ["ok"] * (2 * len(measured)),
            "duration_s": [true[n] for n in measured] * 2,
            "ended_at": [end + timedelta(seconds=20 * n) for n in range(2 * len(measured))],
        }
    )
    known = estimates(plan, runs, ["a", "b", "c"])
    assert known["guessed"].to_list() == [n not in measured for n in range(len(rows))]
    assert [known["estimate_s"][n] for n in measured] == pytest.approx([true[n] for n in measured])
    usual = sum(math.log(true[n]) for n in measured) / len(measured)
    left = [n for n in range(len(rows)) if n not in measured]
    off = sum(abs(math.log(known["estimate_s"][n] / true[n])) for n in left)
    assert off < 0.5 * sum(abs(usual - math.log(true[n])) for n in left)
    waiting = sum(known["estimate_s"].filter(known["guessed"])) * 2
    pace = 20 / runs["duration_s"].mean()
    assert left_s(known, runs, 2) == pytest.approx(waiting * pace)
    assert left_s(known, runs.head(0), 2) is not None
    nothing = estimates(plan, runs.head(0), ["a"])
    assert nothing["estimate_s"].null_count() == len(rows)
    assert left_s(nothing, runs.head(0), 2) is None


def test_lines_of_a_long_plan_are_made_when_looked_at():
    n = 3000
    plan = pl.DataFrame(
        {
            "config_id": [f"{i:016x}" for i in range(n)],
            "position": range(1, n + 1),
            "sampler": ["default"] + ["uniform"] * (n - 1),
            **{f"o{k}": [(i * (k + 3) // 7) % 5 for i in range(n)] for k in range(30)},
            "flag": [i % 2 == 0 for i in range(n)],
            "ratio": [None if i % 3 else i % 4 / 2 for i in range(n)],
        }
    )
    info = PlanInfo(plan)
    begun = time.process_time()
    lines = read_lines(plan, None, 2, info)
    found = lines.matching("UNIFORM o3=4")
    assert time.process_time() - begun < 1.0  # 0.02 when idle
    assert 0 < len(found) < n and all("o3=4" in line.differs for line in found[:50])
    assert lines[0].differs == "library default"
    for line in lines[1:40]:
        assert line.differs == info.describe(line.config_id)
    assert lines.place_of(lines[7].config_id) == 7 and lines.place_of("gone") is None
    assert lines.following(5, 1) == 6 and lines.following(0, -1) == n - 1


def test_the_status_of_a_line():
    runs = pl.DataFrame(
        [("a", 1, "failed"), ("a", 1, "ok"), ("a", 2, "ok"), ("b", 1, "ok"), ("c", 1, "failed"),
         ("c", 2, "failed"), ("d", 1, "failed"), ("d", 2, "ok")],
        schema=["config_id", "repetition", "status"], orient="row",
    )  # fmt: skip
    words = dict(status_of(runs, 2).iter_rows())
    assert words == {"a": "ok", "b": "1/2", "c": "failed", "d": "1/2 ok"}
    plan = pl.DataFrame(
        {"config_id": [*"abep"], "position": range(1, 5), "x": [0, 1, 2, 3],
         "sampler": ["default", "uniform", "uniform", "verify"]}
    )  # fmt: skip
    times = {"duration_s": pl.lit(2.0), "ended_at": pl.lit(None, pl.Datetime("us", "UTC"))}
    lines = read_lines(plan, runs.with_columns(**times), 2, PlanInfo(plan))
    assert [line.status for line in lines[:]] == ["ok", "1/2", "-", "pick"]
    assert lines.waiting == 1 and lines.left_s == pytest.approx(6.0), "b once, e twice"
    assert not lines[3].measured
