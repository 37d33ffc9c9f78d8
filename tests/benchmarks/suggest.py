"""Evaluations that the product's own suggest loop needs to reach a front, against other ways.

    python tests/benchmarks/suggest.py FOLDER [--seeds 20] [--budget 112] [--methods ours,uniform]
                                              [--tables NAME,NAME] [--batch 1]

Each CSV of FOLDER is a measured table; names of objectives end in ``+`` (maximise) or ``-``
(minimise), one to three of them. Hypervolume is on log-scaled objectives, bounded by the nadir of
the whole table's front plus 10% of its range. optuna's TPE, NSGA-II and GPSampler run where optuna
is installed (GPSampler where torch is too); a row that they ask for again costs them nothing.
Uniform draws are cheap: they take at least 100 seeds.

Whether ours is worse than a peer beyond seed noise: the one-sided Mann-Whitney test on the
evaluations of all seeds (never reached counts as most) gives the probability of a difference like
this, were ours no slower; below 0.05 it is worse.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.fronts.front_history import volume_of
from pimp_tui.learning.suggestion.acquisition import reference_point
from pimp_tui.learning.suggestion.proposal import FIRST, propose, to_costs
from pimp_tui.learning.suggestion.spread import spread_out

SHARES = (0.9, 0.95)
LEAST_UNIFORM = 100


@dataclass(frozen=True)
class Table:
    """A measured table: encoded rows (n, d), raw option columns, costs (n, k); less is better."""

    name: str
    X: np.ndarray
    columns: list[np.ndarray]
    costs: np.ndarray

    @classmethod
    def read(cls, path: Path) -> Table | None:
        """The table in a CSV; None where it has not one to three objectives."""
        frame = pl.read_csv(path, infer_schema_length=None)
        goals = [name for name in frame.columns if name[-1] in "+-"]
        if not 1 <= len(goals) <= 3:
            return None
        options = [name for name in frame.columns if name not in goals]
        values = frame.select(pl.col(goals).cast(pl.Float64)).to_numpy()
        return cls(
            path.stem,
            Encoder(options).fit(frame).transform(frame),
            [frame[name].to_numpy() for name in options],
            to_costs(values, ["max" if name[-1] == "+" else "min" for name in goals]),
        )

    def share(self, order: list[int]) -> float:
        """Share of the whole table's hypervolume that these rows have."""
        reference = self.reference
        bounded = self.costs[order][(self.costs[order] < reference).all(axis=1)]
        if not len(bounded):
            return 0.0
        return volume_of(bounded, reference) / self.whole

    @cached_property
    def codes(self) -> np.ndarray:
        """Which value each option has, as integers (n, options)."""
        return np.column_stack(
            [np.unique(column, return_inverse=True)[1] for column in self.columns]
        )

    @cached_property
    def whole(self) -> float:
        """Hypervolume of the whole table."""
        return volume_of(self.costs, self.reference)

    @cached_property
    def reference(self) -> np.ndarray:
        """Nadir of the whole table's front and 10% of its range."""
        return reference_point(self.costs)

    def evaluations(self, order: list[int]) -> list[float]:
        """Evaluations to reach each of ``SHARES``; inf where these rows never do."""
        reached = []
        for share in SHARES:
            low, high = 0, len(order)  # the share grows with every row
            if self.share(order) < share:
                reached.append(np.inf)
                continue
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if self.share(order[:middle]) >= share else (middle, high)
            reached.append(float(high))
        return reached


Order = Callable[[Table, int, int], list[int]]


def ours(batch: int) -> Order:
    """The start of ``run --method suggest``, then what ``propose`` says, ``batch`` at a time."""

    def run(table: Table, budget: int, seed: int) -> list[int]:
        X, costs = table.X, table.costs
        codes = table.codes
        done = spread_out(codes[:0], codes, FIRST, seed).tolist()
        while len(done) < budget and table.share(done) < SHARES[-1]:
            rest = np.setdiff1d(np.arange(len(X)), done)
            picked, _ = propose(X[done], costs[done], X[rest], batch, seed + len(done))
            done += rest[picked].tolist()
        return done

    return run


def uniform(table: Table, budget: int, seed: int) -> list[int]:
    """All rows in random order."""
    return np.random.default_rng(seed).permutation(len(table.X)).tolist()


def optuna_order(sampler: str) -> Order:
    """Numbers as their ranks, texts as categories; a combination that is no row goes nearest."""

    def run(table: Table, budget: int, seed: int) -> list[int]:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        kinds = {"tpe": "TPESampler", "nsga2": "NSGAIISampler", "gp": "GPSampler"}
        study = optuna.create_study(
            sampler=getattr(optuna.samplers, kinds[sampler])(seed=seed),
            directions=["minimize"] * table.costs.shape[1],
        )
        levels = [np.unique(column, return_inverse=True) for column in table.columns]
        numeric = [np.issubdtype(column.dtype, np.number) for column in table.columns]
        order: list[int] = []
        for _ in range(3 * budget):
            trial = study.ask()
            distance = np.zeros(len(table.X))
            for d, ((values, place), number) in enumerate(zip(levels, numeric, strict=True)):
                top = len(values) - 1
                if number:
                    asked = trial.suggest_int(f"x{d}", 0, top)
                    distance += ((place - asked) / max(top, 1)) ** 2
                else:
                    distance += place != trial.suggest_categorical(f"x{d}", list(range(top + 1)))
            index = int(distance.argmin())
            study.tell(trial, table.costs[index].tolist())
            if index not in order:
                order.append(index)
                if len(order) >= budget or table.share(order) >= SHARES[-1]:
                    break
        return order

    return run


def measure(table: Table, order: Order, budget: int, seeds: int) -> tuple[np.ndarray, float]:
    """Evaluations (seeds, shares) and the CPU seconds of a run."""
    began = time.process_time()
    found = [table.evaluations(order(table, budget, seed)) for seed in range(seeds)]
    return np.array(found), (time.process_time() - began) / seeds


def slower(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Probability of evaluations (seeds,) so much larger than theirs, were there no difference."""
    from scipy.stats import mannwhitneyu

    most = 1.0 + max(x[np.isfinite(x)].max(initial=0.0) for x in (ours, theirs))
    both = (np.minimum(ours, most), np.minimum(theirs, most))
    return float(mannwhitneyu(*both, alternative="greater").pvalue)


def ratio(name: str, medians: dict[str, list[np.ndarray]], sizes: list[int], share: int) -> float:
    """Geometric mean over tables of a method's median to uniform's; a table's size for never."""
    mine, blind = (
        np.array(
            [np.minimum(row[share], size) for row, size in zip(medians[key], sizes, strict=True)]
        )
        for key in (name, "uniform")
    )
    return float(np.exp(np.log(mine / blind).mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--budget", type=int, default=112)
    parser.add_argument("--methods", default="")
    parser.add_argument("--tables", default="")
    parser.add_argument("--batch", type=int, default=1)
    arguments = parser.parse_args()
    methods: dict[str, Order] = {"ours": ours(arguments.batch), "uniform": uniform}
    if importlib.util.find_spec("optuna"):
        methods |= {f"optuna {name}": optuna_order(name) for name in ("tpe", "nsga2")}
        if importlib.util.find_spec("torch"):
            methods["optuna gp"] = optuna_order("gp")
    if arguments.methods:
        wanted = [name.strip() for name in arguments.methods.split(",")]
        if unknown := [name for name in wanted if name not in methods]:
            sys.exit(f"no method {unknown[0]!r}; there are {', '.join(methods)}")
        methods = {name: methods[name] for name in wanted}
    only = set(filter(None, arguments.tables.split(",")))
    medians: dict[str, list[np.ndarray]] = {name: [] for name in methods}
    sizes: list[int] = []
    print(f"{'table':<16}{'method':<14}{'90%':>8}{'95%':>8}{'CPU s/run':>11}")
    for path in sorted(arguments.folder.glob("*.csv")):
        if only and path.stem not in only:
            continue
        table = Table.read(path)
        if table is None:
            print(f"{path.name}: not one to three objectives, left out", file=sys.stderr)
            continue
        sizes.append(len(table.X))
        reached: dict[str, np.ndarray] = {}
        for name, order in methods.items():
            seeds = max(arguments.seeds, LEAST_UNIFORM) if name == "uniform" else arguments.seeds
            budget = min(arguments.budget, len(table.X))
            found, seconds = measure(table, order, budget, seeds)
            reached[name], median = found, np.median(found, axis=0)
            medians[name].append(median)
            print(
                f"{table.name:<16}{name:<14}{median[0]:>8.1f}{median[1]:>8.1f}{seconds:>11.2f}",
                flush=True,
            )
        for name in (name for name in reached if name.startswith("optuna") and "ours" in reached):
            p = [slower(reached["ours"][:, at], reached[name][:, at]) for at in range(len(SHARES))]
            print(
                f"{table.name:<16}ours slower than {name}: p {p[0]:.3f} at 90%, {p[1]:.3f} at 95%"
            )
    if not sizes or not {"ours", "uniform"} <= set(methods):
        return
    for name in methods:
        if name != "uniform":
            print(
                f"geometric mean of {name} / uniform at 95%: {ratio(name, medians, sizes, 1):.3f}"
            )
        if name not in ("ours", "uniform"):
            print(
                f"geometric mean of {name} / uniform at 90%: {ratio(name, medians, sizes, 0):.3f}"
            )
    print(f"geometric mean of ours / uniform at 90%: {ratio('ours', medians, sizes, 0):.3f}")


if __name__ == "__main__":
    main()
