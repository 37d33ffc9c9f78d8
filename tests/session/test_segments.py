"""Segments: the schema is fixed, the runs segment commits, merging changes no row."""

import subprocess
import sys

import polars as pl
import pytest

from pimp_tui.session import segments
from pimp_tui.session.compact import committed_keys, compact, repair
from pimp_tui.session.schema import RUNS, polars_schema
from pimp_tui.session.segments import RunKey, commit_run

CONTRACT = (
    "config_id repetition attempt status reason model engine device host started_at ended_at "
    "duration_s latency_s latency_p50_s latency_p95_s ttft_s itl_s tokens_in tokens_out "
    "tokens_per_s energy_j energy_above_idle_j energy_gpu_j energy_cpu_j energy_source "
    "energy_estimated idle_power_w power_mean_w power_peak_w j_per_token j_per_solved pass_at_1 "
    "peak_memory_bytes contaminated ignored_options"
).split()


def key(n: int, attempt: int = 1) -> RunKey:
    return RunKey(f"{n:016x}", 1, attempt)


def write(session, n: int) -> None:
    run = {"status": "ok", "duration_s": n + 0.5, "ignored_options": []}
    commit_run(session, key(n), run, [{"task_id": f"t{n}", "sample": 0}], [{"t_s": 1.0 * n}])


def test_runs_columns_are_the_contract():
    assert list(RUNS) == CONTRACT


def test_unmeasured_is_null_and_types_are_fixed(tmp_path):
    write(tmp_path, 1)
    frame = pl.read_parquet(tmp_path / "runs/*.parquet")
    assert dict(frame.schema) == polars_schema("runs")
    assert frame["energy_j"].to_list() == [None]
    assert frame["ignored_options"].to_list() == [[]]


def test_names_parse_back():
    assert segments.parse_key(key(7, 3).file_name) == key(7, 3)
    assert segments.parse_key("merged.parquet") is None
    assert segments.parse_key(".x.parquet.12.tmp") is None


def test_sweep_removes_what_no_runs_segment_commits(tmp_path):
    write(tmp_path, 1)
    write(tmp_path, 2)
    (tmp_path / "runs" / key(2).file_name).unlink()
    (tmp_path / "power" / ".junk.parquet.1.tmp").write_text("half")
    (tmp_path / ".manifest.json.1.tmp").write_text("half")
    removed = segments.sweep(tmp_path)
    assert sorted(removed) == sorted(
        [
            f"requests/{key(2).file_name}",
            f"power/{key(2).file_name}",
            "power/.junk.parquet.1.tmp",
            ".manifest.json.1.tmp",
        ]
    )
    assert committed_keys(tmp_path) == {key(1)}


def test_compact_keeps_rows_and_keys(tmp_path):
    for n in range(5):
        write(tmp_path, n)
    before = pl.read_parquet(tmp_path / "runs/*.parquet").sort("config_id")
    assert compact(tmp_path) == 15
    assert [f.name for f in (tmp_path / "runs").iterdir()] == ["merged.parquet"]
    after = pl.read_parquet(tmp_path / "runs/*.parquet").sort("config_id")
    assert after.equals(before) and after.schema == before.schema
    write(tmp_path, 9)
    assert compact(tmp_path) == 3
    assert committed_keys(tmp_path) == {key(n) for n in (0, 1, 2, 3, 4, 9)}
    segments.sweep(tmp_path)
    assert pl.read_parquet(tmp_path / "requests/*.parquet").height == 6


def test_interrupted_swap_is_repaired(tmp_path):
    write(tmp_path, 1)
    (tmp_path / "runs").rename(tmp_path / ".runs.old")
    (tmp_path / ".runs.new").mkdir()
    repair(tmp_path)
    assert committed_keys(tmp_path) == {key(1)}
    assert not list(tmp_path.glob(".runs.*"))


def test_full_disk_leaves_nothing_half_made(tmp_path):
    """RLIMIT_FSIZE stands in for a full disk: the write fails, the folder stays clean."""
    code = (
        "import resource, signal, sys, pathlib\n"
        "from pimp_tui.session.atomic import write_text\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "p = pathlib.Path(sys.argv[1])\n"
        "write_text(p / 'small', 'x')\n"
        "try: write_text(p / 'small', 'y' * 5000)\n"
        "except OSError: print('refused')\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "refused"
    assert [f.name for f in tmp_path.iterdir()] == ["small"] and (
        tmp_path / "small"
    ).read_text() == "x"


@pytest.mark.parametrize("table", ["runs", "requests", "power", "prompts"])
def test_every_table_writes_its_own_schema_when_empty(tmp_path, table):
    segments.write_frame(tmp_path / f"{table}.parquet", segments.frame_of(table, []))
    assert dict(pl.read_parquet_schema(tmp_path / f"{table}.parquet")) == polars_schema(table)
