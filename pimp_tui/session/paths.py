"""Where sessions are: a folder, or a name under ``./sessions`` or ``$PIMP_TUI_SESSIONS``."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from pimp_tui.errors import UserError
from pimp_tui.session.manifest import FILE

_SHOWN = 80  # characters of a name that is too long


def sessions_root() -> Path:
    """The folder that holds named sessions; it need not exist."""
    return Path(os.environ.get("PIMP_TUI_SESSIONS") or "sessions")


def resolve(reference: str | os.PathLike[str]) -> Path:
    """The absolute folder that ``reference`` means; it need not exist.

    A path with a separator, and any existing folder, is taken as it is; a bare name is looked
    for under :func:`sessions_root`.

    Raises:
        UserError: no folder can be called that.
    """
    path = Path(reference).expanduser()
    named = sessions_root() / path
    bare = len(path.parts) == 1 and not str(reference).startswith((".", "~"))
    try:
        if bare and (named.is_dir() or not path.is_dir()):
            return named.resolve()
        path.is_dir()
        return path.resolve()
    except OSError as error:  # too long, or a loop of links
        shown = str(reference)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
        raise UserError(f"no such session ({error.strerror})", shown, "name another") from None


def absolute(reference: str) -> str:
    """A reference to something that exists by its absolute path, any other text as it is."""
    try:
        path = Path(reference)
        return str(path.resolve()) if reference and path.exists() else reference
    except OSError:  # too long to be a path
        return reference


def file_hash(reference: str | None) -> str | None:
    """SHA-256 of the file that ``reference`` means, None where it is no readable file."""
    try:
        return sha256(Path(reference).read_bytes()).hexdigest() if reference else None
    except (OSError, ValueError):
        return None


def list_sessions(root: Path | None = None) -> list[Path]:
    """Session folders under ``root``, newest manifest first."""
    root = root or sessions_root()
    if not root.is_dir():
        return []
    found = [entry.parent for entry in root.glob(f"*/{FILE}")]
    return sorted(found, key=lambda folder: (folder / FILE).stat().st_mtime, reverse=True)
