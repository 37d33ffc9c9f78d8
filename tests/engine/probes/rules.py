"""Constraints that rest on how the library reads its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Lab


def _modes(lab: Lab) -> None:
    from transformers import GenerationConfig

    named = {
        (False, 1): "greedy_search",
        (True, 1): "sample",
        (False, 4): "beam_search",
        (True, 4): "beam_sample",
    }
    for (do_sample, beams), mode in named.items():
        config = GenerationConfig(do_sample=do_sample, num_beams=beams)
        assert config.get_generation_mode().value == mode


def _min_above_max(lab: Lab) -> None:
    with pytest.warns(UserWarning, match="Unfeasible length constraints"):
        found = lab.run(min_new_tokens=48, max_new_tokens=20)
    assert max(item.tokens_out for item in found) == 20
    # The end is barred all the same: that a length is out of reach is what the judgement names.
    options = lab.options(min_new_tokens=48, max_new_tokens=20)
    with pytest.warns(UserWarning, match="Unfeasible length constraints"):
        assert lab.engine().probe(lab.prompts[:8], options, 1) == ["min_new_tokens"]


def _quantized_backend(lab: Lab) -> None:
    from importlib.util import find_spec

    if find_spec("optimum") is not None:
        pytest.skip("quanto is installed")
    with pytest.raises(Exception, match=r"(?i)quanto"):
        lab.run(cache_implementation="quantized")
    # Without the kind of cache, its configuration is not looked at.
    assert lab.idle("cache_config", cache_config={"backend": "fp8"})


def _chunk_caches(lab: Lab) -> None:
    fp8 = {"cache_implementation": "quantized", "cache_config": {"backend": "fp8"}}
    for cache in ({}, {"cache_implementation": "static"}, fp8):
        assert not lab.idle("prefill_chunk_size", prefill_chunk_size=16, **cache)


def _depth(lab: Lab) -> None:
    """A layer beyond the depth fails, or leaves nothing out of a drafting pass."""
    from pimp_tui.engine.transformers.batches import encode
    from pimp_tui.engine.transformers.trace import trace

    engine, options = lab.engine(), lab.options(assistant_early_exit=8, batch_size=1)
    loaded = engine._prepare(options)
    encoded = encode(loaded, lab.prompts[:1], 20)
    try:
        passes = trace(loaded, encoded, engine._config(options), 1).passes
    except (IndexError, ValueError, RuntimeError):
        return
    assert loaded.depth is not None
    assert min(item.layers for item in passes) >= loaded.depth


def _draft_words(lab: Lab) -> None:
    """Two tokens change places: the library would not see it, and the model's facts tell it."""
    import json
    import shutil

    from pimp_tui.engine.micro_coder import path
    from pimp_tui.engine.transformers import TransformersEngine
    from pimp_tui.errors import UserError
    from pimp_tui.space.machine.model_facts import model_facts

    alike, other = lab.folder / "alike", lab.folder / "shuffled"
    for folder in (alike, other):
        shutil.copytree(path(), folder)
    held = json.loads((other / "tokenizer.json").read_text())
    vocab = held["model"]["vocab"]
    vocab["a"], vocab["b"] = vocab["b"], vocab["a"]
    (other / "tokenizer.json").write_text(json.dumps(held))
    known = {"micro-coder": True, str(alike): True, str(other): False}
    assert {m: model_facts(m).facts["micro_coder_words"] for m in known} == known
    drafted = {"assistant_model": "micro-coder"}
    assert TransformersEngine().load(str(alike), drafted)["draft"]["tokenizer"] == "the same"
    with pytest.raises(UserError, match="takes for the same tokenizer"):
        TransformersEngine().load(str(other), drafted)


def _mtp(lab: Lab) -> None:
    with pytest.raises(Exception, match=r"(?i)mtp|multi-token|predict"):
        lab.run(use_mtp=True, batch_size=1)


def _same_texts(lab: Lab, limit: int, **options: object) -> None:
    wide = {"num_beams": 4, "batch_size": 32, "max_new_tokens": 32}
    searched = [item.text for item in lab.run(count=32, **wide)]
    drawn = [item.text for item in lab.run(count=32, do_sample=True, **wide, **options)]
    differing = sum(a != b for a, b in zip(searched, drawn, strict=True))
    assert differing <= limit, f"{differing} of 32 differ"


def _beam_sample_cold(lab: Lab) -> None:
    for temperature in (0.3, 0.7, 1.0, 1.3):
        _same_texts(lab, 6, temperature=temperature)


def _beam_sample_ended(lab: Lab) -> None:
    wide = {"num_beams": 8, "batch_size": 32, "max_new_tokens": 64, "early_stopping": True}
    searched = [item.text for item in lab.run(count=32, **wide)]
    tight = {"do_sample": True, "temperature": 1.8, "top_h": 0.4}
    drawn = [item.text for item in lab.run(count=32, **wide, **tight)]
    assert sum(a != b for a, b in zip(searched, drawn, strict=True)) <= 8


def _long_beams(lab: Lab) -> None:
    for beams in (4, 8):
        wide = {"num_beams": beams, "batch_size": 32, "max_new_tokens": 32}
        usual = [item.text for item in lab.run(count=32, **wide)]
        longer = [item.text for item in lab.run(count=32, length_penalty=3.0, **wide)]
        assert sum(a != b for a, b in zip(usual, longer, strict=True)) <= 3


def _compile(lab: Lab) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert lab.idle("disable_compile", disable_compile=True, cache_implementation="static")


def _stateful(lab: Lab) -> None:
    import inspect

    from transformers import GenerationMixin

    source = inspect.getsource(GenerationMixin._validate_generation_mode)
    assert "assisted generation is not supported with stateful models" in source


RULES: dict[str, Callable[[Lab], None]] = {
    "decoding_modes": _modes,
    "min_above_max": _min_above_max,
    "quantized_backend": _quantized_backend,
    "chunk_caches": _chunk_caches,
    "early_exit_depth": _depth,
    "draft_words": _draft_words,
    "mtp_missing": _mtp,
    "beam_sample_cold": _beam_sample_cold,
    "beam_sample_ended": _beam_sample_ended,
    "length_penalty_middling": _long_beams,
    "compile_on_cpu": _compile,
    "assisted_stateful": _stateful,
}
