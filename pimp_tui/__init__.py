"""pimp-tui: tune LLM inference as a configurable system.

The notebook API (contracts.md): every name resolves at its first use, so importing the package
costs nothing.

    import pimp_tui as pt
    space = pt.load_space("transformers")
    plan = pt.sample(space, method="twise", seed=0)
    session = pt.open_session("sessions/demo")
    pt.pareto(session.configurations().collect(), {"duration_s": "min", "pass_at_1": "max"})
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "load_space": "pimp_tui.space",
    "sample": "pimp_tui.sampling",
    "coverage": "pimp_tui.sampling",
    "open_session": "pimp_tui.session",
    "fit": "pimp_tui.learning",
    "pareto": "pimp_tui.learning",
    "suggest": "pimp_tui.learning",
    "Contradiction": "pimp_tui.errors",
    "UserError": "pimp_tui.errors",
}
__all__ = [*sorted(_HOMES), "__version__"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'pimp_tui' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
