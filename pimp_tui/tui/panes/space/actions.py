"""What the Space pane does with files: where the space comes from, choices in and out."""

from __future__ import annotations

import json
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
        return "a .uvl file, a shipped space, or choices (.json)"
    return None if path.is_file() or text in shipped_spaces() else f"no file {path.name}"


def read_choices(source: Path) -> dict[str, bool]:
    """What ``save_choices`` wrote: feature -> selected.

    Raises:
        UserError: it cannot be read, or is no such file.
    """
    mend = "e on the Space screen writes one"
    try:
        value = json.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot read ({error.strerror})", str(source)) from None
    except ValueError:
        raise UserError("this is no JSON", str(source), mend) from None
    found: dict[str, bool] = {}
    for key, on in (("select", True), ("deselect", False)):
        names = value.get(key, []) if isinstance(value, dict) else None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UserError("choices are {select: [...], deselect: [...]}", str(source), mend)
        for name in names:
            if found.setdefault(name, on) is not on:
                raise UserError(f"{name} is selected and deselected", str(source))
    return found


def save_choices(target: Path, chosen: Mapping[str, bool]) -> None:
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


def as_options(chosen: Mapping[str, bool]) -> str:
    """``--select sample --deselect "a b"``."""
    return " ".join(
        f"--{'select' if on else 'deselect'} {shlex.quote(name)}" for name, on in chosen.items()
    )
