"""Campaigns on models that are not the bundled one: other architectures, own defaults, GGUF."""

import json

import polars as pl
import pytest

from pimp_tui.session import open_session
from tests.engine.tiny_models import tiny_gemma, tiny_gpt2, tiny_llama

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
QWEN_LIKE = {
    "do_sample": True, "temperature": 0.7, "top_p": 0.8, "top_k": 20, "repetition_penalty": 1.1,
    "suppress_tokens": [5],
}  # fmt: skip


def check_ok(session, pimp, *arguments):
    done = pimp("run", session, *arguments, timeout=500)
    assert done.returncode == 0, done.stderr
    opened = open_session(session)
    runs = opened.runs.collect()
    assert (runs["status"] == "ok").all() and runs["ignored_options"].null_count() == 0
    assert set(runs["config_id"]) == set(opened.plan.collect()["config_id"])
    return opened, runs, done.stderr


def test_gpt2_on_humaneval_no_configuration_fails(tmp_path, pimp):
    folder = tiny_gpt2(tmp_path / "gpt2")
    opened, runs, _ = check_ok(
        tmp_path / "s", pimp, "--model", folder, "--workload", "humaneval", "--limit", 3,
        "--method", "uniform", "-n", 8, "--repeats", 1, "--seed", 5,
    )  # fmt: skip
    facts = opened.manifest["models"][0]
    assert facts["architecture"] == "gpt2" and facts["depth"] == 2
    assert runs["pass_at_1"].null_count() == 0 and (runs["model"] == "gpt2").all()
    requests = opened.requests.collect()
    assert set(requests["task_id"]) == {"HumanEval/0", "HumanEval/1", "HumanEval/2"}
    prompts = opened.prompts.collect()
    assert prompts["prompt"].str.contains("has_close_elements").any()
    assert set(prompts["prompt_hash"]) == set(requests["prompt_hash"])


def test_models_own_default_is_measured_and_nothing_is_inherited(tmp_path, pimp):
    plain, own = tiny_llama(tmp_path / "plain"), tiny_llama(tmp_path / "own", generation=QWEN_LIKE)
    texts = {}
    for folder in (plain, own):
        opened, _, told = check_ok(
            tmp_path / f"s-{folder.name}", pimp, "--model", folder, "--limit", 3, "--method",
            "uniform", "-n", 3, "--repeats", 1, "--batch", 4,
        )  # fmt: skip
        named = opened.manifest["named"]
        default = named["library default"]
        rows = opened.requests.filter(pl.col("config_id") == default).sort("task_id").collect()
        texts[folder.name] = rows["completion"].to_list()
        plan = {row["config_id"]: row for row in opened.plan.collect().iter_rows(named=True)}
        assert plan[default]["position"] == 1 and plan[default]["sampler"] == "default"
    assert texts["plain"] == texts["own"]  # penalty 1.1 and sampling are not inherited
    assert "suppress_tokens" in told  # inherited entries outside the space are listed
    model_default = plan[named["model default"]]
    assert model_default["config_id"] != default and model_default["sampler"] == "default"
    assert (model_default["repetition_penalty"], model_default["top_k"]) == (1.1, 20)
    assert model_default["do_sample"] is True and model_default["temperature"] == 0.7


def test_two_models_in_one_session(tmp_path, pimp):
    first, second = tiny_gemma(tmp_path / "gemma"), tiny_gpt2(tmp_path / "gpt2")
    opened, runs, _ = check_ok(
        tmp_path / "s", pimp, "--model", first, "--model", second, "--limit", 2, "--method",
        "uniform", "-n", 10, "--repeats", 1, "--batch", 4, "--seed", 1,
    )  # fmt: skip
    assert set(runs["model"]) == {"gemma", "gpt2"}
    plan = opened.plan.collect()
    assert set(plan["model"]) == {"gemma", "gpt2"}
    joined = runs.join(plan, on="config_id")
    assert (joined["model"] == joined["model_right"]).all()
    kinds = {item["name"]: item["architecture"] for item in opened.manifest["models"]}
    assert kinds == {"gemma": "gemma2", "gpt2": "gpt2"}
    answer = pimp("pareto", tmp_path / "s", "--model", "gpt2", "--json")
    assert {row["model"] for row in json.loads(answer.stdout)} == {"gpt2"}


def test_unscored_workload_and_own_tasks(tmp_path, pimp):
    tasks = tmp_path / "tasks.jsonl"
    prompts = ["def first(items):\n    return", "x ="]
    rows = [{"task_id": str(number), "prompt": text} for number, text in enumerate(prompts)]
    tasks.write_text("".join(json.dumps(row) + "\n" for row in rows))
    opened, runs, _ = check_ok(
        tmp_path / "s", pimp, "--workload", tasks, "--method", "uniform", "-n", 3, "--repeats", 1
    )
    assert runs["pass_at_1"].null_count() == len(runs)
    assert opened.default_objectives == {"duration_s": "min"}
    assert opened.requests.collect()["passed"].null_count() == opened.requests.collect().height


def test_gguf_file_runs_as_the_folder_it_came_from(tmp_path, pimp):
    """The same weights by way of GGUF: the same greedy completions."""
    from tests.engine.gguf_model import write_gguf

    file = write_gguf(tmp_path / "micro-coder-copy.gguf")
    texts = {}
    for name, model in (("gguf", file), ("folder", "micro-coder")):
        opened, _, _ = check_ok(
            tmp_path / name, pimp, "--model", model, "--limit", 6, "--method", "uniform", "-n", 2,
            "--repeats", 1, "--max-new-tokens", 40,
        )  # fmt: skip
        default = opened.manifest["named"]["library default"]
        rows = opened.requests.filter(pl.col("config_id") == default).sort("task_id").collect()
        texts[name] = rows["completion"].to_list()
    assert opened.manifest["models"][0]["kind"] == "folder"
    assert texts["gguf"] == texts["folder"]
