"""Loads a model folder, a hub id or a GGUF file, with its tokenizer, for one deployment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimp_tui.engine.transformers.draft import Draft, make_draft
from pimp_tui.engine.transformers.quantisation import quantization_config
from pimp_tui.errors import UserError

DEPLOYMENT_OPTIONS = ("dtype", "attn_implementation", "quantization_config", "device_map")
BUNDLED = "micro-coder"
#: Leaves the choice of attention to the library.
OWN_ATTENTION = "own"


@dataclass(slots=True)
class Loaded:
    """A model in memory.

    Attributes:
        own_config: the model's own generation_config.json as a dictionary, never changed.
        context_length: greatest number of positions, None where the model sets no bound.
        depth: number of decoder layers, as loaded.
        manager: of the latest run with continuous batching, until it is told to end.
        draft: the model that drafts for it, where there is one.
    """

    model: Any
    tokenizer: Any
    device: str
    own_config: dict[str, Any]
    context_length: int | None
    depth: int | None
    facts: dict[str, Any]
    manager: Any = None
    draft: Draft | None = None


def _source(reference: str) -> dict[str, Any]:
    """Keyword arguments of ``from_pretrained`` that name the model."""
    if reference == BUNDLED:
        from pimp_tui.engine.micro_coder import path

        return {"pretrained_model_name_or_path": str(path())}
    place = Path(reference).expanduser()
    if place.suffix.lower() == ".gguf":
        if not place.is_file():
            raise UserError(f"there is no GGUF file {reference}")
        return {"pretrained_model_name_or_path": str(place.parent), "gguf_file": place.name}
    if place.is_dir():
        return {"pretrained_model_name_or_path": str(place)}
    if reference.startswith(("/", ".", "~")):
        raise UserError(f"there is no model folder {reference}")
    return {"pretrained_model_name_or_path": reference}


def _own_generation_config(source: dict[str, Any], model: Any) -> dict[str, Any]:
    file = Path(source["pretrained_model_name_or_path"]) / "generation_config.json"
    if "gguf_file" not in source and file.is_file():
        held: dict[str, Any] = json.loads(file.read_text())
        return held
    kept: dict[str, Any] = model.generation_config.to_diff_dict()
    return kept


def _prepare_tokenizer(tokenizer: Any, model: Any) -> None:
    """Pad on the left, as generation after a padded prompt needs, and make sure there is a pad."""
    tokenizer.padding_side = "left"
    tokenizer.truncation_side = "left"
    if tokenizer.pad_token_id is not None:
        return
    eos = model.generation_config.eos_token_id
    eos = eos[0] if isinstance(eos, list) else eos
    if tokenizer.eos_token is not None:
        tokenizer.pad_token = tokenizer.eos_token
    elif tokenizer.bos_token is not None:
        tokenizer.pad_token = tokenizer.bos_token
    else:
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(0 if eos is None else eos)


def load_model(reference: str, deployment: dict[str, Any], trust_remote_code: bool) -> Loaded:
    """Load ``reference`` with the deployment options of ``DEPLOYMENT_OPTIONS``.

    Raises:
        UserError: nothing is there, it is no causal language model, or it does not fit.
    """
    import torch
    import transformers

    source = _source(reference)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer, model = _open(reference, source, deployment, trust_remote_code, device)
    if deployment.get("device_map") is not None:
        device = model.get_input_embeddings().weight.device.type
    own = _own_generation_config(source, model)
    _prepare_tokenizer(tokenizer, model)
    text_config = model.config.get_text_config(decoder=True)
    context = getattr(text_config, "max_position_embeddings", None)
    depth = getattr(text_config, "num_hidden_layers", None)
    facts = {
        "model": reference,
        "architecture": type(model).__name__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "layers": depth,
        "context_length": context,
        "vocabulary": len(tokenizer),
        "dtype": str(model.dtype).removeprefix("torch."),
        "attn_implementation": getattr(model.config, "_attn_implementation", None),
        "quantization_config": deployment.get("quantization_config"),
        "device": device,
        "device_map": placement(model),
        "draft": None,
        "device_name": torch.cuda.get_device_name() if device == "cuda" else None,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "generation_config": own,
    }
    return Loaded(model, tokenizer, device, own, context, depth, facts)


def load_draft(reference: str, loaded: Loaded, deployment: dict[str, Any], trust: bool) -> Draft:
    """Load ``reference`` as the draft of a loaded model: in its dtype, beside it, not quantised.

    Raises:
        UserError: as ``load_model``, and as ``make_draft``.
    """
    plain = {"dtype": deployment.get("dtype"), "attn_implementation": OWN_ATTENTION}
    try:
        tokenizer, model = _open(reference, _source(reference), plain, trust, loaded.device)
    except UserError as fault:
        raise UserError(f"the draft model: {fault.what}", fault.where, fault.mend) from fault
    _prepare_tokenizer(tokenizer, model)
    return make_draft(reference, model, tokenizer, loaded.model, loaded.tokenizer)


def placement(model: Any) -> dict[str, str] | None:
    """Where each part of the model lies, None where all of it is in one place by itself."""
    places = getattr(model, "hf_device_map", None)
    return {str(part): str(place) for part, place in places.items()} if places else None


def _open(
    reference: str,
    source: dict[str, Any],
    deployment: dict[str, Any],
    trust_remote_code: bool,
    device: str,
) -> tuple[Any, Any]:
    """Tokenizer and model, ready to generate on ``device``."""
    import torch
    import transformers

    dtype = getattr(torch, str(deployment.get("dtype") or "float32"))
    wanted: dict[str, Any] = {"dtype": dtype, "trust_remote_code": trust_remote_code}
    attention = deployment.get("attn_implementation") or "sdpa"
    if attention != OWN_ATTENTION:
        wanted["attn_implementation"] = attention
    if deployment.get("device_map") is not None:
        wanted["device_map"] = deployment["device_map"]
    try:
        quantised = quantization_config(deployment.get("quantization_config"), dtype)
        if quantised is not None:
            # Weights are quantised where they are to stay: eight-bit ones cannot be moved.
            wanted = {"device_map": {"": device}} | wanted | {"quantization_config": quantised}
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            **source, trust_remote_code=trust_remote_code
        )
        model: Any = transformers.AutoModelForCausalLM.from_pretrained(**source, **wanted)
        return tokenizer, (model if "device_map" in wanted else model.to(device)).eval()
    except torch.cuda.OutOfMemoryError as fault:
        raise UserError(
            f"the model {reference} does not fit into the GPU's memory",
            mend="choose a smaller dtype or model",
        ) from fault
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as fault:
        raise _cannot_load(reference, fault) from fault


def _cannot_load(reference: str, fault: Exception) -> UserError:
    text = str(fault)
    if "trust_remote_code" in text:
        return UserError(
            f"the model {reference} brings code of its own",
            mend="allow it with --trust-remote-code",
        )
    first = next((line for line in text.splitlines() if line.strip()), type(fault).__name__)
    return UserError(f"cannot load the model {reference}: {first.strip()[:300]}")
