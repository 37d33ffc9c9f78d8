"""``pimp-tui space analyse``."""

from __future__ import annotations

from pimp_tui.commands.output import Json
from pimp_tui.commands.sampling import Host, Model, SpaceArgument


def analyse(
    space: SpaceArgument, host: Host = None, model: Model = None, json: Json = False
) -> int:
    """Void, core, dead, false-optional features and redundant constraints."""
    from pimp_tui.commands.later import refuse

    raise refuse("space analyse", "`pimp-tui space propagate SPACE` lists core and dead features")
