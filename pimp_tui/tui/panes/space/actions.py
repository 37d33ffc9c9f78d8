"""What the Space pane does with files: where the space comes from, choices in and out."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.space.space import Space
    from pimp_tui.tui.screens.workspace import WorkspaceScreen


def source_of(workspace: WorkspaceScreen) -> tuple[Callable[[], Space], dict[str, bool]]:
    """How to load the workspace's space, and the choices its campaign was sampled within."""
    session, source, loaded = workspace.session_path, workspace.space_source, workspace.loaded
    chosen: dict[str, bool] = dict(workspace.chosen)
    if session is None:

        def load() -> Space:
            from pimp_tui.space import load_space

            return loaded if loaded is not None else load_space(str(source))

        return load, chosen

    def load_own() -> Space:
        from pimp_tui.session.bundle import Session

        return Session(session).space()

    manifest = workspace.snapshot.manifest if workspace.snapshot else {}
    return load_own, chosen | (manifest.get("choice") or {})


def file_fault(text: str) -> str | None:
    """Why a text names nothing to open, or None."""
    from pimp_tui.space.load import shipped_spaces

    path = Path(text).expanduser()
    if not text:
        return "a .uvl file, a shipped space, or choices (.json, .csv)"
    return None if path.is_file() or text in shipped_spaces() else f"no file {path.name}"


def save_choices(target: Path, chosen: Mapping[str, bool]) -> None:
    """Write choices as JSON, or as CSV where the name ends so.

    Raises:
        UserError: it cannot be written.
    """
    from pimp_tui.session.atomic import write_text
    from pimp_tui.space.formats.choices import choices_text

    try:
        write_text(target.expanduser(), choices_text(chosen, target.suffix))
    except OSError as error:
        raise UserError(f"cannot write ({error.strerror})", str(target)) from None


def as_options(chosen: Mapping[str, bool]) -> str:
    """``--select sample --deselect "a b"``."""
    return " ".join(
        f"--{'select' if on else 'deselect'} {shlex.quote(name)}" for name, on in chosen.items()
    )
