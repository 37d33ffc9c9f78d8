"""What metering costs: ``python tests/benchmarks/metering.py [--seconds 10] [--work] [--pairs N]``.

Against a scripted NVML of two devices (built by tests/metering/fake_nvml), so without the time that
a real driver takes; ``--real`` reads this machine's own meters. CPU time is told first: it does not
hang on what else runs here. Lines: the sampling thread alone; all that a worker does for metering
(sampling, sending four times a second, looking for foreign processes once a second); with
``--work``, a generation with micro-coder with all of that beside it and without, in turns: tokens
per second, per CPU second of the generating thread, and per CPU second of the process, each as the
median of the pairs' ratios with its 95 % interval (order statistics).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
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


class Metered:
    """All that a worker does for metering, in threads of its own, while the block lasts."""

    def __enter__(self) -> Metered:
        from pimp_tui.metering import open_meters
        from pimp_tui.metering.foreign import ForeignWatch

        self._watch, self._meters = ForeignWatch(), open_meters()
        self._done = threading.Event()
        self._sender = threading.Thread(target=self._send)
        self._sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._sender.join()
        self._meters.close()

    def _send(self) -> None:
        since, turn = time.monotonic(), 0
        while not self._done.wait(0.25):
            turn += 1
            if turn % 4 == 0:
                self._watch.poll()
                [asdict(one) for one in self._watch.present]
            rows = self._meters.samples(since)
            since = max((row["monotonic_s"] for row in rows), default=since)
            json.dumps({"type": "samples", "rows": rows}, allow_nan=False)


def worker_share(seconds: float) -> float:
    """CPU seconds per second of all that a worker does for metering."""
    with Metered():
        time.sleep(0.5)
        began, before_s = time.monotonic(), time.process_time()
        time.sleep(seconds)
        return (time.process_time() - before_s) / (time.monotonic() - began)


def generation() -> Callable[[], int]:
    """A call that generates with micro-coder, as a run does, and returns its tokens."""
    from pimp_tui.engine.registry import open_engine
    from pimp_tui.space import load_space
    from pimp_tui.workload import load_workload

    options = load_space("transformers").effective(()) | {"batch_size": 32, "max_new_tokens": 64}
    prompts = load_workload("micro-coder").raw_prompts()
    engine = open_engine("transformers")
    engine.load("micro-coder", {}, trust_remote_code=False)

    def generate() -> int:
        engine.reset()
        return sum(one.tokens_out for one in engine.generate(prompts, options, seed=1))

    generate()
    return generate


def rates(generate: Callable[[], int]) -> tuple[float, float, float]:
    """Tokens per second, per CPU second of this thread, per CPU second of the process."""
    before = time.monotonic(), time.thread_time(), time.process_time()
    tokens = generate()
    after = time.monotonic(), time.thread_time(), time.process_time()
    first, second, third = (
        tokens / (end - begin) for begin, end in zip(before, after, strict=True)
    )
    return first, second, third


def work_ratios(pairs: int) -> dict[str, tuple[float, float, float]]:
    """Rates with metering over rates without: (median, low, high) by what the rate is per."""
    generate = generation()
    ratios: list[list[float]] = [[], [], []]
    for number in range(pairs):
        found = {}
        for metered in ((False, True), (True, False))[number % 2]:
            with Metered() if metered else nullcontext():
                found[metered] = rates(generate)
        for index, kept in enumerate(ratios):
            kept.append(found[True][index] / found[False][index])
    return dict(zip(("second", "thread", "process"), map(middle, ratios), strict=True))


def middle(values: list[float]) -> tuple[float, float, float]:
    """The median and its distribution-free 95 % interval."""
    from scipy.stats import binom

    ordered = sorted(values)
    low = max(int(binom.ppf(0.025, len(ordered), 0.5)) - 1, 0)
    return statistics.median(ordered), ordered[low], ordered[len(ordered) - 1 - low]


def measure(seconds: float, pairs: int) -> dict[str, Any]:
    """All figures; ``pairs`` of generations, 0 for none."""
    share, hertz = thread_share(seconds)
    found = {"thread": share, "hertz": hertz, "worker": worker_share(seconds)}
    return found | ({"work": work_ratios(pairs)} if pairs else {})


def main() -> None:
    """Build the scripted NVML, measure under it, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--work", action="store_true")
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument("--real", action="store_true")
    arguments = parser.parse_args()
    if os.environ.get("FAKE_NVML_EPOCH_S") is None and not arguments.real:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, BUILD, folder], check=True, stdout=subprocess.DEVNULL)
            environment = os.environ | {
                "LD_LIBRARY_PATH": folder, "FAKE_NVML_EPOCH_S": "0",
                "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
            }  # fmt: skip
            subprocess.run([sys.executable, *sys.argv], check=True, env=environment)
        return
    found = measure(arguments.seconds, arguments.pairs if arguments.work else 0)
    load = os.getloadavg()[0]
    print(f"sampling thread: {found['thread']:.3%} of a core at {found['hertz']:.1f} Hz")
    print(f"all metering of a worker: {found['worker']:.3%} of a core (load {load:.1f})")
    for what, (median, low, high) in found.get("work", {}).items():
        print(f"tokens per {what}, metered / not: {median:.4f} ({low:.4f} to {high:.4f})")


if __name__ == "__main__":
    main()
