"""Reopen where you left: pane, cursor, filter and sort of each session, outside the bundle."""

import json

import pytest

from pimp_tui.session import open_session
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.memory import Memory


@pytest.fixture
def memory(tmp_path) -> Memory:
    """A memory in a folder that is not there yet."""
    return Memory(tmp_path / "config" / "state.json")


def test_sessions_do_not_mix_and_the_oldest_go(memory, tmp_path):
    for number in range(203):
        memory.keep(tmp_path / f"s{number}", {"pane": 4})
    memory.keep(tmp_path / "s5", {"pane": 6})
    assert memory.place(tmp_path / "s5") == {"pane": 6}
    assert memory.place(tmp_path / "s202") == {"pane": 4}
    assert memory.place(tmp_path / "s0") == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 99, "sessions": {}}', '{"version": 1}'])
def test_a_damaged_file_costs_only_what_was_remembered(memory, tmp_path, text):
    memory.path.parent.mkdir()
    memory.path.write_text(text)
    assert memory.place(tmp_path) == {}
    memory.keep(tmp_path, {"pane": 2})
    assert memory.place(tmp_path) == {"pane": 2}


async def test_results_come_back_as_they_were_left(done_session, memory, look):
    before = {path: path.stat().st_mtime_ns for path in done_session.rglob("*")}
    app = PimpApp(done_session, memory=memory)
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "library default")
        pane = app.screen.current
        pane.view.set_filter("duration_s < 5")
        await look.until(pilot, "where duration_s < 5")
        await pilot.press("l", "l", "l", "l", "s")
        await look.until(pilot, "sort ")
        await pilot.press("j", "j")
        await look.until(pilot, lambda: pane.view.table.cursor == 2)
        row = pane.view.table.row()["config_id"]
    assert json.loads(memory.path.read_text())["sessions"][str(done_session.resolve())]["pane"] == 4
    again = PimpApp(done_session, memory=memory)
    async with again.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "where duration_s < 5")
        view = again.screen.current.view
        await look.until(pilot, lambda: (view.table.row() or {}).get("config_id") == row)
        assert view.level.keys and "sort " in look.text(again)
    assert {path: path.stat().st_mtime_ns for path in done_session.rglob("*")} == before


async def test_tradeoffs_and_plan_come_back(done_session, memory, look):
    app = PimpApp(done_session, memory=memory)
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "library default")
        await pilot.press("2")
        await look.until(pilot, "8 planned")
        app.screen.current._narrow("num_beams")
        await pilot.press("j")
        line = app.screen.current.line.config_id
        await pilot.press("6")
        await look.until(pilot, "on the front")
        await pilot.press("d", *"5", "enter")
        await look.until(pilot, "duration_s <= 5")
        await pilot.press("g")
        point = app.screen.current.walk.row["config_id"]
    again = PimpApp(done_session, memory=memory)
    async with again.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "duration_s <= 5")
        assert again.screen.number == 6
        await look.until(pilot, lambda: again.screen.current.walk.row is not None)
        assert again.screen.current.walk.row["config_id"] == point
        await pilot.press("2")
        await look.until(pilot, "/num_beams")
        await look.until(pilot, lambda: again.screen.current.line is not None)
        assert again.screen.current.line.config_id == line


async def test_what_is_gone_is_left_out(done_session, memory, look):
    memory.keep(
        done_session,
        {"pane": 4, "panes": {
            "ResultsPane": {"filter": "no_such < 3", "sort": [["gone", True]], "columns": ["gone"],
                            "row": "0" * 16},
            "TradeoffsPane": {"objectives": {"gone": "min"}, "constraints": ["gone < 1"]},
            "PlanPane": {"filter": "", "line": "0" * 16},
        }},
    )  # fmt: skip
    app = PimpApp(done_session, memory=memory)
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "library default")
        await pilot.press("6")
        await look.until(pilot, "on the front")
        usual = open_session(done_session).default_objectives
        assert app.screen.current.problem.objectives == usual
