"""Bad input: exit code 2, one to three plain lines on stderr, no traceback, nothing left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pimp_tui.cli import main

TOY = "features\n    A\n        optional\n            B\n            C\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "unknown.uvl").write_text(TOY + "constraints\n    B => D\n")
    (tmp_path / "void.uvl").write_text(
        TOY.replace("optional", "mandatory") + "constraints\n    B => !C\n"
    )
    (tmp_path / "dup.uvl").write_text(TOY + "            B\n")
    (tmp_path / "empty.uvl").write_text("")
    (tmp_path / "noise.uvl").write_bytes(os.urandom(4096))
    (tmp_path / "good.uvl").write_text(TOY)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "bad.jsonl").write_text("{")
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "t.csv").write_text("a,b\n1,x\n")
    (tmp_path / "no.json").write_text("[1]")
    (tmp_path / "weightless").mkdir()
    (tmp_path / "weightless" / "config.json").write_text('{"model_type": "llama"}')
    (tmp_path / "busy").mkdir()
    (tmp_path / "busy" / "notes.txt").write_text("mine")
    (tmp_path / "tisch ü").mkdir()
    (tmp_path / "tisch ü" / "manifest.json").write_text("{}")
    return tmp_path


def check(done, *said: str) -> None:
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert 1 <= len(lines) <= 3 and "Traceback" not in done.stderr and "Usage" not in done.stderr
    assert not done.stdout.strip()
    for text in said:
        assert text in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sample", "unknown.uvl"], ["unknown.uvl:7", "D"]),
        (["sample", "void.uvl"], ["B"]),
        (["sample", "dup.uvl"], ["dup.uvl:6", "B"]),
        (["sample", "empty.uvl"], ["empty.uvl"]),
        (["sample", "noise.uvl"], ["noise.uvl"]),
        (["space", "count", "none.uvl"], ["none.uvl"]),
        (["space", "count", "transformer"], ["transformers"]),
        (["space", "propagate", "good.uvl", "--select", "Bb"], ["Bb"]),
        (["sample", "good.uvl", "--method", "unifrom"], ["uniform"]),
        (["sample", "good.uvl", "-t", "0"], ["t"]),
        (["sample", "good.uvl", "--method", "uniform", "-n", "-3"], ["n"]),
        (["sample", "transformers", "--host", "no.json"], ["no.json"]),
        (["sample", "transformers", "--host", "deep.json"], ["deep.json", "no JSON"]),
        (["sample", "transformers", "--host", "none.json"], ["none.json", "doctor --host-out"]),
        (["coverage", "transformers", "t.csv"], ["t.csv"]),
        (["coverage", "good.uvl", "."], ["cannot read the plan", ".parquet or .csv"]),
        (["sample", "good.uvl", "--out", "no/p.parquet"], ["no such folder"]),
        (["space", "count", "good.uvl", "--seconds", "-1"], ["seconds is -1"]),
        (["space", "analyse", "good.uvl", "--seconds", "nan"], ["seconds is nan"]),
        (["space", "count", " "], ["empty", "transformers"]),
        (["space", "count", "transformers", "--model", ""], ["--model", "empty"]),
        (["space", "count", "transformers", "--model", "micro-codr"], ["mean micro-coder?"]),
        (["space"], ["Missing command", "--help"]),
        (["sample", "good.uvl", "--method", "uniform", "-n", "9" * 20], ["at most 10,000,000"]),
        (["status", "nosession"], ["no such session"]),
        (["status", "x" * 5000], ["no such session"]),
        (["status", "tisch"], ["did you mean tisch ü?"]),
        (["open", "nosession"], ["no such session"]),
        (["learn", "nosession"], ["no such session"]),
        (["attach", "nosession"], ["no such session"]),
        (["export", "nosession", "abc"], ["no such session"]),
        (["run", "s", "--model", "nomodel"], ["nomodel"]),
        (["run", "s", "--method", "uniform", "-n", "9" * 20], ["at most 10,000,000"]),
        (["demo", "--headless", "--session", ""], ["--session", "empty"]),
        (["run", "s", "--model", "weightless"], ["weightless"]),
        (["run", "s", "--workload", "bad.jsonl"], ["bad.jsonl:1"]),
        (["run", "s", "--workload", "empty.jsonl"], ["empty.jsonl"]),
        (["run", "s", "--workload", "humanevil"], ["humaneval"]),
        (["run", "s", "--preset", "papyrus"], ["quick, paper"]),
        (["run", "s", "--budget", "much"], ["60min"]),
        (["run", "s", "--select", "nosuch"], ["nosuch"]),
        (["run", "s", "--select", "greedy", "--select", "sample"], ["greedy", "sample"]),
        (["run", "s", "--baseline", "no.file"], ["no.file"]),
        (["run", "s", "--engine", "vllm"], ["not in this version"]),
        (["run", "s", "--engine", "vlm"], ["vlm"]),
        (["run", "s", "--executor", "ray"], ["not in this version"]),
        (["run", "s", "--plan", "t.csv"], ["t.csv"]),
        (["run", "busy"], ["something else is there"]),
        (["run", "/proc/s"], ["cannot write"]),
        (["audit", "nosession"], ["not in this version"]),
        (
            ["import", "t.csv", "--options", "a", "--metrics", "c", "--session", "s"],
            ["no column 'c'"],
        ),
        (["import", "t.csv", "--options", "a", "--metrics", "b", "--session", "s"], ["no number"]),
        (["import", "x.csv", "--options", "a", "--metrics", "b", "--session", "s"], ["x.csv"]),
        (["score", "humaneval", "bad.jsonl"], ["bad.jsonl:1"]),
        (["nosuchcommand"], ["nosuchcommand"]),
        (["sample"], ["SPACE"]),
        (["run", "s", "--repeats", "many"], ["--repeats", "integer"]),
    ],
)
def test_one_clear_line(files, monkeypatch, capsys, arguments, said):
    """Also: no half-made session, and nothing that was there is touched."""
    monkeypatch.chdir(files)
    monkeypatch.setenv("PIMP_TUI_SESSIONS", str(files))
    before = sorted(str(p) for p in files.rglob("*"))
    code = main(arguments)
    out, err = capsys.readouterr()
    check(SimpleNamespace(returncode=code, stdout=out, stderr=err), *said)
    assert sorted(str(p) for p in files.rglob("*")) == before


def test_a_dumb_terminal_is_told_of_the_plain_commands(demo, pimp):
    check(pimp("open", demo, env={"TERM": "dumb"}))


def test_a_fault_of_ours_is_exit_1_without_traceback(monkeypatch, capsys, tmp_path):
    from pimp_tui import cli

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(cli, "_dispatch", lambda arguments: 1 / 0)
    assert cli.main(["status"]) == 1
    told = capsys.readouterr().err
    assert "ZeroDivisionError" in told and "Traceback" not in told and len(told.splitlines()) == 1


def test_a_terminal_that_lacks_the_letters_a_reader_that_left_and_a_full_disk(tmp_path, pimp):
    (tmp_path / "a.uvl").write_text(TOY.replace("A", '"Größe"', 1), encoding="utf-8")
    plain = {"PYTHONIOENCODING": "ascii"}
    told = pimp("space", "propagate", "a.uvl", "--json", cwd=tmp_path, env=plain)
    assert told.returncode == 0 and json.loads(told.stdout)["selected"] == ["Größe"]
    shown = pimp("space", "show", "a.uvl", cwd=tmp_path, env=plain)
    assert shown.returncode == 0 and "Gr\\xf6\\xdfe" in shown.stdout
    command = [sys.executable, "-m", "pimp_tui", "space", "show", "a.uvl"]
    left, right = os.pipe()
    os.close(left)
    with os.fdopen(right, "w") as gone, Path("/dev/full").open("w") as full:
        for stream, code in ((gone, 0), (full, 2)):
            done = subprocess.run(
                command, stdout=stream, stderr=subprocess.PIPE, text=True, cwd=tmp_path
            )
            assert done.returncode == code, done.stderr
            lines = done.stderr.splitlines()
            assert not lines if code == 0 else "No space left" in lines[0] and len(lines) == 2
