"""Quantised weights: every value of the option becomes a configuration, and loads where it can."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from lab import Lab
from tiny_models import PROMPTS

from pimp_tui.engine.transformers.quantisation import quantization_config
from pimp_tui.errors import UserError
from pimp_tui.space import load_space
from pimp_tui.space.machine.host import HOST_FEATURES, HostFacts
from pimp_tui.space.machine.model_facts import model_facts

PACKAGES = {"bitsandbytes": "bitsandbytes", "torchao": "torchao", "quanto": "optimum"}
EVERYTHING = HostFacts.from_json(dict.fromkeys(HOST_FEATURES, True))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("models"))


def values() -> list[dict[str, Any]]:
    return list(load_space("transformers", host=EVERYTHING).options["quantization_config"])


@pytest.mark.parametrize("value", values(), ids=lambda value: "-".join(map(str, value.values())))
def test_a_value_loads_and_generates(lab: Lab, value: dict[str, Any]) -> None:
    package = PACKAGES.get(value["quant_method"])
    if package is None:
        pytest.skip("needs a GPU")
    engine = lab.engine("llama")
    options = lab.options(quantization_config=value, dtype="bfloat16")
    if find_spec(package) is None:
        with pytest.raises(UserError, match="cannot load the model"):
            engine.generate(PROMPTS, options, seed=1)
        return
    assert len(engine.generate(PROMPTS, options, seed=1)) == len(PROMPTS)
    assert engine._model().model.is_quantized
    assert engine.probe(PROMPTS, options, 1) == []
    engine.generate(PROMPTS, lab.options(), seed=1)
    assert not getattr(engine._model().model, "is_quantized", False)


def test_the_activations_of_four_bit_weights_keep_dtype() -> None:
    import torch

    value = {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}
    config = quantization_config(value, torch.bfloat16)
    assert config.load_in_4bit and config.bnb_4bit_compute_dtype == torch.bfloat16


def test_no_value_is_no_configuration_and_an_unknown_one_is_refused() -> None:
    assert quantization_config(None, None) is None
    with pytest.raises(ValueError, match="no quantisation method"):
        quantization_config({"quant_method": "none-such"}, None)


def test_what_is_quantised_already_is_not_quantised_again(lab: Lab, tmp_path: Path) -> None:
    folder = Path(lab.reference("llama"))
    assert model_facts(str(folder)).facts["full_precision"] is True
    shutil.copytree(folder, tmp_path / "small")
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "gptq", "bits": 4}
    (tmp_path / "small" / "config.json").write_text(json.dumps(config))
    assert model_facts(str(tmp_path / "small")).facts["full_precision"] is False
    space = load_space("transformers", host=EVERYTHING, models=[str(tmp_path / "small")])
    assert space.configure().states()["quantization_config"] == "deselected"
