"""Samplers by name: built in, or from the entry points ``pimp_tui.samplers`` of other packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol, cast

from pimp_tui.errors import UserError
from pimp_tui.space.nearest import did_you_mean

if TYPE_CHECKING:
    import numpy as np

    from pimp_tui.space import Space

Progress = Callable[[str, float | None], None]
"""Gets what is being done and the share of it that is done, if known; may raise to end it."""

_BUILT_IN = {
    "uniform": "pimp_tui.sampling.uniform:uniform",
    "diverse": "pimp_tui.sampling.diverse:diverse",
    "twise": "pimp_tui.sampling.twise:twise",
    "yasa": "pimp_tui.sampling.yasa:yasa",
    "icpl": "pimp_tui.sampling.icpl:icpl",
}

COVERING = ("twise", "yasa", "icpl")
"""Methods that cover every valid interaction and know by themselves when to stop."""

FILLING = ("uniform", "diverse")
"""Methods that draw as many configurations as they are asked for."""

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
        seconds: upper bound of the time that ``twise`` spends improving.
        given: (rows, features) bool that the plan already has; covering methods add what these
            leave uncovered.
        progress: told now and then how far the work is.
    """

    n: int | None
    t: int
    seed: int
    literals: tuple[int, ...]
    interactions: str
    seconds: float
    given: np.ndarray | None = None
    progress: Progress | None = None


class Sampler(Protocol):
    """Draws valid configurations: (rows, features) bool, in plan order, without the given ones."""

    def __call__(self, space: Space, order: Order) -> np.ndarray: ...


def sampler_names() -> list[str]:
    """All methods that can be asked for."""
    found = set(_BUILT_IN) | {point.name for point in entry_points(group="pimp_tui.samplers")}
    return sorted(found)


def is_covering(text: str) -> bool:
    """Whether a method covers every valid interaction."""
    return text.strip().partition(":")[0] in COVERING


def sampler(text: str) -> Sampler:
    """The sampler of a method: a name, or ``yasa:M`` for M passes.

    Raises:
        UserError: there is none, with the nearest name, or the number makes no sense.
    """
    name, colon, number = text.partition(":")
    if name == "suggest":
        raise UserError(
            "suggest needs a session: it learns from what was measured",
            mend="`pimp-tui suggest SESSION` lists what to measure next",
        )
    found: Sampler | None = None
    if name in _BUILT_IN:
        module, _, function = _BUILT_IN[name].partition(":")
        found = getattr(import_module(module), function)
    for point in entry_points(group="pimp_tui.samplers") if found is None else ():
        if point.name == name:
            found = point.load()
    if found is None:
        known = sampler_names()
        mend = did_you_mean(name, known, "methods are " + ", ".join(known))
        raise UserError(f"no sampling method {name or repr(name)}", mend=mend)
    if not colon:
        return found
    if name != "yasa":
        raise UserError(f"{name} takes no number", mend="only yasa does: yasa:10 makes 10 passes")
    if not number.isdecimal() or not 1 <= int(number) <= 1_000:
        raise UserError(f"yasa makes no {number or 'empty number of'} passes", mend="write yasa:10")
    with_passes: Sampler = partial(cast(Any, found), passes=int(number))
    return with_passes
