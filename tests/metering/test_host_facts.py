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

def facts(gpus=None, **environment):
    os.environ.update(environment)
    found = detect_host(gpus).features
    for name in environment:
        del os.environ[name]
    return {name: [fact["value"], fact["evidence"]] for name, fact in found.items()}

print(json.dumps({
    "both": facts(),
    "one": facts((1,)),
    "named": facts(CUDA_VISIBLE_DEVICES="GPU-0000aa01"),
    "hidden": facts(CUDA_VISIBLE_DEVICES=""),
    "uncounted": facts(FAKE_NVML_NO_COUNTER="1"),
    "lost": facts(FAKE_NVML_LOST_AT_S="0"),
    "mig": facts(FAKE_NVML_MIG="2", CUDA_VISIBLE_DEVICES="MIG-00000001"),
    "denied": facts(FAKE_NVML_DENY="1"),
}))
"""


def test_facts_are_those_of_the_gpus_that_cuda_may_use(with_nvml: Callable[..., Any]) -> None:
    told = with_nvml(FACTS)
    assert told["both"]["cuda"] == [True, "2 x Scripted GPU A"]
    for name in ("multi_gpu", "energy_counter", "power_cap_permitted", "clocks_permitted"):
        assert told["both"][name][0], name
    for case in ("one", "named"):
        assert told[case]["cuda"] == [True, "1 x Scripted GPU B"]
        assert not told[case]["multi_gpu"][0]
    for name in ("cuda", "multi_gpu", "energy_counter", "power_cap_permitted"):
        gone = [False, "no device (CUDA_VISIBLE_DEVICES leaves none of 2)"]
        assert told["hidden"][name] == gone, name
    assert not told["uncounted"]["energy_counter"][0]
    assert told["lost"]["cuda"] == [True, "1 x Scripted GPU A"]
    assert not told["lost"]["multi_gpu"][0]
    assert told["mig"]["cuda"][0] and not told["mig"]["clocks_permitted"][0]
    whole = [False, "not of this card, or not of a MIG device"]
    assert told["mig"]["power_cap_permitted"] == whole
    assert not told["denied"]["cuda"][0]
    assert "Insufficient Permissions" in told["denied"]["cuda"][1]


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
