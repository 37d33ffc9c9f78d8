"""Going on with a session that exists: same plan, and flags that disagree are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.session.manifest import read_manifest

_FLAGS = {
    "batch_size": "--batch", "configurations": "-n", "max_new_tokens": "--max-new-tokens",
    "timeout_s": "--timeout",
    "models": "--model", "trust_remote_code": "--trust-remote-code",
    "unsafe_sandbox": "--unsafe-sandbox", "shared_gpu": "--shared-gpu",
    "chat_template": "--no-chat-template",
}  # fmt: skip


def check_same(session: Path, asked: dict[str, Any], sources: dict[str, Any]) -> None:
    """Check what the user asked for against what the session was planned with.

    Args:
        asked: settings by name, None where not given.
        sources: models, workload, space, host, plan, baseline, engine as given, None where not.

    Raises:
        UserError: the session was imported, or a flag disagrees; it is named with both values.
    """
    manifest = read_manifest(session)
    if manifest["engine"] == "imported":
        raise UserError(
            "the session was imported: nothing in it can be run", str(session), "start a new one"
        )
    planned = {
        **manifest["settings"],
        "workload": manifest["workload"]["id"],
        "engine": manifest["engine"],
        "models": [item["reference"] for item in manifest["models"]],
        "space": manifest["space"]["source"],
        "host": manifest.get("host_file"),
        "plan": manifest.get("plan_file"),
        "baseline": manifest.get("baseline_file"),
    }
    for name, value in {**asked, **sources}.items():
        if value is None:
            continue
        before = planned.get(name)
        wanted = list(value) if isinstance(value, tuple | list) else value
        if name in ("models", "plan", "baseline", "host", "space", "workload"):
            wanted, before = _normal(wanted), _normal(before)
        if wanted != before:
            flag = _FLAGS.get(name, f"--{name}")
            raise UserError(
                f"{flag} {_shown(value)} disagrees with the session's {_shown(planned.get(name))}",
                str(session),
                "leave the flag out to go on, or choose a new session",
            )


def _normal(value: Any) -> Any:
    """Paths by their absolute form, other references as they are."""
    if isinstance(value, list):
        return [_normal(item) for item in value]
    if isinstance(value, str) and Path(value).exists():
        return str(Path(value).resolve())
    return value


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
