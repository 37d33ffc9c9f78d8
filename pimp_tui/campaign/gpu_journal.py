"""GPU settings during a run, put back after it whatever happens to the runner.

Before anything is set, what to put back is written to a journal, one file a runner, in the user's
state folder; it is removed once all is as it was. A journal whose runner is gone is put back by the
next start of a campaign on the same host, or by ``pimp-tui doctor --restore``.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
import psutil

from pimp_tui.metering.device_settings import GpuSettings, SettingRefused
from pimp_tui.metering.visible import Gpu
from pimp_tui.session.atomic import fsync_folder, write_json


def journal_folder() -> Path:
    """Where the journals stand."""
    return platformdirs.user_state_path("pimp-tui") / "gpu-settings"


class GpuJournal:
    """Applies device settings for the length of a run.

    Args:
        session: named in the journal.
        gpus: as in `metering.cards.own_cards`, None for all that are visible.
    """

    def __init__(self, session: Path, gpus: Sequence[Gpu] | None) -> None:
        self._session, self._gpus = session, gpus
        self._settings: GpuSettings | None = None
        self._path = journal_folder() / f"{socket.gethostname()}-{os.getpid()}.json"

    @contextmanager
    def applied(self, wanted: Mapping[str, float]) -> Iterator[None]:
        """Set, let the run happen, put back; nothing at all where nothing is wanted.

        Raises:
            SettingRefused: the devices do not take it, or do not let it be put back.
        """
        if not wanted:
            yield
            return
        self._settings = self._settings or GpuSettings(self._gpus)
        original = self._settings.original(wanted)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        me = psutil.Process()
        write_json(
            self._path,
            {"host": socket.gethostname(), "pid": me.pid, "started": me.create_time(),
             "session": str(self._session), "original": original},
        )  # fmt: skip
        try:
            self._settings.apply(wanted, original)
            yield
        finally:
            faults = self._settings.put_back(self._settings.changed)
            if not faults:
                _forget(self._path)
        if faults:
            raise SettingRefused(f"not put back: {'; '.join(faults)}")


def stale_journals() -> list[Path]:
    """Journals of this host whose runner is gone."""
    found = []
    for path in sorted(journal_folder().glob("*.json")):
        entry = _read(path)
        if entry is not None and entry.get("host") == socket.gethostname() and not _alive(entry):
            found.append(path)
    return found


def put_back_stale() -> tuple[list[str], list[str]]:
    """Undo what killed runners left set.

    Returns:
        what was put back, and what could not be, one sentence each.
    """
    done: list[str] = []
    faults: list[str] = []
    for path in stale_journals():
        entry = _read(path) or {}
        try:
            settings = GpuSettings()
        except SettingRefused as fault:
            faults.append(f"{path.name}: {fault}")
            continue
        try:
            missed = settings.put_back(entry["original"])
        finally:
            settings.close()
        faults += missed
        if not missed:
            _forget(path)
            done += [f"{_told(uuid, was)}, left by {entry['session']}"
                     for uuid, was in entry["original"].items()]  # fmt: skip
    return done, faults


def _told(uuid: str, was: Mapping[str, Any]) -> str:
    parts = []
    if was.get("power_limit_mw") is not None:
        parts.append(f"power limit back at {int(was['power_limit_mw']) / 1000:.0f} W")
    if was.get("clocks_locked"):
        parts.append("clocks unlocked")
    return f"{uuid}: {' and '.join(parts)}"


def _alive(entry: Mapping[str, Any]) -> bool:
    try:
        return psutil.Process(int(entry["pid"])).create_time() == entry.get("started")
    except (psutil.Error, KeyError, ValueError):
        return False


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("original"), dict) else None


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    fsync_folder(path.parent)
