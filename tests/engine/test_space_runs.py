"""The shipped space really runs: real ``generate``, no failure, no option without effect."""

from __future__ import annotations

import os
from typing import Any

import pytest
from ablation import idle_options
from lab import Lab

from pimp_tui.sampling import sample
from pimp_tui.space import Space, load_space

PROMPTS = 16
_NOT_OPTIONS = ("config_id", "position", "sampler")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def space() -> Space:
    return load_space("transformers")


def effective(space: Space, plan: Any) -> list[dict[str, Any]]:
    """Options of each row of a plan, all of them explicit."""
    rows = ({k: v for k, v in row.items() if k not in _NOT_OPTIONS} for row in plan.to_dicts())
    return [space.effective(space.from_row(row)) for row in rows]


def test_the_space_is_wide(space: Space) -> None:
    count = space.count()
    assert count is not None and count >= 10**6
    assert len(space.features) >= 60


@pytest.mark.slow
def test_every_feature_that_can_be_chosen_is_drawn(space: Space) -> None:
    plan = sample(space, method="uniform", n=20_000, seed=0)
    rows = [{k: v for k, v in row.items() if k not in _NOT_OPTIONS} for row in plan.to_dicts()]
    drawn = set().union(*(space.from_row(row) for row in rows[:15_000]))
    choice = space.configure()
    possible = {name for name, state in choice.states().items() if state != "deselected"}
    assert possible - drawn == set()


@pytest.mark.parametrize("model", ["micro-coder", "llama", "gpt2", "gemma"])
def test_defaults_are_valid_for_every_model(lab: Lab, model: str) -> None:
    of_model = load_space("transformers", models=[lab.reference(model)])
    options = of_model.effective(of_model.default_configuration())
    assert options["do_sample"] is False and options["num_beams"] == 1
    assert lab.engine(model).generate(lab.prompts[:2], options, seed=0)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("method", "count"), [("uniform", 40), ("twise", None)])
def test_no_failure_and_no_idle_option(
    lab: Lab, space: Space, method: str, count: int | None
) -> None:
    plan = sample(space, method=method, n=count, seed=5)
    engine, idle = lab.engine(), {}
    for options in effective(space, plan):
        found = engine.probe(lab.prompts, options, 1)
        if found:
            idle[str(sorted(options.items(), key=str))] = found
    # What acts on few prompts may act on none of 32: forbidding all such combinations would forbid
    # many that act. A campaign records them as ignored.
    assert len(idle) <= len(plan) // 25, idle


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("model", ["gpt2", "gemma"])
def test_another_architecture_never_fails(lab: Lab, model: str) -> None:
    of_model = load_space("transformers", models=[lab.reference(model)])
    plan = sample(of_model, method="uniform", n=40, seed=6)
    for options in effective(of_model, plan):
        assert lab.engine(model).generate(lab.prompts[:4], options, seed=1)


def run_all(lab: Lab, model: str, of_model: Space, plan: Any) -> list[str]:
    """Complete two short prompts under each row of a plan; the failures, each as a line.

    A failed run must also leave the next one alone, so the plan always goes on to its end.
    """
    prompts = ["def add(a, b):\n    return", "def last(items):\n"]
    engine, failures = lab.engine(model), []
    done: dict[str, None] = {}
    rows = plan.sort(["dtype", "attn_implementation"])  # few reloads
    for row, options in zip(rows.to_dicts(), effective(of_model, rows), strict=True):
        if row["config_id"] in done:
            continue
        done[row["config_id"]] = None
        try:
            found = engine.generate(prompts, options, seed=1)
            assert len(found) == len(prompts) * (options["num_return_sequences"] or 1)
            assert all(item.tokens_out > 0 for item in found)
        except Exception as fault:
            chosen = {k: v for k, v in row.items() if k not in _NOT_OPTIONS and v is not None}
            failures.append(f"{row['config_id']} {type(fault).__name__}: {fault} under {chosen}")
    return failures


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    ("method", "model"),
    [
        ("twise", "micro-coder"),
        ("twise", "gemma"),
        ("twise", "gpt2"),
        ("uniform", "micro-coder"),
        ("uniform", "gemma"),
    ],
)
def test_two_thousand_and_all_pairs_never_fail(lab: Lab, method: str, model: str) -> None:
    of_model = load_space("transformers", models=[lab.reference(model)])
    count = int(os.environ.get("PIMP_TUI_LONG_CONFIGURATIONS", "2000"))
    plan = sample(of_model, method=method, n=count if method == "uniform" else None, seed=8)
    failures = run_all(lab, model, of_model, plan)
    assert not failures, f"{len(failures)} of {len(plan)} fail:\n" + "\n".join(failures)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ablation_agrees_that_every_option_acts(lab: Lab, space: Space) -> None:
    plan = sample(space, method="uniform", n=12, seed=7)
    engine = lab.engine()
    idle = {}
    for options in effective(space, plan):
        found = idle_options(engine, lab.prompts[:PROMPTS], options)
        if found:
            idle[str(sorted(options.items(), key=str))] = found
    assert len(idle) <= 1, idle
