"""Drafts that the user brings: a leaf of the session's space, kept from models it cannot serve."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_models import tiny_gpt2, tiny_llama

from pimp_tui.campaign.drafts import add_drafts, require_drafting
from pimp_tui.errors import UserError
from pimp_tui.space import load_space
from pimp_tui.space.machine.model_facts import model_facts
from pimp_tui.space.selectors import configure


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    tiny_llama(folder / "main")
    tiny_llama(folder / "small", layers=1)
    tiny_gpt2(folder / "other")
    shutil.copytree(folder / "small", folder / "shuffled")
    file = folder / "shuffled" / "tokenizer.json"
    held = json.loads(file.read_text())
    vocab = held["model"]["vocab"]
    vocab["a"], vocab["b"] = vocab["b"], vocab["a"]
    file.write_text(json.dumps(held))
    return folder


def with_drafts(models: Path, own: list[str], *drafts: str) -> tuple[Any, list[str]]:
    places = [name if name == "micro-coder" else str(models / name) for name in own]
    given = [(str(models / name), model_facts(str(models / name))) for name in drafts]
    space = load_space("transformers", models=places)
    return add_drafts(space, given, [model_facts(place) for place in places])


def test_a_draft_is_a_leaf_whose_value_is_its_place(models: Path) -> None:
    space, leaves = with_drafts(models, ["main"], "small", "other")
    assert leaves == ["draft_small", "draft_other"]
    option = space.option("assistant_model")
    assert option.leaves["draft_small"] == str((models / "small").resolve())
    assert option.layer == "deployment"
    choice = configure(space, ["draft_small"])
    states = choice.states()
    assert states["batch_size_1"] == "selected" and states["prefill_chunk_size_16"] == "deselected"
    assert states["draft_micro_coder"] == "deselected"
    assert space.option("assistant_model").leaf_of("micro-coder") == "draft_micro_coder"


def test_the_shipped_draft_is_for_its_own_words(models: Path) -> None:
    for model, state in (("micro-coder", "undecided"), (str(models / "main"), "deselected")):
        states = load_space("transformers", models=[model]).configure().states()
        assert states["draft_micro_coder"] == state, model


def test_other_words_of_the_same_number_are_kept_apart(models: Path) -> None:
    with pytest.raises(UserError, match=r"cannot draft for main: it has another tokenizer"):
        with_drafts(models, ["main"], "shuffled")
    space, (leaf,) = with_drafts(models, ["main", "micro-coder"], "shuffled")
    assert configure(space, [leaf]).states()["micro-coder"] == "selected"
    assert configure(space, ["model=main"]).states()[leaf] == "deselected"


def test_a_draft_that_no_configuration_can_have_is_refused(models: Path) -> None:
    space, leaves = with_drafts(models, ["main"], "small")
    require_drafting(None, space, leaves)
    with pytest.raises(UserError, match=r"can draft with draft_small.*batch_size=8"):
        require_drafting(configure(space, ["batch_size_8"]), space, leaves)
    paper = load_space("transformers-4", models=[str(models / "main")])
    with pytest.raises(UserError, match="transformers-4 has no draft models"):
        add_drafts(paper, [("x", model_facts(str(models / "small")))], [])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_campaign_drafts_with_a_model_of_the_user(models: Path, tmp_path: Path) -> None:
    import polars as pl

    session = tmp_path / "session"
    command = [
        sys.executable, "-m", "pimp_tui", "run", str(session), "--model", str(models / "main"),
        "--draft", str(models / "small"), "--draft", str(models / "other"), "--batch", "1",
        "--max-new-tokens", "20", "--limit", "2", "--repeats", "1", "--method", "uniform",
        "-n", "4", "--select", "draft_model",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, env=os.environ)
    assert done.returncode == 0, done.stderr
    runs = pl.read_parquet(f"{session}/runs/*.parquet")
    plan = pl.read_parquet(session / "plan.parquet")
    assert set(runs["status"]) == {"ok"}
    used = plan.filter(pl.col("sampler") == "uniform")["assistant_model"].to_list()
    assert used and None not in used
    told = [ignored for row in runs["ignored_options"].to_list() for ignored in row]
    assert "assistant_model" not in told
    manifest = json.loads((session / "manifest.json").read_text())
    assert [item["name"] for item in manifest["drafts"]] == ["small", "other"]
    again = [*command[:5], "--draft", str(models / "other")]
    refused = subprocess.run(again, capture_output=True, text=True, timeout=60, env=os.environ)
    assert refused.returncode == 2 and "--draft" in refused.stderr
