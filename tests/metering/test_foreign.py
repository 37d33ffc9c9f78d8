"""Foreign processes on a scripted NVML: ours and theirs are told apart."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOOK = """
from pimp_tui.metering.foreign import ForeignLoad
processes = Path(os.environ["FAKE_NVML_PROCESSES"])
load = ForeignLoad()
"""
HEAD = "from pathlib import Path\n" + LOOK


def test_theirs_are_named_and_ours_are_not(with_nvml: Callable[..., Any], tmp_path: Path) -> None:
    theirs = os.getpid()
    script = (
        HEAD
        + f"""
processes.write_text(f"0 {{os.getpid()}} 5 \\n1 {theirs} {2**31}\\n")
print(json.dumps([one.words() for one in load.look()]))
"""
    )
    found = with_nvml(script, FAKE_NVML_PROCESSES=str(tmp_path / "processes"))
    assert found == [f"pid {theirs} ({getpass.getuser()}) with 2.0 GiB on Scripted GPU B [1]"]


def test_in_a_container_one_newcomer_is_us(with_nvml: Callable[..., Any], tmp_path: Path) -> None:
    processes = tmp_path / "processes"
    processes.write_text("0 4000001 5\n")  # pids beyond the kernel's highest: of another namespace
    script = (
        HEAD
        + """
counts = [len(load.look())]
processes.write_text("0 4200001 5\\n0 4200002 7\\n")
counts.append(len(load.look()))
processes.write_text("0 4000001 5\\n0 4200002 7\\n")
counts.append([one.pid for one in load.look()])
print(json.dumps(counts))
"""
    )
    first, two, known = with_nvml(script, FAKE_NVML_PROCESSES=str(processes))
    assert first == 1
    assert two == 2, "two newcomers: which of them is ours cannot be told"
    assert known == [4000001]


def test_a_watch_keeps_what_was_there_for_a_while(
    with_nvml: Callable[..., Any], tmp_path: Path
) -> None:
    script = """
from pathlib import Path
from pimp_tui.metering.foreign import ForeignWatch
processes = Path(os.environ["FAKE_NVML_PROCESSES"])
watch = ForeignWatch()
watch.begin()
found = [watch.end()]
processes.write_text("0 1 5\\n")
watch.begin()
processes.write_text("")
found.append(len(watch.end()))
watch.begin()
found.append(watch.end())
print(json.dumps(found))
"""
    found = with_nvml(script, FAKE_NVML_PROCESSES=str(tmp_path / "processes"))
    assert found == [[], 1, []]


def test_a_device_that_does_not_tell_its_processes_is_not_called_free(
    with_nvml: Callable[..., Any], tmp_path: Path
) -> None:
    """vGPUs do not tell, and drivers that are older than the binding's call."""
    script = """
import pynvml
from pimp_tui.commands.doctor import _foreign
from pimp_tui.metering.foreign import ForeignWatch

def told():
    watch = ForeignWatch()
    watch.begin()
    return [watch.end(), _foreign()[0]["ok"], _foreign()[0]["detail"]]

found = [told()]
del os.environ["FAKE_NVML_BLIND"]
found.append(told())

def old(handle):
    raise pynvml.NVMLLibraryMismatchError("Unversioned function called")

pynvml.nvmlDeviceGetComputeRunningProcesses = old
found.append(told())
print(json.dumps(found))
"""
    blind, free, old = with_nvml(script, FAKE_NVML_BLIND="1")
    for told in (blind, old):
        assert told[:2] == [None, False] and "does not tell the processes on" in told[2]
    assert free == [[], True, "no other process on the GPUs"]


def test_without_nvml_nothing_can_be_told() -> None:
    from pimp_tui.metering.foreign import ForeignWatch, foreign_now

    watch = ForeignWatch()
    watch.begin()
    assert watch.end() is None
    assert foreign_now() == []
