"""The order of runs: a pure function of the plan and the seed.

Repeats are interleaved (every configuration once, then every one again) so that a drift of the
machine does not look like an effect of an option; inside a repetition the order is shuffled, but
configurations that need the same load of the model stay together, since a reload is expensive.
Each load is made at least twice (a split plot: Jones and Nachtsheim 2009), so that what one load
happens to be like is not taken for the effect of its options: with one repetition its
configurations are parted in two visits. No visit begins with the load that the one before ended
with, which would make one visit of the two.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Planned:
    """One configuration of the plan as the runner needs it.

    Attributes:
        config_id: its identity.
        position: its place in the plan, from 1.
        model: name of its model.
        options: every modelled option with its effective value.
        deployment: those of ``options`` that need a reload of the model when they change.
        device: settings of the GPUs during its runs (option -> share), those at default left out.
    """

    config_id: str
    position: int
    model: str
    options: dict[str, Any]
    deployment: dict[str, Any]
    device: dict[str, float] = field(default_factory=dict)

    @property
    def load_key(self) -> str:
        """Equal for configurations that share one load of the model."""
        return json.dumps([self.model, self.deployment], sort_keys=True)


def order(
    plan: Sequence[Planned], repeats: int, seed: int, recorded: Iterable[tuple[str, int]] = ()
) -> list[tuple[Planned, int]]:
    """The runs still to do, as (configuration, repetition) with repetition from 1.

    Args:
        recorded: (config_id, repetition) that already have a committed run; they are left out
            without changing the order of the others.
    """
    skip = set(recorded)
    runs: list[tuple[Planned, int]] = []
    visits = 2 if repeats == 1 and len({item.load_key for item in plan}) > 1 else 1
    for repetition in range(1, repeats + 1):
        generator = random.Random(f"{seed}/{repetition}")
        groups: dict[str, list[Planned]] = {}
        for item in plan:
            groups.setdefault(item.load_key, []).append(item)
        for members in groups.values():
            generator.shuffle(members)
        visited: list[list[str]] = []
        for visit in range(visits):
            keys = [key for key, members in groups.items() if members[visit::visits]]
            generator.shuffle(keys)
            visited.append(keys)
        _part([[runs[-1][0].load_key], *visited] if runs else visited, generator)
        for visit, keys in enumerate(visited):
            for key in keys:
                runs += [(item, repetition) for item in groups[key][visit::visits]]
    return [(item, number) for item, number in runs if (item.config_id, number) not in skip]


def _part(visited: list[list[str]], generator: random.Random) -> None:
    """Swap loads inside visits where one would begin with the load that the one before ends."""
    for before, after in itertools.pairwise(visited):
        if not before or not after or before[-1] != after[0]:
            continue
        if len(after) > 1:
            other = generator.randrange(1, len(after))
            after[0], after[other] = after[other], after[0]
        elif len(before) > 1:
            other = generator.randrange(len(before) - 1)
            before[-1], before[other] = before[other], before[-1]
