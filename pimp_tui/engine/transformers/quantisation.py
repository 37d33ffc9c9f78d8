"""Quantised weights: from the value of the option to what ``from_pretrained`` is given.

Seen with transformers 5.24.0, torchao 0.18.0, optimum-quanto 0.2.7 and bitsandbytes 0.50.2 on a
CPU; float8 weights need a GPU ("A GPU or XPU is needed for FP8 quantization").
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any


def quantization_config(value: dict[str, Any] | None, dtype: Any) -> Any:
    """The library's configuration object for a value of ``quantization_config``.

    Args:
        value: ``quant_method`` and the keyword arguments of that method's class; None: none.
        dtype: torch dtype of the activations; four-bit bitsandbytes weights are multiplied in it.

    Raises:
        ImportError, ValueError: the library lacks a package or refuses the arguments.
    """
    if value is None:
        return None
    import transformers

    arguments = dict(value)
    method = arguments.pop("quant_method", None)
    if method == "bitsandbytes":
        if arguments.get("load_in_4bit"):
            arguments["bnb_4bit_compute_dtype"] = dtype
        return transformers.BitsAndBytesConfig(**arguments)
    if method == "torchao":
        import torchao.quantization  # type: ignore[import-not-found,unused-ignore]

        kind = getattr(torchao.quantization, arguments.pop("quant_type"))
        return transformers.TorchAoConfig(kind(**arguments))
    if method == "quanto":
        return transformers.QuantoConfig(**arguments)
    if method == "fp8":
        return transformers.FineGrainedFP8Config(**arguments)
    raise ValueError(f"no quantisation method {method!r}")


def without_gradients(model: Any) -> AbstractContextManager[Any]:
    """The context a model generates in: no gradients are kept.

    quanto's packed weights refuse inference mode ("Cannot set version_counter for inference
    tensor", optimum-quanto 0.2.7), which saves a little bookkeeping elsewhere.
    """
    import torch

    method = str(getattr(model, "quantization_method", None) or "")
    if "quanto" in method.lower():
        return torch.no_grad()
    return torch.inference_mode()
