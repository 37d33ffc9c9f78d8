"""What a scripted NVML means for the host features of a space."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pimp_tui.space.machine.host_probe import may_set_devices

FACTS = """
from pimp_tui.space.machine import host_probe
host_probe.cuda_torch = lambda: (True, "torch is built for CUDA")
host_probe.may_set_devices = lambda: (True, "CAP_SYS_ADMIN")
from pimp_tui.space.machine.host import detect_host
features = detect_host(GPUS).features
print(json.dumps({name: [fact["value"], fact["evidence"]] for name, fact in features.items()}))
"""


def facts(with_nvml: Callable[..., Any], gpus: str = "None", **environment: str) -> Any:
    return with_nvml(FACTS.replace("GPUS", gpus), **environment)


def test_facts_are_those_of_the_gpus_that_cuda_may_use(with_nvml: Callable[..., Any]) -> None:
    both = facts(with_nvml)
    assert both["cuda"] == [True, "2 x Scripted GPU A"]
    for name in ("multi_gpu", "energy_counter", "power_cap_permitted", "clocks_permitted"):
        assert both[name][0], name
    one = facts(with_nvml, "(1,)")
    assert one["cuda"] == [True, "1 x Scripted GPU B"] and not one["multi_gpu"][0]
    named = facts(with_nvml, CUDA_VISIBLE_DEVICES="GPU-0000aa01")
    assert named["cuda"] == [True, "1 x Scripted GPU B"]
    hidden = facts(with_nvml, CUDA_VISIBLE_DEVICES="")
    for name in ("cuda", "multi_gpu", "energy_counter", "power_cap_permitted"):
        assert hidden[name] == [False, "no device (CUDA_VISIBLE_DEVICES leaves none of 2)"], name


def test_what_a_card_lacks_is_no_fact(with_nvml: Callable[..., Any]) -> None:
    assert not facts(with_nvml, FAKE_NVML_NO_COUNTER="1")["energy_counter"][0]
    lost = facts(with_nvml, FAKE_NVML_LOST_AT_S="0")
    assert lost["cuda"] == [True, "1 x Scripted GPU A"] and not lost["multi_gpu"][0]
    mig = facts(with_nvml, FAKE_NVML_MIG="2", CUDA_VISIBLE_DEVICES="MIG-00000001")
    assert mig["cuda"][0]
    assert mig["power_cap_permitted"] == [False, "not of this card, or not of a MIG device"]
    assert not mig["clocks_permitted"][0]
    denied = facts(with_nvml, FAKE_NVML_DENY="1")
    assert not denied["cuda"][0] and "Insufficient Permissions" in denied["cuda"][1]


@pytest.mark.parametrize(
    ("mask", "uid_map", "may"),
    [
        ("000001ffffffffff", "0 0 4294967295", True),
        ("00000000a80425fb", "0 0 4294967295", False),  # root of a Docker container
        ("0000000000000000", "0 0 4294967295", False),
        ("000001ffffffffff", "0 1000 1", False),
    ],
)
def test_who_may_change_settings(tmp_path: Path, mask: str, uid_map: str, may: bool) -> None:
    (tmp_path / "status").write_text(f"Name:\tx\nCapEff:\t{mask}\nSeccomp:\t0\n")
    (tmp_path / "uid_map").write_text(f"         {uid_map.replace(' ', '          ')}\n")
    found, evidence = may_set_devices(tmp_path)
    assert found is may and evidence
