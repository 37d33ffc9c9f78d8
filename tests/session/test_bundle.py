"""A bundle opened for reading: means per configuration, objectives, finding a configuration."""

import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.session import open_session
from pimp_tui.session.manifest import new_manifest, write_manifest
from pimp_tui.session.segments import RunKey, commit_run, write_frame

IDS = ["aaaa000000000001", "aaaa000000000002", "bbbb000000000003"]


def run(energy=None, estimated=None, accuracy=0.5, status="ok", **more):
    return {
        "status": status, "energy_j": energy, "energy_estimated": estimated,
        "energy_source": None if estimated is None else "estimate" if estimated else "nvml",
        "pass_at_1": accuracy, "duration_s": 1.0, "ignored_options": [],
    } | more  # fmt: skip


@pytest.fixture
def session(tmp_path):
    write_manifest(tmp_path, new_manifest("s", settings={"repeats": 2}))
    plan = {
        "config_id": IDS,
        "position": [1, 2, 3],
        "sampler": ["default", "u", "u"],
        "k": [1, 2, 3],
    }
    write_frame(tmp_path / "plan.parquet", pl.DataFrame(plan))
    return tmp_path


def commit(session, number, repetition, row):
    commit_run(session, RunKey(IDS[number], repetition, 1), row, [], [])


def test_measured_and_estimated_energy_are_never_averaged_together(session):
    commit(session, 0, 1, run(energy=10.0, estimated=False))
    commit(session, 0, 2, run(energy=99.0, estimated=True))
    commit(session, 1, 1, run(energy=4.0, estimated=True))
    commit(session, 1, 2, run(energy=6.0, estimated=True))
    rows = open_session(session).configurations(spread=True).collect().to_dicts()
    assert [row["energy_j"] for row in rows] == [10.0, 5.0, None]
    assert [row["energy_estimated"] for row in rows] == [False, True, None]
    assert [row["runs_ok"] for row in rows] == [2, 2, 0]
    assert rows[1]["energy_j_std"] == pytest.approx(2**0.5)


def test_sums_of_different_meters_are_never_averaged_together(session):
    """A configuration that was measured in two ways keeps the one that is usual."""
    both = {"energy_source": "nvml+rapl", "power_mean_w": 8.0, "energy_gpu_j": 3.0}
    gpu = {"energy_source": "nvml", "power_mean_w": 2.0, "energy_gpu_j": 5.0}
    commit(session, 0, 1, run(energy=2.0, estimated=False, **gpu))
    commit(session, 0, 2, run(energy=8.0, estimated=False, **both))
    commit(session, 1, 1, run(energy=9.0, estimated=False, **both))
    commit(session, 2, 1, run(energy=1.0, estimated=False, **gpu))
    commit(session, 2, 2, run(energy=5.0, estimated=True))
    commit(session, 1, 2, run(energy=10.0, estimated=False, **both))
    rows = open_session(session).configurations().collect().to_dicts()
    assert [row["energy_j"] for row in rows] == [8.0, 9.5, 1.0]
    assert [row["energy_source"] for row in rows] == ["nvml+rapl", "nvml+rapl", "nvml"]
    assert [row["power_mean_w"] for row in rows] == [8.0, 8.0, 2.0]
    assert rows[0]["energy_gpu_j"] == 4.0  # the same meter in both


def test_a_merged_table_without_rows_has_nulls_and_a_stray_run_changes_nothing(session):
    from pimp_tui.session.segments import MERGED, frame_of

    write_frame(session / "runs" / MERGED, frame_of("runs", []))
    rows = open_session(session).configurations(spread=True).collect().to_dicts()
    assert [(row["runs_ok"], row["energy_j"]) for row in rows] == [(0, None)] * 3
    commit_run(session, RunKey("ffff000000000009", 1, 1), run(7.0, False), [], [])
    commit(session, 2, 1, run(energy=3.0, estimated=False))
    rows = open_session(session).configurations().collect().to_dicts()
    assert [(row["runs_ok"], row["energy_j"]) for row in rows] == [(0, None), (0, None), (1, 3.0)]


def test_failed_runs_count_but_are_in_no_mean(session):
    commit(session, 0, 1, run(duration_s=3.0))
    commit(session, 0, 2, run(status="failed", duration_s=None, reason="timeout"))
    row = open_session(session).configurations().collect().to_dicts()[0]
    assert (row["runs_ok"], row["runs_failed"], row["duration_s"]) == (1, 1, 3.0)
    assert row["reason"] == "timeout"
    status = open_session(session).status()
    assert (status["runs_done"], status["runs_failed"], status["runs_planned"]) == (1, 1, 6)


def test_default_objectives_name_only_what_was_measured(session):
    opened = open_session(session)
    assert opened.default_objectives == {"duration_s": "min", "pass_at_1": "max"}
    commit(session, 0, 1, run(energy=1.0, estimated=True, accuracy=None))
    assert opened.default_objectives == {"duration_s": "min"}
    commit(session, 1, 1, run(energy=1.0, estimated=False))
    assert opened.default_objectives == {"energy_j": "min", "pass_at_1": "max"}
    for names, ways in (
        (["cost", "pass_at_1", "other"], ["min", "max"]),
        (["Throughput+", "Latency-"], ["max", "min"]),
    ):
        opened.manifest["imported_metrics"] = names
        assert list(opened.default_objectives.items()) == list(zip(names, ways, strict=False))


def test_configurations_are_found_by_id_prefix_and_position(session):
    opened = open_session(session)
    assert opened.find(IDS[1]) == IDS[1] and opened.find("bb") == IDS[2]
    assert opened.find("#1") == IDS[0] and opened.planned(IDS[2])["k"] == 3
    for wrong in ("aaaa", "zz", "#9", "#x", ""):
        with pytest.raises(UserError):
            opened.find(wrong)


def test_unknown_session_is_one_clear_line(tmp_path):
    with pytest.raises(UserError, match="no such session"):
        open_session(tmp_path / "none")
