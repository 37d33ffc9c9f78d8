"""Evaluations that the product's own suggest loop needs to reach a front, against other ways.

    python tests/benchmarks/suggest.py FOLDER [--seeds 20] [--budget 112] [--methods ours,uniform]

Each CSV of FOLDER is a measured table; names of objectives end in ``+`` (maximise) or ``-``
(minimise). Hypervolume is on log-scaled objectives, bounded by the nadir of the whole table's
front plus 10% of its range. optuna's TPE, NSGA-II and GPSampler run where optuna is installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from pimp_tui.learning.acquisition import reference_point
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.fronts import hypervolume
from pimp_tui.learning.proposal import propose, spread_out, to_costs

INITIAL = 6
Order = Callable[[np.ndarray, np.ndarray, int, int], list[int]]


def ours(X: np.ndarray, costs: np.ndarray, budget: int, seed: int) -> list[int]:
    """A spread-out start, then one suggestion at a time."""
    done = [int(np.random.default_rng(seed).integers(len(X)))]
    done += spread_out(X[done], X, INITIAL - 1, seed).tolist()
    while len(done) < budget:
        rest = np.setdiff1d(np.arange(len(X)), done)
        picked, _ = propose(X[done], costs[done], X[rest], 1, seed + len(done))
        done.append(int(rest[picked[0]]))
    return done


def uniform(X: np.ndarray, costs: np.ndarray, budget: int, seed: int) -> list[int]:
    return np.random.default_rng(seed).permutation(len(X))[:budget].tolist()


def optuna_order(sampler: str) -> Order:
    """One index per trial, rows as a product of the values of each column; misses go nearest."""

    def run(X: np.ndarray, costs: np.ndarray, budget: int, seed: int) -> list[int]:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        kinds = {"tpe": "TPESampler", "nsga2": "NSGAIISampler", "gp": "GPSampler"}
        study = optuna.create_study(
            sampler=getattr(optuna.samplers, kinds[sampler])(seed=seed),
            directions=["minimize"] * costs.shape[1],
        )
        levels = [np.unique(column) for column in X.T]
        order = []
        for _ in range(budget):
            trial = study.ask()
            asked = np.array(
                [
                    trial.suggest_categorical(f"x{d}", values.tolist())
                    for d, values in enumerate(levels)
                ]
            )
            index = int(((X - asked) ** 2).sum(axis=1).argmin())
            study.tell(trial, costs[index].tolist())
            order.append(index)
        return order

    return run


def evaluations(costs: np.ndarray, order: list[int], shares: tuple[float, ...]) -> list[float]:
    """Evaluations to reach each share of the whole table's hypervolume; inf if never."""
    reference = reference_point(costs)
    whole = hypervolume(costs, reference)
    reached = [np.inf] * len(shares)
    for count in range(1, len(order) + 1):
        have = hypervolume(costs[order[:count]], reference) / whole
        for index, share in enumerate(shares):
            if have >= share and reached[index] == np.inf:
                reached[index] = count
        if np.isfinite(reached).all():
            break
    return reached


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--budget", type=int, default=112)
    parser.add_argument("--methods", default="")
    arguments = parser.parse_args()
    methods: dict[str, Order] = {"ours": ours, "uniform": uniform}
    if importlib.util.find_spec("optuna"):
        methods |= {f"optuna {name}": optuna_order(name) for name in ("tpe", "nsga2", "gp")}
    if arguments.methods:
        methods = {name: methods[name] for name in arguments.methods.split(",")}
    ratios = []
    print(f"{'table':<16}{'method':<14}{'90%':>8}{'95%':>8}{'s/run':>9}")
    for path in sorted(arguments.folder.glob("*.csv")):
        table = pl.read_csv(path, infer_schema_length=None)
        goals = [name for name in table.columns if name[-1] in "+-"]
        if len(goals) != 2:
            continue
        X = Encoder([name for name in table.columns if name not in goals]).fit(table)
        ways = ["max" if name[-1] == "+" else "min" for name in goals]
        costs = to_costs(table.select(pl.col(goals).cast(pl.Float64)).to_numpy(), ways)
        medians = {}
        for name, order in methods.items():
            began = time.perf_counter()
            budget = len(table) if name == "uniform" else min(arguments.budget, len(table))
            found = [
                evaluations(costs, order(X.transform(table), costs, budget, seed), (0.9, 0.95))
                for seed in range(arguments.seeds)
            ]
            medians[name] = np.median(np.array(found), axis=0)
            seconds = (time.perf_counter() - began) / arguments.seeds
            print(
                f"{path.stem:<16}{name:<14}{medians[name][0]:>8.1f}{medians[name][1]:>8.1f}"
                f"{seconds:>9.2f}",
                flush=True,
            )
        if {"ours", "uniform"} <= set(medians):
            ratios.append(medians["ours"][0] / medians["uniform"][0])
    if ratios:
        print(f"geometric mean of ours / uniform at 90%: {np.exp(np.log(ratios).mean()):.3f}")


if __name__ == "__main__":
    main()
