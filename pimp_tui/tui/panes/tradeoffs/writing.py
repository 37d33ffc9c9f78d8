"""Writing a configuration in the form that its file's name asks for; for threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.session.atomic import write_text
from pimp_tui.tui.panes.plan_info import PlanInfo


def target_of(text: str) -> Path:
    """The absolute path that was typed."""
    return Path(text.strip()).expanduser().resolve()


def form_of(path: Path) -> str:
    """python for ``.py``, generation-config for a file of that name, json for other ``.json``."""
    if path.suffix == ".py":
        return "python"
    return "generation-config" if path.stem.startswith("generation_config") else "json"


def fault(text: str) -> str | None:
    """What is wrong with a file name to export to."""
    if not text.strip():
        return "a file name is missing"
    path = target_of(text)
    if path.suffix not in (".json", ".py"):
        return "end it in .json or .py"
    if not path.parent.is_dir():
        return f"no folder {path.parent}"
    return f"{path} is a folder" if path.is_dir() else None


def write(session: Path, row: dict[str, Any], plan: PlanInfo, target: Path) -> dict[str, Any]:
    """Write every effective option of a configuration.

    Args:
        row: a plan row, or a predicted one: it has every option of the plan.

    Returns:
        options that the form cannot carry, with their values.

    Raises:
        UserError: the session has no feature model, or the file cannot be written.
    """
    from pimp_tui.session import export_forms, open_session

    opened = open_session(session)
    space = opened.space()
    features = space.from_row({name: row.get(name) for name in plan.options})
    path = opened.model_path(row.get("model"))
    text, left_out = export_forms.render(form_of(target), space, features, path)
    try:
        write_text(target, text)
    except OSError as error:
        raise UserError(f"cannot write it: {error.strerror}", str(target)) from None
    values = space.effective(features)
    return {name: values.get(name) for name in left_out}
