"""The lock is refused by name and pid, dies with its holder, and is not inherited."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from pimp_tui.errors import UserError
from pimp_tui.session import lock
from pimp_tui.session.manifest import new_manifest, read_manifest, write_manifest
from pimp_tui.session.status import read_status

HOLD = (
    "import sys, subprocess, pathlib, time\n"
    "from pimp_tui.session.lock import SessionLock\n"
    "held = SessionLock.acquire(pathlib.Path(sys.argv[1]))\n"
    "child = subprocess.Popen(['sleep', '30'], close_fds=False)\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(30)\n"
)


def test_second_writer_is_refused_by_pid_and_killed_holder_frees(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    child = int(holder.stdout.readline())
    try:
        assert lock.is_held(tmp_path)
        with pytest.raises(UserError, match=f"pid {holder.pid}"):
            lock.SessionLock.acquire(tmp_path, patience_s=0)
        holder.kill()
        holder.wait()
        os.kill(child, 0)  # the child lives on, and must not keep the lock
        assert not lock.is_held(tmp_path)
        lock.SessionLock.acquire(tmp_path).release()
    finally:
        holder.kill()
        os.kill(child, signal.SIGKILL)


def test_newer_schema_is_refused_in_one_line(tmp_path):
    write_manifest(tmp_path, new_manifest("s") | {"schema_version": 99})
    with pytest.raises(UserError, match="schema version 99") as caught:
        read_manifest(tmp_path)
    assert "upgrade" in caught.value.mend


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_broken_manifest_is_a_user_error(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(UserError):
        read_manifest(tmp_path)


def test_lost_is_told_by_the_files_alone(tmp_path):
    manifest = new_manifest("s") | {"status": "running", "runner": {"pid": 1}}
    write_manifest(tmp_path, manifest)
    assert read_status(tmp_path)["state"] == "lost"
    with lock.SessionLock.acquire(tmp_path):
        assert read_status(tmp_path)["state"] == "running"
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"status": "done"}))
    assert read_status(tmp_path) == {
        "state": "done", "runs_done": 0, "runs_failed": 0, "runs_planned": 0,
        "verification_done": 0, "verification_failed": 0, "verification_planned": 0,
        "eta_s": None, "pid": None,
    }  # fmt: skip


def test_looking_never_blocks_a_starting_runner(tmp_path):
    stop = time.monotonic() + 1
    with lock.SessionLock.acquire(tmp_path):
        pass
    while time.monotonic() < stop:
        lock.is_held(tmp_path)
        lock.SessionLock.acquire(tmp_path).release()
    assert not lock.is_held(tmp_path)
