"""Which GPUs are ours: an explicit choice, what CUDA_VISIBLE_DEVICES leaves, or all.

CUDA reads a list of indices, UUIDs, unique prefixes of UUIDs and MIG devices, and stops at the
first that names no device (CUDA C++ Programming Guide, environment variables; NVIDIA MIG User
Guide, device names: ``MIG-<uuid>``, before driver 470 ``MIG-GPU-<uuid>/<gi>/<ci>``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pimp_tui.errors import UserError

_OLD_MIG = re.compile(r"MIG-(GPU-[0-9a-fA-F-]+)/\d+/\d+")
Gpu = int | str
"""An NVML index, a UUID or its unique prefix, or the name of a MIG device."""


@dataclass(frozen=True)
class Card:
    """One GPU as NVML lists it, by PCI bus.

    Attributes:
        migs: UUIDs of its MIG devices.
        fault: why it does not answer; it is nobody's then, and has neither UUID nor name.
    """

    uuid: str
    name: str
    migs: tuple[str, ...] = ()
    fault: str | None = None


@dataclass(frozen=True)
class Choice:
    """A card of ours.

    Attributes:
        index: NVML's.
        cuda_name: what CUDA_VISIBLE_DEVICES must say for exactly this device.
        mig: whether only a MIG device of the card is ours.
    """

    index: int
    cuda_name: str
    mig: bool = False


@dataclass(frozen=True)
class Visible:
    """Our cards; ``ambiguous`` says why CUDA may number them otherwise than NVML does."""

    choices: tuple[Choice, ...]
    ambiguous: str | None = None


@dataclass(frozen=True)
class Listed:
    """A card with NVML's handles: its own, None where it does not answer, and its MIG devices'."""

    card: Card
    handle: Any
    migs: Mapping[str, Any]


def list_gpus(nvml: Any) -> list[Listed]:
    """Every card of an initialised NVML, by index.

    Raises:
        NVMLError: it does not count them. A single one that does not answer keeps its place.
    """
    return [_listed(nvml, index) for index in range(nvml.nvmlDeviceGetCount())]


def _listed(nvml: Any, index: int) -> Listed:
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        uuid = _text(nvml.nvmlDeviceGetUUID(handle))
        name = _text(nvml.nvmlDeviceGetName(handle))
    except nvml.NVMLError as error:
        return Listed(Card("", "", (), str(error)), None, {})
    migs = _migs(nvml, handle)
    return Listed(Card(uuid, name, tuple(migs)), handle, migs)


def _migs(nvml: Any, handle: Any) -> dict[str, Any]:
    """UUID -> handle of a card's MIG devices; none where MIG is off or not known."""
    found = {}
    try:
        if nvml.nvmlDeviceGetMigMode(handle)[0] != nvml.NVML_DEVICE_MIG_ENABLE:
            return {}
        for index in range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
            try:
                mig = nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, index)
            except nvml.NVMLError:  # places without a device
                continue
            found[_text(nvml.nvmlDeviceGetUUID(mig))] = mig
    except nvml.NVMLError:
        return {}
    return found


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def visible_gpus(
    cards: Sequence[Card],
    gpus: Sequence[Gpu] | None,
    environment: Mapping[str, str] | None = None,
) -> Visible:
    """The cards that this process may use.

    Args:
        cards: all of them, in NVML's order.
        gpus: those asked for; None to go by the environment.
        environment: ``os.environ`` by default.

    Raises:
        UserError: one asked for does not exist, is not unique, or CUDA_VISIBLE_DEVICES hides it.
    """
    environment = os.environ if environment is None else environment
    allowed = _of_environment(cards, environment)
    hidden = environment.get("CUDA_VISIBLE_DEVICES", "")
    if gpus is None:
        return allowed
    chosen: list[Choice] = []
    for item in gpus:
        found = _named(cards, str(item))
        if len(found) != 1:
            what = "no GPU" if not found else f"{len(found)} GPUs begin with"
            known = (
                ", ".join(f"{i} ({card.fault or card.uuid})" for i, card in enumerate(cards))
                or "none"
            )
            raise UserError(f"{what} {item}", "--gpus", f"GPUs of this machine: {known}")
        if not _is_allowed(found[0], allowed, "MIG-" in hidden):
            raise UserError(
                f"CUDA_VISIBLE_DEVICES={hidden} leaves GPU {item} out", "--gpus",
                "name one that it leaves, or unset it",
            )  # fmt: skip
        if found[0] not in chosen:
            chosen.append(found[0])
    return Visible(tuple(chosen))


def _of_environment(cards: Sequence[Card], environment: Mapping[str, str]) -> Visible:
    wanted = environment.get("CUDA_VISIBLE_DEVICES")
    if wanted is None:
        well = [index for index, card in enumerate(cards) if not card.fault]
        return Visible(tuple(_whole(cards, index) for index in well))
    items = [part.strip() for part in wanted.split(",")]
    chosen: list[Choice] = []
    by_index = False
    for item in items:
        found = _named(cards, item)
        if len(found) != 1:
            break
        by_index = by_index or item.isdigit()
        if found[0] not in chosen:
            chosen.append(found[0])
    order = environment.get("CUDA_DEVICE_ORDER", "FASTEST_FIRST")
    if (
        by_index
        and order != "PCI_BUS_ID"
        and len({card.name for card in cards if not card.fault}) > 1
    ):
        return Visible(
            tuple(chosen),
            "GPUs differ and CUDA_DEVICE_ORDER is not PCI_BUS_ID: CUDA may number them otherwise "
            "than NVML; give UUIDs in CUDA_VISIBLE_DEVICES, or --gpus",
        )
    return Visible(tuple(chosen))


def _named(cards: Sequence[Card], item: str) -> list[Choice]:
    """The devices that an index, a UUID or its beginning names."""
    if item.isdigit():
        index = int(item)
        well = index < len(cards) and not cards[index].fault
        return [_whole(cards, index)] if well else []
    if not item:
        return []
    if old := _OLD_MIG.fullmatch(item):
        return [Choice(i, item, True) for i, card in enumerate(cards) if card.uuid == old[1]]
    found = [_whole(cards, i) for i, card in enumerate(cards) if card.uuid.startswith(item)]
    found += [
        Choice(i, mig, True)
        for i, card in enumerate(cards)
        for mig in card.migs
        if mig.startswith(item)
    ]
    exact = [one for one in found if one.cuda_name == item]
    return exact or found


def _whole(cards: Sequence[Card], index: int) -> Choice:
    """A card by its own name: where MIG is on, CUDA takes the first of its MIG devices."""
    card = cards[index]
    return Choice(index, card.migs[0], True) if card.migs else Choice(index, card.uuid)


def _is_allowed(one: Choice, allowed: Visible, by_mig: bool) -> bool:
    """A MIG device is allowed with its card, where the environment names no MIG devices."""
    return any(
        one == other or (one.mig and not by_mig and one.index == other.index)
        for other in allowed.choices
    )
