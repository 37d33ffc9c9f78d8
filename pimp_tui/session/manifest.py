"""``manifest.json``: what a session is, with what it is measured, and how far it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.session.atomic import write_json
from pimp_tui.session.schema import SCHEMA_VERSION, check_version

FILE = "manifest.json"
STATES = ("planned", "running", "paused", "done", "stopped")


def new_manifest(name: str, **fields: Any) -> dict[str, Any]:
    """A manifest with every key that readers rely on (contracts.md, Bundle).

    Args:
        name: the session's name.
        fields: values for any of the keys below; others are added as they are.
    """
    from pimp_tui import __version__

    now = timestamp()
    return {
        "schema_version": SCHEMA_VERSION,
        "pimp_tui": __version__,
        "name": name,
        "created": now,
        "updated": now,
        "status": "planned",
        "host": {},
        "devices": [],
        "libraries": {},
        "engine": None,
        "models": [],
        "workload": None,
        "space": None,
        "settings": {},
        "choice": {},
        "seeds": {},
        "sandbox": None,
        "options": [],
        "named": {},
        "imported_metrics": [],
        "runner": None,
        "socket": None,
    } | fields


def timestamp() -> str:
    """Now, UTC, with microseconds, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def read_manifest(session: Path) -> dict[str, Any]:
    """The manifest of a session folder.

    Raises:
        UserError: the folder is no session, the manifest is broken or of a newer schema.
    """
    path = session / FILE
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            "no such session", str(session), "`pimp-tui run SESSION` or `pimp-tui demo` makes one"
        ) from None
    except NotADirectoryError:
        raise UserError("a session is a folder, this is a file", str(session)) from None
    except (OSError, ValueError) as error:
        raise UserError(f"the manifest cannot be read ({error})", str(path)) from None
    if not isinstance(value, dict):
        raise UserError("the manifest is not a JSON object", str(path))
    check_version(value.get("schema_version"), str(path))
    return value


def write_manifest(session: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest; only the holder of the lock may."""
    write_json(session / FILE, manifest | {"updated": timestamp()})
