"""No held-out problem is in the training corpus, by prompt or by normalised body."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pimp_tui.workload import micro_coder
from pimp_tui.workload.micro_coder import corpus, problems

FOLDER = Path(micro_coder.__file__).parent
DEFINITION = re.compile(r"def (\w+)\((\w+)\):")


def normalised(prompt: str, text: str) -> str:
    """`text` with the argument's name put alike, white space folded."""
    found = DEFINITION.match(prompt)
    assert found is not None
    return " ".join(re.sub(rf"\b{found[2]}\b", "ARG", text).split())


def docstring(prompt: str) -> str:
    return prompt.split('"""')[1]


@cache
def training() -> tuple[corpus.Sample, ...]:
    """What the training script is given: the corpus with its own seed and size."""
    return tuple(corpus.training_samples())


@cache
def held_out(name: str) -> tuple[dict[str, str], ...]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def test_no_prompt_was_trained_on() -> None:
    prompts = {sample.prompt for sample in training()}
    descriptions = {normalised(s.prompt, docstring(s.prompt)) for s in training()}
    for problem in held_out("problems") + held_out("heldout"):
        assert problem["prompt"] not in prompts
        asked = docstring(problem["prompt"])
        assert normalised(problem["prompt"], asked) not in descriptions, asked


def test_no_body_was_trained_on() -> None:
    bodies = {normalised(sample.prompt, sample.completion) for sample in training()}
    assert len(bodies) > 5_000
    for problem in held_out("problems") + held_out("heldout"):
        body = normalised(problem["prompt"], problem["canonical_solution"])
        assert body not in bodies, body


def test_corpus_is_the_same_each_time() -> None:
    assert training()[:500] == tuple(corpus.training_samples(500))
    assert len(training()) == corpus.SAMPLES


def test_demo_problems_are_spread_over_families() -> None:
    demo, more = held_out("problems"), held_out("heldout")
    families = Counter(problem["family"] for problem in demo)
    assert len(demo) == 32 and len(families) >= 24
    assert all(count == 1 for name, count in families.items() if name != "pipeline")
    assert len(more) >= 256
    ids = [problem["task_id"] for problem in demo + more]
    assert len(set(ids)) == len(ids)
    bodies = [normalised(p["prompt"], p["canonical_solution"]) for p in demo + more]
    assert len(set(bodies)) == len(bodies)


@pytest.mark.slow
def test_shipped_problems_are_what_the_script_writes(tmp_path: Path) -> None:
    problems.write(tmp_path)
    for name in ("problems.jsonl", "heldout.jsonl"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
