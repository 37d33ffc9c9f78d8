"""Checks run over a fake engine, found by a real entry point, in the same child process."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from pimp_tui.mining.start import check_space
from pimp_tui.space import load_space

FEATURES = """features
    Engine {abstract, layer 'generation'}
        mandatory
            alpha {abstract, option 'alpha'}
                alternative
                    alpha_1 {value 1, default true}
                    alpha_2 {value 2}
                    alpha_3 {value 3}
            beta {abstract, option 'beta'}
                alternative
                    beta_1 {value 1, default true}
                    beta_2 {value 2}
                    beta_3 {value 3}
        optional
            gamma_5 {option 'gamma', value 5}
            delta {abstract, option 'delta', unset 'none'}
                alternative
                    delta_calm {value 'calm'}
                    %s
            kind {abstract, option 'kind', layer 'deployment', unset 'plain'}
                alternative
                    kind_light {value 'light'}
                    kind_heavy {value 'heavy'}
constraints
    !kind_heavy
"""


@pytest.fixture(scope="session")
def engine_path(tmp_path_factory) -> Path:
    """A folder that holds the fake engine as an installed package would stand there."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(Path(__file__).with_name("fake_engine.py"), folder / "fake_engine.py")
    info = folder / "fake_engine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fake-engine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pimp_tui.engines]\nfake = fake_engine:FakeEngine\n")
    return folder


@pytest.fixture
def fake(engine_path, monkeypatch):
    """Makes the engine ``fake`` known to this process and to its children."""
    held = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(engine_path), *([held] if held else [])])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.syspath_prepend(str(engine_path))
    return sys.executable


@pytest.fixture
def write_space(tmp_path):
    """Writes a space over the fake engine: constraints, and the values of delta."""

    def write(constraints, delta=("faint",)) -> Path:
        leaves = [f"delta_{name} {{value '{name}'}}" for name in delta]
        text = FEATURES % ("\n" + " " * 20).join(leaves)
        path = tmp_path / "space.uvl"
        path.write_text(text + "".join(f"    {line}\n" for line in constraints))
        return path

    return write


@pytest.fixture
def check(fake, write_space):
    """Checks such a space; returns the report."""

    def run(constraints, delta=("steady",), **asked):
        path = write_space(constraints, delta)
        asked = {"n": 20, "engine": "fake"} | asked
        model = asked.pop("model", "any")
        on_progress = asked.pop("on_progress", lambda phase, done, planned: None)
        return check_space(load_space(str(path)), str(path), model, on_progress, **asked)

    return run
