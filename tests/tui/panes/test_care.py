"""Results to be read with care: contaminated, slowed by heat, disagreeing meters, drift."""

from datetime import timedelta

import polars as pl
import pytest

from pimp_tui.session import open_session
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.session.segments import RunKey, commit_run
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.results.care import Care, read_care
from pimp_tui.tui.widgets.cells import text_of
from pimp_tui.tui.widgets.frame_table import FrameTable


@pytest.fixture
def doubtful_session(done_session):
    """Config #1 has a third run: contaminated, on a hot device; its meters disagreed in rep 1."""
    session = open_session(done_session)
    first = session.plan.collect()["config_id"][0]
    row = session.runs.filter(config_id=first, repetition=2).collect().row(0, named=True)
    begun = row["ended_at"] + timedelta(hours=1)
    run = row | {"repetition": 3, "contaminated": True, "started_at": begun,
                 "duration_s": row["duration_s"] * 1.5,
                 "ended_at": begun + timedelta(seconds=6)}  # fmt: skip
    for name in ("config_id", "repetition", "attempt"):
        del run[name]
    power = [{"t_s": 4000.0 + s, "at": begun + timedelta(seconds=s), "device": "gpu",
              "power_w": 300.0, "throttle_reasons": "hw_thermal" if s == 3 else "sw_power_cap"}
             for s in range(6)]  # fmt: skip
    commit_run(done_session, RunKey(first, 3, 1), run, [], power)
    manifest = read_manifest(done_session)
    manifest["meter_remarks"] = [
        {"text": "gpu: counter 9.0 J and power samples 7.0 J disagree", "config_id": first,
         "repetition": 1}
    ]  # fmt: skip
    write_manifest(done_session, manifest)
    return done_session, first


def test_care_reads_the_bundle(doubtful_session):
    path, first = doubtful_session
    care = read_care(open_session(path))
    assert care.contaminated == {first: 1} and care.hot == {(first, 3, 1)}
    told = " ".join(map(text_of, care.of_configuration(first, 300)))
    for part in ("others used the device in 1 of its runs", "slowed by heat in repeat 3",
                 "meters, rep 1: gpu: counter", "control of drift, first run to last"):  # fmt: skip
        assert part in told
    assert "energy" not in care.drift, "its energy is an estimate"
    run = {"config_id": first, "repetition": 2, "attempt": 1, "contaminated": False}
    assert not care.of_run(run, 100)
    assert len(care.of_run(run | {"repetition": 3, "contaminated": True}, 100)) == 2


def test_nothing_is_marked_where_nothing_is_wrong(done_session):
    session = open_session(done_session)
    frame = session.configurations().collect()
    care = read_care(session)
    assert not care.contaminated and not care.hot and not care.meters
    assert Care().mark(frame) is frame
    one, two = frame["config_id"].head(2)
    care = Care({one: 1, two: 2}, frozenset({two}))
    marked = care.mark(frame.with_columns(pl.lit("ok").alias("status")))
    assert marked["contaminated"].to_list()[:3] == [1, 2, 0]
    assert "none of which counts" in " ".join(map(text_of, care.of_configuration(one, 300)))
    assert marked["status"].to_list()[:2] == ["ok", "ok !shared"]


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_results_say_what_is_to_be_read_with_care(doubtful_session, look, size):
    path, _ = doubtful_session
    app = PimpApp(path)
    async with app.run_test(size=size) as pilot:
        await look.until(pilot, "ok !shared" if size[0] > 100 else "ok !sh")
        await look.until(pilot, "! contaminated: others used the device in 1")
        app.screen.current.query_one(FrameTable).focus()
        await pilot.press("enter")
        await look.until(pilot, "enter: its requests")
        await pilot.press("j", "j")
        await look.until(pilot, "! contaminated: another process used the device")
        assert "slowed by heat" in look.text(app)
