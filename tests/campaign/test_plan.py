"""The plan of a new session: any method, unions of them, and tables written by hand."""

from __future__ import annotations

import json
import re

import pytest


@pytest.mark.parametrize(
    ("method", "samplers"),
    [
        ("yasa", {"default", "yasa"}),
        ("icpl", {"default", "icpl"}),
        ("yasa+icpl+uniform", {"default", "yasa", "uniform"}),
    ],
)
def test_covering_methods_and_unions(tmp_path, mini, pimp, method, samplers) -> None:
    done = pimp("run", tmp_path / "s", "--space", mini, "--method", method, "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert samplers <= set(told["samplers"])
    # The default counts as one of the rows that cover the pairs of three options of two values.
    assert 4 <= told["configurations"] <= 12
    if "+" in method:
        line = re.search(r"plan: (.*)", done.stderr)
        drawn = re.findall(r"(\d+) (\w+)", line[1] if line else "")
        assert {name for _, name in drawn} == set(told["samplers"])
        assert sum(int(count) for count, _ in drawn) == told["configurations"]


def test_tables_of_options_alone_are_run(tmp_path, mini, pimp) -> None:
    file = tmp_path / "mine.csv"
    head = "do_sample,num_beams,num_return_sequences,max_new_tokens,temperature,batch_size"
    rows = ["false,1,1,20,,1", "true,1,1,40,0.7,1", "false,2,1,20,,1"]
    # another session's pick is a configuration like the rest
    labels = ["sampler", "plan", "verify", "plan"]
    text = "\n".join(f"{label},{row}" for label, row in zip(labels, [head, *rows], strict=True))
    file.write_text(text + "\n")
    done = pimp("run", tmp_path / "s", "--space", mini, "--plan", file, "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["configurations"] == 3 and told["samplers"] == ["plan"]
    file.write_text("\n".join([head, rows[0], "true,3,1,40,0.7,1"]) + "\n")
    done = pimp("run", tmp_path / "s", "--space", mini, "--plan", file, "--dry-run")
    assert done.returncode == 2 and "row 2, column num_beams" in done.stderr


def test_the_drawing_of_a_plan_tells_how_far_it_is(tmp_path, mini) -> None:
    from pimp_tui.campaign.prepare import Request, prepare
    from pimp_tui.campaign.settings import preset

    told: list[str] = []
    settings = preset("quick", method="twise")
    request = Request(["micro-coder"], "micro-coder", str(mini), settings=settings)
    prepare(tmp_path / "s", request, print, True, lambda what, share: told.append(what))
    assert told and not (tmp_path / "s").exists()
