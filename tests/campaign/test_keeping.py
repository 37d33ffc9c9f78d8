"""Writing into a session's folder wherever it is by now, never into another one's."""

from __future__ import annotations

from pathlib import Path

import pytest

from pimp_tui.campaign.board import Board
from pimp_tui.campaign.keeping import Keeper, SessionGone
from pimp_tui.session.lock import SessionLock
from pimp_tui.session.manifest import new_manifest, write_manifest


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "s"
    folder.mkdir()
    write_manifest(folder, new_manifest("s"))
    return folder


def keeper_of(session: Path, lock: SessionLock) -> Keeper:
    return Keeper(session, lock.folder, Board(lambda: 0.0), lambda *_: None)


def test_what_is_measured_follows_a_moved_folder_past_one_that_took_its_place(session) -> None:
    with SessionLock.acquire(session) as lock:
        keeper = keeper_of(session, lock)
        keeper.look()
        moved = session.rename(session.with_name("moved"))
        session.mkdir()
        write_manifest(session, new_manifest("another"))
        with pytest.raises(SessionGone, match=f"moved to {moved}"):
            keeper.keep(lambda folder: (folder / "run").write_text("measured"))
    assert (moved / "run").read_text() == "measured" and not (session / "run").exists()


def test_a_move_is_seen_before_the_next_run(session) -> None:
    with SessionLock.acquire(session) as lock:
        keeper = keeper_of(session, lock)
        moved = session.rename(session.with_name("moved"))
        with pytest.raises(SessionGone) as caught:
            keeper.look()
    assert str(moved) in str(caught.value.mend)


def test_a_lock_file_that_somebody_deleted_ends_nothing(session) -> None:
    with SessionLock.acquire(session) as lock:
        keeper = keeper_of(session, lock)
        (session / "lock").unlink()
        keeper.look()
        keeper.keep(lambda folder: (folder / "run").write_text("measured"))
    assert (session / "run").exists()
