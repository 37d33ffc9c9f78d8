"""The Monitor: what it folds from events, what it shows of the bundle, and that it is quiet."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime

import polars as pl
import pytest

from pimp_tui.session import control
from pimp_tui.session.lock import SessionLock
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.monitor import chart, history, remarks, text, watch
from pimp_tui.tui.panes.monitor.layout import HEAD, layout
from pimp_tui.tui.panes.monitor.model import Model, Run
from pimp_tui.tui.panes.monitor.series import Series
from pimp_tui.tui.widgets.cells import text_of


def state(config: str, repetition: int, t_s: float, **more) -> dict:
    return {"event": "state", "t_s": t_s, "state": "running", "runs_done": 3, "runs_failed": 0,
            "runs_planned": 10, "eta_s": 70.0, "config_id": config, "position": 1,
            "repetition": repetition, "phase": "measure"} | more  # fmt: skip


def sample(t_s: float, power=None, estimated=None, device="gpu 0") -> dict:
    return {"event": "sample", "t_s": t_s, "device": device, "power_w": power,
            "estimated_power_w": estimated, "utilisation": 50.0, "memory_bytes": 2**30}  # fmt: skip


def test_series_bins_and_forgets():
    series = Series()
    for tick in range(10):
        series.add(tick * 0.25, float(tick))
    assert series.get(0) == 0.5 and series.get(2) == 4.5
    assert series.get(9) is None and series.get(7, reach=4) == 8.5
    assert series.means(0, 3, 2) == {0: 1.5, 1: 5.5}


def test_model_follows_a_campaign():
    model = Model(lambda config: {"a": 41}.get(config))
    model.feed(state("a", 2, 10.0))
    assert model.running and model.current.repetition == 2
    for n in range(20):
        model.feed(sample(10 + n / 10, power=300.0))
        model.feed(sample(10 + n / 10, power=50.0, device="gpu 1"))
    model.feed({"event": "progress", "t_s": 12.0, "requests_done": 5, "requests_planned": 10})
    assert chart.power_kind(model) == "power" and model.estimated is False
    assert max(chart.power_bins(model, "power")(20, 23, 1).values()) == pytest.approx(350.0)
    model.feed({"event": "run", "t_s": 14.0, "config_id": "a", "repetition": 2, "attempt": 1,
                "status": "ok", "duration_s": 4.0, "energy_j": 26_300.0,
                "energy_estimated": False, "pass_at_1": 0.768})  # fmt: skip
    assert model.events[-1].text == "#41 rep 2 ok  26.3 kJ  4.0 s  pass@1 0.768"
    model.feed({"event": "run", "t_s": 16.0, "config_id": "a", "repetition": 3, "attempt": 1,
                "status": "failed", "reason": "CUDA out of memory (31.9 GiB asked)"})  # fmt: skip
    assert model.events[-1].failure
    assert text.failures(model, None) == [("out of memory", 1, "a rep 3")]
    model.disconnected()
    assert not model.live and model.now_s() == 16.0


@pytest.mark.parametrize("state", ["planned", "done", "lost", "stopped"])
def test_what_was_not_read_yet_is_no_zero(state):
    status = {"state": state, "runs_done": None, "runs_failed": None, "runs_planned": None}
    shown = text_of(text.headline(Model(), None, status, str))
    shown += text_of(text.plan_bar(status, 80, datetime.now()))
    assert shown.strip() and not any(letter.isdigit() for letter in shown)


def test_only_the_measured_pass_counts_as_the_run():
    """Its figures are of the measured pass, and of a beginning that nobody saw none is told."""
    model = Model()
    model.feed(state("a", 1, 0.0, phase="load"))
    for n in range(100):
        model.feed(sample(n / 10, power=100.0))
    assert "run" not in chart.power_info(model, "power"), "loading is no part of it"
    model.feed(state("a", 1, 10.0))
    for n in range(100, 150):
        model.feed(sample(n / 10, power=200.0))
    assert "mean 200 · run 900 J" in chart.power_info(model, "power")
    model.feed(state("a", 1, 15.0, phase="score"))
    assert "run" not in chart.power_info(model, "power")
    model.feed({"event": "run", "t_s": 17.0, "config_id": "a", "repetition": 1, "status": "ok",
                "energy_source": "nvml", "idle_power_w": 58.0})  # fmt: skip
    (run,) = model.runs.values()
    assert (run.started_s, run.ended_s) == (10.0, 15.0) and model.energy_source == "nvml"
    assert chart.idle_power_w(model) == 58.0
    model.feed(state("a", 1, 17.1, phase="score", runs_done=4))
    assert model.current is None, "it is over"
    counting = Model()
    counting.feed(state("a", 1, 30.0, since_t_s=10.0))
    assert counting.eta_s == pytest.approx(50.0, abs=0.5), "70 s, told 20 s ago"
    counting.feed(state("a", 2, 40.0, eta_s=60.0))
    assert counting.eta_s == pytest.approx(60.0, abs=0.5)
    late = Model()
    late.feed(state("a", 2, 40.0, since_t_s=22.5))
    for n in range(400, 450):
        late.feed(sample(n / 10, power=200.0))
    assert late.current.started_s == 22.5
    assert "since you came 900 J" in chart.power_info(late, "power")


@pytest.mark.parametrize(
    ("told", "words"),
    [({"phase": "suggest", "config_id": None}, "to choose what to measure next"),
     ({"state": "paused", "phase": "disk full"}, "the disk is full"),
     ({"state": "paused", "phase": None}, "paused: r goes on")],
)  # fmt: skip
def test_the_headline_tells_why_nothing_runs(told, words):
    model = Model()
    model.feed(state("a", 1, 0.0) | told)
    assert words in text_of(text.headline(model, None, model.state, str))


@pytest.mark.parametrize(
    ("used", "total", "words"),
    [(31.2, 80, "31.2/80 GiB"), (0.5, 4, "0.50/4.0 GiB"), (1.0, None, "1.00 GiB")],
)
def test_memory_is_told_of_how_much(used, total, words):
    model = Model()
    whole = None if total is None else total * 2**30
    model.feed(sample(1.0) | {"memory_bytes": used * 2**30, "memory_total_bytes": whole})
    assert f"mem {words}" in text_of(text.device_rest(model.devices["gpu 0"], True, 80))


def test_estimated_power_is_told_as_an_estimate():
    model = Model()
    model.feed(state("a", 1, 0.0))
    for n in range(40):
        model.feed(sample(n / 10, estimated=15.0))
    info = chart.power_info(model, "power")
    assert model.estimated and "mean ~15" in info and "run ~" in info


def test_device_without_power_shows_utilisation():
    model = Model()
    for n in range(40):
        model.feed(sample(n / 10))
    assert chart.power_kind(model) == "utilisation"
    assert "no power meter" in chart.power_info(model, "utilisation")
    rest = "".join(part for part, _ in text.device_rest(model.devices["gpu 0"], True, 80))
    assert "util   50%" in rest and "mem 1.00 GiB" in rest


def test_an_idle_device_does_not_look_busy_beside_a_busy_one():
    model = Model()
    for n in range(400):
        model.feed(sample(n / 10, power=310.0, device="busy"))
        model.feed(sample(n / 10, power=58.0, device="idle"))
    highest_w = text.highest_power_w(model)
    assert highest_w == 310.0
    sparks = {
        name: text.device_rest(device, True, 80, highest_w)[0][0]
        for name, device in model.devices.items()
    }
    assert sparks == {"busy": "⣿" * 8, "idle": "⣤" * 8}


def test_chart_keeps_its_range_within_a_sweep_and_draws_the_idle_line():
    model = Model()
    model.add_run(
        Run("a", 1, status="ok", started_s=0, ended_s=8, metrics={"idle_power_w": 60.0}),
        datetime.now().astimezone(),
    )
    for n in range(80):
        model.feed(sample(n / 10, power=300.0 if n < 40 else 100.0))
    graph = chart.Chart()
    bins = chart.power_bins(model, "power")
    lines = graph.draw(model, bins, 60, 8, idle=chart.idle_power_w(model))
    drawn = "\n".join("".join(part for part, _ in cells) for cells in lines)
    assert "400┤" in drawn and "60┤" in drawn and "┄" in drawn and "└[1]" in drawn
    assert len(lines) == 8
    high = graph.high
    for n in range(80, 90):
        model.feed(sample(n / 10, power=90.0))
    graph.draw(model, bins, 60, 8)
    assert graph.high == high


@pytest.mark.parametrize(("width", "height"), [(60, 14), (80, 20), (120, 36), (200, 56), (300, 96)])
def test_layout_fills_the_body(width, height):
    for devices in (1, 2, 8):
        plan = layout(width, height, devices)
        parts = (plan.devices, plan.power, plan.latency, plan.events)
        assert HEAD + sum(parts) == height and min(parts) >= 2
        assert 0 <= plan.right < width / 2
    assert (layout(80, 20, 2).power, layout(80, 20, 2).latency) == (7, 4)


def words(lines) -> list[str]:
    return ["".join(part for part, _ in cells) for cells in lines]


def others(count: int) -> list[dict]:
    return [{"device": "H100 [0]", "pid": 40 + n, "user": "ada", "memory_bytes": 2**31}
            for n in range(count)]  # fmt: skip


def test_other_peoples_processes_have_rows_of_their_own():
    model = Model()
    model.feed(state("a", 1, 0.0, foreign=others(3)))
    assert watch.foreign_count(model) == 3
    rows = words(watch.foreign_rows(model, 3))
    assert rows[0] == "  ! not ours: pid 40 (ada, 2.00 GiB) on H100 [0]" and len(rows) == 3
    assert words(watch.foreign_rows(model, 2))[1].startswith("  ! 2 more: pid 41 (ada")
    assert words(watch.foreign_rows(model, 1))[0].startswith("  ! 3 processes of others: pid 40")
    unknown = [{"device": "H100 [0]", "pid": 9, "user": None, "memory_bytes": None}]
    model.feed(state("a", 1, 1.0, foreign=unknown))
    assert words(watch.foreign_rows(model, 2)) == ["  ! not ours: pid 9 on H100 [0]"]
    model.disconnected()
    assert not watch.foreign_rows(model, 2), "nobody looks any more"
    for height in (14, 20, 36, 96):
        for count in (1, 5):
            plan = layout(80, height, 2, count)
            parts = (plan.devices, plan.power, plan.latency, plan.events)
            assert HEAD + sum(parts) == height and min(parts) >= 2


def test_the_controls_drift_is_its_last_run_against_its_first():
    model, now = Model(), datetime.now().astimezone()
    for n, (duration, energy) in enumerate([(1.2, 100.0), (1.3, 101.0), (1.25, 103.0)]):
        for config in ("a", "b"):
            metrics = {"duration_s": duration, "energy_j": energy, "energy_estimated": False}
            model.add_run(Run(config, n + 1, status="ok", metrics=metrics), now)
        if n == 0:
            assert watch.control_words(model, "a", "#1", True) == "", "one run tells no drift"
    assert watch.control_words(model, "a", "#1", False) == "control #1: 1.20 to 1.25 s (+4.2%)"
    assert watch.control_words(model, "a", "#1", True).endswith(", energy +3.0%")
    for run in model.runs.values():
        run.metrics["energy_estimated"] = True
    assert "energy" not in watch.control_words(model, "a", "#1", True)
    assert watch.control_words(model, None, "", True) == ""


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_others_on_the_gpus_are_told_while_it_runs(session_maker, sessions_root, look, size):
    session = session_maker(sessions_root / "live", status="running")
    app = PimpApp(session)
    with SessionLock.acquire(session):
        async with app.run_test(size=size) as pilot:
            pane = await monitor_on(app, pilot, look)
            await look.until(pilot, lambda: pane.plan is not None)
            config = pane.plan.plan["config_id"][1]
            pane.live_event(sample(200.0, power=312.0, device="NVIDIA H100"))
            pane.live_event(state(config, 1, 200.0, foreign=others(1)))
            await look.until(pilot, "! not ours: pid 40 (ada, 2.00 GiB) on H100 [0]")
            assert "312 W" in look.text(app)
            pane.live_event(state(config, 1, 201.0, foreign=[]))
            await look.until(pilot, lambda: "not ours" not in look.text(app))
            pane.model.disconnected()
            pane._set_timer()


async def monitor_on(app, pilot, look):
    await look.until(pilot, lambda: getattr(app.screen, "action_pane", None))
    app.screen.action_pane(3)
    await look.until(pilot, "Events")
    return app.screen.current


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (60, 18)])
async def test_finished_campaign_shows_its_last_runs(done_session, look, size):
    app = PimpApp(done_session)
    async with app.run_test(size=size) as pilot:
        await monitor_on(app, pilot, look)
        await look.until(pilot, "#8 rep 2 failed: out of memory")
        await look.until(pilot, "done: 14 of 16 runs")
        shown = look.text(app)
        assert "finished" in shown
        assert "~estimate from CPU time" in shown
        if size[0] == 200:
            assert "This configuration" in shown and "nothing is left to run" in shown


async def test_why_and_next_failure(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await monitor_on(app, pilot, look)
        await look.until(pilot, "#8 rep 2 failed")
        await pilot.press("n")
        assert pane.events.rows.cursor == 14
        await pilot.press("w")
        await look.until(pilot, "esc closes")
        await pilot.press("escape")
        await look.until(pilot, lambda: "esc closes" not in look.text(app))
        told = "word " * 30 + "the end"
        pane.model.add_log(datetime.now().astimezone(), "info", told)
        pane.events.show(pane.model.events)
        await pilot.press("G")
        await look.until(pilot, "wor…")
        await pilot.press("enter")
        await look.until(pilot, "the end")
        await pilot.press("enter")
        await look.until(pilot, lambda: "esc closes" not in look.text(app))


async def test_planned_session_says_how_to_start(planned_session, look):
    app = PimpApp(planned_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await monitor_on(app, pilot, look)
        await look.until(pilot, "not started: r starts 16 runs")
        await look.until(pilot, "no sample yet", 3)


async def test_live_events_move_the_screen_and_their_end_stops_it(
    session_maker, sessions_root, look
):
    session = session_maker(sessions_root / "live", status="running")
    app = PimpApp(session)
    with SessionLock.acquire(session):
        await follow_live(app, look)


async def test_a_monitor_opened_in_the_middle_of_a_run_knows_what_runs(
    session_maker, sessions_root, look, monkeypatch
):
    """A runner tells its state when it changes: that was before the pane was there."""

    async def silent(_):
        await asyncio.sleep(1000)
        yield {}

    monkeypatch.setattr(control, "subscribe", silent)
    session = session_maker(sessions_root / "live", status="running")
    app = PimpApp(session)
    with SessionLock.acquire(session):
        async with app.run_test(size=(80, 24)) as pilot:
            await look.until(pilot, lambda: getattr(app.screen, "_watcher", None))
            watcher = app.screen._watcher
            config = pl.read_parquet(session / "plan.parquet")["config_id"][1]
            old = {"event": "progress", "t_s": 1.0, "requests_done": 8, "requests_planned": 8}
            for event in (state(config, 1, 200.0), old, state(config, 2, 201.0)):
                watcher._keep(event)
            assert len(watcher.told) == 1, "the progress of another run"
            for event in (old | {"t_s": 202.0, "requests_done": 5}, state(config, 2, 203.0)):
                watcher._keep(event)
            await look.until(pilot, lambda: app.screen.current)
            if opened := app.screen.panes.pop(3, None):
                await opened.remove()
            pane = await monitor_on(app, pilot, look)
            await look.until(pilot, "request 5/8")
            assert "#2 " in look.text(app) and "repeat 2/2" in look.text(app)
            pane.model.disconnected()
            pane._set_timer()


async def follow_live(app, look) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await monitor_on(app, pilot, look)
        await look.until(pilot, "connecting to the runner")
        config = pane.plan.plan["config_id"][1]
        pane.live_event(state(config, 3, 200.0))
        for n in range(30):
            pane.live_event(sample(200 + n / 10, power=312.0, device="NVIDIA H100"))
        pane.live_event({"event": "progress", "t_s": 203.0, "requests_done": 5,
                         "requests_planned": 8})  # fmt: skip
        await look.until(pilot, "request 5/8")
        await look.until(pilot, "312 W")
        shown = look.text(app)
        assert "#2 " in shown and "repeat 3/2" in shown and " 30%" in shown
        assert pane._timer is not None
        pane.model.disconnected()
        pane._set_timer()
        assert pane._timer is None


async def test_nothing_is_repainted_while_nothing_changes(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await monitor_on(app, pilot, look)
        await look.until(pilot, "finished")
        await pilot.pause(0.3)
        painted = []
        for block in (pane.head, pane.bar, pane.devices, pane.power, pane.latency):
            block.refresh = lambda *found, **_: painted.append(found)  # type: ignore[assignment]
        begun = time.process_time()
        pane._draw_all()
        assert not painted
        assert time.process_time() - begun < 0.2


def test_heat_is_told_once_a_run_and_marks_it():
    model = Model(lambda config: 7)
    model.feed(state("a", 1, 0.0))
    hot = {"throttle_reasons": "sw_power_cap,hw_thermal", "temperature_c": 88.0}
    for n in range(20):
        model.feed(sample(n / 10, power=300.0) | hot)
    told = [event for event in model.events if event.warning]
    assert [event.text for event in told] == ["#7 rep 1: gpu 0 slowed by heat at 88 C (hw_thermal)"]
    model.feed({"event": "run", "t_s": 3.0, "config_id": "a", "repetition": 1, "attempt": 1,
                "status": "ok", "duration_s": 3.0})  # fmt: skip
    assert model.events[-1].text.endswith("! slowed by heat") and model.events[-1].warning
    model.feed(state("a", 2, 4.0))
    model.feed(sample(4.1, power=300.0) | {"throttle_reasons": "sw_power_cap"})
    assert not model.current.throttled, "a power cap is a setting"
    places: dict[str, int] = {}
    early = Model(places.get)
    early.feed(state("0123456789abcdef", 1, 0.0))
    early.feed(sample(0.1, power=300.0) | hot)
    assert early.events[0].text.startswith("01234567 rep 1: gpu 0 slowed")
    places["0123456789abcdef"] = 7
    early.name_again()
    assert early.events[0].text.startswith("#7 rep 1: gpu 0 slowed"), "the plan was read since"


def test_a_slowed_device_says_so_within_80_columns():
    model = Model()
    model.feed(sample(1.0, power=312.0, device="NVIDIA H100 [0]")
               | {"throttle_reasons": "sw_thermal", "temperature_c": 91.0, "sm_clock_mhz": 1200.0,
                  "memory_clock_mhz": 2619.0, "memory_bytes": 31 * 2**30})  # fmt: skip
    device = next(iter(model.devices.values()))
    for total, end in ((None, "1200 MHz ! slowed"), (192 * 2**30, "1200 ! slowed")):
        device.last = {**device.last, "memory_total_bytes": total, "memory_bytes": 180.4 * 2**30}
        row = text.device_power(0, device, 80) + text.device_rest(device, True, 80)
        drawn = "".join(part for part, _ in row)
        assert drawn.endswith(end) and len(drawn) <= 80


def test_remarks_name_what_is_to_be_read_with_care():
    model, now = Model(), datetime.now().astimezone()
    for n in range(9):
        metrics = {"contaminated": True, "duration_s": 1.0}
        model.add_run(Run("a", n + 1, status="ok", metrics=metrics), now)
    model.runs["a", 1, 1].throttled.add("hw_thermal")
    manifest = {
        "meter_remarks": [{"text": "GPU 0: counter 9.0 J and power samples 7.0 J disagree",
                           "config_id": "a", "repetition": 2}],
        "idle_baselines": [{"power_w": 58.0, "reason": "start"},
                           {"power_w": 61.25, "reason": "drift of the idle power"}],
    }  # fmt: skip
    found = dict(remarks.remarks(model, None, manifest))
    assert found["meters"].startswith("GPU 0: counter 9.0 J") and "a rep 2" in found["meters"]
    assert found["contaminated"].startswith("9 of 9 good runs: a rep 1, ")
    assert found["contaminated"].endswith("and 3 more")
    assert found["slowed by heat"] == "1 of 9 good runs: a rep 1"
    assert found["idle power"] == "58.0 to 61.2 W, taken again 1 times for drift"
    assert remarks.meters_disagree(manifest) and not remarks.remarks(Model(), None, {})
    assert "! contaminated" in model.events[-1].text


def test_the_log_is_read_back_without_what_runs_have_told(tmp_path):
    log = tmp_path / "log.txt"
    log.write_text(
        "2025-03-01T09:00:00Z info    2 of 2 runs to do\n"
        "2025-03-01T09:00:05Z warning meters, #1 repetition 1: gpu: 1 J and 2 J disagree\n"
        "2025-03-01T09:00:06Z error   #2 repetition 1 failed: out of memory\n"
        "Traceback (most recent call last):\n"
        "2025-03-01T09:00:07Z debug   nothing for people\n"
    )
    found = history.read_log(log)
    assert [level for _, level, _ in found] == ["info", "warning", "error"]
    model = Model()
    history.seed(model, history.History(log=found))
    assert [event.warning for event in model.events] == [False, True]
    assert history.read_log(tmp_path / "none.txt") == []
    live = Model()
    live.feed({"event": "log", "t_s": 1.0, "level": "info", "text": "idle 58.0 W"})
    at = live.events[0].at.replace(microsecond=0)
    history.seed(live, history.History(log=[(at, "info", "idle 58.0 W"), (at, "info", "more")]))
    assert [event.text for event in live.events] == ["more", "idle 58.0 W"], "told once"


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_disagreeing_meters_are_told_when_it_is_over(done_session, look, size):
    manifest = read_manifest(done_session)
    first = pl.read_parquet(done_session / "plan.parquet")["config_id"][0]
    told = "gpu: counter 9.0 J and power samples 7.0 J disagree"
    manifest["meter_remarks"] = [{"text": told, "config_id": first, "repetition": 1}]
    write_manifest(done_session, manifest)
    (done_session / "log.txt").write_text(
        f"2025-03-01T09:59:05Z warning meters, #1 repetition 1: {told}\n"
    )
    app = PimpApp(done_session)
    async with app.run_test(size=size) as pilot:
        pane = await monitor_on(app, pilot, look)
        await look.until(pilot, "! meters disagree")
        await look.until(pilot, lambda: len(pane.events._events) == 17)
        await pilot.press("N")
        await look.until(pilot, "meters, #1 repetition 1: gpu: counter 9.0 J")
        if size[0] == 200:
            assert "  ! meters " in look.text(app) and "seen: #1 rep 1)" in look.text(app)
