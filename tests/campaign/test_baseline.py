"""The user's own configuration, from a file and from a command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pimp_tui.campaign.baseline import read_baseline
from pimp_tui.errors import UserError


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("--num-beams 4 --do-sample", {"num_beams": 4, "do_sample": True}),
        ("--num-beams=4 --temperature 0.7 --dtype bfloat16",
         {"num_beams": 4, "temperature": 0.7, "dtype": "bfloat16"}),
        ("transformers chat some/model num_beams=2 do_sample=false",
         {"num_beams": 2, "do_sample": False}),
        ("--no-use-cache --length-penalty -1.0", {"use_cache": False, "length_penalty": -1.0}),
        ("--cache-config '{\"backend\": \"fp8\"}'", {"cache_config": {"backend": "fp8"}}),
        ("--exponential-decay-length-penalty [8,1.3]",
         {"exponential_decay_length_penalty": [8, 1.3]}),
        ("--early-stopping never --top-h none", {"early_stopping": "never", "top_h": None}),
    ],
)  # fmt: skip
def test_command_lines(line: str, options: dict[str, Any]) -> None:
    assert read_baseline(line) == options


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "mine=1.json"
    file.write_text(json.dumps({"num_beams": 4}))
    assert read_baseline(str(file)) == {"num_beams": 4}


def test_a_command_line_longer_than_a_path_can_be() -> None:
    line = "python -m some.server " + "--flag value " * 30 + "--num-beams 4"
    assert read_baseline(line)["num_beams"] == 4


@pytest.mark.parametrize("source", ["nowhere.json", "--", "a b --", "", " ", '--num-beams "4'])
def test_what_is_neither_is_refused(source: str) -> None:
    with pytest.raises(UserError):
        read_baseline(source)


@pytest.mark.slow
def test_a_baseline_outside_the_space_names_the_option(tmp_path, mini, pimp) -> None:
    for line, named in (
        ("--num-beam 2", "num_beams"),
        ("--num-beams 3", "num_beams=3"),
        ("--num-beams", "num_beams has no value"),
        ("--temperature 0.7 --no-do-sample", "do_sample=False"),
        ("--batch-size 1", "batch_size=1"),
        ('--num-beams "2', "No closing quotation"),
    ):
        done = pimp("run", tmp_path / "s", "--space", mini, "--baseline", line, "-n", 2)
        assert done.returncode == 2 and named in done.stderr
        assert len(done.stderr.splitlines()) <= 3 and not (tmp_path / "s").exists()
    done = pimp("run", tmp_path / "s", "--space", mini, "--baseline", "--num-beams 2", "-n", 3,
                "--dry-run", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "baseline" in json.loads(done.stdout)["samplers"]


@pytest.mark.slow
def test_a_plan_as_it_is_is_led_by_the_baseline_that_is_its_control(tmp_path, mini, pimp) -> None:
    plan = tmp_path / "plan.csv"
    assert pimp("sample", mini, "--method", "uniform", "-n", 3, "--select", "sample",
                "--select", "batch_1", "--out", plan).returncode == 0  # fmt: skip
    flags = ["--space", mini, "--plan", plan, "--dry-run", "--json"]
    done = pimp("run", tmp_path / "s", *flags, "--baseline", "--num-beams 2")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["samplers"] == ["baseline", "uniform"]
    assert "the plan's own batch_size is run, not the 32 of the preset quick" in done.stderr
    for more, why in (
        (["--batch", 4], "row 1: batch_size=1 disagrees with 4"),
        (["--deselect", "sample"], "row 1: --deselect sample disagrees"),
        (["--select", "num_beams_2"], "row 1: --select num_beams_2 disagrees"),
        (["-n", 2], "neither --method nor -n"),
    ):
        done = pimp("run", tmp_path / "s", *flags, *more)
        assert done.returncode == 2 and why in done.stderr, done.stderr
    assert not (tmp_path / "s").exists()
