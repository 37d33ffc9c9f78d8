"""The configurations a check runs: which, in which order, and what to measure others against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.mining.verdict import Verdict
from pimp_tui.sampling import distinct_uniform, sample
from pimp_tui.space import Space
from pimp_tui.space.ids import canonical

_PAIRWISE_SECONDS = 5.0


@dataclass(slots=True)
class Ran:
    """A configuration that was run: its features, its options, what came of it."""

    features: frozenset[str]
    options: dict[str, Any]
    verdict: Verdict


def is_deployment(space: Space, option: str) -> bool:
    """Whether a change of the option needs a reload of the model."""
    return space.layer(option) == "deployment" and option != "batch_size"


def draw(
    space: Space, n: int, seed: int, note: Callable[[str], None]
) -> list[tuple[frozenset[str], dict[str, Any]]]:
    """Features and options of the library's default, a 2-wise plan, and n uniform ones, each once.

    The default leads; the others follow so that those which share a load stand together.

    Args:
        note: told why there are no n uniform configurations, where there are none.
    """
    plan = sample(space, method="twise", t=2, seed=seed, seconds=_PAIRWISE_SECONDS)
    rows = plan.to_dicts()
    if n:
        try:
            more = distinct_uniform(space, n, seed=seed, without=set(plan["config_id"]))
            rows += more.to_dicts()
        except UserError as error:
            note(f"no {n} uniform configurations: {error.what}")
    names = list(space.bindings)
    drawn = [space.from_row({name: row[name] for name in names}) for row in rows]
    distinct = dict.fromkeys([space.default_configuration(), *drawn])
    first, *rest = [(features, space.effective(features)) for features in distinct]

    def load(one: tuple[frozenset[str], dict[str, Any]]) -> str:
        return canonical({k: v for k, v in one[1].items() if is_deployment(space, k)})

    return [first, *sorted(rest, key=load)]


def base_options(ran: list[Ran]) -> dict[str, Any]:
    """Options of the library's default, the first that ran; of the nearest good one if it is bad.

    Raises:
        UserError: nothing ran at all.
    """
    default = ran[0].options
    running = [one for one in ran if one.verdict.failure is None]
    if not running:
        raise UserError(
            f"no configuration of the space runs: {ran[0].verdict.failure}",
            mend="choose another model, or another space",
        )

    def apart(one: Ran) -> tuple[int, int]:
        return len(one.verdict.ignored), sum(one.options[k] != v for k, v in default.items())

    return min(running, key=apart).options
