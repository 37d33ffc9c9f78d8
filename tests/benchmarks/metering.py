"""What metering costs: ``python tests/benchmarks/metering.py [--seconds 10] [--work]``.

Against a scripted NVML of two devices (built by tests/metering/fake_nvml), so without the time that
a real driver takes. CPU time is told, not wall-clock: it does not hang on what else runs here.
Lines: the sampling thread alone; all that a worker does for metering (sampling, sending four times
a second, looking for foreign processes once a second); with ``--work``, steps of a matrix product
per second of CPU time with and without metering.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

BUILD = Path(__file__).parents[1] / "metering" / "fake_nvml" / "build.py"


def thread_share(seconds: float) -> tuple[float, float]:
    """(CPU seconds of the sampling thread per second, ticks a second)."""
    from pimp_tui.metering import open_meters

    with open_meters() as meters:
        time.sleep(0.5)  # what is asked for the first time only
        clock = time.pthread_getcpuclockid(meters._trace._thread.ident)
        ticks, began = len(meters._trace._ticks), time.monotonic()
        before_s = time.clock_gettime(clock)
        time.sleep(seconds)
        spent_s = time.clock_gettime(clock) - before_s
        took_s = time.monotonic() - began
        return spent_s / took_s, (len(meters._trace._ticks) - ticks) / took_s


def worker_share(seconds: float) -> float:
    """CPU seconds per second of all that a worker does for metering."""
    from pimp_tui.metering import open_meters
    from pimp_tui.metering.foreign import ForeignWatch

    watch = ForeignWatch()
    with open_meters() as meters:
        time.sleep(0.5)
        since = began = time.monotonic()
        before_s = time.process_time()
        turn = 0
        while time.monotonic() - began < seconds:
            time.sleep(0.25)
            turn += 1
            if turn % 4 == 0:
                watch.poll()
                [asdict(one) for one in watch.present]
            rows = meters.samples(since)
            since = max((row["monotonic_s"] for row in rows), default=since)
            json.dumps({"type": "samples", "rows": rows}, allow_nan=False)
        return (time.process_time() - before_s) / (time.monotonic() - began)


def steps_per_cpu_s(seconds: float, metered: bool) -> float:
    """Matrix products per CPU second of the working thread."""
    import numpy as np

    from pimp_tui.metering import open_meters

    matrix = np.random.default_rng(0).normal(size=(192, 192))
    meters = open_meters() if metered else None
    steps, began, before_s = 0, time.monotonic(), time.thread_time()
    while time.monotonic() - began < seconds:
        matrix @ matrix
        steps += 1
    rate = steps / (time.thread_time() - before_s)
    if meters is not None:
        meters.close()
    return rate


def measure(seconds: float, work: bool) -> dict[str, Any]:
    """All figures."""
    share, hertz = thread_share(seconds)
    found = {"thread": share, "hertz": hertz, "worker": worker_share(seconds)}
    if work:
        pairs = [(steps_per_cpu_s(2.0, False), steps_per_cpu_s(2.0, True)) for _ in range(8)]
        ratios = sorted(metered / plain for plain, metered in pairs)
        found["throughput_ratio"] = (ratios[3] + ratios[4]) / 2
    return found


def main() -> None:
    """Build the scripted NVML, measure under it, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--work", action="store_true")
    arguments = parser.parse_args()
    if os.environ.get("FAKE_NVML_EPOCH_S") is None:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, BUILD, folder], check=True, stdout=subprocess.DEVNULL)
            environment = os.environ | {
                "LD_LIBRARY_PATH": folder, "FAKE_NVML_EPOCH_S": "0",
                "OPENBLAS_NUM_THREADS": "1",
            }  # fmt: skip
            subprocess.run([sys.executable, *sys.argv], check=True, env=environment)
        return
    found = measure(arguments.seconds, arguments.work)
    load = os.getloadavg()[0]
    print(f"sampling thread: {found['thread']:.3%} of a core at {found['hertz']:.1f} Hz")
    print(f"all metering of a worker: {found['worker']:.3%} of a core (load {load:.1f})")
    if "throughput_ratio" in found:
        print(f"throughput metered / not metered: {found['throughput_ratio']:.4f} per CPU second")


if __name__ == "__main__":
    main()
