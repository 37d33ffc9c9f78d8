"""Seeded training corpus and the hold-out split.

The split goes by a hash of family and parameters: of each family the instances with the lowest
hashes are held out, and whatever has the body of a held-out instance (with the argument's name
normalised) is dropped from training too, whichever family it came from.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from string import Template
from textwrap import indent

from pimp_tui.workload.micro_coder import grammar
from pimp_tui.workload.micro_coder.families import FAMILIES
from pimp_tui.workload.micro_coder.instance import ARGUMENT_NAMES, GENERIC_NAMES, Instance

SEED = 9
SAMPLES = 60_000
HELD_OUT_SHARE = 0.12
HELD_OUT_AT_LEAST = 6
PIPELINE_SHARE = 0.3


@dataclass(frozen=True)
class Sample:
    """A prompt (def line and docstring) and the body that completes it, indented."""

    prompt: str
    completion: str
    entry_point: str
    argument: str


@dataclass(frozen=True)
class Split:
    """Instances by family: to train on, and held out."""

    train: dict[str, list[Instance]]
    held_out: dict[str, list[Instance]]


def split() -> Split:
    """The one hold-out split; the same on every machine and in every process."""
    families: dict[str, list[Instance]] = {
        family.name: list(family.instances()) for family in FAMILIES
    }
    families["pipeline"] = list(grammar.instances())
    held_out: dict[str, list[Instance]] = {}
    for name, members in families.items():
        count = max(HELD_OUT_AT_LEAST, round(HELD_OUT_SHARE * len(members)))
        held_out[name] = sorted(members, key=_hash)[:count]
    bodies = {instance.body for members in held_out.values() for instance in members}
    train = {
        name: [instance for instance in members if instance.body not in bodies]
        for name, members in families.items()
    }
    return Split(train, held_out)


def render(instance: Instance, rng: random.Random) -> Sample:
    """One wording of a function: its name, its argument's name and its docstring are drawn."""
    argument = rng.choice(ARGUMENT_NAMES[instance.kind])
    holes = {**dict(instance.params), "a": argument}
    names = (*instance.names, rng.choice(GENERIC_NAMES))
    name = Template(rng.choice(names)).substitute(holes)
    doc = Template(rng.choice(instance.docs)).substitute(holes)
    return Sample(
        prompt=f'def {name}({argument}):\n    """{doc}"""\n',
        completion=indent(instance.body.replace("$a", argument), "    ") + "\n",
        entry_point=name,
        argument=argument,
    )


def training_samples(count: int = SAMPLES, seed: int = SEED) -> Iterator[Sample]:
    """`count` samples: families in equal shares, `PIPELINE_SHARE` of them from the grammar."""
    train = split().train
    shapes: dict[str, list[Instance]] = defaultdict(list)
    for instance in train.pop("pipeline"):
        shapes[instance.shape].append(instance)
    tables, pipelines = list(train.values()), list(shapes.values())
    rng = random.Random(seed)
    for _ in range(count):
        groups = pipelines if rng.random() < PIPELINE_SHARE else tables
        yield render(rng.choice(rng.choice(groups)), rng)


def _hash(instance: Instance) -> str:
    return sha256(instance.key.encode()).hexdigest()


def main() -> None:
    """Write the training corpus to standard output, one JSON object of a sample a line."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    for sample in training_samples(arguments.samples, arguments.seed):
        line = {"prompt": sample.prompt, "completion": sample.completion}
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
