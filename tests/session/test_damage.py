"""Files that were cut short are told by name, set aside with their run, and never deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.session import open_session
from pimp_tui.session.compact import committed_keys, compact
from pimp_tui.session.damage import TABLES, damaged, set_aside
from pimp_tui.session.manifest import new_manifest, write_manifest
from pimp_tui.session.segments import RunKey, add_prompts, commit_run
from pimp_tui.session.status import read_status

CUTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "first bytes": lambda whole: whole[:3],
    "middle": lambda whole: whole[: len(whole) // 2],
    "last byte": lambda whole: whole[:-1],
    "head gone": lambda whole: whole[40:],
    "ends alone": lambda whole: whole[:60] + whole[-8:],
    "a hole": lambda whole: whole[:30] + bytes(200) + whole[230:],
}


def key(n: int) -> RunKey:
    return RunKey(f"{n:016x}", 1, 1)


def write(session: Path, n: int) -> None:
    row = {"status": "ok", "duration_s": n + 0.5, "ignored_options": []}
    requests = [{"task_id": f"t{n}", "sample": k, "completion": "x" * 40} for k in range(20)]
    commit_run(session, key(n), row, requests, [{"t_s": n + k / 10} for k in range(20)])


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "s"
    folder.mkdir()
    write_manifest(folder, new_manifest("s"))
    add_prompts(folder, {"a": "one", "b": "two"})
    plan = pl.DataFrame({"config_id": [key(n).config_id for n in range(3)]})
    plan.with_columns(sampler=pl.lit("uniform")).write_parquet(folder / "plan.parquet")
    for n in range(3):
        write(folder, n)
    return folder


def rows(session: Path) -> list[int]:
    return [len(pl.read_parquet(session / table / "*.parquet")) for table in TABLES]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("cut", CUTS)
def test_a_segment_goes_with_its_run_and_no_other(session: Path, table: str, cut: str) -> None:
    victim = session / table / key(1).file_name
    short = CUTS[cut](victim.read_bytes())
    victim.write_bytes(short)
    assert damaged(session, thoroughly=True) == [victim]
    if table == "runs" or cut != "a hole":
        with pytest.raises(UserError, match="damaged") as caught:
            read_status(session)
        assert victim.name in str(caught.value) and "run" in str(caught.value.mend)
    (told,) = set_aside(session)
    assert f"{table}/{victim.name}" in told and "measured again" in told
    assert (session / "damaged" / table / victim.name).read_bytes() == short
    assert committed_keys(session) == {key(0), key(2)} and rows(session) == [2, 40, 40]
    write(session, 1)  # measured again
    assert rows(session) == [3, 60, 60] and read_status(session)["runs_done"] == 3
    assert set_aside(session) == []


def test_merged_runs_go_with_their_requests_so_that_nothing_counts_twice(session: Path) -> None:
    compact(session)
    merged = session / "runs" / "merged.parquet"
    merged.write_bytes(merged.read_bytes()[:200])
    (told,) = set_aside(session)
    assert "measured again" in told and not committed_keys(session)
    for n in range(3):
        write(session, n)
    assert rows(session) == [3, 60, 60]


@pytest.mark.parametrize("table", ["requests", "power"])
def test_merged_requests_or_power_leave_the_runs_standing(session: Path, table: str) -> None:
    compact(session)
    merged = session / table / "merged.parquet"
    merged.write_bytes(merged.read_bytes()[:200])
    (told,) = set_aside(session)
    assert "the runs it belongs to stand" in told
    assert len(committed_keys(session)) == 3 == read_status(session)["runs_done"]
    assert open_session(session).runs.collect()["duration_s"].to_list() == [0.5, 1.5, 2.5]


def test_a_second_accident_keeps_what_the_first_left(session: Path) -> None:
    victim = session / "runs" / key(1).file_name
    for number in range(2):
        victim.write_bytes(b"PAR1" + bytes([number]))
        set_aside(session)
        write(session, 1)
    kept = sorted((session / "damaged" / "runs").iterdir())
    assert [path.read_bytes()[-1] for path in kept] == [0, 1]


def test_prompts_are_kept_anew_and_a_plan_is_asked_for(session: Path) -> None:
    (session / "prompts.parquet").write_bytes(b"PAR1")
    (told,) = set_aside(session)
    assert "prompts.parquet" in told
    add_prompts(session, {"c": "three"})
    assert open_session(session).prompts.collect()["prompt"].to_list() == ["three"]
    (session / "plan.parquet").write_bytes(b"")
    with pytest.raises(UserError, match=r"plan\.parquet") as caught:
        set_aside(session)
    assert "copy" in str(caught.value.mend) and (session / "plan.parquet").exists()
