"""The Transformers engine: explicit options, independent runs, times, models of several kinds."""
# ruff: noqa: E501

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lab import Lab
from tiny_models import PROMPTS, tiny_llama

from pimp_tui.engine.registry import engine_names, open_engine
from pimp_tui.engine.transformers import TransformersEngine
from pimp_tui.errors import UserError
from pimp_tui.space import load_space
from pimp_tui.space.generation_config import config_entries, inherited_entries, model_default

QWEN_LIKE = {"repetition_penalty": 1.1, "top_k": 20, "temperature": 0.7, "do_sample": True}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("models"))


def texts(completions: list[Any]) -> list[str]:
    return [item.text for item in completions]


def test_registry_names_the_engine_and_refuses_others() -> None:
    assert "transformers" in engine_names()
    assert isinstance(open_engine("transformers"), TransformersEngine)
    with pytest.raises(UserError, match="no engine 'nosuch'"):
        open_engine("nosuch")


def test_importing_the_engine_imports_no_torch() -> None:
    code = (
        "import sys, pimp_tui.engine.transformers, pimp_tui.engine.registry;"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_model_that_is_none_is_refused(tmp_path: Path) -> None:
    engine = TransformersEngine()
    (tmp_path / "config.json").write_text("{}")
    for reference in (str(tmp_path), str(tmp_path / "none"), str(tmp_path / "none.gguf")):
        with pytest.raises(UserError):
            engine.load(reference, {})


def test_nothing_is_inherited_from_the_models_own_config(tmp_path: Path, lab: Lab) -> None:
    plain, own = TransformersEngine(), TransformersEngine()
    plain.load(str(tiny_llama(tmp_path / "plain")), {})
    facts = own.load(str(tiny_llama(tmp_path / "own", generation=QWEN_LIKE)), {})
    assert facts["generation_config"].items() >= QWEN_LIKE.items()
    for changed in ({}, {"num_beams": 4}, {"assistant_early_exit": 1, "batch_size": 1}):
        options = lab.options(**changed)
        expected = plain.generate(PROMPTS, options, seed=1)
        assert texts(own.generate(PROMPTS, options, seed=1)) == texts(expected)


def test_a_run_does_not_depend_on_the_run_before(lab: Lab) -> None:
    engine = lab.engine("llama")
    greedy = lab.options()
    first = texts(engine.generate(PROMPTS, greedy, seed=1))
    for changed in (
        {"cache_implementation": "static", "max_cache_len": 512},
        {"do_sample": True, "temperature": 1.8},
        {"assistant_early_exit": 1, "batch_size": 1, "num_assistant_tokens_schedule": "heuristic"},
    ):
        engine.generate(PROMPTS, lab.options(**changed), seed=2)
        assert texts(engine.generate(PROMPTS, greedy, seed=1)) == first
    assert engine._model().model._previous_max_cache_length == -1


def test_a_failed_draft_leaves_the_model_whole(lab: Lab) -> None:
    engine = lab.engine("gpt2")
    before = texts(engine.generate(PROMPTS, lab.options(), seed=1))
    with pytest.raises(IndexError):
        engine.generate(PROMPTS, lab.options(assistant_early_exit=1, batch_size=1), seed=1)
    assert texts(engine.generate(PROMPTS, lab.options(), seed=1)) == before


def test_times_and_counts(lab: Lab) -> None:
    done: list[int] = []
    options = lab.options(do_sample=True, num_return_sequences=2, batch_size=3)
    found = lab.engine("llama").generate(PROMPTS, options, seed=1, on_batch=done.append)
    assert done == [3, 4]
    assert [(item.prompt_index, item.sample) for item in found] == [
        (prompt, sample) for prompt in range(4) for sample in range(2)
    ]
    for item in found:
        assert 1 <= item.tokens_out <= 20
        assert item.tokens_in == len(PROMPTS[item.prompt_index])
        assert item.ttft_s is not None and 0 < item.ttft_s <= item.latency_s
        assert item.last_token_s == pytest.approx(item.submitted_s + item.latency_s)


def test_a_sequence_that_ends_early_is_done_early(lab: Lab) -> None:
    found = lab.run(count=8, max_new_tokens=64)
    ordered = sorted(found, key=lambda item: item.tokens_out)
    assert ordered[0].tokens_out < ordered[-1].tokens_out
    assert ordered[0].latency_s < ordered[-1].latency_s


def test_beam_search_knows_no_first_token(lab: Lab) -> None:
    assert {item.ttft_s for item in lab.run("llama", num_beams=2)} == {None}


def test_samples_are_seeded(lab: Lab) -> None:
    engine, options = lab.engine("llama"), lab.options(do_sample=True)
    first = texts(engine.generate(PROMPTS, options, seed=3))
    assert texts(engine.generate(PROMPTS, options, seed=3)) == first
    assert texts(engine.generate(PROMPTS, options, seed=4)) != first


def test_deployment_options_reload_the_model(lab: Lab) -> None:
    engine = lab.engine("llama")
    engine.generate(PROMPTS[:1], lab.options(dtype="bfloat16"), seed=1)
    assert str(engine._model().model.dtype) == "torch.bfloat16"
    engine.generate(PROMPTS[:1], lab.options(attn_implementation="eager"), seed=1)
    assert engine._model().model.config._attn_implementation == "eager"


def test_a_prompt_longer_than_the_context_loses_its_beginning(lab: Lab) -> None:
    found = lab.engine("gpt2").generate(["x = 1\n" * 300], lab.options("gpt2"), seed=1)
    assert found[0].tokens_in == 512 - 20
    with pytest.raises(UserError, match="does not fit"):
        lab.engine("gpt2").generate(["x"], lab.options("gpt2", max_new_tokens=512), seed=1)


@pytest.mark.parametrize(
    ("changed", "idle"),
    [
        ({"temperature": 0.5}, ["temperature"]),
        ({"length_penalty": 0.5}, ["length_penalty"]),
        ({"prefill_chunk_size": 500}, ["prefill_chunk_size"]),
        ({"max_cache_len": 512}, ["max_cache_len"]),
        ({"cache_implementation": "static", "max_cache_len": 20}, ["max_cache_len"]),
        ({"do_sample": True, "top_k": 5, "top_p": 0.9999}, ["top_p"]),
        ({"exponential_decay_length_penalty": [50, 1.1]}, ["exponential_decay_length_penalty"]),
        ({"batch_size": 1, "assistant_early_exit": 1}, []),
        ({"batch_size": 1, "prompt_lookup_num_tokens": 5}, []),
        ({"use_cache": False, "num_beams": 2}, []),
        ({"cache_implementation": "quantized", "cache_config": {"backend": "fp8"}}, []),
        ({"guidance_scale": 1.5, "dtype": "bfloat16", "prefill_chunk_size": 16}, []),
    ],
)
def test_probe_names_what_changes_nothing(
    lab: Lab, changed: dict[str, Any], idle: list[str]
) -> None:
    assert lab.engine("llama").probe(PROMPTS, lab.options(**changed), 1) == idle


def test_gguf_file(tmp_path: Path, lab: Lab) -> None:
    gguf = pytest.importorskip("gguf")
    import numpy as np
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(lab.reference("llama"))
    config, file = model.config, tmp_path / "tiny.gguf"
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(512)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    vocabulary = json.loads((Path(lab.reference("llama")) / "tokenizer.json").read_text())
    tokens = sorted(vocabulary["model"]["vocab"], key=vocabulary["model"]["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types([3, 3, *[1] * (len(tokens) - 2)])
    writer.add_token_merges([])
    writer.add_eos_token_id(0)
    writer.add_bos_token_id(0)
    writer.add_vocab_size(len(tokens))
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    for name, value in model.state_dict().items():
        target = names.get_name(name, try_suffixes=(".weight",))
        if target is not None:
            writer.add_tensor(target, value.numpy().astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    engine = TransformersEngine()
    facts = engine.load(str(file), {})
    assert facts["architecture"] == "LlamaForCausalLM"
    assert engine.generate(PROMPTS, lab.options(), seed=1)[0].tokens_out > 0


def test_entries_fit_the_strict_validation_of_the_library(tmp_path: Path) -> None:
    from transformers import GenerationConfig

    from pimp_tui.sampling import sample

    space = load_space("transformers")
    for row in sample(space, method="uniform", n=60, seed=2).to_dicts():
        row = {k: v for k, v in row.items() if k not in ("config_id", "position", "sampler")}
        options = space.effective(space.from_row(row))
        entries = {k: v for k, v in config_entries(options).items() if v is not None}
        config = GenerationConfig.from_dict(dict(entries))
        config.save_pretrained(tmp_path)
        held = GenerationConfig.from_pretrained(tmp_path)
        for name, value in entries.items():
            kept = getattr(held, name)
            if name == "watermarking_config":
                kept = {key: getattr(kept, key) for key in value}
            assert (list(kept) if isinstance(kept, tuple) else kept) == value, name


def test_inherited_entries_are_those_outside_the_space() -> None:
    own = {"eos_token_id": 1, "top_k": 20, "renormalize_logits": True, "max_time": None}
    assert inherited_entries(own, {"top_k"}) == {"renormalize_logits": True}


def test_model_default_is_what_generate_would_do() -> None:
    library = {"do_sample": False, "top_k": 0, "temperature": 1.0, "batch_size": 1}
    assert model_default(library, {}) == library
    sampled = model_default(library, {"do_sample": True, "temperature": 0.6})
    assert sampled == {"do_sample": True, "top_k": 50, "temperature": 0.6, "batch_size": 1}
    assert model_default(library, QWEN_LIKE)["top_k"] == 20


@pytest.mark.parametrize(
    ("changed", "idle"),
    [
        ({"batch_size": 1, "assistant_early_exit": 1, "prompt_lookup_num_tokens": 5}, ["prompt_lookup_num_tokens"]),
        ({"prefill_chunk_size": 16, "prompt_lookup_num_tokens": 5, "num_beams": 2}, ["prompt_lookup_num_tokens"]),
        ({"renormalize_logits": True}, ["renormalize_logits"]),
        ({"max_length": 20, "remove_invalid_values": True}, ["remove_invalid_values"]),
        ({"disable_compile": True}, ["disable_compile"]),
        ({"power_cap_share": 0.6, "model": "x"}, []),
        ({"cache_implementation": "static"}, []),
        ({"temperature": 0.3, "top_p": 0.5, "min_p": 0.2}, ["min_p", "temperature", "top_p"]),
        ({"do_sample": True, "top_k": 5000}, ["top_k"]),
        ({"do_sample": True, "top_p": 1.0, "temperature": 1.0}, []),
        ({"repetition_penalty": 1.0, "guidance_scale": 1, "length_penalty": 2.0}, ["length_penalty"]),
        ({"use_cache": False, "cache_implementation": "static"}, ["cache_implementation"]),
        ({"cache_config": {"backend": "fp8"}}, ["cache_config"]),
        ({"min_new_tokens": 30}, ["min_new_tokens"]),
        ({"no_repeat_ngram_size": 90}, ["no_repeat_ngram_size"]),
        ({"num_return_sequences": 1, "penalty_alpha": 0.0}, ["penalty_alpha"]),
        ({"penalty_alpha": 0.6, "top_k": 4, "cache_implementation": "static"}, []),
        ({"penalty_alpha": 0.6, "top_k": 4, "temperature": 0.5}, ["temperature"]),
        ({"max_cache_len": 512, "cache_implementation": "static", "use_cache": False},
         ["cache_implementation", "max_cache_len"]),
        # PROMPTS[1] is the longest, 84 tokens: one chunk of it is no chunk.
        ({"prefill_chunk_size": 84}, ["prefill_chunk_size"]),
        ({"prefill_chunk_size": 83}, []),
        # 84 and the 20 to come are what the library makes room for by itself.
        ({"cache_implementation": "static", "max_cache_len": 104}, ["max_cache_len"]),
        ({"cache_implementation": "static", "max_cache_len": 103}, ["max_cache_len"]),
        ({"cache_implementation": "static", "max_cache_len": 105}, []),
    ],
)  # fmt: skip
def test_probe_is_not_taken_in_by_options_that_look_alike(
    lab: Lab, changed: dict[str, Any], idle: list[str]
) -> None:
    asked = lab.options() | changed
    assert lab.engine("llama").probe(PROMPTS, asked, 1) == idle


@pytest.mark.parametrize("held", ["bfloat16", "float32"])
def test_one_number_format_does_not_pass_for_another(lab: Lab, held: str) -> None:
    from pimp_tui.engine.transformers.evidence import has_dtype

    engine = lab.engine("llama")
    engine.generate(PROMPTS[:1], lab.options(dtype=held), seed=1)
    loaded = engine._model()
    asked = ("bfloat16", "float16", "float32")
    assert [name for name in asked if has_dtype(loaded, {"dtype": name})] == [held]


def test_tokens_are_counted_to_the_first_of_several_ends() -> None:
    from types import SimpleNamespace

    from pimp_tui.engine.transformers.batches import eos_ids, own_length

    assert eos_ids(SimpleNamespace(eos_token_id=[2, 7])) == {2, 7}
    assert eos_ids(SimpleNamespace(eos_token_id=None)) == set()
    for tokens, count in (
        ([5, 7, 2, 2], 2), ([5, 5, 2], 3), ([5, 5, 5], 3), ([7], 1), ([], 0), ([0, 0, 2, 0], 3),
    ):  # fmt: skip
        assert own_length(tokens, {2, 7}, 2) == count  # the pad is one of the ends
        assert own_length(tokens, {2, 7}, 0) == count  # a pad of id 0
    assert own_length([5, 0, 0], {2}, 0) == 1
    assert own_length([5, 5, 5], set(), None) == 3


def test_the_ends_of_a_models_own_config_end_its_sequences(tmp_path: Path, lab: Lab) -> None:
    from pimp_tui.engine.transformers.batches import call_generate, encode

    engine = TransformersEngine()
    engine.load(str(tiny_llama(tmp_path / "plain")), {})
    plain = engine.generate(PROMPTS, lab.options(), seed=1)
    loaded, config = engine._prepare(lab.options()), engine._config(lab.options())
    third = call_generate(loaded, encode(loaded, PROMPTS, 20), config, None)[0, -18].item()
    folder = tiny_llama(tmp_path / "ends", generation={"eos_token_id": [0, third]})
    engine.load(str(folder), {})
    found = engine.generate(PROMPTS, lab.options(), seed=1)
    assert found[0].tokens_out <= 3 < plain[0].tokens_out
    assert found[0].latency_s < max(item.latency_s for item in found)


def test_the_clock_disturbs_nothing(lab: Lab) -> None:
    from pimp_tui.engine.transformers.batches import call_generate, encode, run_batch

    engine = lab.engine("llama")
    loaded, config = engine._prepare(lab.options()), engine._config(lab.options())
    bare = call_generate(loaded, encode(loaded, PROMPTS, 20), config, None).tolist()
    width = len(bare[0]) - 20
    timed = run_batch(loaded, PROMPTS, config, 0)
    own = [loaded.tokenizer.decode(row[width:], skip_special_tokens=True) for row in bare]
    assert [item.text for item in timed] == own


def test_code_that_a_model_brings_is_refused_in_one_line(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path / "remote")
    (folder / "own.py").write_text("raise RuntimeError('was run')\n")
    held = json.loads((folder / "config.json").read_text())
    held |= {
        "model_type": "own",
        "auto_map": {"AutoConfig": "own.C", "AutoModelForCausalLM": "own.M"},
    }
    (folder / "config.json").write_text(json.dumps(held))
    with pytest.raises(UserError, match="brings code of its own") as caught:
        TransformersEngine().load(str(folder), {})
    assert caught.value.mend == "allow it with --trust-remote-code"
