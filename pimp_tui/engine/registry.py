"""Finds engines by name, those of other packages included."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from pimp_tui.engine.base import Engine
from pimp_tui.errors import UserError

GROUP = "pimp_tui.engines"
BUILT_IN = {"transformers": "pimp_tui.engine.transformers:TransformersEngine"}


def engine_names() -> list[str]:
    """Names of all engines that can be asked for, sorted; imports none of them."""
    return sorted(BUILT_IN.keys() | {point.name for point in entry_points(group=GROUP)})


def open_engine(name: str) -> Engine:
    """A fresh engine by name.

    Raises:
        UserError: no engine has that name.
    """
    targets = BUILT_IN | {point.name: point.value for point in entry_points(group=GROUP)}
    if name not in targets:
        raise UserError(f"there is no engine '{name}'", mend="choose " + ", ".join(sorted(targets)))
    module, _, attribute = targets[name].partition(":")
    engine: Engine = getattr(import_module(module), attribute)()
    return engine
