"""Variability engine on a folder of UVL models: counts, times and rows, one run.

    python tests/benchmarks/variability.py FOLDER [--seconds 5] [--rows]

``counts.csv`` in the folder (columns model, valid_configurations) is compared where it stands.
Ratios say more than seconds on a shared machine.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
from pathlib import Path

from pimp_tui.errors import UserError
from pimp_tui.sampling import coverage, sample
from pimp_tui.space import Space, load_space


def toggles(space: Space, walks: int = 8, seed: int = 3) -> tuple[float, float]:
    """Median and 95th percentile, in ms, of a toggle with complete propagation and live count."""
    rng, times = random.Random(seed), []
    for _ in range(walks):
        choice = space.configure()
        for _ in range(12):
            open_ = [f for f, state in choice.states().items() if state == "undecided"]
            if not open_:
                break
            feature, on = rng.choice(open_), rng.random() < 0.5
            began = time.perf_counter()
            choice.select(feature) if on else choice.deselect(feature)
            choice.states()
            choice.count()
            times.append(time.perf_counter() - began)
    times.sort()
    return times[len(times) // 2] * 1e3, times[int(0.95 * len(times))] * 1e3


def report(path: Path, expected: int | None, seconds: float, rows: bool) -> str:
    """One line on one model."""
    began = time.perf_counter()
    space = load_space(str(path))
    loaded = time.perf_counter()
    count = space.count()
    counted = time.perf_counter()
    verdict = "" if expected is None else " right" if count == expected else " WRONG"
    line = (
        f"{path.stem:20} {len(space.features):6} features  load {loaded - began:6.2f} s  "
        f"count {counted - loaded:6.2f} s ({space.engine}{verdict})"
    )
    if count is not None:
        p50, p95 = toggles(space)
        began = time.perf_counter()
        sample(space, "uniform", n=100_000, seed=1)
        line += f"  toggle p50 {p50:.1f} p95 {p95:.1f} ms  100k {time.perf_counter() - began:.1f} s"
    if rows:
        began = time.perf_counter()
        plan = sample(space, "twise", seed=1, seconds=seconds)
        spent = time.perf_counter() - began
        share = coverage(space, plan)["coverage"]
        line += f"  pairwise {len(plan)} rows in {spent:.1f} s, coverage {share:.4f}"
    return line


def main() -> int:
    """Report on every model of the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rows", action="store_true", help="also pairwise samples")
    given = parser.parse_args()
    sys.set_int_max_str_digits(0)
    expected: dict[str, int] = {}
    table = given.folder / "counts.csv"
    if table.exists():
        with table.open(encoding="utf-8") as file:
            expected = {r["model"]: int(r["valid_configurations"]) for r in csv.DictReader(file)}
    for path in sorted(given.folder.glob("*.uvl")):
        try:
            print(report(path, expected.get(path.stem), given.seconds, given.rows), flush=True)
        except UserError as error:
            print(f"{path.stem:20} {error}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
