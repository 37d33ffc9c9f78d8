"""Where sessions are: a folder, or a name under ``./sessions`` or ``$PIMP_TUI_SESSIONS``."""

from __future__ import annotations

import os
from pathlib import Path

from pimp_tui.session.manifest import FILE


def sessions_root() -> Path:
    """The folder that holds named sessions; it need not exist."""
    return Path(os.environ.get("PIMP_TUI_SESSIONS") or "sessions")


def resolve(reference: str | os.PathLike[str]) -> Path:
    """The absolute folder that ``reference`` means; it need not exist.

    A path with a separator, and any existing folder, is taken as it is; a bare name is looked
    for under :func:`sessions_root`.
    """
    path = Path(reference).expanduser()
    named = sessions_root() / path
    bare = len(path.parts) == 1 and not str(reference).startswith((".", "~"))
    if bare and (named.is_dir() or not path.is_dir()):
        return named.resolve()
    return path.resolve()


def list_sessions(root: Path | None = None) -> list[Path]:
    """Session folders under ``root``, newest manifest first."""
    root = root or sessions_root()
    if not root.is_dir():
        return []
    found = [entry.parent for entry in root.glob(f"*/{FILE}")]
    return sorted(found, key=lambda folder: (folder / FILE).stat().st_mtime, reverse=True)
