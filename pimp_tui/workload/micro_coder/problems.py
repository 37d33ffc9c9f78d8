"""Held-out problems in the fields of HumanEval; `python -m ... problems` writes the two files.

The inputs of a problem are chosen against its neighbours: other instances of its family, with
other constants or other parts, must fail at least one assertion.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from pimp_tui.workload.micro_coder.corpus import SEED, render, split
from pimp_tui.workload.micro_coder.inputs import argument_for
from pimp_tui.workload.micro_coder.instance import Instance

FOLDER = Path(__file__).parent
DEMO, DEMO_PIPELINES = 32, 6
PER_FAMILY, PIPELINES = 4, 64
FIRST_INPUTS, MOST_INPUTS = 6, 14
NEIGHBOURS, TRIES = 60, 200

Problem = dict[str, str]


def write(folder: Path = FOLDER) -> None:
    """Write `problems.jsonl` (demo) and `heldout.jsonl` (more), with one numbering."""
    demo, more = choose()
    lines = [json.dumps(problem) for problem in _build(demo + more)]
    for name, part in (("problems", lines[: len(demo)]), ("heldout", lines[len(demo) :])):
        (folder / f"{name}.jsonl").write_text("\n".join(part) + "\n", encoding="utf-8")


def choose() -> tuple[list[Instance], list[Instance]]:
    """Held-out instances: the demo's, at most one of a table family, and four more of each."""
    rng = random.Random(SEED)
    held_out = split().held_out
    unique = {i.body: i for i in chain.from_iterable(held_out.values())}
    pools: dict[str, list[Instance]] = defaultdict(list)
    for instance in unique.values():
        pools[instance.family].append(instance)
    drawn = (i for i in rng.sample(pools["pipeline"], 2000) if not _is_constant(i))
    pipelines = list({i.shape: i for i in drawn}.values())
    del pools["pipeline"]
    for pool in pools.values():
        rng.shuffle(pool)
    demo = [pools[name].pop() for name in _spread(list(pools), DEMO - DEMO_PIPELINES)]
    demo += pipelines[:DEMO_PIPELINES]
    more = [instance for pool in pools.values() for instance in pool[:PER_FAMILY]]
    more += pipelines[DEMO_PIPELINES : DEMO_PIPELINES + PIPELINES]
    return demo, more


def _spread(names: list[str], count: int) -> list[str]:
    """`count` of the names at even distances: the table is sorted by kind of argument."""
    return [names[i * len(names) // count] for i in range(count)]


def _build(instances: list[Instance]) -> Iterator[Problem]:
    families: dict[str, list[Instance]] = defaultdict(list)
    for members in split().train.values():
        families[members[0].family] += members
    for number, instance in enumerate(instances):
        rng = random.Random(f"{SEED}/{instance.key}")
        sample = render(instance, rng)
        yield {
            "task_id": f"micro/{number}",
            "prompt": sample.prompt,
            "entry_point": sample.entry_point,
            "canonical_solution": sample.completion,
            "test": _test(instance, families[instance.family], rng),
            "family": instance.family,
        }


def _test(instance: Instance, family: list[Instance], rng: random.Random) -> str:
    """Source of `check(candidate)`."""
    right = _function(instance)
    near = [i for i in family if i.shape == instance.shape and i.body != instance.body]
    pool = [*rng.sample(near, min(len(near), NEIGHBOURS)), *rng.sample(family, NEIGHBOURS // 4)]
    arguments = [argument_for(instance, rng) for _ in range(FIRST_INPUTS)]
    for neighbour in pool:
        wrong = _function(neighbour)
        if len(arguments) == MOST_INPUTS:
            break
        if all(_same(right, wrong, argument) for argument in arguments):
            tries = (argument_for(instance, rng) for _ in range(TRIES))
            arguments += [x for x in tries if not _same(right, wrong, x)][:1]
    lines = [f"    assert candidate({x!r}) == {right(x)!r}" for x in arguments]
    return "def check(candidate):\n" + "\n".join(lines) + "\n"


def _function(instance: Instance) -> Callable[[Any], Any]:
    """The instance as a Python function: our own source text, not a model's."""
    source = render(instance, random.Random(0))
    scope: dict[str, Any] = {}
    exec(source.prompt + source.completion, scope)
    function: Callable[[Any], Any] = scope[source.entry_point]
    return function


def _is_constant(instance: Instance) -> bool:
    """Whether a function answers alike to whatever it is given: no test would tell much."""
    function, rng = _function(instance), random.Random(0)
    return len({repr(function(argument_for(instance, rng))) for _ in range(30)}) < 3


def _same(right: Callable[[Any], Any], wrong: Callable[[Any], Any], argument: Any) -> bool:
    expected = right(argument)
    try:
        return bool(wrong(argument) == expected)
    except Exception:
        return False


if __name__ == "__main__":
    write()
