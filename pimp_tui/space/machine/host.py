"""Facts of a machine that decide which configurations run on it; never imports torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.space.nearest import did_you_mean
from pimp_tui.visible_gpus import Gpu

HOST_FEATURES = (
    "cuda", "multi_gpu", "bf16", "fp8", "compile", "flash_attention", "quanto", "hqq",
    "bitsandbytes", "torchao", "energy_counter", "power_cap_permitted", "clocks_permitted",
)  # fmt: skip


@dataclass(slots=True)
class HostFacts:
    """Host features with their evidence.

    Attributes:
        features: name -> ``{"value": bool, "evidence": str}``, all of ``HOST_FEATURES``.
    """

    features: dict[str, dict[str, Any]] = field(default_factory=dict)

    def to_json(self) -> dict[str, dict[str, Any]]:
        """Plain dictionaries for a host file."""
        return {name: dict(fact) for name, fact in self.features.items()}

    @classmethod
    def from_json(cls, value: Any, label: str = "host file") -> HostFacts:
        """Facts from a parsed host file; what it does not name is off.

        Args:
            value: name -> ``{"value": bool, "evidence": str}`` or name -> bool.
            label: names the file in messages.

        Raises:
            UserError: not such a table, or an unknown host feature.
        """
        mend = "write one with `pimp-tui doctor --host-out FILE`"
        if not isinstance(value, dict):
            raise UserError("host facts are a JSON object", label, mend)
        table = value.get("features", value)
        if not isinstance(table, dict):
            raise UserError("host facts are a JSON object", label, mend)
        found: dict[str, dict[str, Any]] = {}
        for name, fact in table.items():
            if name == "name" and isinstance(fact, str):
                continue
            if name not in HOST_FEATURES:
                hint = did_you_mean(str(name), HOST_FEATURES, mend)
                raise UserError(f"unknown host feature {name}", label, hint)
            on = fact.get("value") if isinstance(fact, dict) else fact
            if not isinstance(on, bool):
                raise UserError(f"{name} is neither true nor false", label, mend)
            said = fact.get("evidence") if isinstance(fact, dict) else None
            found[name] = {"value": on, "evidence": str(said or "stated in the host file")}
        missing = {"value": False, "evidence": "not named in the host file"}
        return cls({name: found.get(name, dict(missing)) for name in HOST_FEATURES})


def read_host(path: Path) -> HostFacts:
    """A host file.

    Raises:
        UserError: it cannot be read or is no host file.
    """
    mend = "write one with `pimp-tui doctor --host-out FILE`"
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        why = fault.strerror or "it cannot be read"
        raise UserError(f"cannot read the host file: {why}", str(path), mend) from None
    except (ValueError, RecursionError):
        raise UserError("the host file is no JSON", str(path), mend) from None
    return HostFacts.from_json(value, str(path))


def detect_host(gpus_asked: Sequence[Gpu] | None = None) -> HostFacts:
    """Facts of this machine: NVML, /proc/cpuinfo and installed packages are asked.

    Args:
        gpus_asked: as in `visible_gpus`; None for those of CUDA_VISIBLE_DEVICES, or all.

    Raises:
        UserError: a GPU that was asked for does not exist.
    """
    from pimp_tui.space.machine import host_probe as probe

    found: dict[str, dict[str, Any]] = {}

    def fact(name: str, value: bool, evidence: str) -> None:
        found[name] = {"value": value, "evidence": evidence}

    gpus, why_none = probe.gpus(gpus_asked)
    torch_cuda, torch_said = probe.cuda_torch()
    cuda = bool(gpus) and torch_cuda
    names = f"{len(gpus)} x {gpus[0].name}" if gpus else why_none
    fact("cuda", cuda, names if not gpus or torch_cuda else f"{names}, but {torch_said}")
    fact("multi_gpu", cuda and len(gpus) > 1, names)
    capability = min((g.capability for g in gpus), default=(0, 0))
    shown = f"compute capability {capability[0]}.{capability[1]}"
    if cuda:
        fact("bf16", capability >= (8, 0), shown)
    else:
        flag = probe.cpu_bf16()
        fact("bf16", flag is not None, f"CPU has {flag}" if flag else "CPU lacks bf16 instructions")
    kernels = probe.package("kernels")
    fact(
        "fp8", bool(kernels) and cuda and capability >= (8, 9),
        f"{shown}, package kernels {kernels or 'missing'}" if cuda else names,
    )  # fmt: skip
    compiler = probe.c_compiler()
    triton = probe.package("triton")
    fact(
        "compile", bool(cuda and triton and compiler),
        f"triton {triton or 'missing'}, C compiler {compiler or 'missing'}" if cuda else names,
    )  # fmt: skip
    flash = probe.package("flash-attn")
    fact(
        "flash_attention", bool(flash) and cuda and capability >= (8, 0),
        f"flash-attn {flash}, {shown}" if flash and cuda else names if flash else "package missing",
    )  # fmt: skip
    for name, packages in (
        ("quanto", ("optimum-quanto", "accelerate")), ("hqq", ("hqq",)),
        ("bitsandbytes", ("bitsandbytes", "accelerate")), ("torchao", ("torchao",)),
    ):  # fmt: skip
        versions = {package: probe.package(package) for package in packages}
        missing = [package for package, version in versions.items() if version is None]
        found_here = ", ".join(f"{package} {version}" for package, version in versions.items())
        said = f"package {' and '.join(missing)} missing" if missing else found_here
        fact(name, not missing, said)
    counter = bool(gpus) and all(g.energy_counter for g in gpus)
    fact("energy_counter", counter, "NVML total energy" if counter else names)
    may, rights = probe.may_set_devices()
    for name, there in (
        ("power_cap_permitted", all(g.power_limits for g in gpus)),
        ("clocks_permitted", all(g.clocks for g in gpus)),
    ):
        said = rights if there else "not of this card, or not of a MIG device"
        fact(name, bool(gpus) and may and there, said if gpus else names)
    return HostFacts(found)
