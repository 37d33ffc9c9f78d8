"""Mean relative error on public configurable systems against the published learners.

    python tests/benchmarks/mre.py FOLDER [--seeds 30] [--systems A,B] [--predictor blend]

FOLDER holds one CSV per system (options as columns, last column ``PERF``) and ``published.csv``
(``system,n,decart,deepperf,hinnperf,dal``). Each cell trains on n configurations and is tested on
all the others, over the draws that DeepPerf used (Ha & Zhang, ICSE 2019), so that draws are
paired with theirs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.predictors import create_predictor, predictors
from pimp_tui.session.table_reading import read_table

LEARNERS = ["decart", "deepperf", "hinnperf", "dal"]


def relative_error(table: pl.DataFrame, n: int, index: int, draw: int, predictor: str) -> float:
    """Mean relative error in percent of one draw (``index`` and ``draw`` count from 1)."""
    order = np.random.RandomState(30 * index + draw).permutation(table.height)
    train, test = table[order[:n]], table[order[n:]]
    *options, target = table.columns
    encoder = Encoder(options).fit(train)
    y = train[target].cast(pl.Float64).to_numpy()
    model = create_predictor(predictor, seed=draw).fit(encoder.transform(train), y)
    truth = test[target].cast(pl.Float64).to_numpy()
    return float((np.abs(model.predict(encoder.transform(test))[0] - truth) / truth).mean() * 100)


def cells(
    folder: Path, published: pl.DataFrame, wanted: list[str]
) -> Iterator[tuple[str, pl.DataFrame, int, int, float]]:
    """System, its table, n, the index of n in the published list, and the best published figure.

    What cannot be compared is told on stderr and left out.
    """
    names = published["system"].unique(maintain_order=True).to_list()
    if unknown := [name for name in wanted if name not in names]:
        raise UserError(f"no published system {unknown[0]}; published: {', '.join(names)}")
    for system in wanted or names:
        path = folder / f"{system}.csv"
        if not path.exists():
            print(f"{system}: no table {path}; left out", file=sys.stderr)
            continue
        table = read_table(path)
        rows = published.filter(pl.col("system") == system)
        for index, row in enumerate(rows.iter_rows(named=True), start=1):
            figures = [float(row[name]) for name in LEARNERS if row.get(name) is not None]
            n = row["n"]
            if n is None or not 2 <= n < table.height or not figures:
                why = "nothing published" if not figures else f"the table has {table.height} rows"
                print(f"{system} at {n}: {why}; left out", file=sys.stderr)
                continue
            yield system, table, int(n), index, min(figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--systems", default="")
    parser.add_argument("--predictor", default="blend", choices=predictors())
    arguments = parser.parse_args()
    if arguments.seeds < 1:
        parser.error(f"--seeds is {arguments.seeds}, at least 1 draw is needed")
    try:
        compare(
            arguments.folder,
            [name for name in arguments.systems.split(",") if name],
            range(1, arguments.seeds + 1),
            arguments.predictor,
        )
    except UserError as error:
        print("\n".join(error.lines()), file=sys.stderr)
        raise SystemExit(2) from None


def compare(folder: Path, wanted: list[str], draws: range, predictor: str) -> None:
    published = read_table(folder / "published.csv")
    if missing := {"system", "n"} - set(published.columns):
        raise UserError(f"no column {min(missing)}", str(folder / "published.csv"))
    ratios: list[tuple[float, str, int]] = []
    print(f"{'system':<16}{'n':>6}{'anchor':>9}{'ours':>9}{'ratio':>8}{'s/fit':>8}")
    for system, table, n, index, anchor in cells(folder, published, wanted):
        began = time.perf_counter()
        errors = [relative_error(table, n, index, draw, predictor) for draw in draws]
        ours, seconds = float(np.mean(errors)), (time.perf_counter() - began) / len(errors)
        ratios.append((ours / anchor, system, n))
        print(
            f"{system:<16}{n:>6}{anchor:>9.2f}{ours:>9.2f}{ours / anchor:>8.2f}{seconds:>8.2f}",
            flush=True,
        )
    if not ratios:
        raise UserError("nothing to compare with", str(folder))
    values = np.array([ratio for ratio, _, _ in ratios])
    worst, system, n = max(ratios)
    print(f"geometric mean ratio: {np.exp(np.log(values).mean()):.3f}")
    print(f"cells at or below 1: {int((values <= 1).sum())} of {len(values)}")
    print(f"worst ratio: {worst:.2f} ({system}, {n})")


if __name__ == "__main__":
    main()
