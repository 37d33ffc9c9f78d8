"""The embedded model: small, loads plainly, and solves some but not all held-out problems."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pimp_tui.engine import micro_coder

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ["HF_HUB_OFFLINE"] = "1"

TASK = Path(micro_coder.__file__).parents[2] / "workload" / "micro_coder"
HARNESS = """
import json, sys
for line in sys.stdin:
    job = json.loads(line)
    try:
        scope = {}
        exec(job["program"], scope)
        scope["check"](scope[job["entry_point"]])
        print(1, flush=True)
    except Exception:
        print(0, flush=True)
"""


def load_problems(name: str) -> list[dict[str, str]]:
    lines = (TASK / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def trim(completion: str) -> str:
    """The body: up to the first line that starts in column 0."""
    body = []
    for line in completion.split("\n"):
        if line and not line[0].isspace():
            break
        body.append(line)
    return "\n".join(body)


def greedy_bodies(folder: Path, problems: list[dict[str, str]], batch: int = 32) -> list[str]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    bodies = []
    for start in range(0, len(problems), batch):
        prompts = [problem["prompt"] for problem in problems[start : start + batch]]
        inputs = tokenizer(prompts, return_tensors="pt", padding=True)
        with torch.inference_mode():
            output = model.generate(**inputs, do_sample=False, max_new_tokens=96)
        new = output[:, inputs["input_ids"].shape[1] :]
        bodies += [trim(t) for t in tokenizer.batch_decode(new, skip_special_tokens=True)]
    return bodies


def passes(problems: list[dict[str, str]], bodies: list[str]) -> list[bool]:
    """Runs each body with its problem's test, all in one subprocess with a time limit."""
    jobs = [
        json.dumps(
            {
                "program": p["prompt"] + body + "\n" + p["test"],
                "entry_point": p["entry_point"],
            }
        )
        for p, body in zip(problems, bodies, strict=True)
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-c", HARNESS],
        input="\n".join(jobs) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        timeout=15,
        check=True,
    )
    return [line == "1" for line in done.stdout.split()]


def test_path_needs_no_torch() -> None:
    code = (
        "import sys; from pimp_tui.engine.micro_coder import path; path();"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_weights_are_small_fp32() -> None:
    from safetensors import safe_open

    file = micro_coder.path() / "model.safetensors"
    assert file.stat().st_size <= 6_000_000
    with safe_open(file, "pt") as tensors:
        slices = [tensors.get_slice(key) for key in tensors.keys()]  # noqa: SIM118
    sizes = [torch_size(part.get_shape()) for part in slices]
    assert sum(sizes) <= 3_000_000
    assert {part.get_dtype() for part in slices} == {"F32"}


def torch_size(shape: list[int]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def test_special_tokens_and_settings() -> None:
    from transformers import AutoConfig, AutoTokenizer, GenerationConfig

    folder = micro_coder.path()
    config = AutoConfig.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    settings = GenerationConfig.from_pretrained(folder)
    assert config.model_type == "llama" and config.num_hidden_layers >= 4
    assert config.max_position_embeddings >= 512
    assert tokenizer.padding_side == "left"
    assert config.pad_token_id == settings.pad_token_id == tokenizer.pad_token_id != 0
    assert config.eos_token_id == settings.eos_token_id == tokenizer.eos_token_id
    assert tokenizer.eos_token_id not in (0, None, tokenizer.pad_token_id)
    assert len(tokenizer) == config.vocab_size == 1024
    assert set(settings.to_diff_dict()) <= {
        "bos_token_id", "eos_token_id", "pad_token_id", "transformers_version", "_from_model_config"
    }  # fmt: skip


def test_tokenizer_is_lossless_with_single_digits() -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(micro_coder.path())
    text = 'def f(n):\n    """Größe 123 π\t≥ 0."""\n    return n  + 4567'
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    numbers = [t for t in tokenizer.convert_ids_to_tokens(ids) if any(c.isdigit() for c in t)]
    assert len(numbers) == 8 and all(len(t) == 1 for t in numbers)


def test_canonical_solutions_pass_and_wrong_ones_fail() -> None:
    problems = load_problems("problems.jsonl") + load_problems("heldout.jsonl")
    assert all(passes(problems, [p["canonical_solution"] for p in problems]))
    assert not any(passes(problems, ["    return None"] * len(problems)))


@pytest.mark.timeout(120)
def test_greedy_pass_at_1_leaves_room_both_ways() -> None:
    demo, more = load_problems("problems.jsonl"), load_problems("heldout.jsonl")
    assert len(demo) == 32
    for problems in (demo, more):
        results = passes(problems, greedy_bodies(micro_coder.path(), problems))
        assert 0.6 <= sum(results) / len(results) <= 0.8


def test_completion_ends_right_after_the_body() -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = micro_coder.path()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    prompt = load_problems("problems.jsonl")[0]["prompt"]
    inputs = tokenizer(prompt, return_tensors="pt")
    with torch.inference_mode():
        model = AutoModelForCausalLM.from_pretrained(folder)
        output = model.generate(**inputs, do_sample=False, max_new_tokens=96)[0]
    new = output[inputs["input_ids"].shape[1] :]
    assert new[-1] == tokenizer.eos_token_id
    body = tokenizer.decode(new, skip_special_tokens=True)
    assert body.startswith("    ") and body.count("\n") == 1 and body.endswith("\n")
