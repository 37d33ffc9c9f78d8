"""A model whose folder brings code of its own: refused by name of the flag, and run with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_models import tiny_llama

CODE = """
from transformers import LlamaConfig, LlamaForCausalLM


class OwnConfig(LlamaConfig):
    model_type = "own_llama"


class OwnModel(LlamaForCausalLM):
    config_class = OwnConfig
"""


def own_code(folder: Path) -> Path:
    """A tiny Llama under a name that only its own code knows; loading it leaves a mark."""
    tiny_llama(folder, layers=2)
    config = json.loads((folder / "config.json").read_text())
    names = {"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.OwnModel"}
    config |= {"auto_map": names, "model_type": "own_llama", "architectures": ["OwnModel"]}
    (folder / "config.json").write_text(json.dumps(config))
    mark = f"\nfrom pathlib import Path\nPath({str(folder / 'ran')!r}).touch()\n"
    (folder / "own.py").write_text(CODE + mark)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_code_runs_only_where_it_is_trusted(tmp_path: Path) -> None:
    import polars as pl

    model, session = own_code(tmp_path / "own"), tmp_path / "session"
    environment = os.environ | {"HF_MODULES_CACHE": str(tmp_path / "modules")}
    command = [
        sys.executable, "-m", "pimp_tui", "run", str(session), "--model", str(model),
        "--limit", "1", "--repeats", "1", "--method", "uniform", "-n", "2",
    ]  # fmt: skip

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more], capture_output=True, text=True, timeout=400, env=environment
        )

    refused = run()
    assert refused.returncode == 2 and "--trust-remote-code" in refused.stderr
    assert not (model / "ran").exists() and not session.exists()
    done = run("--trust-remote-code")
    assert done.returncode == 0, done.stderr
    assert (model / "ran").exists()
    assert set(pl.read_parquet(f"{session}/runs/*.parquet")["status"]) == {"ok"}
