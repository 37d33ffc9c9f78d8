"""The same features, core and dead features, and counts below 2**53, as flamapy finds.

flamapy pins other versions of python-sat, so it lives in an environment of its own:
``python -m venv F; F/bin/pip install flamapy-fm flamapy-sat flamapy-bdd uvlparser``, then
``PIMP_TUI_FLAMAPY=F/bin/python pytest tests/space/test_flamapy.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from pimp_tui.errors import UserError
from pimp_tui.space import load_space
from pimp_tui.space.load import UvlText
from tests.space.random_models import RandomModel, feature_models

PYTHON = os.environ.get("PIMP_TUI_FLAMAPY") or (sys.executable if find_spec("flamapy") else None)
pytestmark = pytest.mark.skipif(
    PYTHON is None, reason="PIMP_TUI_FLAMAPY names no interpreter that has flamapy"
)


def ask(models: list[tuple[str, bool]], seconds: float = 500) -> list[dict[str, Any]]:
    """What flamapy says of each (text, whether to count); killed after the seconds."""
    assert PYTHON is not None
    done = subprocess.run(
        [PYTHON, str(Path(__file__).with_name("flamapy_oracle.py"))],
        input=json.dumps(models),
        capture_output=True,
        text=True,
        timeout=seconds,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    line = next(row for row in done.stdout.splitlines() if row.startswith("ANSWERS "))
    answers: list[dict[str, Any]] = json.loads(line.removeprefix("ANSWERS "))
    return answers


def ours(text: str, counts: bool) -> dict[str, Any]:
    try:
        space = load_space(UvlText(text))
    except UserError as error:
        assert "no valid configuration" in error.what
        return {"satisfiable": False}
    core = space.reasoner.backbone
    found = {
        "features": sorted(space.features),
        "satisfiable": True,
        "core": sorted(f for f, s in zip(space.features, core, strict=True) if s > 0),
        "dead": sorted(f for f, s in zip(space.features, core, strict=True) if s < 0),
    }
    count = space.count() if counts else None
    if count is not None and count < 1 << 53:
        found["count"] = count
    return found


def test_random_models() -> None:
    texts: list[str] = []

    @settings(
        max_examples=40, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), deadline=None,
    )  # fmt: skip
    @given(feature_models(9))
    def collect(model: RandomModel) -> None:
        texts.append(model.text())

    collect()
    for text, answer in zip(texts, ask([(text, True) for text in texts]), strict=True):
        mine = ours(text, True)
        assert mine == {k: answer[k] for k in mine}, text


TYPED = """namespace Shop
include
    Boolean.group-cardinality
    Arithmetic.aggregate-function
features
    Shop {abstract}
        mandatory
            "Tile view" {price 3, kind 'wide', v [1, 2], n {e true}}
        optional
            Card {price 2}
                [1..2]
                    Visa
                    Master
                    Other
            Bank // by transfer
constraints
    Card => Bank | "Tile view"
    !(Visa & Master)
    Bank => !Card
"""


@pytest.mark.parametrize("name", ["transformers", "typed"])
def test_larger_models(name: str) -> None:
    text = TYPED if name == "typed" else load_space(name).text
    mine = ours(text, name == "typed")
    (answer,) = ask([(text, name == "typed")])
    assert mine == {k: answer[k] for k in mine}
