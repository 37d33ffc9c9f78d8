"""Models by their id on a hub: from its cache, or one clear line when they cannot be had."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pimp_tui.space.machine.hub import is_hub_id

SEVEN = "7" * 40


@pytest.mark.parametrize(
    ("reference", "there"),
    [
        ("Qwen/Qwen2.5-0.5B", True), ("a/b", True), ("micro-coder", False), ("/a/b", False),
        ("./a/b", False), ("a/b/c", False), ("a/b.gguf", False), ("../b", False), ("~/b", False),
    ],
)  # fmt: skip
def test_what_an_id_looks_like(reference: str, there: bool) -> None:
    assert is_hub_id(reference) is there


def pimp(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command with a hub cache of its own, and a hub at a port that nobody listens on."""
    env = os.environ | {
        "HF_HOME": str(tmp_path / "hf"), "HF_ENDPOINT": "http://127.0.0.1:9", "HF_TOKEN": "",
        "PIMP_TUI_SESSIONS": str(tmp_path / "sessions"),
    } | environment  # fmt: skip
    command = [sys.executable, "-m", "pimp_tui.cli", *arguments]
    return subprocess.run(
        command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize("offline", ["0", "1"])
def test_a_model_that_is_not_there_is_told_in_two_lines(tmp_path: Path, offline: str) -> None:
    for command in (["run", "s", "--model"], ["space", "count", "transformers", "--model"]):
        done = pimp(tmp_path, *command, "owner/name", HF_HUB_OFFLINE=offline)
        assert done.returncode == 2
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 2 and "owner/name" in lines[0], done.stderr
        assert "hf download owner/name" in lines[1]
    assert not (tmp_path / "sessions").exists()


def test_a_model_in_the_cache_is_used_without_a_network(tmp_path: Path) -> None:
    from pimp_tui.space.machine.model_facts import bundled_model

    cached = tmp_path / "hf" / "hub" / "models--owner--name"
    shutil.copytree(bundled_model(), cached / "snapshots" / SEVEN)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(SEVEN)
    done = pimp(
        tmp_path, "run", "s", "--model", "owner/name", "--method", "uniform", "-n", "3",
        "--dry-run", "--json", HF_HUB_OFFLINE="1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["configurations"] == 3
