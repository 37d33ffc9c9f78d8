"""Which GPUs a campaign uses: chosen once, and the same for CUDA as for the meters."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError
from pimp_tui.metering.base import MeterUnavailable
from pimp_tui.metering.cards import own_cards, start_nvml

if TYPE_CHECKING:
    from pimp_tui.visible_gpus import Gpu

_GPU = re.compile(r"\d+|(GPU|MIG)-[0-9A-Za-z/-]+")


def read_gpus(text: str | None) -> tuple[Gpu, ...] | None:
    """``0,1``, UUIDs, their beginnings or MIG names; None for no choice.

    Raises:
        UserError: something else.
    """
    if not text:
        return None
    items = [item.strip() for item in text.split(",")]
    for item in items:
        if not _GPU.fullmatch(item):
            raise UserError(
                f"{item or text!r} names no GPU", "--gpus",
                "write indices as nvidia-smi shows them, as 0,1, or UUIDs as nvidia-smi -L does",
            )  # fmt: skip
    return tuple(int(item) if item.isdigit() else item for item in items)


def require_gpus(gpus: Sequence[Gpu] | None) -> None:
    """Check that the GPUs asked for are here.

    Raises:
        UserError: there is no GPU, or not that one.
    """
    if gpus is None:
        return
    try:
        nvml = start_nvml()
    except MeterUnavailable as missing:
        raise UserError(
            f"there is no GPU here ({missing.detail})", "--gpus", missing.mend or "leave it out"
        ) from None
    try:
        own_cards(nvml, gpus)
    finally:
        nvml.nvmlShutdown()


def cuda_environment(gpus: Sequence[Gpu] | None) -> dict[str, str]:
    """Environment under which CUDA uses exactly the cards that are metered.

    By UUID, since CUDA may number cards otherwise than NVML does. Empty where nothing was chosen,
    NVML does not tell, or CUDA's numbering cannot be known; then the worker compares what it was
    given.

    Raises:
        UserError: a GPU that was asked for is not here.
    """
    if gpus is None and "CUDA_VISIBLE_DEVICES" not in os.environ:
        return {}
    try:
        nvml = start_nvml()
    except MeterUnavailable:
        return {}
    try:
        found = own_cards(nvml, gpus)
    except MeterUnavailable:
        return {}
    finally:
        nvml.nvmlShutdown()
    if found.ambiguous:
        return {}
    return {"CUDA_VISIBLE_DEVICES": ",".join(found.cuda_names)}


def cards_of_torch() -> list[str]:
    """UUIDs of the cards that torch uses in this process, none before CUDA is initialised."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return []
    found = []
    for index in range(torch.cuda.device_count()):
        uuid = getattr(torch.cuda.get_device_properties(index), "uuid", None)
        if uuid is not None:
            found.append(str(uuid))
    return found


def require_same_cards(metered: Sequence[str], used: Sequence[str]) -> None:
    """Check that the cards in use are metered.

    Args:
        metered: UUIDs by NVML (``GPU-…``, ``MIG-…``); empty where no GPU is metered.
        used: UUIDs by torch, without a prefix.

    Raises:
        UserError: a card is used that is not metered.
    """
    if not metered:
        return
    bare = {uuid.split("-", 1)[1].lower() for uuid in metered if uuid.startswith("GPU-")}
    if len(bare) < len(metered):  # torch names a MIG device by its card
        return
    if missed := [uuid for uuid in used if uuid.lower().removeprefix("gpu-") not in bare]:
        raise UserError(
            f"torch uses GPU-{missed[0]}, the meter reads {', '.join(metered)}", "--gpus",
            "export CUDA_DEVICE_ORDER=PCI_BUS_ID, or give UUIDs: nvidia-smi -L lists them",
        )  # fmt: skip
