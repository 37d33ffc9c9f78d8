"""Where keys mean something: chains of widgets, the innermost first, each as a class by name.

A key goes to the first widget of the chain that has it, so two actions on one key clash only
within a chain. Only a user with keys of their own pays for importing all of this.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from textual.dom import DOMNode

_UI = "pimp_tui.tui"
_ROWS = "widgets.rows:Rows"
_WORKSPACE = "screens.workspace:WorkspaceScreen"
CHAINS: dict[str, tuple[str, ...]] = {
    "Sessions": (_ROWS, "screens.sessions:SessionsScreen"),
    "the wizard": (_ROWS, "screens.wizard.screen:Wizard"),
    "Space": ("panes.space.tree:FeatureTree", "panes.space.pane:SpacePane", _WORKSPACE),
    "Plan": (_ROWS, "panes.plan.pane:PlanPane", _WORKSPACE),
    "Monitor": (_ROWS, "panes.monitor.pane:MonitorPane", _WORKSPACE),
    "Results": ("panes.results.pane:ResultsPane", _WORKSPACE),
    "Predictions": (
        "panes.predictions.whatif_part:WhatIf", "panes.predictions.pane:PredictionsPane",
        _WORKSPACE,
    ),
    "Trade-offs": ("panes.tradeoffs.pane:TradeoffsPane", _WORKSPACE),
    "the objectives": (
        "panes.tradeoffs.objectives:Objectives", "panes.tradeoffs.pane:TradeoffsPane", _WORKSPACE,
    ),
}  # fmt: skip


class Bound(NamedTuple):
    """One key of one action in one widget.

    Attributes:
        key: as Textual names it.
        action: the action's name in the settings; "" for one that cannot be rebound.
        does: what it does, in words.
        widget: class that has it.
    """

    key: str
    action: str
    does: str
    widget: str


@lru_cache
def bound_in(place: str) -> tuple[Bound, ...]:
    """The default keys of a chain, the innermost widget's first."""
    return tuple(one for name in CHAINS[place] for one in _of_class(name))


def _of_class(name: str) -> Iterator[Bound]:
    module, _, attribute = name.partition(":")
    node: type[DOMNode] = getattr(importlib.import_module(f"{_UI}.{module}"), attribute)
    bindings = node._merged_bindings  # the class's own and its bases', as its instances get them
    for key, some in (bindings.key_to_bindings if bindings else {}).items():
        for binding in some:
            if not binding.id and binding.action.startswith(("scroll_", "page_")):
                continue  # Textual's own scrolling: any of ours goes before it
            yield Bound(key, binding.id or "", binding.tooltip or binding.description, attribute)


def actions() -> dict[str, tuple[str, str]]:
    """Every action that can be rebound -> (its default keys, what it does)."""
    found: dict[str, tuple[list[str], str]] = {}
    for place in CHAINS:
        for one in bound_in(place):
            if one.action:
                keys, _ = found.setdefault(one.action, ([], one.does))
                if one.key not in keys:
                    keys.append(one.key)
    return {name: (",".join(keys), does) for name, (keys, does) in sorted(found.items())}
