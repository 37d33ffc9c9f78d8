"""Watching a session: by its files, cheaply, and by its runner's socket."""

import asyncio
import socket

import pytest

from pimp_tui.session import control
from pimp_tui.session.compact import compact
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.tui.catalogue import Catalogue
from pimp_tui.tui.reader import FrameReader
from pimp_tui.tui.snapshot import Snapshot, Surveyor, nothing_measured
from pimp_tui.tui.watch import SessionWatcher


def survey(session):
    surveyor = Surveyor(session)
    return surveyor, surveyor.full(surveyor.changed())


def test_counts_are_those_of_the_status_command(done_session):
    from pimp_tui.session.status import read_status

    _, snapshot = survey(done_session)
    status = read_status(done_session)
    assert (snapshot.runs_done, snapshot.runs_failed, snapshot.runs_planned) == (
        status["runs_done"], status["runs_failed"], status["runs_planned"],
    )  # fmt: skip
    assert (snapshot.configs_done, snapshot.configs_planned) == (8, 8)
    assert snapshot.words == "done · failed 2"


def test_merging_segments_changes_no_count(half_session):
    surveyor, before = survey(half_session)
    compact(half_session)
    after = surveyor.full(surveyor.changed())
    assert (after.runs_done, after.configs_done) == (before.runs_done, before.configs_done)
    _, fresh = survey(half_session)
    assert fresh.runs_done == before.runs_done


def test_nothing_changed_is_seen_as_nothing(half_session):
    surveyor, _ = survey(half_session)
    assert surveyor.changed() == frozenset()


def test_a_runner_that_was_killed_is_seen_without_any_file_changing(half_session):
    manifest = read_manifest(half_session)
    runner = {"host": socket.gethostname(), "pid": 41873}
    write_manifest(half_session, manifest | {"status": "running", "runner": runner})
    _, snapshot = survey(half_session)
    assert snapshot.state == "lost" and snapshot.words == "runner gone 8/16 runs"


def test_quick_glance_reads_no_frame(done_session, monkeypatch):
    import polars as pl

    def refuse(*args, **kwargs):
        raise AssertionError("a frame was read")

    monkeypatch.setattr(pl, "read_parquet", refuse)
    monkeypatch.setattr(pl, "scan_parquet", refuse)
    assert Surveyor(done_session).quick().state == "done"
    assert [entry.name for entry in Catalogue().quick()] == ["toy"]


def test_catalogue_tells_energy_reasons_and_best(done_session):
    (entry,) = Catalogue().full()
    assert entry.energy_j > 0 and entry.energy_estimated
    assert entry.reasons == (("out of memory", 2),)
    assert len(entry.best) == 2 and "pass@1" in entry.best[0]
    assert entry.matches("TOY micro") and not entry.matches("elsewhere")


async def test_frames_are_read_once_until_the_files_change(done_session):
    reader = FrameReader(done_session)
    first, again = await asyncio.gather(reader.configurations(), reader.configurations())
    assert first is again
    (done_session / "runs").touch()
    assert await reader.configurations() is not first


async def test_events_of_the_socket_arrive(half_session):
    async def serve(reader, writer):
        await reader.readline()
        writer.write(control.encode({"id": 0, "ok": True}))
        writer.write(control.encode({"event": "state", "t_s": 1.0, "eta_s": 12.0}))
        await writer.drain()

    server = await asyncio.start_unix_server(serve, str(control.socket_path(half_session)))
    events, snapshots = [], []
    watcher = SessionWatcher(half_session, snapshots.append, events.append)
    task = asyncio.ensure_future(watcher.run())
    for _ in range(100):
        await asyncio.sleep(0.02)
        if events and snapshots:
            break
    task.cancel()
    server.close()
    assert events[0]["eta_s"] == 12.0 and snapshots[0].runs_done == 8


async def test_commands_without_a_runner_are_refused_in_words(half_session):
    from pimp_tui.errors import UserError
    from pimp_tui.tui import launch

    with pytest.raises(UserError, match="no campaign runs"):
        await launch.steer(half_session, "pause")


async def test_a_command_that_fails_tells_its_own_reason(sessions_root):
    from pimp_tui.errors import UserError
    from pimp_tui.tui import launch

    with pytest.raises(UserError, match="no such session"):
        await launch.run_command(["status", "nowhere"])


@pytest.mark.parametrize(
    ("state", "done", "failed", "words"),
    [("planned", 0, 0, "r starts"), ("running", 0, 1, "the campaign runs"),
     ("done", 0, 8, "all 8 runs failed"), ("lost", None, None, "r starts")],
)  # fmt: skip
def test_why_nothing_is_measured(tmp_path, state, done, failed, words):
    at = Snapshot(tmp_path, {}, state, runs_done=done, runs_failed=failed)
    assert words in nothing_measured(at)
    assert "r starts" in nothing_measured(None)
