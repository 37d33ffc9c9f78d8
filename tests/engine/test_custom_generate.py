"""Contrastive search and diverse beam search: what they equal, and what they add."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import pytest
from lab import Lab
from tiny_models import PROMPTS

FP8 = {"cache_implementation": "quantized", "cache_config": {"backend": "fp8"}}
CONTRASTIVE = {"penalty_alpha": 0.6, "top_k": 4}
GROUPS = {"num_beams": 4, "num_beam_groups": 2, "diversity_penalty": 0.8}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("models"))


def texts(lab: Lab, model: str, prompts: list[str] = PROMPTS, **changed: Any) -> list[str]:
    options = lab.options(model, max_new_tokens=12, **changed)
    return [c.text for c in lab.engine(model).generate(prompts, options, seed=1)]


def sequences(lab: Lab, model: str, custom: dict[str, Any], **changed: Any) -> list[list[int]]:
    """Token ids of one batch with arguments of our own mode, or of the library's."""
    from pimp_tui.engine.transformers.batches import call_generate, encode

    engine, options = lab.engine(model), lab.options(model, max_new_tokens=12, **changed)
    loaded = engine._prepare(options)
    encoded = encode(loaded, PROMPTS, 12)
    found: list[list[int]] = call_generate(
        loaded, encoded, engine._config(options), None, custom
    ).tolist()
    return found


@pytest.mark.parametrize("model", ["llama", "gpt2", "gemma"])
@pytest.mark.parametrize("changed", [{}, {"repetition_penalty": 1.3}, {"use_cache": False}])
def test_contrastive_without_penalty_equals_greedy(
    lab: Lab, model: str, changed: dict[str, Any]
) -> None:
    from pimp_tui.engine.transformers.custom.contrastive import contrastive_search

    custom = {"custom_generate": contrastive_search, "penalty_alpha": 0.0, "top_k": 4}
    assert sequences(lab, model, custom, **changed) == sequences(lab, model, {}, **changed)


@pytest.mark.parametrize("model", ["llama", "gpt2", "gemma"])
@pytest.mark.parametrize(
    "changed", [{}, {"length_penalty": 3.0}, {"early_stopping": True}, {"num_return_sequences": 3}]
)
def test_one_group_equals_beam_search(lab: Lab, model: str, changed: dict[str, Any]) -> None:
    from pimp_tui.engine.transformers.custom.group_beam import group_beam_search

    custom = {"custom_generate": group_beam_search, "num_beam_groups": 1, "diversity_penalty": 0.8}
    for beams in (3, 4):
        wide = changed | {"num_beams": beams}
        assert sequences(lab, model, custom, **wide) == sequences(lab, model, {}, **wide)


def test_one_group_equals_beam_search_where_beams_end(lab: Lab) -> None:
    """On the bundled model, whose texts end: early, late, ranked by length, in every cache."""
    from pimp_tui.engine.transformers.batches import call_generate, encode
    from pimp_tui.engine.transformers.custom.group_beam import group_beam_search

    custom = {"custom_generate": group_beam_search, "num_beam_groups": 1}
    engine = lab.engine()
    for changed in (
        {}, {"early_stopping": True}, {"early_stopping": "never", "length_penalty": 3.0},
        {"length_penalty": -1.0, "cache_implementation": "static"}, FP8,
    ):  # fmt: skip
        options = lab.options(num_beams=4, num_return_sequences=2, max_new_tokens=40, **changed)
        loaded, config = engine._prepare(options), engine._config(options)
        encoded = encode(loaded, lab.prompts[:4], 40)
        engine.reset()
        plain = call_generate(loaded, encoded, config, None).tolist()
        engine.reset()
        assert call_generate(loaded, encoded, config, None, custom).tolist() == plain


@pytest.mark.parametrize("mode", [CONTRASTIVE, GROUPS])
@pytest.mark.parametrize("model", ["llama", "gpt2", "gemma"])
def test_caches_and_batches_change_nothing(lab: Lab, model: str, mode: dict[str, Any]) -> None:
    """Left padding too: the prompts have different lengths, alone they have none."""
    together = texts(lab, model, **mode)
    assert texts(lab, model, use_cache=False, **mode) == together
    assert texts(lab, model, cache_implementation="static", **mode) == together
    assert texts(lab, model, batch_size=1, **mode) == together
    if mode is CONTRASTIVE and model != "gemma":
        assert texts(lab, model, low_memory=True, **mode) == together
        static = {"low_memory": True, "cache_implementation": "static"}
        assert texts(lab, model, **static, **mode) == together
        assert texts(lab, model, low_memory=True, use_cache=False, **mode) == together


@pytest.mark.parametrize("mode", [CONTRASTIVE, GROUPS])
def test_a_quantized_cache_runs(lab: Lab, mode: dict[str, Any]) -> None:
    assert len(texts(lab, "llama", **FP8, **mode)) == len(PROMPTS)


def test_low_memory_needs_a_cache_that_can_be_cropped(lab: Lab) -> None:
    with pytest.raises(ValueError, match="cropped"):
        texts(lab, "llama", low_memory=True, **FP8, **CONTRASTIVE)
    with pytest.raises(ValueError, match="cropped"):
        texts(lab, "gemma", low_memory=True, **CONTRASTIVE)


def test_contrastive_penalises_what_resembles_the_context(lab: Lab) -> None:
    """More penalty, fewer repeated pairs of characters, on a model that repeats itself."""

    def repeats(found: list[str]) -> int:
        pairs = [list(pairwise(text)) for text in found]
        return sum(len(one) - len(set(one)) for one in pairs)

    greedy = texts(lab, "llama")
    strong = texts(lab, "llama", penalty_alpha=0.9, top_k=8)
    assert strong != greedy and repeats(strong) < repeats(greedy)


def test_contrastive_keeps_to_the_processors(lab: Lab) -> None:
    """A token that a processor bars is never taken, however different it is from the context."""
    found = sequences(
        lab, "llama", _contrastive(0.95, 8), no_repeat_ngram_size=1, repetition_penalty=1.2
    )
    assert all(len(set(row[-12:])) == 12 for row in found)


def _contrastive(alpha: float, k: int) -> dict[str, Any]:
    from pimp_tui.engine.transformers.custom import custom_arguments

    return custom_arguments({"penalty_alpha": alpha, "top_k": k})


def test_groups_differ_more_with_the_penalty(lab: Lab) -> None:
    def distance(penalty: float) -> float:
        wide = {"num_beams": 4, "num_beam_groups": 4, "num_return_sequences": 4}
        found = texts(lab, "llama", diversity_penalty=penalty, **wide)
        sets = [found[at : at + 4] for at in range(0, len(found), 4)]
        pairs = [pair for one in sets for pair in combinations(one, 2)]
        return sum(
            sum(a != b for a, b in zip(x, y, strict=False)) + abs(len(x) - len(y)) for x, y in pairs
        ) / len(pairs)

    none, some, much = distance(0.0), distance(0.5), distance(3.0)
    assert none == 0 < some < much


def test_groups_refuse_what_the_library_refused(lab: Lab) -> None:
    with pytest.raises(ValueError, match="divisible"):
        texts(lab, "llama", num_beams=3, num_beam_groups=2, diversity_penalty=0.5)
    with pytest.raises(ValueError, match="do_sample"):
        texts(lab, "llama", do_sample=True, **GROUPS)


def test_times_ends_and_effects(lab: Lab) -> None:
    """Tokens to the first end, a time to the first token, and nobody is called idle."""
    engine = lab.engine()
    for mode in (CONTRASTIVE, GROUPS):
        options = lab.options(max_new_tokens=48, **mode)
        found = engine.generate(lab.prompts[:8], options, seed=1)
        assert len({item.tokens_out for item in found}) > 1
        by_steps = mode is CONTRASTIVE
        assert all((item.ttft_s is not None) == by_steps for item in found)
        assert engine.probe(lab.prompts[:8], options, 1) == []
    idle = lab.options(low_memory=True, diversity_penalty=0.5)
    assert engine.probe(lab.prompts[:8], idle, 1) == ["diversity_penalty", "low_memory"]


def test_contrastive_needs_the_whole_prompt(lab: Lab) -> None:
    with pytest.raises(ValueError, match="one pass"):
        texts(lab, "llama", prefill_chunk_size=8, **CONTRASTIVE)
