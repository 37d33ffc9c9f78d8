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
_NONE = type(None)
_KINDS: dict[str, Any] = {
    "name": str, "status": str, "host": dict, "devices": list, "models": list,
    "workload": (dict, _NONE), "settings": dict, "choice": dict, "options": list, "named": dict,
    "imported_metrics": list, "runner": (dict, _NONE), "socket": (str, _NONE),
}  # fmt: skip


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
        raise UserError("no such session", str(session), _instead_of(session)) from None
    except NotADirectoryError:
        raise UserError("a session is a folder, this is a file", str(session)) from None
    except (OSError, ValueError) as error:
        raise UserError(f"the manifest cannot be read ({error})", str(path)) from None
    if not isinstance(value, dict):
        raise UserError("the manifest is not a JSON object", str(path))
    check_version(value.get("schema_version"), str(path))
    return _whole(
        new_manifest(session.name, created=None, updated=None, pimp_tui=None) | value, path
    )


def _instead_of(session: Path) -> str:
    """What to do where there is no such session: a near name beside it, or how to make one."""
    from pimp_tui.space.nearest import did_you_mean

    try:
        beside = [entry.parent.name for entry in session.parent.glob(f"*/{FILE}")]
    except OSError:
        beside = []
    make = "`pimp-tui run SESSION` or `pimp-tui demo` makes one"
    return did_you_mean(session.name, beside, make)


def _whole(manifest: dict[str, Any], path: Path) -> dict[str, Any]:
    """The manifest, if its values are what readers take them for.

    Raises:
        UserError: one is not.
    """
    for name, kinds in _KINDS.items():
        if not isinstance(manifest[name], kinds):
            raise _wrong(name, manifest[name], path)
    named = all(isinstance(item, dict) and "name" in item for item in manifest["models"])
    texts = all(isinstance(item, str) for item in manifest["imported_metrics"])
    repeats = manifest["settings"].get("repeats", 1)
    checks = {
        "status": manifest["status"] in STATES,
        "models": named,
        "imported_metrics": texts,
        "settings": isinstance(repeats, int) and repeats >= 1,
    }
    for name, good in checks.items():
        if not good:
            raise _wrong(name, manifest[name], path)
    return manifest


def _wrong(name: str, value: object, path: Path) -> UserError:
    told = json.dumps(value, ensure_ascii=False)
    return UserError(
        f"the manifest's {name!r} means nothing: {told[:60]}",
        str(path),
        "put a copy of the manifest back: nothing else tells what was measured",
    )


def write_manifest(session: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest; only the holder of the lock may."""
    write_json(session / FILE, manifest | {"updated": timestamp()})
