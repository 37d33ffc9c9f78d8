"""A toy session with everything the screens show, made through the session's own functions."""

from __future__ import annotations

import itertools
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.session.manifest import new_manifest, write_manifest
from pimp_tui.session.segments import RunKey, commit_run, write_frame
from pimp_tui.space.ids import config_id

SPACE_UVL = """\
features
    Inference {abstract}
        mandatory
            Generation {abstract, layer 'generation'}
                mandatory
                    decoding {abstract, option 'do_sample', doc 'How the next token is chosen.'}
                        alternative
                            greedy {value false, default true}
                            sample {value true}
                    beams {abstract, option 'num_beams', doc 'Number of beams; 1 is none.'}
                        alternative
                            num_beams_1 {value 1, default true}
                            num_beams_4 {value 4}
                    cache {abstract, option 'cache_implementation'}
                        alternative
                            dynamic {value 'dynamic', default true}
                            static {value 'static'}
                            offloaded {value 'offloaded'}
                optional
                    temperature {abstract, option 'temperature', unset 1}
                        alternative
                            temperature_03 {value 0.3}
                            temperature_07 {value 0.7}
                            temperature_12 {value 1.2}
                    top_k {abstract, option 'top_k', unset 0}
                        alternative
                            top_k_10 {value 10}
                            top_k_50 {value 50}
            Deployment {abstract, layer 'deployment'}
                mandatory
                    batch {abstract, option 'batch_size'}
                        alternative
                            batch_8 {value 8, default true}
                            batch_32 {value 32}
            Host {abstract, layer 'host', bound true}
                optional
                    cuda
            Model {abstract, layer 'model', bound true}
                mandatory
                    model {abstract, option 'model'}
                        alternative
                            micro_coder {value 'micro-coder'}
constraints
    offloaded => cuda
    temperature => sample
    top_k => sample
    num_beams_4 => greedy
    !cuda
"""
OPTIONS = (
    "do_sample", "num_beams", "cache_implementation", "temperature", "top_k", "batch_size", "model",
)  # fmt: skip
START = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
TASKS = 8


def _configurations() -> list[tuple[dict, set[str]]]:
    found = []
    for sample, cache, batch in itertools.product((False, True), ("dynamic", "static"), (8, 32)):
        row = {
            "do_sample": sample,
            "num_beams": 4 if not sample and cache == "static" else 1,
            "cache_implementation": cache,
            "temperature": (0.3 if batch == 8 else 0.7) if sample else None,
            "top_k": (10 if cache == "dynamic" else 50) if sample else None,
            "batch_size": batch,
            "model": "micro-coder",
        }
        features = {
            "sample" if sample else "greedy",
            f"num_beams_{row['num_beams']}",
            cache,
            f"batch_{batch}",
            "micro_coder",
        }
        if sample:
            features |= {
                "temperature_03" if batch == 8 else "temperature_07",
                f"top_k_{row['top_k']}",
            }
        found.append((row, features))
    return found


def make_session(
    folder: Path, repeats: int = 2, measured: int = 8, status: str = "done", fails: int = 1
) -> Path:
    """A session of 8 configurations x ``repeats``; the first ``measured`` of them are measured.

    Args:
        fails: this many of the measured configurations fail in every repeat (the last ones).
    """
    folder.mkdir(parents=True)
    chance = random.Random(7)
    configurations = _configurations()
    rows = [
        {
            "config_id": config_id(features),
            "position": number,
            "sampler": "default" if number == 1 else ("twise" if number % 2 else "uniform"),
            **row,
        }
        for number, (row, features) in enumerate(configurations, 1)
    ]
    schema = {
        "config_id": pl.String, "position": pl.Int64, "sampler": pl.String,
        "do_sample": pl.Boolean, "num_beams": pl.Int64, "cache_implementation": pl.String,
        "temperature": pl.Float64, "top_k": pl.Int64, "batch_size": pl.Int64, "model": pl.String,
    }  # fmt: skip
    write_frame(folder / "plan.parquet", pl.DataFrame(rows, schema=schema))
    (folder / "space.uvl").write_text(SPACE_UVL)
    write_frame(
        folder / "prompts.parquet",
        pl.DataFrame([{"prompt_hash": f"h{n}", "prompt": f"def f{n}(x):"} for n in range(TASKS)]),
    )
    clock = START
    elapsed = 0.0
    for number, row in enumerate(rows[:measured], 1):
        broken = number > measured - fails
        for repetition in range(1, repeats + 1):
            duration = (
                4.0 * row["num_beams"] ** 0.5 * (8 / row["batch_size"]) ** 0.3
                * (1.15 if row["cache_implementation"] == "static" else 1.0)
                * chance.uniform(0.98, 1.02)
            )  # fmt: skip
            _commit(folder, row, repetition, duration, broken, clock, elapsed, chance)
            clock += timedelta(seconds=duration + 1)
            elapsed += duration + 1
    write_manifest(
        folder,
        new_manifest(
            folder.name,
            status=status,
            created=START.isoformat(timespec="microseconds"),
            host={
                "name": "laptop",
                "features": {"cuda": {"value": False, "evidence": "no device"}},
            },
            devices=["cpu"],
            engine="transformers",
            models=[{"name": "micro-coder", "path": "micro-coder"}],
            workload={"id": "micro-coder", "hash": "0" * 16},
            space={"name": "toy"},
            settings={"repeats": repeats, "method": "twise"},
            seeds={"sample": 0},
            options=list(OPTIONS),
            named={"default": rows[0]["config_id"]},
        ),
    )
    (folder / "log.txt").write_text("09:00:00 started\n09:02:00 done\n")
    return folder


def _commit(folder, row, repetition, duration, broken, clock, elapsed, chance) -> None:
    beams = row["num_beams"]
    accuracy = 0.6 + 0.05 * math.log2(beams) - 0.1 * (row["temperature"] or 0)
    passed = round(accuracy * TASKS)
    run = {
        "status": "failed" if broken else "ok",
        "reason": "out of memory" if broken else None,
        "model": "micro-coder",
        "engine": "transformers",
        "device": "cpu",
        "host": "laptop",
        "started_at": clock,
        "ended_at": clock + timedelta(seconds=duration),
        "ignored_options": [],
        "contaminated": False,
    }
    requests: list[dict] = []
    if not broken:
        energy = duration * 15.0
        run |= {
            "duration_s": duration, "latency_s": duration / 2, "latency_p50_s": duration / 2,
            "latency_p95_s": duration * 0.9, "ttft_s": 0.05, "itl_s": 0.01, "tokens_in": 400,
            "tokens_out": 640, "tokens_per_s": 640 / duration, "energy_j": energy,
            "energy_source": "estimate from CPU time", "energy_estimated": True,
            "j_per_token": energy / 640, "j_per_solved": energy / max(passed, 1),
            "pass_at_1": passed / TASKS, "peak_memory_bytes": 300_000_000 + 10_000_000 * beams,
        }  # fmt: skip
        requests = [
            {
                "task_id": f"micro/{task}", "sample": 0,
                "started_at": clock + timedelta(seconds=duration * task / TASKS),
                "tokens_in": 50, "tokens_out": 80, "ttft_s": 0.05,
                "latency_s": duration / 2 * chance.uniform(0.8, 1.2),
                "passed": task < passed,
                "reason": "passed" if task < passed else "AssertionError: f(2) == 4",
                "prompt_hash": f"h{task}", "completion": f"    return x + {task}\n",
                "completion_hash": f"c{task}",
            }
            for task in range(TASKS)
        ]  # fmt: skip
    power = [
        {
            "t_s": elapsed + second, "at": clock + timedelta(seconds=second), "device": "cpu",
            "power_w": None, "utilisation": 90.0 + second % 3, "memory_bytes": 300_000_000,
        }
        for second in range(int(duration) + 1)
    ]  # fmt: skip
    key = RunKey(row["config_id"], repetition, 1)
    commit_run(folder, key, run, requests, power)


@pytest.fixture
def sessions_root(tmp_path, monkeypatch) -> Path:
    """An empty folder for sessions, which the app lists."""
    root = tmp_path / "sessions"
    root.mkdir()
    monkeypatch.setenv("PIMP_TUI_SESSIONS", str(root))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TMUX", raising=False)
    return root


@pytest.fixture
def done_session(sessions_root) -> Path:
    """A finished session: 8 configurations x 2 repeats, the last one failed."""
    return make_session(sessions_root / "toy")


@pytest.fixture
def planned_session(sessions_root) -> Path:
    """A session with a plan and nothing measured."""
    return make_session(sessions_root / "planned", measured=0, fails=0, status="planned")


@pytest.fixture
def half_session(sessions_root) -> Path:
    """A stopped session with half of the plan measured."""
    return make_session(sessions_root / "half", measured=4, fails=0, status="stopped")


@pytest.fixture
def fixed_machine(monkeypatch) -> None:
    """What differs from machine to machine and release to release, held still for snapshots."""
    monkeypatch.setattr("pimp_tui.__version__", "1.0")
    monkeypatch.setattr(
        "pimp_tui.tui.machine.machine_words", lambda dot: f"host laptop {dot} 2 CPUs"
    )


class Look:
    """What a person sees and waits for."""

    def text(self, app) -> str:
        """The screen's text, line by line."""
        return "\n".join(strip.text for strip in app.screen._compositor.render_strips())

    def print_of(self, app) -> tuple:
        """Everything visible, styles and focus included: equal only if nothing changed."""
        strips = app.screen._compositor.render_strips()
        cells = tuple(tuple((s.text, str(s.style)) for s in strip) for strip in strips)
        return type(app.screen).__name__, id(app.focused), cells

    async def until(self, pilot, wanted, seconds: float = 20.0):
        """Wait until ``wanted`` (a text on the screen, or a call that is true) holds."""
        for _ in range(int(seconds / 0.05)):
            found = wanted() if callable(wanted) else wanted in self.text(pilot.app)
            if found:
                return found
            await pilot.pause(0.05)
        raise AssertionError(f"never saw {wanted!r} in\n{self.text(pilot.app)}")


@pytest.fixture
def look() -> Look:
    """See :class:`Look`."""
    return Look()


class Issued(list):
    """Commands that the app sent to the world, in place of sending them."""


@pytest.fixture
def issued(monkeypatch, sessions_root) -> Issued:
    """Nothing is started, steered or copied for real: it is noted here."""
    from pimp_tui.tui import clipboard, launch

    found = Issued()

    async def run_command(arguments, patience_s=60.0):
        found.append(("run", *arguments))
        return ""

    async def steer(session, command):
        found.append(("steer", session.name, command))

    async def copy(app, text):
        found.append(("copy", text))
        return "OSC 52"

    class Ended:
        def poll(self):
            return 1

    def start_demo(session, errors):
        found.append(("demo", session.name))
        return Ended()

    monkeypatch.setattr(launch, "run_command", run_command)
    monkeypatch.setattr(launch, "steer", steer)
    monkeypatch.setattr(launch, "start_demo", start_demo)
    monkeypatch.setattr(clipboard, "copy", copy)
    return found


@pytest.fixture
def session_maker():
    """``make_session`` for tests that want other numbers."""
    return make_session


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Screens are watched while they work in threads: a busy machine gets a second look."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=2))
