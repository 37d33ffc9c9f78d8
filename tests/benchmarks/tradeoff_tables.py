"""Synthetic trade-off tables of several kinds for ``suggest.py``, so that it is tuned to none.

    python tests/benchmarks/tradeoff_tables.py FOLDER [--seed 0] [--each 2]

Each kind is a law with random coefficients and multiplicative noise over a grid of options, written
as CSV with objectives named as in the MOOT collection (``+`` to maximise, ``-`` to minimise).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROWS = 2000
Rows = dict[str, np.ndarray]
Made = tuple[Rows, Rows]


def grid(levels: Mapping[str, Sequence[Any]], random: np.random.Generator) -> Rows:
    """All combinations of the levels, or ``ROWS`` of them."""
    sizes = [len(values) for values in levels.values()]
    total = int(np.prod(sizes))
    places = np.unravel_index(np.sort(random.permutation(total)[:ROWS]), sizes)
    return {
        name: np.array(values)[at]
        for (name, values), at in zip(levels.items(), places, strict=True)
    }


def geometric(high: float, count: int) -> list[int]:
    return [int(value) for value in np.unique(np.round(np.geomspace(1, high, count)))]


def noise(random: np.random.Generator, count: int) -> np.ndarray:
    return np.exp(random.uniform(0.01, 0.12) * random.standard_normal(count))


def stream(random: np.random.Generator) -> Made:
    """Stream processing: Little's law, the slowest stage, collapse beyond it."""
    rows = grid(
        {
            "spouts": geometric(random.integers(3, 9), 4),
            "pending": geometric(random.choice([1000, 10000]), int(random.integers(6, 10))),
            "wait": geometric(100, int(random.integers(2, 6))),
            "split": geometric(random.integers(4, 13), 5),
            "count": geometric(random.integers(6, 19), 5),
        },
        random,
    )
    spouts, split, count = rows["spouts"], rows["split"], rows["count"]
    stages = [spouts**0.6 * random.uniform(3, 9), split**0.7 * random.uniform(1.5, 4)]
    stages.append(count**0.6 * random.uniform(1, 3))
    capacity = 1000 * np.min(stages, axis=0)
    capacity = capacity / (1 + 0.03 * (spouts + split + count) ** random.uniform(0.8, 1.3))
    base_s = random.uniform(1, 4) * (1 + random.uniform(0, 0.04) * rows["wait"]) / 1000
    flight = rows["pending"] * spouts ** random.uniform(0.3, 1)
    rate = 1 / ((1 / capacity) ** 2 + (base_s / flight) ** 2) ** 0.5
    latency_ms = 1000 * flight / rate + rows["wait"] * random.uniform(0, 0.2)
    collapsed = flight > capacity * random.uniform(0.2, 1)
    rate = np.where(collapsed, rate * random.uniform(0.3, 0.9), rate)
    n = len(rate)
    return rows, {"rate+": rate * noise(random, n), "latency-": latency_ms * noise(random, n)}


def steep(random: np.random.Generator) -> Made:
    """One option drives both objectives in opposite ways: much of the table is near the front."""
    levels = {
        f"v{i}": geometric(random.integers(20, 2000), int(random.integers(5, 12)))
        for i in range(int(random.integers(2, 5)))
    }
    rows = grid(levels, random)
    unit = np.column_stack([np.log(column) / np.log(column.max()) for column in rows.values()])
    drive = np.minimum(unit[:, 0] / random.uniform(0.5, 1), 1)
    far = np.abs(unit[:, 1:] - random.uniform(0, 1, unit.shape[1] - 1))
    waste = random.uniform(0.1, 1.2) * far @ random.uniform(0.1, 1, far.shape[1])
    rate = 800 * np.exp(2 * drive - waste)
    latency = 3 * np.exp(1.7 * drive**1.3 + waste * random.uniform(0.2, 1))
    n = len(rate)
    return rows, {"rate+": rate * noise(random, n), "latency-": latency * noise(random, n)}


def flags(random: np.random.Generator, width: int = 12, active: int = 6) -> Made:
    """Switches, two of which exclude each other, with effects and interactions in pairs."""
    X = np.unique(random.integers(0, 2, (3 * ROWS, width)), axis=0)
    X = X[(X[:, 0] & X[:, 1]) == 0]
    X = X[random.permutation(len(X))[:ROWS]]

    def law(size: float) -> np.ndarray:
        chosen = random.permutation(width)[:active]
        value = X[:, chosen] @ random.normal(0, size, active)
        for _ in range(active):
            i, j = random.choice(chosen, 2, replace=False)
            value = value + random.normal(0, 0.7 * size) * X[:, i] * X[:, j]
        return np.exp(value) * noise(random, len(X))

    rows = {f"f{i}": X[:, i] for i in range(width)}
    return rows, {"time-": 10 * law(0.35), "size-": 100 * law(0.25)}


def wide(random: np.random.Generator) -> Made:
    """Forty switches of which eight matter to each objective."""
    return flags(random, 40, 8)


def inference(random: np.random.Generator) -> Made:
    """Energy against an accuracy in steps of a problem, ruined by one option."""
    rows = grid(
        {
            "beams": [1, 2, 4, 8],
            "dtype": ["fp32", "bf16", "int8", "int4"],
            "cache": ["dynamic", "static", "offloaded", "quantised"],
            "attention": ["eager", "sdpa", "flash"],
            "sample": [0, 1],
            "ngram": [0, 2, 4],
            "compile": [0, 1],
        },
        random,
    )
    factor = {
        "fp32": 2.0, "bf16": 1.0, "int8": 1.15, "int4": 0.9, "dynamic": 1.0, "static": 0.85,
        "offloaded": 2.2, "quantised": 1.3, "eager": 1.3, "sdpa": 1.05, "flash": 1.0,
    }  # fmt: skip
    energy = 50 * rows["beams"] ** random.uniform(0.5, 1)
    for name in ("dtype", "cache", "attention"):
        energy = energy * np.array([factor[value] for value in rows[name]])
    static = rows["cache"] == "static"
    energy = energy * np.where(rows["compile"] == 1, np.where(static, 0.6, 0.95), 1.0)
    solved = 0.42 + 0.035 * np.log2(rows["beams"]) - 0.05 * rows["sample"]
    solved = solved - np.where(rows["dtype"] == "int4", 0.06, 0.0)
    solved = solved * np.select([rows["ngram"] == 2, rows["ngram"] == 4], [0.05, 0.35], 1.0)
    n = len(solved)
    solved = np.round((solved + random.normal(0, 0.008, n)) * 164) / 164
    return rows, {"energy-": energy * noise(random, n), "solved+": np.clip(solved, 0, 1)}


def signed(random: np.random.Generator) -> Made:
    """Objectives of either sign, for which there is no scale of logarithms."""
    X = random.uniform(-1, 1, (ROWS // 2, 4)).round(2)
    centre, bend = random.uniform(-0.5, 0.5, (2, 4)), random.uniform(0.3, 2, (2, 4))
    f, g = (((X - centre[k]) ** 2 @ bend[k]) - 1 for k in (0, 1))
    error = 0.03 * random.standard_normal((2, len(X)))
    return {f"x{i}": X[:, i] for i in range(4)}, {"f-": f + error[0], "g+": -g + error[1]}


def three(random: np.random.Generator) -> Made:
    """Three objectives over numbers, switches and a category."""
    rows = grid(
        {"a": [1, 2, 4, 8, 16], "b": [0, 1], "c": ["p", "q", "r", "s"], "d": [1, 2, 3, 4, 5, 6],
         "e": [0, 1], "f": [0, 1, 2]},
        random,
    )  # fmt: skip
    time, quality = (dict(zip("pqrs", random.normal(0, 0.3, 4), strict=True)) for _ in range(2))
    log_a, n = np.log2(rows["a"]), len(rows["a"])
    seconds = np.exp(-0.3 * log_a + 0.1 * rows["d"] + [time[c] for c in rows["c"]])
    memory = np.exp(0.35 * log_a + 0.2 * rows["e"] - 0.1 * rows["f"])
    good = 0.5 + 0.05 * rows["d"] + 0.3 * np.array([quality[c] for c in rows["c"]])
    good = np.clip(good - 0.01 * rows["d"] ** 2 * rows["b"], 0.01, None)
    return rows, {
        "time-": seconds * noise(random, n), "memory-": memory * noise(random, n),
        "quality+": good * noise(random, n),
    }  # fmt: skip


KINDS: list[Callable[[np.random.Generator], Made]] = [
    stream, steep, flags, wide, inference, signed, three,
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", type=int, default=2)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for number, kind in enumerate(KINDS):
        for one in range(arguments.each):
            random = np.random.default_rng([arguments.seed, number, one])
            options, objectives = kind(random)
            path = arguments.folder / f"{kind.__name__}{arguments.seed + one}.csv"
            pl.DataFrame({**options, **objectives}).write_csv(path)


if __name__ == "__main__":
    main()
