"""The paper's space really runs: no failure, no option without effect, constraints that hold."""

from __future__ import annotations

from typing import Any

import pytest
from lab import Lab
from probes_four import PROBES_FOUR

from pimp_tui.sampling import sample
from pimp_tui.space import Space, load_space

_NOT_OPTIONS = ("config_id", "position", "sampler")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("models"))


def effective(space: Space, plan: Any) -> list[dict[str, Any]]:
    """Options of each row of a plan, all of them explicit."""
    rows = ({k: v for k, v in row.items() if k not in _NOT_OPTIONS} for row in plan.to_dicts())
    return [space.effective(space.from_row(row)) for row in rows]


def run_for_real(lab: Lab, model: str, method: str, count: int | None, seed: int) -> dict[str, Any]:
    """Failures and, on the bundled model, options without effect; empty when all is well."""
    space = load_space("transformers-4", models=[lab.reference(model)])
    engine, found = lab.engine(model), {}
    for options in effective(space, sample(space, method=method, n=count, seed=seed)):
        try:
            if model == "micro-coder":
                idle = engine.probe(lab.prompts, options, 1)
            else:
                idle = []
                few = options | {"batch_size": 4, "max_new_tokens": 24}
                few |= {"min_new_tokens": 12} if options["min_new_tokens"] else {}
                assert engine.generate(lab.prompts[:4], few, seed=1)
        except (ValueError, RuntimeError, IndexError, TypeError) as fault:
            idle = [repr(fault)]
        if idle:
            found[str(sorted(options.items(), key=str))] = idle
    return found


@pytest.mark.parametrize("model", ["micro-coder", "llama", "gpt2", "gemma"])
def test_one_of_each_decoding_runs(lab: Lab, model: str) -> None:
    space = load_space("transformers-4", models=[lab.reference(model)])
    engine = lab.engine(model)
    for decoding in ("greedy", "beam", "group_beam", "contrastive"):
        choice = space.configure()
        choice.select(decoding)
        (options,) = effective(space, sample(space, method="uniform", n=1, seed=1, within=choice))
        few = options | {"batch_size": 2, "max_new_tokens": 8, "min_new_tokens": None}
        assert engine.generate(lab.prompts[:2], few, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("model", ["micro-coder", "gpt2", "gemma"])
def test_samples_run(lab: Lab, model: str) -> None:
    assert run_for_real(lab, model, "uniform", 24, 8) == {}


@pytest.mark.long
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("model", ["micro-coder", "gemma"])
@pytest.mark.parametrize(("method", "count"), [("uniform", 2000), ("twise", None)])
def test_many_samples_run(lab: Lab, model: str, method: str, count: int | None) -> None:
    assert run_for_real(lab, model, method, count, 9) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PROBES_FOUR))
def test_probe(name: str, lab: Lab) -> None:
    PROBES_FOUR[name](lab)
