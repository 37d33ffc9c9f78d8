"""The session bundle: schema, atomic segments, resume, control client.

The names resolve at first use: the list of sessions is on the screen before a bundle is opened.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pimp_tui.session.bundle import Session, open_session
    from pimp_tui.session.paths import list_sessions, resolve, sessions_root

__all__ = ["Session", "list_sessions", "open_session", "resolve", "sessions_root"]
_IN_BUNDLE = ("Session", "open_session")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "bundle" if name in _IN_BUNDLE else "paths"
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
