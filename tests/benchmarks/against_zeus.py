"""Our GPU energy and zeus' on the same windows: ``python tests/benchmarks/against_zeus.py``.

zeus (PyPI ``zeus``, ml.energy) is no dependency: put it with ``nvidia-ml-py`` and ``psutil`` into
an environment of its own and name its interpreter in ``PIMP_TUI_ZEUS``. Without ``--real`` both
read the scripted NVML of tests/metering/fake_nvml, whose energy is known in closed form; with it,
the cards of this machine, kept busy with matrix products where that environment has torch for CUDA.
One JSON line a window: ``how`` ("counter", "polled" or a "slow counter" that moves
every 100 ms, as real ones do), ``seconds``, joules by ``ours`` and
``zeus``, ``known`` (closed form, over our window; null with ``--real``) and the shares by which
zeus and the closed form differ from ours. Seen with zeus 0.16.0 on two busy cores (load 15):
counters within 0.04 % at 1 s and 0.003 % at 20 s; a counter of 100 ms the same joules; polled
-2.0 % at 2 s, -0.9 % at 5 s, -0.5 % at 10 s, -0.1 % at 20 s: zeus leaves out a window's ends.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "tests" / "metering" / "fake_nvml" / "build.py"
#: (base W, swing W, omega) of the scripted cards; both are "the same" for zeus' poller.
CURVES = [(100.0, 250.0, 3.0), (60.0, 40.0, 5.0)]


def known_j(start_s: float, end_s: float) -> float:
    """Energy of both scripted cards between two monotonic times."""
    epoch_s = float(os.environ["FAKE_NVML_EPOCH_S"])

    def at(curve: tuple[float, float, float], monotonic_s: float) -> float:
        base, swing, omega = curve
        t = monotonic_s - epoch_s
        return base * t + swing * (t / 2 - math.sin(2 * omega * t) / (4 * omega))

    return sum(at(curve, end_s) - at(curve, start_s) for curve in CURVES)


def work(seconds: float, real: bool, poller: Any) -> None:
    """Let time pass, with the cards busy where that can be had.

    Args:
        poller: zeus' PowerMonitor or None. Version 0.16 loses the later samples of a window that
            nobody takes out of its queue meanwhile (81 % of the energy at 20 s).
    """
    until = time.monotonic() + seconds
    try:
        import torch

        busy = real and torch.cuda.is_available()
    except ImportError:
        busy = False
    if not busy:
        while (left_s := until - time.monotonic()) > 0:
            time.sleep(min(left_s, 0.1))
            if poller is not None:
                poller.get_power()
        return
    matrix = torch.randn(4096, 4096, device="cuda", dtype=torch.bfloat16)
    while time.monotonic() < until:
        matrix = (matrix @ matrix).clamp(-1, 1)
        torch.cuda.synchronize()


def compare(lengths: list[float], how: str, real: bool) -> None:
    """Measure windows with both and print them."""
    from pimp_tui.metering import open_meters

    zeus = open_zeus()
    with open_meters() as meters:
        time.sleep(1.0)  # zeus' poller has to have its first samples
        for seconds in lengths:
            zeus.begin_window("w", sync_execution=False)
            with meters.window() as window:
                work(seconds, real, zeus.power_monitor)
            theirs = zeus.end_window("w", sync_execution=False)
            reading = window.reading
            known = None if real else known_j(window.started_s, window.ended_s)
            print(json.dumps(told(how, seconds, reading.energy_gpu_j, theirs.total_energy, known)))


def open_zeus() -> Any:
    """A ZeusMonitor; its poller has ten seconds to start, too few on a busy machine."""
    from zeus.monitor import ZeusMonitor

    for _ in range(4):
        try:
            return ZeusMonitor(cpu_indices=[])
        except RuntimeError:
            continue
    return ZeusMonitor(cpu_indices=[])


def told(
    how: str, seconds: float, ours: float | None, zeus: float, known: float | None
) -> dict[str, Any]:
    """One line."""
    found = {"how": how, "seconds": seconds, "ours": ours, "zeus": zeus, "known": known}
    found["zeus_off"] = None if not ours else zeus / ours - 1
    found["known_off"] = None if not ours or known is None else known / ours - 1
    return found


def main() -> int:
    """Run the comparison in zeus' environment."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", default="1,2,5,10,20")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--how", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    lengths = [float(item) for item in arguments.seconds.split(",")]
    if arguments.how:
        compare(lengths, arguments.how, arguments.real)
        return 0
    python = os.environ.get("PIMP_TUI_ZEUS")
    if not python:
        print("name a Python that has zeus in PIMP_TUI_ZEUS", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        ways: dict[str, dict[str, str]] = {"counter": {}}
        if not arguments.real:
            subprocess.run([sys.executable, BUILD, folder], check=True, stdout=subprocess.DEVNULL)
            environment |= {
                "LD_LIBRARY_PATH": folder, "FAKE_NVML_SAME": "1",
                "FAKE_NVML_EPOCH_S": repr(time.monotonic() - 10),
            }  # fmt: skip
            # zeus polls as fast as it can and keeps what changed: 50 times a second at most.
            ways["polled"] = {"FAKE_NVML_NO_COUNTER": "1", "FAKE_NVML_PERIOD_S": "0.02"}
            ways["slow counter"] = {"FAKE_NVML_PERIOD_S": "0.1"}
        for how, more in ways.items():
            command = [python, __file__, "--how", how, "--seconds", arguments.seconds]
            command += ["--real"] if arguments.real else []
            subprocess.run(command, check=True, env=environment | more)
    return 0


if __name__ == "__main__":
    sys.exit(main())
