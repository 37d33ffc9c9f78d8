"""The reasons for what the shipped space leaves out, each looked at again in the library."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from lab import Lab

from pimp_tui.errors import UserError
from pimp_tui.space.left_out import left_out

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE: dict[str, Any] = {"do_sample": True}
MODES: list[dict[str, Any]] = [{}, SAMPLE, SAMPLE | {"top_p": 0.9}, {"num_beams": 4}]
FLIGHT: dict[str, Any] = {"continuous_batching": True}


def run(lab: Lab, options: dict[str, Any] | None = None, count: int = 8, **attributes: Any) -> Any:
    """Token ids and forward passes of one batch; ``attributes`` are set on the configuration."""
    import torch

    from pimp_tui.engine.transformers.batches import encode
    from pimp_tui.engine.transformers.trace import watching

    engine = lab.engine()
    chosen = lab.options(**(options or {}))
    loaded = engine._prepare(chosen)
    config = engine._config(chosen)
    for name, value in attributes.items():
        assert hasattr(config, name), name
        setattr(config, name, value)
    encoded = encode(loaded, lab.prompts[:count], config.max_new_tokens)
    torch.manual_seed(1)
    with torch.inference_mode(), watching(loaded) as passes:
        found = loaded.model.generate(**encoded, generation_config=config)
    rows = found.sequences if hasattr(found, "sequences") else found
    return rows[:, encoded["input_ids"].shape[1] :].tolist(), passes


def same(*modes: dict[str, Any], **attributes: Any) -> Callable[[Lab], None]:
    """The attributes change neither tokens nor forward passes, in any of the modes."""

    def probe(lab: Lab) -> None:
        for mode in modes or ({},):
            assert run(lab, mode, **attributes) == run(lab, mode), mode

    return probe


def refused(match: str, **attributes: Any) -> Callable[[Lab], None]:
    """A run with the attributes raises an error with this text."""

    def probe(lab: Lab) -> None:
        with pytest.raises(Exception, match=match):
            run(lab, **attributes)

    return probe


def _max_length(lab: Lab) -> None:
    assert run(lab, {"max_new_tokens": 20}, max_length=40) == run(lab, {"max_new_tokens": 20})


def _min_length(lab: Lab) -> None:
    from pimp_tui.engine.transformers.batches import encode

    width = encode(lab.engine()._prepare(lab.options()), lab.prompts[:8], 20)["input_ids"].shape[1]
    by_length = run(lab, min_length=width + 20)
    assert by_length == run(lab, {"min_new_tokens": 20}) != run(lab)
    # The library drops its rule where both are set: validation speaks of one, and one is applied.
    both = run(lab, {"min_new_tokens": 20}, min_length=width + 1)
    assert both == run(lab, {"min_new_tokens": 20})


def _max_time(lab: Lab) -> None:
    tokens, _ = run(lab, max_time=1e-9)
    assert {len(row) for row in tokens} == {1}


def _stop_strings(lab: Lab) -> None:
    from pimp_tui.space.uvl.reader import read_uvl

    with pytest.raises(UserError):
        read_uvl("features\n    A\n        optional\n            B {value '\n'}\n", "text")


def _token_healing(lab: Lab) -> None:
    loaded = lab.engine()._prepare(lab.options())
    prompt = lab.prompts[0]
    assert prompt.endswith("\n")
    ids = loaded.tokenizer(prompt, return_tensors="pt")["input_ids"]
    healed = loaded.model.heal_tokens(ids, loaded.tokenizer)
    text = loaded.tokenizer.decode(healed[0], skip_special_tokens=True)
    assert text != prompt and not text.endswith("\n")


def _low_memory(lab: Lab) -> None:
    same({}, SAMPLE, low_memory=True)(lab)
    with pytest.raises(ValueError, match="not supported after the beam search refactor"):
        run(lab, {"num_beams": 4}, low_memory=True)


def _renormalize(lab: Lab) -> None:
    modes = [*MODES, SAMPLE | {"temperature": 1.8, "top_k": 5}]
    for mode in modes:
        assert run(lab, mode, 32, renormalize_logits=True)[0] == run(lab, mode, 32)[0], mode


def _outputs(lab: Lab) -> None:
    names = ("output_attentions", "output_hidden_states", "output_logits", "output_scores")
    for name in names:
        # Fused attention has no weights to show, so they are asked of the plain one.
        plain = {"attn_implementation": "eager"}
        assert run(lab, plain, return_dict_in_generate=True, **{name: True}) == run(lab, plain)
    assert run(lab, return_dict_in_generate=True) == run(lab)


def _vocabulary(lab: Lab) -> None:
    from pimp_tui.space.generation_config import VOCABULARY_ENTRIES

    listed = {
        name
        for name, entry in left_out("transformers")["GenerationConfig"].items()
        if entry["probe"] == "vocabulary"
    }
    assert listed == {*VOCABULARY_ENTRIES, "sequence_bias"}
    words = [
        [lab.engine(model)._prepare(lab.options(model)).tokenizer.decode([i]) for i in range(250)]
        for model in ("micro-coder", "llama")
    ]
    assert sum(a != b for a, b in zip(*words, strict=True)) > 100


def _encoders(lab: Lab) -> None:
    from transformers import GenerationConfig

    text = inspect.getdoc(GenerationConfig) or ""
    exclusive = text.split("exclusive to encoder-decoder models")[1]
    assert "encoder_no_repeat_ngram_size" in exclusive
    assert "not in the original input" in " ".join(text.split())
    for model in ("micro-coder", "llama", "gpt2", "gemma"):
        assert lab.engine(model)._model().model.config.is_encoder_decoder is False


def _flight(lab: Lab, **attributes: Any) -> Any:
    """Token ids and passes of continuous batching with attributes of its configuration changed."""
    from pimp_tui.engine.transformers import continuous
    from pimp_tui.engine.transformers.trace import trace_continuous

    engine, options = lab.engine(), lab.options(**FLIGHT)
    loaded = engine._prepare(options)
    usual = continuous._batching_config

    def changed(*arguments: Any) -> Any:
        config = usual(*arguments)
        for name, value in attributes.items():
            assert hasattr(config, name), name
            setattr(config, name, value)
        return config

    setattr(continuous, "_batching_config", changed)  # noqa: B010
    try:
        run = trace_continuous(loaded, lab.prompts[:16], engine._config(options), options, 1)
    finally:
        setattr(continuous, "_batching_config", usual)  # noqa: B010
    shapes = [(item.rows, item.tokens) for item in run.passes]
    return run.tokens, shapes


def flight_same(**attributes: Any) -> Callable[[Lab], None]:
    """Attributes of the batching change neither tokens nor forward passes."""

    def probe(lab: Lab) -> None:
        assert _flight(lab, **attributes) == _flight(lab)

    return probe


def _flight_defaults(lab: Lab) -> None:
    """What the list says is set or left alone is so in the configuration that is passed."""
    from transformers import ContinuousBatchingConfig

    from pimp_tui.engine.transformers.continuous import _batching_config

    usual, ours = (
        ContinuousBatchingConfig(),
        _batching_config([[1] * 30], 20, 2, {"batch_size": 8}, 7),
    )
    differing = {name for name in vars(usual) if getattr(usual, name) != getattr(ours, name)}
    assert differing == {
        "num_blocks", "max_batch_tokens", "max_requests_per_batch", "allow_block_sharing",
        "use_async_batching", "use_cuda_graph", "seed", "auto_switch_to_flash",
    }  # fmt: skip
    assert (ours.max_requests_per_batch, ours.seed) == (16, 7)
    assert not (ours.allow_block_sharing or ours.auto_switch_to_flash or ours.use_async_batching)


def _flight_unpadded(lab: Lab) -> None:
    flight_same(q_padding_interval_size=8, kv_padding_interval_size=64)(lab)


def _deprecated(lab: Lab) -> None:
    from transformers import ContinuousBatchingConfig

    source = inspect.getsource(ContinuousBatchingConfig)
    for name in ("use_default_compile_configs", "max_cached_graphs", "block_size"):
        assert f"{name} is deprecated" in source


def _passed_apart(lab: Lab) -> None:
    from transformers import GenerationMixin

    source = inspect.getsource(GenerationMixin.init_continuous_batching)
    assert "Passing ContinuousBatchingConfig through GenerationConfig is deprecated" in source


LOOKUP = {"prompt_lookup_num_tokens": 5, "batch_size": 1}
DRAFT = {"assistant_early_exit": 1, "batch_size": 1}


def _speculation(lab: Lab) -> None:
    same(speculation_type="no-such-kind")(lab)
    for mode in (LOOKUP, DRAFT):
        plain = run(lab, mode, 1)
        assert run(lab, mode, 1, speculation_type="no-such-kind") == plain


def _drafting_same(**attributes: Any) -> Callable[[Lab], None]:
    def probe(lab: Lab) -> None:
        for mode in ({}, LOOKUP, DRAFT):
            count = 1 if mode else 8
            assert run(lab, mode, count, **attributes) == run(lab, mode, count)

    return probe


PROBES: dict[str, Callable[[Lab], None]] = {
    "max_length": _max_length,
    "min_length": _min_length,
    "max_time": _max_time,
    "stop_strings": _stop_strings,
    "token_healing": _token_healing,
    "continuous_batching_config": _passed_apart,
    "renormalize_logits": _renormalize,
    "remove_invalid_values": same(*MODES, remove_invalid_values=True),
    "outputs": _outputs,
    "bookkeeping": same(_from_model_config=True, transformers_version="4.0.0"),
    "vocabulary": _vocabulary,
    "contrastive_left": refused("(?i)contrastive", penalty_alpha=0.6, top_k=4),
    "low_memory": _low_memory,
    "groups_left": refused(
        "(?i)group|diverse", num_beams=4, num_beam_groups=2, diversity_penalty=0.5
    ),
    "diversity_penalty": same({}, SAMPLE, {"num_beams": 4}, diversity_penalty=0.5),
    "dola_left": refused("(?i)dola", dola_layers="low"),
    "constraints_left": refused("(?i)constrain", num_beams=4, force_words_ids=[[5]]),
    "encoders": _encoders,
    "is_assistant": refused("not subscriptable", is_assistant=True),
    "lookbehind": _drafting_same(assistant_lookbehind=3, target_lookbehind=3),
    "speculation_type": _speculation,
    "flight_defaults": _flight_defaults,
    "flight_unpadded": _flight_unpadded,
    "page_size": flight_same(page_size=32, num_blocks=400),
    "scheduler_type": flight_same(scheduler_type="prefill_first"),
    "safety_margin": flight_same(safety_margin=0.0),
    "return_logprobs": flight_same(return_logprobs=True),
    "deprecated": _deprecated,
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("models"))


def test_every_reason_has_its_probe() -> None:
    cited = {
        entry["probe"]
        for entries in left_out("transformers").values()
        for entry in entries.values()
    }
    assert cited == set(PROBES)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PROBES))
def test_reason(name: str, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    PROBES[name](lab)
