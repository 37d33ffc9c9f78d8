"""A small space, and an engine of another package that really hangs, dies or raises."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MINI = """\
features
    Inference {abstract}
        mandatory
            Generation {abstract, layer 'generation'}
                mandatory
                    do_sample {abstract, option 'do_sample'}
                        alternative
                            greedy {value false, default true}
                            sample {value true}
                    num_beams {abstract, option 'num_beams'}
                        alternative
                            num_beams_1 {value 1, default true}
                            num_beams_2 {value 2}
                    num_return_sequences {abstract, option 'num_return_sequences'}
                        alternative
                            one_sequence {value 1, default true}
                    max_new_tokens {abstract, option 'max_new_tokens'}
                        alternative
                            max_new_tokens_20 {value 20, default true}
                            max_new_tokens_40 {value 40}
                optional
                    temperature {abstract, option 'temperature', unset 1.0}
                        alternative
                            temperature_07 {value 0.7}
                            temperature_03 {value 0.3}
            Deployment {abstract, layer 'deployment'}
                mandatory
                    batch_size {abstract, option 'batch_size'}
                        alternative
                            batch_1 {value 1, default true}
                            batch_32 {value 32}
                    dtype {abstract, option 'dtype'}
                        alternative
                            float32 {value 'float32', default true}
            Model {abstract, layer 'model'}
                mandatory
                    model {abstract, option 'model'}
            Host {abstract, layer 'host'}
                optional
                    cuda
constraints
    temperature => sample
    num_beams_2 => greedy
"""

# The real engine, but for one option value that brings the fault asked for.
FAULTY = """
import os, pathlib, signal, subprocess, time
from pimp_tui.engine.transformers import TransformersEngine

class FaultyEngine(TransformersEngine):
    def generate(self, prompts, options, *, seed, on_batch=None):
        if getattr(self, "sticky", False):
            raise RuntimeError("CUDA error: an illegal memory access was met before")
        if options["num_beams"] == 2:
            fault = os.environ["FAULT"]
            if fault == "raise":
                raise ValueError("beams are broken\\nsecond line")
            if fault == "hang":
                time.sleep(600)
            if fault == "kill":
                child = subprocess.Popen(["sleep", "600"])
                pathlib.Path(__file__).with_name("children").open("a").write(f"{child.pid}\\n")
                os.kill(os.getpid(), signal.SIGKILL)
            if fault == "exit":
                os._exit(7)
            if fault == "leave":
                raise SystemExit("gone")
            if fault == "device":
                self.sticky = True
                raise RuntimeError("CUDA error: an illegal memory access was encountered")
            if fault == "memory":
                raise MemoryError("no more")
            if fault == "allocation":
                import torch
                torch.empty(1 << 46)
        if os.environ["FAULT"] == "leak":
            self.leaked = getattr(self, "leaked", 0) + 1
            time.sleep(0.05 * self.leaked)
        return super().generate(prompts, options, seed=seed, on_batch=on_batch)
"""


@pytest.fixture(scope="session")
def mini_text() -> str:
    """The text of the space ``mini``."""
    return MINI


@pytest.fixture
def mini(tmp_path) -> Path:
    """A space of a dozen configurations."""
    file = tmp_path / "mini.uvl"
    file.write_text(MINI)
    return file


@pytest.fixture
def faulty(tmp_path) -> dict[str, str]:
    """Environment in which the engine ``faulty`` is installed, as another package would be."""
    site = tmp_path / "site"
    info = site / "faulty_engine-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "faulty_engine.py").write_text(FAULTY)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty-engine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[pimp_tui.engines]\nfaulty = faulty_engine:FaultyEngine\n"
    )
    return os.environ | {"PYTHONPATH": str(site)}


def pimp(*arguments: object, env: dict[str, str] | None = None, timeout: float = 240):
    """Run a pimp-tui command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "pimp_tui", *map(str, arguments)],
        capture_output=True, text=True, timeout=timeout, env=env, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(name="pimp")
def pimp_fixture():
    """The ``pimp`` function."""
    return pimp
