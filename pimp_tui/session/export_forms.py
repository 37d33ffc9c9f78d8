"""A configuration in the forms other tools read: generation_config.json, Python, JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError
from pimp_tui.space.generation_config import NOT_IN_CONFIG, config_entries, custom_options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pimp_tui.space import Space

FORMS = ("generation-config", "python", "json")

_PYTHON = '''\
"""Configuration {config_id}, exported by pimp-tui."""

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig
{custom}
MODEL = {model}
tokenizer = AutoTokenizer.from_pretrained(MODEL, padding_side="left")
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained(MODEL{loading})
config = GenerationConfig(
{config}
    bos_token_id=model.generation_config.bos_token_id,
    eos_token_id=model.generation_config.eos_token_id,
    pad_token_id=tokenizer.pad_token_id,
)
# Entries of the model's own generation_config.json would count wherever ours are unset.
model.generation_config = config
{draft}

def complete(prompts: list[str]) -> list[str]:
    """Complete prompts in batches of {batch}."""
    texts = []
    for start in range(0, len(prompts), {batch}):
        batch = tokenizer(prompts[start : start + {batch}], return_tensors="pt", padding=True)
        batch = batch.to(model.device)
        with torch.inference_mode():
            tokens = model.generate(**batch, generation_config=config{extra})
        texts += tokenizer.batch_decode(
            tokens[:, batch["input_ids"].shape[1] :], skip_special_tokens=True
        )
    return texts
'''

_DRAFT = """\

DRAFT = {path}
draft = AutoModelForCausalLM.from_pretrained(DRAFT{loading})
draft.generation_config = config
drafting = {{"assistant_model": draft}}
if draft.config.get_text_config().vocab_size != model.config.get_text_config().vocab_size:
    other = AutoTokenizer.from_pretrained(DRAFT)
    drafting |= {{"tokenizer": tokenizer, "assistant_tokenizer": other}}
"""


def generation_config_json(options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """``generation_config.json`` with every effective value, and what it cannot carry.

    Args:
        options: every modelled option with its value (``Space.effective``).

    Returns:
        entries that ``GenerationConfig.from_pretrained`` loads back and ``save_pretrained``
        accepts, and the names of the options that have no place in the file.
    """
    entries = {name: value for name, value in config_entries(options).items() if value is not None}
    # save_pretrained drops a compile_config without a word (transformers 5.24.0).
    outside = {*NOT_IN_CONFIG, *custom_options(options), "compile_config"} - {"model"}
    left_out = [name for name, value in options.items() if name in outside and value is not None]
    return {name: value for name, value in entries.items() if name not in outside}, left_out


def render(
    form: str,
    space: Space,
    features: Iterable[str],
    model_path: str | None = None,
    changed_only: bool = False,
) -> tuple[str, list[str]]:
    """A configuration as text.

    Args:
        form: one of ``FORMS``.
        features: the complete selection.
        model_path: where the model is, for the Python form; the model's name by default.
        changed_only: leave out options at the library's default.

    Returns:
        the text, and the names of the options that the form cannot carry.

    Raises:
        UserError: unknown form.
    """
    chosen = frozenset(features)
    options = space.effective(chosen)
    if changed_only:
        usual = space.effective(space.default_configuration())
        options = {name: value for name, value in options.items() if value != usual.get(name)}
    if form == "generation-config":
        entries, left_out = generation_config_json(options)
        return _json(entries), left_out
    model = str(space.row(chosen).get("model") or "micro-coder")
    if form == "json":
        return _json({"config_id": space.config_id(chosen), "model": model} | options), []
    if form == "python":
        text = _python(space.config_id(chosen), model_path or model, options)
        return text, _not_in_python(options)
    raise UserError(f"no format {form!r}", mend=f"formats: {', '.join(FORMS)}")


def _not_in_python(options: dict[str, Any]) -> list[str]:
    """Options in use that the program of the Python form does not set."""
    batched = ("continuous_batching", "max_batch_tokens", "use_cuda_graph")
    names = [name for name in ("quantization_config", "compile_config") if options.get(name)]
    return names + [name for name in batched if options.get("continuous_batching")]


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)


def _python(config_id: str, model: str, options: dict[str, Any]) -> str:
    entries, _ = generation_config_json(options)
    loading = "".join(
        f", {name}={_code(options[name])}"
        for name in ("dtype", "attn_implementation")
        if options.get(name) is not None
    )
    mode = custom_options(options)
    module, name = ("contrastive", "contrastive_search") if "penalty_alpha" in mode else (
        "group_beam", "group_beam_search",
    )  # fmt: skip
    custom = f"\nfrom pimp_tui.engine.transformers.custom.{module} import {name}\n" if mode else ""
    extra = ", tokenizer=tokenizer" if entries.get("stop_strings") else ""
    if mode:
        arguments = {"custom_generate": name} | {k: _code(v) for k, v in mode.items()}
        extra += (
            "".join(f",\n                {k}={v}" for k, v in arguments.items()) + ",\n            "
        )
    draft = options.get("assistant_model")
    if draft is not None:
        extra += ", **drafting"
    return _PYTHON.format(
        config_id=config_id,
        model=json.dumps(model, ensure_ascii=False),
        loading=loading,
        config="\n".join(f"    {name}={_code(entries[name])}," for name in sorted(entries)),
        batch=int(options.get("batch_size") or 1),
        extra=extra,
        custom=custom,
        draft="" if draft is None else _draft(str(draft), options.get("dtype")),
    )


def _draft(reference: str, dtype: str | None) -> str:
    from pimp_tui.space.machine.model_facts import BUNDLED, bundled_model

    path = str(bundled_model()) if reference == BUNDLED else reference
    return _DRAFT.format(
        path=json.dumps(path, ensure_ascii=False),
        loading="" if dtype is None else f", dtype={_code(dtype)}",
    )


def _code(value: Any) -> str:
    """A value as Python source, strings in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
