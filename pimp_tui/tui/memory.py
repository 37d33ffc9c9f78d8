"""Where the user was in each session: pane, cursor, filter and sort, kept beside the settings.

Never in the bundle: two people may look at one session. Whatever is wrong with the file costs
nothing but what was remembered.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = "state.json"
_VERSION = 1
#: Sessions kept; those left longest ago go first.
_MOST = 200

#: ``{"pane": number, "panes": {pane's name: what it wants back}}``.
Place = dict[str, Any]


class Memory:
    """Places by the session's absolute path.

    Args:
        path: the file; by default ``state.json`` beside the user's settings.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            from pimp_tui.tui.settings import settings_path

            path = settings_path().with_name(FILE)
        self.path = path

    def place(self, session: Path) -> Place:
        """Where the user was; empty for a session never left."""
        place = self._read().get(str(session.resolve()))
        return place if isinstance(place, dict) else {}

    def keep(self, session: Path, place: Place) -> None:
        """Remember a place; the other sessions' are read again, so that two apps may write."""
        from pimp_tui.session.atomic import write_json

        places = self._read()
        name = str(session.resolve())
        if places.get(name) == place:
            return
        places.pop(name, None)
        places[name] = place
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_json(
                self.path,
                {"version": _VERSION, "sessions": dict(list(places.items())[-_MOST:])},
            )
        except (OSError, ValueError, TypeError):
            return  # a read-only home: nothing is remembered

    def _read(self) -> dict[str, Place]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        known = isinstance(found, dict) and found.get("version") == _VERSION
        places = found.get("sessions") if known else None
        return places if isinstance(places, dict) else {}
