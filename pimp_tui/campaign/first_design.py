"""The configurations that a growing plan starts from, before anything can be learnt."""

from __future__ import annotations

from dataclasses import replace

from pimp_tui.campaign.growth import MOST, SUGGEST, grows
from pimp_tui.campaign.settings import Settings
from pimp_tui.campaign.setup import Setup

_DRAWN = 5  # configurations beside the named ones


def first_design(settings: Settings, setup: Setup, baseline: bool) -> Settings:
    """The settings that draw the start of the plan; the same ones where the plan does not grow.

    ``suggest`` alone starts from a few configurations far from each other, ``yasa+suggest`` from
    what the other samplers draw; the named configurations lead in any case.

    Args:
        baseline: whether the user's own configuration leads too.
    """
    from pimp_tui.sampling.registry import is_covering

    if not grows(settings):
        return settings
    drawing = [name for name in (settings.method or "").split("+") if name.strip() != SUGGEST]
    method, most = "+".join(drawing) or "diverse", settings.configurations
    if any(map(is_covering, drawing)):
        return replace(settings, method=method)
    wanted = min(most or MOST, 2 * len(setup.facts) + baseline + _DRAWN)
    valid = setup.space.count(within=setup.choice)
    return replace(settings, method=method, configurations=min(wanted, valid or wanted))
