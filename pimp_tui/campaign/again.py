"""Going on with a session that exists: same plan, and flags that disagree are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.session.manifest import read_manifest
from pimp_tui.session.paths import absolute, file_hash

_FLAGS = {
    "batch_size": "--batch", "configurations": "-n", "max_new_tokens": "--max-new-tokens",
    "timeout_s": "--timeout", "warm_from": "--from",
    "models": "--model", "drafts": "--draft", "trust_remote_code": "--trust-remote-code",
    "unsafe_sandbox": "--unsafe-sandbox", "shared_gpu": "--shared-gpu",
    "chat_template": "--no-chat-template",
}  # fmt: skip

_MEND = "leave the flag out to go on, or choose a new session"
#: Sources whose files must not have changed where they are given again.
HASHED = ("space", "host", "plan", "baseline")


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
    for name in ("models", "workload", "space"):
        if not manifest[name]:
            raise UserError(
                f"the session's manifest names no {name}: nothing in it can be run",
                str(session), "put a copy of the manifest back, or start a new session",
            )  # fmt: skip
    planned = {
        **manifest["settings"],
        "workload": manifest["workload"]["id"],
        "engine": manifest["engine"],
        "models": [item["reference"] for item in manifest["models"]],
        "drafts": [item["reference"] for item in manifest.get("drafts", [])],
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
        if name in ("models", "drafts", "plan", "baseline", "host", "space", "workload"):
            wanted, before = _normal(wanted), _normal(before)
        if name in ("select", "deselect"):
            wanted, before = sorted(wanted), sorted(before or ())
        if wanted != before:
            told = f"disagrees with the session's {_shown(planned.get(name))}"
            given = f"{flag_of(name)} {_shown(value)}"
            if isinstance(value, bool):
                given, told = flag_of(name), "was not given when the session was made"
            raise UserError(f"{given} {told}", str(session), _MEND)
        then = (manifest.get("file_hashes") or {}).get(name)
        if then is not None and then != file_hash(value):
            told = "is another file than the session was made of"
            raise UserError(f"{flag_of(name)} {value} {told}", str(session), _MEND)


def flag_of(name: str) -> str:
    """The flag of ``run`` that gives a setting or a source."""
    return _FLAGS.get(name, f"--{name}")


def _normal(value: Any) -> Any:
    """Paths by their absolute form, other references as they are."""
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return absolute(value) if isinstance(value, str) else value


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
