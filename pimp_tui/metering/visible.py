"""Which GPUs are ours: an explicit choice, or what CUDA_VISIBLE_DEVICES leaves."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from pimp_tui.errors import UserError


def visible_gpus(
    uuids: Sequence[str],
    names: Sequence[str],
    gpus: Sequence[int] | None,
    environment: Mapping[str, str] | None = None,
) -> tuple[list[int], list[str]]:
    """(NVML indices of the GPUs to meter, notes).

    Args:
        uuids, names: of all GPUs, in NVML's order, which is by PCI bus.
        gpus: NVML indices asked for; None to go by the environment.
        environment: ``os.environ`` by default. CUDA reads a list of indices, UUIDs or unique
            prefixes of UUIDs, and stops at the first that names no device (CUDA C++ Programming
            Guide, environment variables).

    Raises:
        UserError: an index asked for does not exist.
    """
    if gpus is not None:
        for index in gpus:
            if not 0 <= index < len(uuids):
                mend = f"there are {len(uuids)} GPUs, numbered from 0"
                raise UserError(f"no GPU {index}", "--gpus", mend)
        return list(gpus), []
    environment = os.environ if environment is None else environment
    wanted = environment.get("CUDA_VISIBLE_DEVICES")
    if wanted is None:
        return list(range(len(uuids))), []
    found: list[int] = []
    by_index = False
    for item in (part.strip() for part in wanted.split(",")):
        if item.isdigit() and int(item) < len(uuids):
            index, by_index = int(item), True
        else:
            matches = [i for i, uuid in enumerate(uuids) if item and uuid.startswith(item)]
            if len(matches) != 1:
                break
            index = matches[0]
        if index not in found:
            found.append(index)
    notes = []
    order = environment.get("CUDA_DEVICE_ORDER", "FASTEST_FIRST")
    if by_index and order != "PCI_BUS_ID" and len(set(names)) > 1:
        notes.append(
            "GPUs differ and CUDA_DEVICE_ORDER is not PCI_BUS_ID: CUDA may number them otherwise "
            "than NVML; give UUIDs in CUDA_VISIBLE_DEVICES"
        )
    return found, notes
