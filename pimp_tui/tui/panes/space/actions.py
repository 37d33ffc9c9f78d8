"""What the Space pane does with files: where the space comes from, choices in and out."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.space.host import fixed_by_host

if TYPE_CHECKING:
    from pimp_tui.space.space import Space
    from pimp_tui.tui.screens.workspace import WorkspaceScreen

__all__ = ["as_options", "fixed_by_host", "save_choices", "source_of", "uvl_fault"]


def source_of(workspace: WorkspaceScreen) -> tuple[Callable[[], Space], dict[str, bool]]:
    """How to load the workspace's space, and the choices its campaign was sampled within."""
    session, source = workspace.session_path, workspace.space_source
    chosen: dict[str, bool] = dict(workspace.chosen)
    if session is None:

        def load() -> Space:
            from pimp_tui.space import load_space

            return load_space(str(source))

        return load, chosen

    def load_own() -> Space:
        from pimp_tui.session.bundle import Session

        return Session(session).space()

    manifest = workspace.snapshot.manifest if workspace.snapshot else {}
    return load_own, chosen | (manifest.get("choice") or {})


def uvl_fault(text: str) -> str | None:
    """Why a text is no UVL file or shipped space to open, or None."""
    path = Path(text).expanduser()
    if not text:
        return "a .uvl file"
    return None if path.is_file() else f"no file {path.name}"


def save_choices(target: Path, chosen: dict[str, bool]) -> None:
    """Write ``{"select": [...], "deselect": [...]}``.

    Raises:
        UserError: it cannot be written.
    """
    from pimp_tui.session.atomic import write_json

    value = {
        "select": [name for name, on in chosen.items() if on],
        "deselect": [name for name, on in chosen.items() if not on],
    }
    try:
        write_json(target.expanduser(), value)
    except OSError as error:
        raise UserError(f"cannot write ({error.strerror})", str(target)) from None


def as_options(chosen: dict[str, bool]) -> str:
    """``--select sample --deselect "a b"``."""
    return " ".join(
        f"--{'select' if on else 'deselect'} {shlex.quote(name)}" for name, on in chosen.items()
    )
