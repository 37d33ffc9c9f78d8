"""Draft models: of the same tokenizer and of another, kept, freed, undone, without effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_models import PROMPTS, tiny_gpt2, tiny_llama

from pimp_tui.engine.transformers import TransformersEngine
from pimp_tui.engine.transformers.effects import NEUTRAL
from pimp_tui.errors import UserError


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    tiny_llama(folder / "main")
    tiny_llama(
        folder / "small", layers=1, generation={"repetition_penalty": 1.5, "do_sample": True}
    )
    tiny_gpt2(folder / "other")  # without a pad token: the vocabulary is one shorter
    tiny_llama(folder / "chat", layers=1, chat="trims")  # with a begin token: one longer
    return folder


@pytest.fixture(scope="module")
def engine(models: Path) -> TransformersEngine:
    found = TransformersEngine()
    found.load(str(models / "main"), {})
    return found


def options(models: Path, draft: str | None, **changed: Any) -> dict[str, Any]:
    reference = None if draft is None else str(models / draft)
    return NEUTRAL | {"batch_size": 1, "assistant_model": reference} | changed


def texts(engine: TransformersEngine, asked: dict[str, Any]) -> list[str]:
    return [item.text for item in engine.generate(PROMPTS[:2], asked, seed=1)]


@pytest.mark.parametrize("draft", ["main", "small", "other", "chat"])
def test_greedy_text_is_that_without_a_draft(
    engine: TransformersEngine, models: Path, draft: str
) -> None:
    plain = texts(engine, options(models, None))
    found = engine.generate(PROMPTS[:2], options(models, draft), seed=1)
    assert [item.text for item in found] == plain
    assert all(item.ttft_s is not None and item.ttft_s <= item.latency_s for item in found)
    assert engine.probe(PROMPTS[:2], options(models, draft), 1) == []


def test_a_draft_that_is_the_model_itself_is_always_right(
    engine: TransformersEngine, models: Path
) -> None:
    from pimp_tui.engine.transformers.batches import encode
    from pimp_tui.engine.transformers.trace import trace

    def passes(draft: str) -> int:
        asked = options(models, draft, assistant_confidence_threshold=0.0, num_assistant_tokens=9)
        loaded = engine._prepare(asked)
        return len(trace(loaded, encode(loaded, PROMPTS[:1], 20), engine._config(asked), 1).passes)

    assert passes("main") == 2  # 9 drafted and one of its own, twice
    assert passes("small") > 2


def test_only_the_draft_is_loaded_anew_and_is_freed_when_nobody_asks(
    engine: TransformersEngine, models: Path
) -> None:
    facts = engine.load(str(models / "main"), {"assistant_model": str(models / "small")})
    held, main = engine._model(), engine._model().model
    assert facts["draft"]["tokenizer"] == "the same"
    assert facts["draft"]["parameters"] < facts["parameters"]
    draft = held.draft
    engine.load(str(models / "main"), {"assistant_model": str(models / "small")})
    assert engine._model().draft is draft
    facts = engine.load(str(models / "main"), {"assistant_model": str(models / "other")})
    assert facts["draft"]["tokenizer"] == "another"
    assert engine.load(str(models / "main"), {})["draft"] is None
    assert engine._model().model is main and held.draft is None


def test_the_draft_has_the_dtype_of_its_model(engine: TransformersEngine, models: Path) -> None:
    asked = options(models, "small", dtype="bfloat16")
    texts(engine, asked)
    draft = engine._model().draft
    assert draft is not None and str(draft.model.dtype) == "torch.bfloat16"


# "other" has no word that the model lacks, "chat" has one.
@pytest.mark.parametrize(
    "draft", ["small", *(pytest.param(name, marks=pytest.mark.slow) for name in ("other", "chat"))]
)
def test_a_sampled_run_leaves_the_draft_as_it_was(
    engine: TransformersEngine, models: Path, draft: str
) -> None:
    greedy = options(models, draft, assistant_confidence_threshold=0.0, num_assistant_tokens=5)
    sampled = greedy | {"do_sample": True}
    first = texts(engine, greedy)
    held = engine._model().draft
    assert held is not None
    heads = held.model.get_input_embeddings(), held.model.get_output_embeddings()
    once = texts(engine, sampled)
    assert held.model.get_input_embeddings() is heads[0]
    assert held.model.get_output_embeddings() is heads[1]
    assert texts(engine, greedy) == first
    assert texts(engine, sampled) == once != first


@pytest.mark.slow
def test_a_sampled_draft_with_other_words_is_drawn_from_the_models_distribution(
    engine: TransformersEngine, models: Path
) -> None:
    """First tokens of many samples: their shares are those that the model alone gives them."""
    from collections import Counter

    sharp = {"do_sample": True, "temperature": 0.4, "max_new_tokens": 3}
    drafted = options(models, "other", assistant_confidence_threshold=0.0, **sharp)
    alone = options(models, None, batch_size=50, **sharp)
    counts = []
    for asked in (drafted, alone):
        found = engine.generate(PROMPTS[:1] * 150, asked, seed=3)
        counts.append(Counter(item.text[:1] for item in found))
    apart = sum(abs(counts[0][word] - counts[1][word]) for word in counts[0] | counts[1]) / 300
    assert apart < 0.2, counts


@pytest.mark.parametrize("draft", ["other", "chat"])
@pytest.mark.parametrize("sampled", [False, True])
def test_the_models_rules_are_not_applied_to_other_words(
    engine: TransformersEngine, models: Path, draft: str, sampled: bool
) -> None:
    """The green list of the model's 258 tokens falls outside the draft's 257."""
    rules = {
        "watermarking_config": {"bias": 2.5, "seeding_scheme": "lefthash"},
        "repetition_penalty": 1.3,
        "no_repeat_ngram_size": 2,
        "exponential_decay_length_penalty": [8, 1.3],
        "do_sample": sampled,
    }
    found = texts(engine, options(models, draft, **rules))
    assert len(found) == 2
    if not sampled:
        assert found == texts(engine, options(models, None, **rules))


@pytest.mark.slow
def test_a_draft_that_loses_its_place_begins_anew(engine: TransformersEngine, models: Path) -> None:
    """Left alone, its text outgrows the 512 positions it has: "index out of range in self"."""
    asked = options(models, "other", assistant_confidence_threshold=0.0, max_new_tokens=64)
    assert texts(engine, asked) == texts(engine, asked | {"assistant_model": None})


def test_a_draft_without_room_is_refused(engine: TransformersEngine, models: Path) -> None:
    import json

    short = tiny_llama(models / "short", layers=1)
    config = json.loads((short / "config.json").read_text())
    (short / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 64}))
    with pytest.raises(UserError, match=r"the draft model .*short holds 64"):
        texts(engine, options(models, "short"))


@pytest.mark.parametrize(
    ("changed", "idle"),
    [
        ({"assistant_early_exit": 1}, ["assistant_model"]),
        ({"prompt_lookup_num_tokens": 5}, ["assistant_model"]),
        ({"num_beams": 2}, ["assistant_model"]),
        ({"num_assistant_tokens": 3, "assistant_confidence_threshold": 0.0}, []),
        ({"penalty_alpha": 0.6, "top_k": 4}, ["assistant_model"]),
        ({"continuous_batching": True}, ["assistant_model"]),
    ],
)
def test_a_draft_that_is_not_asked_is_told(
    engine: TransformersEngine, models: Path, changed: dict[str, Any], idle: list[str]
) -> None:
    found = engine.probe(PROMPTS[:2], options(models, "small", **changed), 1)
    assert [name for name in found if name == "assistant_model"] == idle


def test_vocabularies_of_one_size_with_other_words_are_refused(
    engine: TransformersEngine, models: Path, tmp_path: Path
) -> None:
    import json

    folder = tiny_llama(tmp_path / "shuffled", layers=1)
    file = folder / "tokenizer.json"
    held = json.loads(file.read_text())
    vocab = held["model"]["vocab"]
    vocab["a"], vocab["b"] = vocab["b"], vocab["a"]
    file.write_text(json.dumps(held))
    with pytest.raises(UserError, match="takes for the same tokenizer"):
        engine.load(str(models / "main"), {"assistant_model": str(folder)})
    with pytest.raises(UserError, match="the draft model: there is no model folder"):
        engine.load(str(models / "main"), {"assistant_model": str(tmp_path / "none")})
    assert engine.load(str(models / "main"), {})["draft"] is None


def test_a_placement_that_changes_nothing_is_told(models: Path) -> None:
    engine = TransformersEngine()
    asked = options(models, None, device_map="auto")
    facts = engine.load(str(models / "main"), asked)
    assert set((facts["device_map"] or {"": "cpu"}).values()) == {"cpu"}
    assert engine.probe(PROMPTS[:2], asked, 1) == ["device_map"]
    assert texts(engine, asked) == texts(engine, options(models, None))
