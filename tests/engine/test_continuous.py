"""Continuous batching: generate's greedy texts, times of each request, nothing left behind."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from lab import Lab
from tiny_models import PROMPTS

FLIGHT: dict[str, Any] = {"continuous_batching": True}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("models"))


def texts(found: list[Any]) -> list[str]:
    return [item.text for item in found]


@pytest.mark.parametrize(
    "model",
    ["micro-coder", *(pytest.param(name, marks=pytest.mark.slow) for name in ("llama", "gpt2"))],
)
def test_greedy_texts_are_those_of_generate(lab: Lab, model: str) -> None:
    plain = lab.run(model, count=16, max_new_tokens=32)
    for batch in (1, 8):
        found = lab.run(model, count=16, max_new_tokens=32, batch_size=batch, **FLIGHT)
        assert texts(found) == texts(plain)
        assert [(i.tokens_in, i.tokens_out) for i in found] == [
            (i.tokens_in, i.tokens_out) for i in plain
        ]


def test_each_request_has_its_own_times(lab: Lab) -> None:
    done: list[int] = []
    options = lab.options(do_sample=True, num_return_sequences=2, batch_size=2, **FLIGHT)
    found = lab.engine("llama").generate(PROMPTS, options, seed=1, on_batch=done.append)
    assert [(item.prompt_index, item.sample) for item in found] == [
        (prompt, sample) for prompt in range(4) for sample in range(2)
    ]
    assert done == sorted(done) and done[-1] == 4
    for item in found:
        assert item.ttft_s is not None and 0 < item.ttft_s <= item.latency_s
        assert item.last_token_s == pytest.approx(item.submitted_s + item.latency_s)


@pytest.mark.slow
def test_a_request_that_waits_in_the_queue_is_not_submitted_yet(lab: Lab) -> None:
    found = lab.engine("llama").generate(PROMPTS, lab.options(batch_size=2, **FLIGHT), seed=1)
    first, last = found[0], found[-1]
    assert first.ttft_s is not None
    assert last.submitted_s > first.submitted_s + first.ttft_s


def test_a_seed_gives_the_same_samples(lab: Lab) -> None:
    options = lab.options(do_sample=True, temperature=1.8, batch_size=3, **FLIGHT)
    engine = lab.engine("llama")
    first = texts(engine.generate(PROMPTS, options, seed=3))
    assert texts(engine.generate(PROMPTS, options, seed=3)) == first
    assert texts(engine.generate(PROMPTS, options, seed=4)) != first


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_nothing_is_left_behind(lab: Lab, attention: str) -> None:
    plain = lab.options(attn_implementation=attention)
    engine = lab.engine("llama")
    before = texts(engine.generate(PROMPTS, plain, seed=1))
    engine.generate(PROMPTS, plain | FLIGHT, seed=1)
    engine.reset()
    assert engine._model().manager is None
    assert engine._model().model.config._attn_implementation == attention
    assert not [t for t in threading.enumerate() if "_run_generation_loop" in t.name]
    assert texts(engine.generate(PROMPTS, plain, seed=1)) == before


def test_a_request_that_fails_fails_the_run_and_not_the_next(lab: Lab) -> None:
    engine = lab.engine("llama")
    before = texts(engine.generate(PROMPTS, lab.options(), seed=1))
    with pytest.raises(RuntimeError, match="too many indices"):
        engine.generate(PROMPTS, lab.options(no_repeat_ngram_size=2, **FLIGHT), seed=1)
    with pytest.raises(AttributeError):
        engine.generate(
            PROMPTS,
            lab.options(
                exponential_decay_length_penalty=[8, 1.3], attn_implementation="eager", **FLIGHT
            ),
            seed=1,
        )
    engine.reset()
    assert engine._model().model.config._attn_implementation == "eager"
    assert texts(engine.generate(PROMPTS, lab.options(), seed=1)) == before


@pytest.mark.parametrize(
    ("changed", "idle"),
    [
        ({"do_sample": True, "top_k": 5, "temperature": 1.8}, []),
        ({"do_sample": True, "top_k": 5, "top_p": 0.9999}, ["top_p"]),
        ({"do_sample": True, "num_return_sequences": 2, "max_new_tokens": 32}, []),
        ({"max_batch_tokens": 64}, []),
        ({"repetition_penalty": 1.3, "num_beams": 4}, ["num_beams", "repetition_penalty"]),
        ({"cache_implementation": "static"}, ["cache_implementation"]),
    ],
)
def test_probe_names_what_changes_nothing(
    lab: Lab, changed: dict[str, Any], idle: list[str]
) -> None:
    options = lab.options(**FLIGHT, **changed)
    assert lab.engine("llama").probe(PROMPTS, options, 1) == idle


def test_architectures_that_page_are_told_from_their_source(lab: Lab) -> None:
    from pimp_tui.space.machine.model_facts import model_facts

    known = {"llama": True, "gpt2": True, "gemma": False, "bloom": False}
    for model, pages in known.items():
        assert model_facts(lab.reference(model)).facts["paged_attention"] is pages, model
