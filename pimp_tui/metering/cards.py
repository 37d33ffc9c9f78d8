"""The GPUs of this machine through NVML, and which of them are ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pimp_tui.visible_gpus import Gpu, list_gpus, visible_gpus

from .base import MeterUnavailable


@dataclass(frozen=True)
class OwnCard:
    """A card that this process may use.

    Attributes:
        device: its name in the power table, ``<name> [<NVML index>]``.
        uuid: of the card, or of the MIG device that is ours.
        handle: NVML's, of the whole card.
        memory_handle: of the MIG device where there is one, else of the card.
        mig: whether only MIG devices of the card are ours.
        shared: whether MIG devices that are not ours may draw power from the same card.
    """

    device: str
    uuid: str
    handle: Any
    memory_handle: Any
    mig: bool = False
    shared: bool = False


@dataclass(frozen=True)
class OwnCards:
    """Our cards, once each, in the order asked for.

    Attributes:
        cuda_names: what CUDA_VISIBLE_DEVICES must list for exactly them.
        ambiguous: as in `visible.Visible`.
        silent: cards of this machine that do not answer, in words.
    """

    cards: tuple[OwnCard, ...]
    cuda_names: tuple[str, ...]
    ambiguous: str | None
    silent: tuple[str, ...] = ()


def own_cards(nvml: Any, gpus: Sequence[Gpu] | None) -> OwnCards:
    """The cards of an initialised NVML that are ours.

    Args:
        gpus: indices, UUIDs or MIG names; None for those of CUDA_VISIBLE_DEVICES, or all.

    Raises:
        UserError: one asked for does not exist.
        MeterUnavailable: NVML does not tell.
    """
    try:
        listed = list_gpus(nvml)
    except nvml.NVMLError as error:
        raise MeterUnavailable(f"NVML: {error}", mend(nvml, error)) from None
    cards = [one.card for one in listed]
    visible = visible_gpus(cards, gpus)
    on_card = Counter(choice.index for choice in visible.choices)
    ours: dict[int, OwnCard] = {}
    for choice in visible.choices:
        card, handle = cards[choice.index], listed[choice.index].handle
        known = listed[choice.index].migs
        ours.setdefault(
            choice.index,
            OwnCard(
                f"{card.name} [{choice.index}]",
                choice.cuda_name,
                handle,
                known.get(choice.cuda_name, handle),
                choice.mig,
                choice.mig and (not known or len(known) > on_card[choice.index]),
            ),
        )
    names = tuple(choice.cuda_name for choice in visible.choices)
    silent = tuple(
        f"GPU {index} does not answer ({card.fault}): left out"
        for index, card in enumerate(cards)
        if card.fault
    )
    return OwnCards(tuple(ours.values()), names, visible.ambiguous, silent)


def start_nvml() -> Any:
    """The module pynvml, initialised.

    Raises:
        MeterUnavailable: no package, no driver, or no permission, with the mend.
    """
    try:
        import pynvml
    except ImportError:
        raise MeterUnavailable("pynvml is not installed", "pip install nvidia-ml-py") from None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        raise MeterUnavailable(f"NVML: {error}", mend(pynvml, error)) from None
    return pynvml


def mend(nvml: Any, error: Any) -> str | None:
    """What helps against an error of NVML, where anything does."""
    if error.value == nvml.NVML_ERROR_NO_PERMISSION:
        return "sudo chmod a+rw /dev/nvidia*, or add this user to the group that owns them"
    if error.value == nvml.NVML_ERROR_DRIVER_NOT_LOADED:
        return "sudo modprobe nvidia"
    if error.value == nvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH:
        return "reboot, or reload the driver: it is not of the library's version"
    if error.value in (nvml.NVML_ERROR_GPU_IS_LOST, nvml.NVML_ERROR_RESET_REQUIRED):
        return "sudo nvidia-smi --gpu-reset, or reboot"
    return None
