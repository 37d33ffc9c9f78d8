"""Samplers by name: built in, or from the entry points ``pimp_tui.samplers`` of other packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol

from pimp_tui.errors import UserError
from pimp_tui.space.nearest import did_you_mean

if TYPE_CHECKING:
    import numpy as np

    from pimp_tui.space import Space

_BUILT_IN = {
    "uniform": "pimp_tui.sampling.uniform:uniform",
    "diverse": "pimp_tui.sampling.diverse:diverse",
    "twise": "pimp_tui.sampling.twise:twise",
}

DEFAULT_COUNT = 16
"""Configurations of a method that needs a number and got none."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a sampler.

    Attributes:
        n: configurations wanted, or None for as many as the method needs.
        t: strength of covering methods.
        seed: the same seed gives the same plan.
        literals: the partial configuration to respect, over feature numbers.
        interactions: ``options`` or ``literals``.
        seconds: upper bound of the time spent.
    """

    n: int | None
    t: int
    seed: int
    literals: tuple[int, ...]
    interactions: str
    seconds: float


class Sampler(Protocol):
    """Draws valid configurations: (rows, features) bool, in plan order.

    ``covering`` says that it chooses by itself how many it needs.
    """

    def __call__(self, space: Space, order: Order) -> np.ndarray: ...


def sampler_names() -> list[str]:
    """All methods that can be asked for."""
    found = set(_BUILT_IN) | {point.name for point in entry_points(group="pimp_tui.samplers")}
    return sorted(found)


def sampler(name: str) -> Sampler:
    """The sampler of a name.

    Raises:
        UserError: there is none, with the nearest name.
    """
    if name in _BUILT_IN:
        module, _, function = _BUILT_IN[name].partition(":")
        found: Callable[..., np.ndarray] = getattr(import_module(module), function)
        return found
    for point in entry_points(group="pimp_tui.samplers"):
        if point.name == name:
            loaded: Sampler = point.load()
            return loaded
    known = sampler_names()
    mend = did_you_mean(name, known, "methods are " + ", ".join(known))
    raise UserError(f"no sampling method {name}", mend=mend)
