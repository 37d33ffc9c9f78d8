"""Which GPUs are ours: by index, UUID and MIG device, under CUDA's own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pimp_tui.campaign.gpu_choice import read_gpus, require_same_cards
from pimp_tui.errors import UserError
from pimp_tui.visible_gpus import Card, visible_gpus

CARDS = [
    Card("GPU-aa11", "X"),
    Card("GPU-bb22", "X"),
    Card("GPU-bb33", "X", ("MIG-c1", "MIG-c2")),
]


def names(gpus: Any, environment: dict[str, str], cards: list[Card] = CARDS) -> list[str]:
    return [choice.cuda_name for choice in visible_gpus(cards, gpus, environment).choices]


@pytest.mark.parametrize(
    ("visible", "wanted"),
    [
        (None, ["GPU-aa11", "GPU-bb22", "MIG-c1"]),
        ("1,0", ["GPU-bb22", "GPU-aa11"]),
        ("GPU-bb2,GPU-aa11", ["GPU-bb22", "GPU-aa11"]),
        ("", []),
        ("-1", []),
        ("1,7,0", ["GPU-bb22"]),  # CUDA stops at the first that names no device
        ("GPU-bb", []),  # not unique
        ("MIG-1234", []),
        ("MIG-c2", ["MIG-c2"]),
        ("MIG-GPU-bb33/1/0", ["MIG-GPU-bb33/1/0"]),  # drivers before 470
        ("2", ["MIG-c1"]),  # a card with MIG on: the first of its devices
    ],
)
def test_cuda_visible_devices_is_read_as_cuda_does(visible: str | None, wanted: list[str]) -> None:
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert names(None, environment) == wanted


def test_an_explicit_choice_is_by_index_or_uuid_within_what_the_environment_leaves() -> None:
    assert names((1, "GPU-aa"), {}) == ["GPU-bb22", "GPU-aa11"]
    assert names(("MIG-c2",), {}) == ["MIG-c2"]
    assert names(("MIG-c2",), {"CUDA_VISIBLE_DEVICES": "2"}) == ["MIG-c2"]
    assert names((1,), {"CUDA_VISIBLE_DEVICES": "0,1"}) == ["GPU-bb22"]
    for asked, told in (((5,), "no GPU 5"), (("GPU-bb",), "2 GPUs begin with"), (("MIG-x",), "no")):
        with pytest.raises(UserError, match=told):
            names(asked, {})
    with pytest.raises(UserError, match="CUDA_VISIBLE_DEVICES=0 leaves GPU 1 out"):
        names((1,), {"CUDA_VISIBLE_DEVICES": "0"})
    with pytest.raises(UserError, match="leaves GPU MIG-c2 out"):
        names(("MIG-c2",), {"CUDA_VISIBLE_DEVICES": "MIG-c1"})


def test_a_card_that_does_not_answer_is_nobodys_and_keeps_its_place() -> None:
    cards = [Card("GPU-1", "X"), Card("", "", (), "GPU is lost"), Card("GPU-2", "X")]
    assert names(None, {}, cards) == ["GPU-1", "GPU-2"]
    assert names((2,), {}, cards) == ["GPU-2"]
    assert names(None, {"CUDA_VISIBLE_DEVICES": "2,1,0"}, cards) == ["GPU-2"]
    with pytest.raises(UserError, match="no GPU 1") as caught:
        names((1,), {}, cards)
    assert "1 (GPU is lost)" in " ".join(caught.value.lines())


def test_numbering_that_may_differ_from_cudas_is_said() -> None:
    cards = [Card("GPU-1", "X"), Card("GPU-2", "Y")]
    environment = {"CUDA_VISIBLE_DEVICES": "1"}
    assert visible_gpus(cards, None, environment).ambiguous
    assert not visible_gpus(cards, (1,), environment).ambiguous, "--gpus numbers as NVML does"
    assert not visible_gpus(cards, None, {"CUDA_VISIBLE_DEVICES": "GPU-2"}).ambiguous
    environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    assert not visible_gpus(cards, None, environment).ambiguous


@pytest.mark.parametrize("text", ["a", "0,,1", "0;1", "GPU 1", "-1"])
def test_what_names_no_gpu_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="names no GPU"):
        read_gpus(text)


def test_gpus_are_read_from_the_command_line() -> None:
    assert read_gpus("0, 1") == (0, 1)
    assert read_gpus("GPU-1f2e-33,MIG-GPU-aa/1/0") == ("GPU-1f2e-33", "MIG-GPU-aa/1/0")
    assert read_gpus(None) is None


def test_a_card_that_is_used_but_not_metered_is_refused() -> None:
    require_same_cards(["GPU-AA", "GPU-bb"], ["aa"])
    require_same_cards([], ["aa"])
    require_same_cards(["MIG-cc"], ["aa"])
    with pytest.raises(UserError, match="torch uses GPU-cc, the meter reads GPU-aa"):
        require_same_cards(["GPU-aa"], ["aa", "cc"])


def test_cuda_gets_the_metered_cards_by_uuid(with_nvml: Callable[..., Any]) -> None:
    script = """
from pimp_tui.campaign.gpu_choice import cuda_environment
print(json.dumps(cuda_environment(GPUS)))
"""
    first, second = "GPU-0000aa00-0000-4000-8000-000000000000", "GPU-0000aa01-0000-4000-8000-"
    chosen = with_nvml(script.replace("GPUS", "(1, 0)"))["CUDA_VISIBLE_DEVICES"].split(",")
    assert chosen[0].startswith(second) and chosen[1] == first
    assert with_nvml(script.replace("GPUS", "None")) == {}, "nothing chosen, nothing changed"
    by_index = script.replace("GPUS", "None")
    assert with_nvml(by_index, CUDA_VISIBLE_DEVICES="1") == {}, "the scripted cards differ"
    pinned = with_nvml(by_index, CUDA_VISIBLE_DEVICES="0", CUDA_DEVICE_ORDER="PCI_BUS_ID")
    assert pinned == {"CUDA_VISIBLE_DEVICES": first}


MIG = """
from dataclasses import asdict
with open_meters(GPUS) as meters:
    with meters.window() as window:
        time.sleep(0.4)
    print(json.dumps([asdict(window.reading), meters.devices(), meters.samples(0)[0],
                      [row for row in meters_report(GPUS) if row["check"] == "meter nvml"]]))
"""


def test_a_mig_device_beside_others_has_no_energy_and_doctor_says_so(with_nvml) -> None:
    script = MIG.replace("GPUS", "None")
    reading, devices, sample, rows = with_nvml(
        script, FAKE_NVML_MIG="3", CUDA_VISIBLE_DEVICES="MIG-00000001"
    )
    assert devices[0]["uuid"].startswith("MIG-00000001-")
    assert devices[0]["device"] == "Scripted GPU A [0]"
    assert reading["energy_gpu_j"] is None and reading["energy_j"] is None
    assert any("MIG: power is told for the whole card" in note for note in reading["notes"])
    assert (sample["power_w"], sample["energy_counter_j"]) == (None, None)
    assert sample["memory_bytes"] == 5 << 20, "of the MIG device, not of the card"
    assert any("MIG" in row["detail"] and "not measured" in row["detail"] for row in rows)


@pytest.mark.slow
def test_a_mig_device_alone_on_its_card_has_the_cards_energy(with_nvml) -> None:
    reading, devices, _, rows = with_nvml(
        MIG.replace("GPUS", '("MIG-00000000",)'), FAKE_NVML_MIG="1"
    )
    assert len(devices) == 1 and reading["energy_gpu_j"] > 0
    assert [row["ok"] for row in rows] == [True]
    assert "those of the whole card" in rows[0]["detail"]


@pytest.mark.slow
def test_all_mig_devices_of_a_card_together_are_the_card(with_nvml) -> None:
    script = MIG.replace("GPUS", '("MIG-00000000", "MIG-00000001")')
    assert with_nvml(script, FAKE_NVML_MIG="2")[0]["energy_gpu_j"] > 0
