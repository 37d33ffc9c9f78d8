"""Loads a model folder, a hub id or a GGUF file, with its tokenizer, for one deployment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimp_tui.engine.transformers.quantisation import quantization_config
from pimp_tui.errors import UserError

DEPLOYMENT_OPTIONS = ("dtype", "attn_implementation", "quantization_config")
BUNDLED = "micro-coder"


@dataclass(slots=True)
class Loaded:
    """A model in memory.

    Attributes:
        own_config: the model's own generation_config.json as a dictionary, never changed.
        context_length: greatest number of positions, None where the model sets no bound.
        depth: number of decoder layers, as loaded.
        manager: of the latest run with continuous batching, until it is told to end.
    """

    model: Any
    tokenizer: Any
    device: str
    own_config: dict[str, Any]
    context_length: int | None
    depth: int | None
    facts: dict[str, Any]
    manager: Any = None


def _source(reference: str) -> dict[str, Any]:
    """Keyword arguments of ``from_pretrained`` that name the model."""
    if reference == BUNDLED:
        from pimp_tui.engine.micro_coder import path

        return {"pretrained_model_name_or_path": str(path())}
    place = Path(reference).expanduser()
    if place.suffix == ".gguf":
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
    wanted = {
        "dtype": getattr(torch, str(deployment.get("dtype") or "float32")),
        "attn_implementation": deployment.get("attn_implementation") or "sdpa",
        "trust_remote_code": trust_remote_code,
    }
    try:
        quantised = quantization_config(deployment.get("quantization_config"), wanted["dtype"])
        if quantised is not None:
            # Weights are quantised where they are to stay: eight-bit ones cannot be moved.
            wanted |= {"quantization_config": quantised, "device_map": {"": device}}
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            **source, trust_remote_code=trust_remote_code
        )
        model: Any = transformers.AutoModelForCausalLM.from_pretrained(**source, **wanted)
        model = (model if quantised is not None else model.to(device)).eval()
    except torch.cuda.OutOfMemoryError as fault:
        raise UserError(
            f"the model {reference} does not fit into the GPU's memory",
            mend="choose a smaller dtype or model",
        ) from fault
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as fault:
        first = next(
            (line for line in str(fault).splitlines() if line.strip()), type(fault).__name__
        )
        raise UserError(f"cannot load the model {reference}: {first.strip()[:300]}") from fault
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
        "device_name": torch.cuda.get_device_name() if device == "cuda" else None,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "generation_config": own,
    }
    return Loaded(model, tokenizer, device, own, context, depth, facts)
