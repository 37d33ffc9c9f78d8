"""Going on with a session: flags that agree pass, those that disagree are refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pimp_tui.campaign.again import check_same
from pimp_tui.campaign.prepare import Request, prepare
from pimp_tui.campaign.settings import preset
from pimp_tui.errors import UserError

LONG = "serve " + "--flag value " * 30 + "--num-beams 2"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, mini_text: str) -> Path:
    """A prepared session with as many flags as go together; its files lie beside it."""
    folder = tmp_path_factory.mktemp("again")
    (folder / "own.json").write_text(json.dumps({"num_beams": 2}))
    (folder / "mini.uvl").write_text(mini_text)
    settings = preset(
        "quick", seed=3, repeats=4, configurations=3, select=("greedy", "batch_32"),
        budget="60min", limit=2,
    )  # fmt: skip
    request = Request(
        ["micro-coder"], "micro-coder", str(folder / "mini.uvl"),
        baseline=str(folder / "own.json"), settings=settings,
    )  # fmt: skip
    prepare(folder / "s", request, print)
    return folder / "s"


def sources(**given: Any) -> dict[str, Any]:
    names = ("models", "workload", "space", "host", "plan", "baseline", "engine")
    return dict.fromkeys(names) | given


def test_the_same_flags_pass(session, monkeypatch) -> None:
    asked = {"preset": "quick", "seed": 3, "repeats": 4, "configurations": 3, "budget": "60min",
             "select": ("batch_32", "greedy"), "batch_size": 32, "timeout_s": None}  # fmt: skip
    check_same(session, asked, sources(models=["micro-coder"], engine="transformers"))
    monkeypatch.chdir(session.parent)
    check_same(session, {}, sources(space="mini.uvl", baseline="own.json"))


@pytest.mark.parametrize(
    ("asked", "flag"),
    [
        ({"preset": "paper"}, "--preset paper"),
        ({"seed": 4}, "--seed 4"),
        ({"repeats": 5}, "--repeats 5"),
        ({"configurations": 6}, "-n 6"),
        ({"select": ("greedy",)}, "--select greedy"),
        ({"deselect": ("greedy",)}, "--deselect greedy"),
        ({"budget": "61min"}, "--budget 61min"),
        ({"batch_size": 1}, "--batch 1"),
        ({"max_new_tokens": 20}, "--max-new-tokens 20"),
        ({"precision": 0.1}, "--precision 0.1"),
        ({"gpus": (0, 1)}, "--gpus 0,1"),
        ({"timeout_s": 5.0}, "--timeout 5.0"),
        ({"unsafe_sandbox": True}, "--unsafe-sandbox"),
        ({"chat_template": False}, "--no-chat-template"),
        ({"models": ["micro-coder", "other"]}, "--model micro-coder,other"),
        ({"workload": "humaneval"}, "--workload humaneval"),
        ({"space": "transformers"}, "--space transformers"),
        ({"plan": "nowhere.csv"}, "--plan nowhere.csv"),
        ({"baseline": LONG}, "--baseline serve"),
        ({"engine": "vllm"}, "--engine vllm"),
        ({"host": "host.json"}, "--host host.json"),
    ],
)
def test_each_flag_that_disagrees_is_named(session, asked, flag) -> None:
    given = sources(**{name: asked.pop(name) for name in list(asked) if name in sources()})
    with pytest.raises(UserError) as caught:
        check_same(session, asked, given)
    assert flag in str(caught.value) and str(session) in str(caught.value)


def test_a_file_that_has_changed_since_is_refused(session) -> None:
    for name, file in (("baseline", "own.json"), ("space", "mini.uvl")):
        path = session.parent / file
        whole = path.read_text()
        path.write_text(whole + "\n")
        with pytest.raises(UserError, match=rf"--{name} .* another file"):
            check_same(session, {}, sources(**{name: str(path)}))
        path.write_text(whole)
        check_same(session, {}, sources(**{name: str(path)}))


def test_empty_flags_are_refused_by_name(tmp_path, pimp) -> None:
    for flag in ("--plan", "--baseline", "--space", "--model", "--preset", "--budget", "--method"):
        done = pimp("run", tmp_path / "s", flag, "", "--dry-run")
        assert done.returncode == 2 and f"{flag} is empty" in done.stderr, flag
    assert list(tmp_path.iterdir()) == []
