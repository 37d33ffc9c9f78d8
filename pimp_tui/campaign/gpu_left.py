"""GPU settings that a killed runner left: found by their journals, and put back.

By the next start of a campaign, before the next settings are applied, and by ``pimp-tui doctor
--restore``.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs
import psutil

from pimp_tui.metering.device_settings import SettingRefused, present_uuids, put_back_anywhere
from pimp_tui.session.atomic import fsync_folder


def journal_folder() -> Path:
    """Where the journals stand."""
    return platformdirs.user_state_path("pimp-tui") / "gpu-settings"


def stale_journals() -> list[tuple[Path, dict[str, Any]]]:
    """Journals of this machine's GPUs whose runner is gone, with what they hold."""
    return [(path, entry) for path, entry in _entries() if not _alive(path, entry)]


def living_holder(uuids: Sequence[str]) -> dict[str, Any] | None:
    """The journal of another runner that is alive and has set one of these GPUs."""
    for path, entry in _entries():
        if set(uuids) & set(entry["original"]) and not _mine(entry) and _alive(path, entry):
            return entry
    return None


def put_back_stale() -> tuple[list[str], list[str]]:
    """Undo what killed runners left set.

    Returns:
        what was put back, and what could not be, one sentence each.
    """
    done: list[str] = []
    faults: list[str] = []
    for path, entry in stale_journals():
        if entry.get("boot") not in (None, boot_id()):  # the driver forgot them at the boot
            forget(path)
            done.append(f"settings of before the last boot are gone, left by {entry['session']}")
            continue
        try:
            missed = put_back_anywhere(entry["original"])
        except SettingRefused as fault:
            missed = [f"{path.name}: {fault}"]
        faults += missed
        if not missed:
            forget(path)
            done += [f"{told}, left by {entry['session']}" for told in sentences(entry)]
    return done, faults


def sentences(entry: Mapping[str, Any]) -> list[str]:
    """What putting a journal back means, one GPU a sentence."""
    found = []
    for uuid, was in entry["original"].items():
        parts = []
        if was.get("power_limit_mw") is not None:
            parts.append(f"power limit back at {int(was['power_limit_mw']) / 1000:.0f} W")
        if was.get("clocks_locked"):
            parts.append("clocks unlocked")
        found.append(f"{uuid}: {' and '.join(parts)}")
    return found


def forget(path: Path) -> None:
    """Remove a journal and its lock."""
    path.unlink(missing_ok=True)
    lock_file(path).unlink(missing_ok=True)
    fsync_folder(path.parent)


def lock_file(journal: Path) -> Path:
    """The file that the runner of a journal holds locked."""
    return journal.with_suffix(".lock")


def try_lock(path: Path, create: bool = False) -> int | None:
    """A descriptor that holds the lock, None where another process does.

    Raises:
        OSError: there is no such file, or it cannot be made.
    """
    flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0)
    descriptor = os.open(path, flags, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def boot_id() -> str | None:
    """The kernel's name of this boot."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


def _entries() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Readable journals of this host, and of others where they name GPUs that are here.

    A container has a host name of its own, and the state folder may lie on a shared filesystem.
    """
    here: set[str] | None = None
    for path in sorted(journal_folder().glob("*.json")):
        entry = _read(path)
        if entry is None:
            continue
        if entry.get("host") != socket.gethostname():
            here = present_uuids() if here is None else here
            if not here & set(entry["original"]):
                continue
        yield path, entry


def _alive(path: Path, entry: Mapping[str, Any]) -> bool:
    """Whether its runner lives: by its lock, by its pid where it has none."""
    with suppress(OSError):
        descriptor = try_lock(lock_file(path))
        if descriptor is None:
            return True
        os.close(descriptor)
        return False
    if entry.get("host") != socket.gethostname():
        return True  # nothing is known of pids elsewhere
    try:
        return psutil.Process(int(entry["pid"])).create_time() == entry.get("started")
    except (psutil.Error, KeyError, ValueError):
        return False


def _mine(entry: Mapping[str, Any]) -> bool:
    return entry.get("host") == socket.gethostname() and entry.get("pid") == os.getpid()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("original"), dict) else None
