"""Probes behind the constraints of transformers-4.uvl that transformers.uvl does not have."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from probes.costs import slower
from probes.failures import all_fail, fails

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Lab

FP8 = {"cache_implementation": "quantized", "cache_config": {"backend": "fp8"}}
CONTRASTIVE = {"penalty_alpha": 0.6, "top_k": 5}
LONG = {"batch_size": 32, "max_new_tokens": 64}
TRUNCATIONS: dict[str, Any] = {
    "top_k": 50,
    "top_p": 0.95,
    "min_p": 0.05,
    "typical_p": 0.95,
    "epsilon_cutoff": 0.0003,
    "eta_cutoff": 0.0003,
}


def unseen(*names: str, **options: Any) -> Callable[[Lab], None]:
    """The warm-up finds no effect of these options, in every mode, our own included."""

    def probe(lab: Lab) -> None:
        found = lab.engine().probe(lab.prompts, lab.options(**options), 1)
        assert set(names) <= set(found), found

    return probe


def each(*probes: Callable[[Lab], None]) -> Callable[[Lab], None]:
    """Several probes as one."""

    def probe(lab: Lab) -> None:
        for item in probes:
            item(lab)

    return probe


def _sampling(lab: Lab) -> None:
    from transformers import GenerationConfig

    config = GenerationConfig(do_sample=True, penalty_alpha=0.6, top_k=4)
    assert config.get_generation_mode().value == "sample"


def _single_candidate(lab: Lab) -> None:
    assert _texts(lab, penalty_alpha=0.6, top_k=1) == _texts(lab)


def _texts(lab: Lab, **options: Any) -> list[str]:
    return [item.text for item in lab.run(**options)]


def _low_memory(lab: Lab) -> None:
    from pimp_tui.engine.transformers.batches import call_generate, encode

    unseen("low_memory", low_memory=True)(lab)
    engine, options = lab.engine(), lab.options(num_beams=2)
    loaded, config = engine._prepare(options), engine._config(options)
    config.low_memory = True
    with pytest.raises(ValueError, match="not supported after the beam search refactor"):
        call_generate(loaded, encode(loaded, lab.prompts[:2], 20), config, None)


def _unset(lab: Lab) -> None:
    assert _texts(lab, no_repeat_ngram_size=None) == _texts(lab, no_repeat_ngram_size=0)


def _truncation_pairs(lab: Lab) -> None:
    cold = {"do_sample": True, "temperature": 0.1, "max_new_tokens": 32}
    for pair in combinations(TRUNCATIONS, 2):
        values = {name: TRUNCATIONS[name] for name in pair}
        assert any(lab.idle(name, **cold, **values) for name in pair), pair
    three = {"top_k": 5, "top_p": 0.85, "typical_p": 0.95, "no_repeat_ngram_size": 2}
    unseen("typical_p", **LONG, do_sample=True, temperature=1.2, **three)(lab)


def _encoder_ngram(lab: Lab) -> None:
    for size in (2, 3):
        name = "encoder_no_repeat_ngram_size"
        assert lab.idle(name, no_repeat_ngram_size=size, **{name: 3})


def _hybrid(lab: Lab) -> None:
    """``hybrid`` leaves the dynamic cache; the static one and its alias slide where layers do."""
    from pimp_tui.engine.transformers.batches import encode
    from pimp_tui.engine.transformers.trace import trace

    def kinds(name: str) -> set[str]:
        engine, options = lab.engine("gemma"), lab.options("gemma", cache_implementation=name)
        loaded = engine._prepare(options)
        encoded = encode(loaded, lab.prompts[:2], 20)
        return {item.cache for item in trace(loaded, encoded, engine._config(options), 1).passes}

    assert kinds("hybrid") == kinds("dynamic") != kinds("static")
    assert kinds("sliding_window") == kinds("static")
    assert all("StaticSlidingWindowLayer" in kind for kind in kinds("static"))


PROBES_FOUR: dict[str, Callable[[Lab], None]] = {
    "four_contrastive_sampling": _sampling,
    "four_contrastive_k": _single_candidate,
    "four_contrastive_chunk": fails("one pass", prefill_chunk_size=16, **CONTRASTIVE),
    "four_alpha_elsewhere": each(
        unseen("penalty_alpha", penalty_alpha=0.6, num_beams=2),
        unseen("penalty_alpha", penalty_alpha=0.6, do_sample=True, top_k=5),
    ),
    "four_diversity_elsewhere": each(
        unseen("diversity_penalty", diversity_penalty=0.5),
        unseen("diversity_penalty", diversity_penalty=0.5, num_beams=2),
    ),
    "four_low_memory": _low_memory,
    "four_low_memory_crop": all_fail(
        "cropped",
        {"low_memory": True, **FP8, **CONTRASTIVE},
        {"model": "gemma", "low_memory": True, **CONTRASTIVE},
    ),
    "four_ngram_unset": _unset,
    "four_truncation_pairs": _truncation_pairs,
    "four_ranking_sampled": each(
        unseen(
            "early_stopping", early_stopping=True, num_beams=3, do_sample=True, temperature=0.1,
            top_p=0.95, **LONG,
        ),
        unseen(
            "length_penalty", length_penalty=3.0, num_beams=3, do_sample=True, temperature=0.3,
            epsilon_cutoff=0.0009, repetition_penalty=1.3, prefill_chunk_size=16, **FP8, **LONG,
        ),
    ),
    "four_ranking_groups": each(
        *(
            unseen(
                *rank, num_beams=beams, num_beam_groups=beams, diversity_penalty=0.5, **rank, **LONG
            )
            for beams in (2, 4)
            for rank in ({"early_stopping": True}, {"length_penalty": 3.0})
        )
    ),
    "four_ranking_three": unseen(
        "length_penalty", length_penalty=3.0, num_beams=3, num_return_sequences=2,
        prefill_chunk_size=16, **FP8, **LONG,
    ),
    "four_stopping_penalised": unseen(
        "early_stopping", early_stopping=True, num_beams=4, repetition_penalty=1.3,
        prefill_chunk_size=16, **LONG,
    ),
    "four_returns_above_beams": fails(
        "has to be smaller or equal to `num_beams`", num_beams=2, num_return_sequences=3
    ),
    "four_encoder_ngram": _encoder_ngram,
    "four_hybrid": _hybrid,
    "four_settings": fails("does not fit", model="gpt2", max_new_tokens=512),
    "four_cost_candidates": slower(
        2.0,
        {"batch_size": 32, **CONTRASTIVE, "top_k": 25},
        {"batch_size": 32, **CONTRASTIVE},
    ),
}  # fmt: skip
