"""Quantised weights, compilation and settings of the device: what they need."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from probes.failures import fails, missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Lab

BNB_8BIT = {"quant_method": "bitsandbytes", "load_in_8bit": True}
BNB_NF4 = {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}
TORCHAO = {"quant_method": "torchao", "quant_type": "Int8WeightOnlyConfig"}
QUANTO = [{"quant_method": "quanto", "weights": width} for width in ("int8", "int4")]


def _no_gpu() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")


def _bitsandbytes(lab: Lab) -> None:
    for weights in (BNB_8BIT, BNB_NF4):
        probe = fails("(?i)bitsandbytes", quantization_config=weights)
        missing("bitsandbytes", probe)(lab)


@contextmanager
def _told(logger_name: str) -> Iterator[list[str]]:
    """Messages of a logger while the context is open."""
    told: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(record.getMessage())

    logger, ear = logging.getLogger(logger_name), Ear()
    level = logger.level
    logger.addHandler(ear)
    logger.setLevel(logging.WARNING)
    try:
        yield told
    finally:
        logger.removeHandler(ear)
        logger.setLevel(level)


def _float32(lab: Lab) -> None:
    pytest.importorskip("bitsandbytes")
    with _told("bitsandbytes") as told:
        lab.run(quantization_config=BNB_8BIT)
    assert any("inputs will be cast from torch.float32" in line for line in told)


def _quanto(lab: Lab) -> None:
    for weights in QUANTO:
        probe = fails("(?i)optimum-quanto", quantization_config=weights)
        missing("optimum", probe)(lab)


def _fp8(lab: Lab) -> None:
    _no_gpu()
    fails("A GPU or XPU is needed for FP8", quantization_config={"quant_method": "fp8"})(lab)


def _twice(lab: Lab) -> None:
    pytest.importorskip("gguf")
    from gguf_model import write_gguf

    from pimp_tui.engine.transformers import TransformersEngine
    from pimp_tui.errors import UserError

    file = str(write_gguf(lab.folder / "quantised_twice.gguf"))
    with pytest.raises(UserError, match="You cannot combine Quantization and loading a model"):
        TransformersEngine().load(file, {"quantization_config": QUANTO[0]})


def _compile_config(lab: Lab) -> None:
    _no_gpu()
    options: dict[str, Any] = {"cache_implementation": "static"}
    with _told("transformers") as told:
        assert lab.idle("compile_config", compile_config={"mode": "default"}, **options)
    assert any("unable to meet the criteria for compilation" in line for line in told)


def _never_compiled(lab: Lab) -> None:
    from transformers.quantizers.auto import AUTO_QUANTIZER_MAPPING

    compiled = {
        name: quantizer.is_compileable.fget(None)  # type: ignore[attr-defined]
        for name, quantizer in AUTO_QUANTIZER_MAPPING.items()
        if name in ("bitsandbytes_8bit", "bitsandbytes_4bit", "quanto", "torchao", "fp8")
    }
    assert compiled == {
        "bitsandbytes_8bit": False,
        "bitsandbytes_4bit": False,
        "quanto": False,
        "torchao": True,
        "fp8": True,
    }


def _rights(lab: Lab) -> None:
    from pimp_tui.space.machine.host import detect_host
    from pimp_tui.space.machine.host_probe import gpus

    if gpus()[0]:
        pytest.skip("this machine has a GPU")
    facts = detect_host().features
    for name in ("power_cap_permitted", "clocks_permitted"):
        assert facts[name]["value"] is False
        assert "no device" in facts[name]["evidence"]


DEPLOYMENT: dict[str, Callable[[Lab], None]] = {
    "bitsandbytes_missing": _bitsandbytes,
    "bitsandbytes_float32": _float32,
    "torchao_missing": missing("torchao", fails("(?i)torchao", quantization_config=TORCHAO)),
    "quanto_weights_missing": _quanto,
    "fp8_without_gpu": _fp8,
    "quantised_twice": _twice,
    "compile_config_on_cpu": _compile_config,
    "compile_quantised": _never_compiled,
    "device_rights": _rights,
}
