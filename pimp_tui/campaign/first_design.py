"""The configurations that a growing plan starts from, before anything can be learnt."""

from __future__ import annotations

from dataclasses import replace

from pimp_tui.campaign.growth import MOST, SUGGEST, grows
from pimp_tui.campaign.settings import Settings
from pimp_tui.campaign.setup import Setup

MINIMUM_MEASURED = 4  # fewer teach nothing (learning.proposal, which is slow to import)

_DRAWN = 5  # configurations beside the named ones


def first_design(settings: Settings, setup: Setup, baseline: bool) -> Settings:
    """The settings that draw the start of the plan; the same ones where the plan does not grow.

    ``suggest`` alone starts from a few configurations far from each other, ``yasa+suggest`` from
    what the other samplers draw; the named configurations lead in any case.

    Args:
        baseline: whether the user's own configuration leads too.

    Raises:
        UserError: a sampler that there is not.
    """
    from pimp_tui.sampling.registry import is_covering, sampler

    if not grows(settings):
        return settings
    drawing = [name for name in (settings.method or "").split("+") if name.strip() != SUGGEST]
    for name in drawing:
        sampler(name.strip())
    method, most = "+".join(drawing or ["diverse"]), settings.configurations or MOST
    if any(map(is_covering, drawing)):
        return replace(settings, method=method)
    room = max(most // 2, MINIMUM_MEASURED)  # half of a small number is left to suggestions
    wanted = min(most, room, 2 * len(setup.facts) + baseline + _DRAWN)
    valid = setup.space.count(within=setup.choice)
    return replace(settings, method=method, configurations=min(wanted, valid or wanted))
