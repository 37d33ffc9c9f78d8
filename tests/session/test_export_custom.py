"""Exports of the modes that left the library: said where not carried, runnable as Python."""

import json
import subprocess
import sys

import pytest

from pimp_tui.engine.micro_coder import path as micro_coder
from pimp_tui.sampling import sample
from pimp_tui.session import export_forms
from pimp_tui.space import load_space


@pytest.fixture(scope="module")
def space():
    return load_space("transformers-4")


def pick(space, mode):
    """A configuration of the mode, and its options."""
    choice = space.configure()
    choice.select(mode)
    plan = sample(space, method="uniform", n=1, seed=2, within=choice)
    features = space.from_row(plan.to_dicts()[0])
    return features, space.effective(features)


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        ("contrastive", {"penalty_alpha", "top_k", "low_memory"}),
        ("group_beam", {"num_beam_groups", "diversity_penalty"}),
        ("beam", set()),
    ],
)
def test_generation_config_names_what_it_cannot_carry(space, mode, names, tmp_path):
    from transformers import GenerationConfig

    features, options = pick(space, mode)
    text, left_out = export_forms.render("generation-config", space, features)
    deployment = {"batch_size", "dtype", "attn_implementation"}
    assert set(left_out) == names | deployment
    assert (names - {"top_k"}) & json.loads(text).keys() == set()
    (tmp_path / "generation_config.json").write_text(text)
    GenerationConfig.from_pretrained(tmp_path).save_pretrained(tmp_path / "again")
    whole, nothing = export_forms.render("json", space, features)
    assert nothing == [] and options.items() <= json.loads(whole).items()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", ["contrastive", "group_beam"])
def test_python_form_runs_and_does_what_the_engine_does(space, mode, tmp_path):
    from pimp_tui.engine.transformers import TransformersEngine

    features, options = pick(space, mode)
    text, left_out = export_forms.render("python", space, features, str(micro_coder()))
    assert left_out == [] and "custom_generate=" in text
    script = tmp_path / "pick.py"
    prompts = ['def add(a, b):\n    """Add a and b."""\n', 'def last(items):\n    """Last."""\n']
    script.write_text(text + f"\nimport json\nprint(json.dumps(complete({prompts!r})))\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    engine = TransformersEngine()
    engine.load("micro-coder", options)
    found = [item.text for item in engine.generate(prompts, options, seed=0)]
    assert json.loads(done.stdout.splitlines()[-1]) == found
