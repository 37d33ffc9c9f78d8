"""Sessions with a file that is damaged inside, or laid out otherwise, are told by the file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.cli import main
from pimp_tui.session.layout import require_readable
from pimp_tui.session.manifest import new_manifest, read_manifest, write_manifest
from pimp_tui.session.segments import RunKey, commit_run, write_frame

KEY = RunKey("0123456789abcdef", 1, 1)
RUN = f"runs/{KEY.file_name}"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "s ü"
    folder.mkdir()
    models = [{"name": "m", "reference": "m"}]
    write_manifest(folder, new_manifest("s ü", status="done", models=models, options=["beams"]))
    rows = {"config_id": [f"{n:016x}" for n in range(300)] + [KEY.config_id]}
    plan = pl.DataFrame(rows).with_row_index("position", 1)
    plan = plan.cast({"position": pl.Int64}).with_columns(sampler=pl.lit("uniform"), beams=1)
    write_frame(folder / "plan.parquet", plan)
    commit_run(folder, KEY, {"status": "ok", "duration_s": 1.5, "ignored_options": []}, [], [])
    return folder


def scrambled(file: Path) -> None:
    """Noise where the pages are, a footer that stands."""
    whole = bytearray(file.read_bytes())
    whole[40:400] = os.urandom(360)
    file.write_bytes(whole)


def changed(**columns: pl.Expr) -> Callable[[Path], None]:
    return lambda file: pl.read_parquet(file).with_columns(**columns).write_parquet(file)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("name", "harm", "said"),
    [
        ("plan.parquet", scrambled, "damaged"),
        ("plan.parquet", a_folder, "damaged"),
        ("plan.parquet", lambda file: pl.DataFrame({"a": [1]}).write_parquet(file), "config_id"),
        (RUN, scrambled, "damaged"),
        (RUN, changed(extra=pl.lit(1)), "extra too many"),
        (RUN, changed(duration_s=pl.lit("1")), "duration_s is String, not Float64"),
    ],
)
def test_a_wrong_file_is_named(session, capsys, monkeypatch, name, harm, said):
    require_readable(session)
    assert main(["results", str(session), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 301
    harm(session / name)
    assert main(["results", str(session), "--json"]) == 2
    out, told = capsys.readouterr()
    assert not out and Path(name).name in told and said in told and len(told.splitlines()) == 2
    # nor does it hide the other sessions
    shutil.copytree(session, session.with_name("twin"))
    monkeypatch.setenv("PIMP_TUI_SESSIONS", str(session.parent))
    assert main(["sessions", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 2 and all(row["fault"] and row["state"] is None for row in rows)


def test_a_folder_among_the_segments_is_named(session, capsys):
    (session / "runs" / "other.parquet").mkdir()
    assert main(["results", str(session)]) == 2
    assert "other.parquet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("settings", []), ("settings", {"repeats": "many"}), ("models", ["m"]), ("status", "off"),
        ("imported_metrics", "abc"), ("runner", 7), ("workload", 1), ("schema_version", True),
    ],
)  # fmt: skip
def test_a_manifest_that_means_nothing_is_told(session, capsys, key, value):
    manifest = read_manifest(session) | {key: value}
    (session / "manifest.json").write_text(json.dumps(manifest))
    for command in ("status", "results"):
        assert main([command, str(session)]) == 2
        told = capsys.readouterr().err
        assert "manifest.json" in told and key.split("_")[0] in told and len(told.splitlines()) == 2


def test_what_a_manifest_leaves_out_is_nothing(session, capsys):
    (session / "manifest.json").write_text('{"schema_version": 1}')
    assert main(["status", str(session), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "planned"
    assert main(["run", str(session)]) == 2
    told = capsys.readouterr().err
    assert "names no models" in told and len(told.splitlines()) == 2
