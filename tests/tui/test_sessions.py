"""The sessions screen: list, empty state, filter, steering, import, export."""

import json
import os
import socket
import time
from dataclasses import replace

import polars as pl

from pimp_tui.campaign.board import Board
from pimp_tui.campaign.server import ControlServer
from pimp_tui.session.lock import SessionLock
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.catalogue import Catalogue
from pimp_tui.tui.screens.session_rows import details
from pimp_tui.tui.screens.workspace import WorkspaceScreen


async def test_list_says_how_far_each_is(sessions_root, session_maker, look):
    session_maker(sessions_root / "alpha")
    session_maker(sessions_root / "beta", measured=3, fails=0, status="stopped")
    (sessions_root / "broken").mkdir()
    (sessions_root / "broken" / "manifest.json").write_text("{}")
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "3/8")
        text = look.text(app)
        assert "8/8" in text and "stopped" in text and "3 of 3" in text
        assert "! " in text and "no schema version" in text
        assert "~" in text  # the toy's energy is an estimate, and says so


async def test_where_there_is_room_the_front_stands_beside(
    sessions_root, session_maker, tmp_path, look
):
    session_maker(sessions_root / "toy")
    log = sessions_root / "toy" / "log.txt"
    log.write_text("Loading weights: 100%\n2026-11-29T23:46:04Z info    2 of 2 runs to do\n")
    app = PimpApp()
    async with app.run_test(size=(200, 60)) as pilot:
        await look.until(pilot, "Front so far")
        await look.until(pilot, lambda: "#" in app.screen.front.plot.text)
        await look.until(pilot, "2 of 2 runs to do")
        text = look.text(app)
        assert "Loading weights" not in text
        await pilot.resize_terminal(80, 24)
        await look.until(pilot, lambda: "Front so far" not in look.text(app))


async def test_a_lost_runner_is_named(half_session, look):
    manifest = read_manifest(half_session)
    runner = {"host": socket.gethostname(), "pid": 41873}
    write_manifest(half_session, manifest | {"status": "running", "runner": runner})
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "runner gone (pid 41873)")


async def test_many_sessions_are_read_a_part_at_a_time(
    sessions_root, half_session, look, monkeypatch
):
    """What is on the screen first, never twice at once, and shown before all are read."""
    manifest = read_manifest(half_session)
    for number in range(30):
        (folder := sessions_root / f"s{number:02}").mkdir()
        write_manifest(folder, manifest | {"name": folder.name})
    seen, at_once = [], []
    whole = Catalogue.survey

    def slow(catalogue, path):
        at_once.append(path)
        time.sleep(0.05 if len(seen) < 40 else 0)
        assert len(at_once) == 1, "two looks at once"
        seen.append(at_once.pop())
        return replace(whole(catalogue, path), energy_j=7777.0)

    monkeypatch.setattr(Catalogue, "survey", slow)
    monkeypatch.setattr("pimp_tui.tui.screens.sessions._LOOK_S", 0.2)
    monkeypatch.setattr("pimp_tui.tui.screens.sessions._PART_S", 0.1)
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, lambda: look.text(app).count(" 7.78") > 2)
        assert len(seen) < 31, "the first figures came before all were read"
        await look.until(pilot, lambda: len(seen) > 40)
        assert all(entry.energy_j == 7777.0 for entry in app.screen._entries)
        assert {entry.path for entry in app.screen._shown[:9]} == set(seen[:9])


def test_a_runner_is_asked_what_it_does(half_session):
    manifest = read_manifest(half_session)
    runner = {"host": socket.gethostname(), "pid": os.getpid()}
    write_manifest(half_session, manifest | {"status": "running", "runner": runner})
    board, catalogue = Board(time.monotonic), Catalogue()
    with SessionLock.acquire(half_session):
        server = ControlServer(half_session, board)
        board.update(state="running", position=3, repetition=2, config_id="a", eta_s=3600.0)
        (entry,) = catalogue.full()
        (again,) = catalogue.full()
        server.close()
        (alone,) = catalogue.full()
    assert entry.doing == again.doing and entry.doing[:2] == (3, 2) and alone.doing is None
    now = {spans[0][0].strip(): spans[1][0] for spans in details(entry, "-")}["now"]
    assert now.startswith("running #3 repeat 2/2 - ETA ") and "8 of 16 runs" in now


async def test_empty_state(sessions_root, look):
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "No sessions in")
        assert "about 2 minutes, no GPU" in look.text(app)
        await pilot.press("enter")
        await look.until(pilot, "no session here")


async def test_filter_narrows_while_typing(sessions_root, session_maker, look):
    session_maker(sessions_root / "alpha", measured=1, fails=0)
    session_maker(sessions_root / "beta", measured=1, fails=0)
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "2 of 2")
        await pilot.press("slash", *"bet")
        await look.until(pilot, "1 of 2")
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert "alpha" not in look.text(app)
        await pilot.press("escape")
        await look.until(pilot, "2 of 2")


async def test_resume_starts_the_runner(half_session, issued, look):
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "half")
        await pilot.press("r")
        await look.until(pilot, lambda: issued)
        assert issued == [("run", "run", str(half_session), "--detach")]


async def test_demo_opens_when_it_is_a_session(sessions_root, session_maker, monkeypatch, look):
    from pimp_tui.tui import launch

    class Running:
        def poll(self):
            return None

    def start_demo(path, errors):
        session_maker(path, measured=2, fails=0, status="stopped")
        return Running()

    monkeypatch.setattr(launch, "start_demo", start_demo)
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "No sessions")
        await pilot.press("d")
        await look.until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))
        await look.until(pilot, "[3 Monitor]")


async def test_a_demo_that_ends_at_once_is_told(sessions_root, issued, look):
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "No sessions")
        await pilot.press("d")
        await look.until(pilot, "the demo ended at once")


async def test_import_asks_and_checks_each_answer(sessions_root, tmp_path, issued, look):
    table = tmp_path / "old.csv"
    pl.DataFrame({"a": [1, 2], "b": [True, False], "joules": [3.0, 4.0]}).write_csv(table)
    app = PimpApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await look.until(pilot, "No sessions")
        await pilot.press("i", *"nowhere.csv", "enter")
        await look.until(pilot, "no file nowhere.csv")
        app.focused.value = str(table)
        await pilot.press("enter")
        await look.until(pilot, "option columns")
        await pilot.press(*"a,c", "enter")
        await look.until(pilot, "no column c")
        await pilot.press("backspace", "b", "enter")
        await look.until(pilot, "metric columns")
        await pilot.press(*"jou", "tab", "enter")
        await look.until(pilot, "name of the session")
        await pilot.press("enter")
        await look.until(pilot, lambda: issued)
    session = str((sessions_root / "old").resolve())
    assert issued[0] == (
        "run", "import", str(table), "--options", "a,b", "--metrics", "joules",
        "--session", session,
    )  # fmt: skip


async def test_export_writes_one_row_a_configuration(done_session, tmp_path, look):
    target = tmp_path / "out.csv"
    app = PimpApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await look.until(pilot, "8/8")
        await pilot.press("e")
        await look.until(pilot, "export to")
        app.focused.value = str(target)
        await pilot.press("enter")
        await look.until(pilot, "8 configurations written")
    assert pl.read_csv(target).height == 8


async def test_stop_asks_first(done_session, issued, look, monkeypatch):
    from pimp_tui.session import lock

    manifest = json.loads((done_session / "manifest.json").read_text())
    write_manifest(done_session, manifest | {"status": "running", "runner": {"pid": 1}})
    monkeypatch.setattr(lock, "is_held", lambda session: True)
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "running")
        await pilot.press("x")
        await look.until(pilot, "y/N")
        await pilot.press("n")
        await pilot.pause(0.1)
        assert not issued
        await pilot.press("x")
        await look.until(pilot, "y/N")
        await pilot.press("y")
        await look.until(pilot, lambda: issued)
        assert issued == [("steer", "toy", "stop")]
