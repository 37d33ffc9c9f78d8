"""Mean relative error on public configurable systems against the published learners.

    python tests/benchmarks/mre.py FOLDER [--seeds 30] [--systems A,B] [--predictor blend]

FOLDER holds one CSV per system (options as columns, last column ``PERF``) and ``published.csv``
(``system,n,decart,deepperf,hinnperf,dal``). Each cell trains on n configurations and is tested on
all the others, over the draws that DeepPerf used (Ha & Zhang, ICSE 2019), so that draws are
paired with theirs.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import polars as pl

from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.predictors import create_predictor, predictors

LEARNERS = ["decart", "deepperf", "hinnperf", "dal"]


def relative_error(table: pl.DataFrame, n: int, index: int, draw: int, predictor: str) -> float:
    """Mean relative error in percent of one draw (``index`` and ``draw`` count from 1)."""
    order = np.random.RandomState(30 * index + draw).permutation(table.height)
    train, test = table[order[:n]], table[order[n:]]
    encoder = Encoder(table.columns[:-1]).fit(train)
    y = train["PERF"].cast(pl.Float64).to_numpy()
    model = create_predictor(predictor, seed=draw).fit(encoder.transform(train), y)
    truth = test["PERF"].cast(pl.Float64).to_numpy()
    return float((np.abs(model.predict(encoder.transform(test))[0] - truth) / truth).mean() * 100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--systems", default="")
    parser.add_argument("--predictor", default="blend", choices=predictors())
    arguments = parser.parse_args()
    published = pl.read_csv(arguments.folder / "published.csv")
    wanted = [name for name in arguments.systems.split(",") if name]
    ratios: list[tuple[float, str, int]] = []
    print(f"{'system':<16}{'n':>6}{'anchor':>9}{'ours':>9}{'ratio':>8}{'s/fit':>8}")
    for system in published["system"].unique(maintain_order=True).to_list():
        path = arguments.folder / f"{system}.csv"
        if not path.exists() or (wanted and system not in wanted):
            continue
        table = pl.read_csv(path, infer_schema_length=None)
        rows = published.filter(pl.col("system") == system)
        for index, row in enumerate(rows.iter_rows(named=True), start=1):
            figures = [row[name] for name in LEARNERS if row.get(name) is not None]
            if not figures:
                continue
            n, anchor, began = row["n"], min(figures), time.perf_counter()
            draws = range(1, arguments.seeds + 1)
            errors = [relative_error(table, n, index, draw, arguments.predictor) for draw in draws]
            ours, seconds = float(np.mean(errors)), (time.perf_counter() - began) / len(errors)
            ratios.append((ours / anchor, system, n))
            print(
                f"{system:<16}{n:>6}{anchor:>9.2f}{ours:>9.2f}{ours / anchor:>8.2f}{seconds:>8.2f}",
                flush=True,
            )
    if not ratios:
        raise SystemExit(f"no published system has a table in {arguments.folder}")
    values = np.array([ratio for ratio, _, _ in ratios])
    worst, system, n = max(ratios)
    print(f"geometric mean ratio: {np.exp(np.log(values).mean()):.3f}")
    print(f"cells at or below 1: {int((values <= 1).sum())} of {len(values)}")
    print(f"worst ratio: {worst:.2f} ({system}, {n})")


if __name__ == "__main__":
    main()
