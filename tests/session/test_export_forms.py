"""Exports hold every effective value and load back where they are meant to."""

import json
import subprocess
import sys

import pytest

from pimp_tui.engine.micro_coder import path as micro_coder
from pimp_tui.errors import UserError
from pimp_tui.session import export_forms
from pimp_tui.space import load_space


@pytest.fixture(scope="module")
def space():
    return load_space("transformers")


@pytest.fixture(scope="module")
def configurations(space):
    from pimp_tui.sampling import sample

    plan = sample(space, method="uniform", n=40, seed=4)
    return [space.from_row(row) for row in plan.iter_rows(named=True)]


def test_generation_config_loads_back_and_saves_strictly(space, configurations, tmp_path):
    """By the real library: every value arrives, and its strict validation has nothing to say."""
    from transformers import GenerationConfig

    for features in [*configurations, space.default_configuration()]:
        text, left_out = export_forms.render("generation-config", space, features)
        (tmp_path / "generation_config.json").write_text(text)
        loaded = GenerationConfig.from_pretrained(tmp_path)
        for name, value in json.loads(text).items():
            got = getattr(loaded, name)
            got = got.to_dict() if hasattr(got, "to_dict") else got
            if isinstance(value, dict):
                assert value.items() <= got.items()
            else:
                assert got == value, name
        loaded.save_pretrained(tmp_path / "again")
        options = space.effective(features)
        assert set(left_out) <= set(options) and "batch_size" in left_out
        missing = {k for k, v in options.items() if v is not None} - set(json.loads(text))
        assert missing <= {*left_out, "cache_implementation", "cache_config", "min_p", "top_h"}


def test_json_holds_every_option(space, configurations):
    for features in configurations[:5]:
        value = json.loads(export_forms.render("json", space, features)[0])
        assert value["config_id"] == space.config_id(features)
        assert space.effective(features).items() <= value.items()


@pytest.mark.slow
@pytest.mark.parametrize("chosen", ["batch_size_8", "draft_micro_coder"])
def test_python_form_runs(space, tmp_path, chosen):
    from pimp_tui.sampling import sample

    choice = space.configure()
    choice.select(chosen)
    choice.deselect("continuous_batching")
    plan = sample(space, method="uniform", n=1, seed=2, within=choice)
    features = space.from_row(plan.to_dicts()[0])
    text, left_out = export_forms.render("python", space, features, str(micro_coder()))
    assert ("assistant_model" in text) == (chosen == "draft_micro_coder")
    script = tmp_path / "pick.py"
    script.write_text(text + '\nprint(len(complete(["def add(a, b):\\n"])))\n')
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1 and left_out == []


def test_forms_name_the_deployment_that_they_cannot_carry():
    from pimp_tui.sampling import sample
    from pimp_tui.space.machine.host import HOST_FEATURES, HostFacts

    everywhere = HostFacts.from_json(dict.fromkeys(HOST_FEATURES, True))
    served = load_space("transformers", host=everywhere)
    choice = served.configure()
    for feature in ("continuous_batching", "weights_quanto_int8"):
        choice.select(feature)
    row = sample(served, method="uniform", n=1, seed=2, within=choice).to_dicts()[0]
    for form in ("generation-config", "python"):
        left_out = export_forms.render(form, served, served.from_row(row))[1]
        assert {"continuous_batching", "max_batch_tokens", "quantization_config"} <= set(left_out)
    choice = served.configure()
    choice.select("compile_max_autotune")
    row = sample(served, method="uniform", n=1, seed=2, within=choice).to_dicts()[0]
    text, left_out = export_forms.render("generation-config", served, served.from_row(row))
    assert "compile_config" in left_out and "compile_config" not in json.loads(text)
    assert "compile_config" in export_forms.render("python", served, served.from_row(row))[1]


def test_changed_only_and_unknown_form(space):
    default = space.default_configuration()
    assert json.loads(export_forms.render("json", space, default, changed_only=True)[0]).keys() == {
        "config_id", "model",
    }  # fmt: skip
    with pytest.raises(UserError, match="no format 'xml'"):
        export_forms.render("xml", space, default)
