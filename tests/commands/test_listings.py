"""Sessions and Results as plain text and JSON, and names for the shell's completion."""

import pytest


def test_sessions_lists_what_the_screen_lists(demo, pimp, answer, monkeypatch):
    monkeypatch.setenv("PIMP_TUI_SESSIONS", str(demo.parent))
    (demo.parent / "broken").mkdir()
    (demo.parent / "broken" / "manifest.json").write_text("{")
    (demo.parent / "twin ü").mkdir()  # a copy goes by its folder, as every command names it
    (demo.parent / "twin ü" / "manifest.json").write_bytes((demo / "manifest.json").read_bytes())
    rows = {row["name"]: row for row in answer("sessions")}
    assert rows["twin ü"]["made_as"] == rows["demo"]["made_as"] == "demo"
    assert rows["demo"]["state"] == "done" and rows["demo"]["configurations_planned"] == 16
    assert rows["demo"]["estimated"] and rows["demo"]["energy_j"] > 0
    assert rows["broken"]["state"] is None and rows["broken"]["fault"]
    text = pimp("sessions").stdout
    assert "twin ü (made as demo)" in text
    assert "16/16" in text and "~" in text and "! " in text
    done = pimp("open", env={
        "_PIMP_TUI_COMPLETE": "complete_bash", "COMP_WORDS": "pimp-tui open de", "COMP_CWORD": "2",
    })  # fmt: skip
    assert done.stdout.split() == ["demo"]
    monkeypatch.setenv("PIMP_TUI_SESSIONS", str(demo.parent / "none"))
    assert answer("sessions") == [] and "no sessions" in pimp("sessions").stderr


def test_results_filter_sort_and_drill(demo, answer, pimp):
    rows = answer("results", demo)
    assert len(rows) == 16 and {"config_id", "status", "num_beams", "pass_at_1"} <= set(rows[0])
    fast = answer(
        "results", demo, "--where", "pass_at_1 > 0.5", "--sort", "pass_at_1:desc",
        "--sort", "duration_s", "-n", "3",
    )  # fmt: skip
    assert len(fast) == 3 and all(row["pass_at_1"] > 0.5 for row in fast)
    order = [(-row["pass_at_1"], row["duration_s"]) for row in fast]
    assert order == sorted(order)
    runs = answer("results", demo, "#3")
    assert [row["repetition"] for row in runs] == [1, 2]
    requests = answer("results", demo, "#3", "--repetition", "2", "-n", "5")
    assert len(requests) == 5 and "completion" in requests[0]
    groups = answer("results", demo, "--group", "num_beams")
    assert sum(row["configurations"] for row in groups) == 16
    assert "~" in pimp("results", demo).stdout


@pytest.mark.slow
def test_results_say_what_they_do_not_know(demo, pimp):
    for arguments, words in (
        (["--sort", "duratio"], "duration_s"),
        (["--sort", "duration_s:up"], "desc"),
        (["--where", "duratio > 1"], "duration_s"),
        (["--group", "num_beam"], "num_beams"),
        (["#99"], "#99"),
        (["--repetition", "1"], "configuration"),
    ):
        done = pimp("results", demo, *arguments)
        assert done.returncode == 2 and words in done.stderr, (arguments, done.stderr)
        assert not done.stdout


@pytest.mark.slow
def test_a_dry_run_shows_the_plan(tmp_path, pimp, answer):
    session = tmp_path / "new"
    found = answer("run", session, "--dry-run", "--method", "diverse", "-n", "4")
    assert len(found["plan"]) == 4 and found["plan"][0]["sampler"] == "default"
    text = pimp("run", session, "--dry-run", "--method", "diverse", "-n", "4").stdout
    assert "position  sampler" in text and not session.exists()
