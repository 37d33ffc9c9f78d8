"""The session bundle: schema, atomic segments, resume, control client."""

from pimp_tui.session.bundle import Session, open_session
from pimp_tui.session.paths import list_sessions, resolve, sessions_root

__all__ = ["Session", "list_sessions", "open_session", "resolve", "sessions_root"]
