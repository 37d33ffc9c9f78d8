"""A session with enough configurations to learn from."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pimp_tui.errors import UserError
from pimp_tui.session import open_session
from pimp_tui.session.manifest import new_manifest, write_manifest
from pimp_tui.session.segments import RunKey, commit_run, write_frame
from pimp_tui.space import load_space
from pimp_tui.tui import learner
from pimp_tui.tui.panes.tradeoffs.points import measured_points, read_ground
from pimp_tui.tui.panes.tradeoffs.problem import Problem

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def make_learnt_session(
    folder: Path, space_text: str, configurations: int = 30, estimated: bool = False
) -> Path:
    """A finished session: the toy space's default and distinct uniform configurations x 2."""
    from pimp_tui.sampling import distinct_uniform, lead_with

    folder.mkdir(parents=True)
    (folder / "space.uvl").write_text(space_text)
    space = load_space(folder / "space.uvl")
    default = space.default_configuration()
    plan = distinct_uniform(space, configurations, seed=3)
    plan = lead_with(space, plan, [("default", default)]).head(configurations)
    write_frame(folder / "plan.parquet", plan)
    chance = random.Random(5)
    clock, elapsed = START, 0.0
    for row in plan.iter_rows(named=True):
        for repetition in (1, 2):
            duration = (
                4.0
                * row["num_beams"] ** 0.6
                * (8 / row["batch_size"]) ** 0.3
                * (1.2 if row["cache_implementation"] == "static" else 1.0)
                * (1.0 + 0.001 * (row["top_k"] or 0))
                * chance.uniform(0.99, 1.01)
            )
            accuracy = 0.62 + 0.05 * math.log2(row["num_beams"]) - 0.1 * (row["temperature"] or 0)
            energy = duration * 250.0
            run = {
                "status": "ok", "model": "toy", "engine": "transformers", "device": "cuda:0",
                "host": "server", "started_at": clock,
                "ended_at": clock + timedelta(seconds=duration), "duration_s": duration,
                "latency_s": duration * 0.6, "latency_p95_s": duration * 0.9, "ttft_s": 0.1,
                "tokens_out": 640, "tokens_per_s": 640 / duration, "energy_j": energy,
                "energy_above_idle_j": None if estimated else energy - 60 * duration,
                "energy_gpu_j": None if estimated else energy,
                "energy_source": "estimate from CPU time" if estimated else "NVML energy counter",
                "energy_estimated": estimated, "idle_power_w": None if estimated else 60.0,
                "power_mean_w": None if estimated else 250.0, "j_per_token": energy / 640,
                "pass_at_1": round(accuracy * 32) / 32, "ignored_options": [],
            }  # fmt: skip
            power = [
                {
                    "t_s": elapsed + s, "at": clock + timedelta(seconds=s),
                    "device": f"NVIDIA H100 {gpu}",
                    "power_w": 250.0 + 10 * math.sin(s) if gpu == 0 else 60.0,
                    "utilisation": 97.0 if gpu == 0 else 0.0, "memory_bytes": 31 * 2**30,
                    "temperature_c": 61.0, "sm_clock_mhz": 1980.0, "memory_clock_mhz": 2619.0,
                }
                for s in range(int(duration) + 1)
                for gpu in (0, 1)
            ]  # fmt: skip
            commit_run(folder, RunKey(row["config_id"], repetition, 1), run, [], power)
            clock += timedelta(seconds=duration + 1)
            elapsed += duration + 1
    write_manifest(
        folder,
        new_manifest(
            folder.name, status="done", models=[{"name": "toy", "path": "micro-coder"}],
            workload={"id": "micro-coder"},
            space={"name": "toy"}, settings={"repeats": 2}, options=plan.columns[3:],
            named={"default": plan["config_id"][0]}, devices=["cuda:0"],
        ),
    )  # fmt: skip
    return folder


@pytest.fixture
def learnt_session(sessions_root, toy_space_text) -> Path:
    """30 configurations x 2 repeats with measured energy."""
    return make_learnt_session(sessions_root / "learnt", toy_space_text)


@pytest.fixture
def toy_space_text(request) -> str:
    """The feature model of the toy session."""
    plugins = request.config.pluginmanager.get_plugins()
    found = next(p for p in plugins if getattr(p, "SPACE_UVL", None))
    return str(found.SPACE_UVL)


@pytest.fixture
def answers(monkeypatch):
    """The learning child, answering from a table of requests; notes what it was asked."""
    asked: list[dict] = []

    async def ask(self, request, **fields):
        asked.append({"request": request, **fields})
        if request == "fit":
            frame = open_session(self._session).configurations().collect()
            points = [
                {"config_id": c, "measured": v, "prediction": v * 1.02, "lower": v * 0.95,
                 "upper": v * 1.08}
                for c, v in frame.select("config_id", fields["metric"]).iter_rows()
            ]  # fmt: skip
            evaluation = {
                "metric": fields["metric"], "predictor": "blend", "training": "all", "n": 30,
                "r2": 0.94, "mae": 43.0, "mape": 5.1, "rank_correlation": 0.97,
                "interval_coverage": 0.91, "estimated": False,
            }  # fmt: skip
            return {"evaluation": evaluation, "points": points, "notes": []}
        if request == "effects":
            feature = {"feature": "num_beams=4", "option": "num_beams", "effect": 502.0,
                       "lower": 450.0, "upper": 550.0, "p_holm": 0.001}  # fmt: skip
            pair = {"given": "num_beams=4", "feature": "batch_size=32", "n_with": 4, "n_without": 5,
                    "effect": -120.0, "interaction": -40.0}  # fmt: skip
            back = {**pair, "given": "batch_size=32", "feature": "num_beams=4"}
            return {"features": [feature, {**feature, "feature": "top_k=10", "effect": -14.0,
                                           "lower": -40.0, "upper": 10.0, "p_holm": 0.4}],
                    "pairs": [pair, back]}  # fmt: skip
        if request == "curve":

            def record(training, n, mape):
                return {"metric": fields["metric"], "predictor": "blend", "training": training,
                        "n": n, "n_test": 6, "draws": 5, "mae": 8 * mape, "mape": mape,
                        "mae_interval": [4 * mape, 9 * mape], "estimated": False,
                        "mape_interval": [mape / 2, mape * 1.2]}  # fmt: skip

            return [record("all", 12, 9.1), record("all", 24, 3.2), record("uniform", 12, 9.9),
                    record("uniform", 23, 4.4)]  # fmt: skip
        if request == "predict":
            known = {"prediction": 700.0, "lower": 650.0, "upper": 750.0}
            return {metric: [known] for metric in fields["metrics"]}
        if request == "front" and fields.get("where"):
            return {"front": [], "candidates": 56, "knee": None, "notes": []}
        if request == "front":
            ground = read_ground(open_session(self._session))
            rows = measured_points(ground, Problem(fields["objectives"])).front
            guess = {**rows[0], "config_id": "f" * 16, "estimated": True, "energy_j": 100.0,
                     "pass_at_1": 0.9, "energy_j_lower": 90.0, "energy_j_upper": 110.0}  # fmt: skip
            return {"front": [guess, *({**r, "estimated": False} for r in rows[:1])],
                    "candidates": 56, "knee": 0, "notes": []}  # fmt: skip
        raise UserError(f"no request {request}")

    monkeypatch.setattr(learner.LearningChild, "ask", ask)
    return asked
