"""GPU settings during a run, put back after it whatever happens to the runner.

Before anything is set, what to put back is written to a journal, one file a runner, in the user's
state folder; it is removed once all is as it was. The runner holds a lock beside its journal, so
that a journal whose lock is free is one whose runner is gone, in whichever container it ran.
`gpu_left` puts such journals back.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from pimp_tui.campaign.gpu_left import (
    boot_id,
    forget,
    journal_folder,
    living_holder,
    lock_file,
    put_back_stale,
    try_lock,
)
from pimp_tui.metering.device_settings import GpuSettings, Original, SettingRefused
from pimp_tui.session.atomic import write_json
from pimp_tui.visible_gpus import Gpu


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
            SettingRefused: the devices do not take it, do not let it be put back, or another
                campaign has set them.
        """
        if not wanted:
            yield
            return
        self._settings = self._settings or GpuSettings(self._gpus)
        self._require_own(self._settings.uuids)
        original = self._settings.original(wanted)
        lock = self._write(original)
        try:
            self._settings.apply(wanted, original)
            yield
        finally:
            faults = self._settings.put_back(self._settings.changed)
            if not faults:
                forget(self._path)
            os.close(lock)
        if faults:
            raise SettingRefused(f"not put back: {'; '.join(faults)}")

    def _require_own(self, uuids: Sequence[str]) -> None:
        """What is set now must be nobody's, or it would be taken for what to put back."""
        _, faults = put_back_stale()
        if faults:
            raise SettingRefused(f"left set by a killed campaign: {'; '.join(faults)}")
        if (holder := living_holder(uuids)) is not None:
            raise SettingRefused(
                f"another campaign has set the GPU (pid {holder['pid']} on {holder['host']}, "
                f"{holder['session']})"
            )

    def _write(self, original: Original) -> int:
        """Keep the journal; returns the descriptor of its lock."""
        me = psutil.Process()
        entry = {
            "host": socket.gethostname(), "pid": me.pid, "started": me.create_time(),
            "boot": boot_id(), "session": str(self._session), "original": original,
        }  # fmt: skip
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = try_lock(lock_file(self._path), create=True)
            write_json(self._path, entry)
        except OSError as fault:
            raise SettingRefused(
                f"no journal can be kept in {self._path.parent} ({fault.strerror}): nothing is set"
            ) from None
        if lock is None:
            raise SettingRefused(f"{self._path.name}: another process holds this journal")
        return lock
