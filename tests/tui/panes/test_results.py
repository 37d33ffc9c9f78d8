"""Results on the screen: filter, sort, mark, compare, group, drill, export."""

from __future__ import annotations

import polars as pl
import pytest

from pimp_tui.tui.app import PimpApp


async def results_on(app, pilot, look):
    await look.until(pilot, lambda: getattr(app.screen, "action_pane", None))
    app.screen.action_pane(4)
    await look.until(pilot, lambda: app.screen.current and app.screen.number == 4)
    await look.until(pilot, lambda: app.screen.current.view.table.row_count)
    await look.until(pilot, "enter: repeats")
    return app.screen.current


async def type_text(pilot, text: str) -> None:
    names = {" ": "space", "<": "less_than_sign", "=": "equals_sign", "_": "underscore",
             ".": "full_stop", "/": "slash"}  # fmt: skip
    await pilot.press(*(names.get(char, char) for char in text))


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (60, 18)])
async def test_configurations_with_units_and_status(done_session, look, size):
    app = PimpApp(done_session)
    async with app.run_test(size=size) as pilot:
        pane = await results_on(app, pilot, look)
        shown = look.text(app)
        assert "duration s" in shown and "library default" in shown
        if size[0] >= 80:
            assert "~energy J" in shown and "status" in shown and " oom" in shown
        assert pane.view.table.row_count == 8


async def test_sort_by_the_column_under_the_cursor(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await results_on(app, pilot, look)
        table = pane.view.table
        names = [column.name for column in table.columns]
        table.go_column(names.index("duration_s"))
        await pilot.press("s")
        await look.until(pilot, "sort duration_s ^")
        durations = [table.row(n)["duration_s"] for n in range(8)]
        assert durations[:7] == sorted(durations[:7]) and durations[7] is None
        await pilot.press("s")
        await look.until(pilot, "sort duration_s v")
        assert table.row(0)["duration_s"] == max(durations[:7])
        table.go_column(names.index("pass_at_1"))
        await pilot.press("S")
        await look.until(pilot, "sort duration_s v, pass_at_1 ^")


async def test_filter_follows_typing_and_a_mistake_keeps_the_rows(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await results_on(app, pilot, look)
        await pilot.press("slash")
        await type_text(pilot, "num_beams = 4")
        await look.until(pilot, "2 of 8")
        await type_text(pilot, " and duratoin_s < 3")
        await look.until(pilot, "no column duratoin_s; did you mean")
        assert pane.view.table.row_count == 2
        await pilot.press("enter")  # refused: the text has a fault
        assert app.screen.message.busy
        await pilot.press("escape")
        await look.until(pilot, lambda: pane.view.table.row_count == 8)
        await pilot.press("slash")
        await type_text(pilot, "do_sample")
        await pilot.press("enter")
        await look.until(pilot, "where do_sample")
        assert pane.view.table.row_count == 4
        await pilot.press("escape")
        await look.until(pilot, lambda: pane.view.table.row_count == 8)


async def test_mark_and_compare(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await results_on(app, pilot, look)
        await pilot.press("equals_sign")
        await look.until(pilot, "m marks two to 4")
        await pilot.press("m", "j", "j", "m")
        await look.until(pilot, "2 marked")
        await pilot.press("equals_sign")
        await look.until(pilot, "Compare 2")
        shown = look.text(app)
        assert "#1" in shown and "#3" in shown and "options alike" in shown and "+132%" in shown
        await pilot.press("equals_sign")
        await look.until(pilot, lambda: not pane.lower.compared)


async def test_group_and_go_into_a_group(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await results_on(app, pilot, look)
        await pilot.press("b")
        await look.until(pilot, "Group by")
        await pilot.press("enter")
        await look.until(pilot, "by do_sample")
        assert pane.view.table.row_count == 2
        await pilot.press("j", "enter")
        await look.until(pilot, "where do_sample = true")
        assert pane.view.table.row_count == 4
        await pilot.press("b", "j", "j", "enter")  # of what the filter keeps
        await look.until(pilot, "by cache_implementation")
        assert pane.view.table.frame["configurations"].sum() == 4
        await pilot.press("enter")
        await look.until(pilot, "2 of 8")
        assert pane.view.level.where_text == (
            'do_sample = true and cache_implementation = "dynamic"'
        )


async def test_why_runs_failed(done_session, look, issued):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await results_on(app, pilot, look)
        await pilot.press("w")
        await look.until(pilot, "no run of it failed")
        await pilot.press("G")
        await look.until(pilot, "w why")
        await pilot.press("w")
        await look.until(pilot, "#8 › why it failed")
        shown = look.text(app)
        assert "rep 1, attempt 1" in shown and "rep 2" in shown and "out of memory" in shown
        await pilot.press("y")
        await look.until(pilot, lambda: issued)
        assert issued[0][1].startswith("out of memory")
        await pilot.press("escape")
        await look.until(pilot, lambda: pane.view.display and app.focused is pane.view.table)


async def test_a_comparison_is_scrolled_where_it_does_not_fit(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await results_on(app, pilot, look)
        await pilot.press("m", "G", "k", "m", "equals_sign")
        await look.until(pilot, " below · = closes")
        assert "duration s" in pane.lower.compare.text and "ITL" not in pane.lower.compare.text
        await pilot.press("tab")
        await look.until(pilot, "j/k scroll")
        await pilot.press("G")
        await look.until(pilot, " 0 below")
        assert pane.lower.compare.text.split()[:2] == ["#1", "#7"], "the names stay on top"
        before = pane.lower.compare.size.height
        await pilot.press("z")
        await look.until(pilot, lambda: pane.lower.compare.size.height > before)


async def test_the_filter_completes_names_and_values(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await results_on(app, pilot, look)
        await pilot.press("slash")
        await type_text(pilot, "cac")
        await look.until(pilot, "cache_implementation")
        await pilot.press("tab")
        await type_text(pilot, " = ")
        await look.until(pilot, "dynamic static")
        await type_text(pilot, "s")
        await pilot.press("tab", "enter")
        await look.until(pilot, lambda: pane.view.table.row_count == 4)
        assert pane.view.level.where_text == "cache_implementation = static"


async def test_choose_columns(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await results_on(app, pilot, look)
        before = list(pane.view.level.names)
        await pilot.resize_terminal(200, 60)
        await look.until(pilot, lambda: pane.view.level.names != before)
        assert pane.place()["columns"] is None, "nobody chose them"
        await pilot.resize_terminal(80, 24)
        await look.until(pilot, lambda: pane.view.level.names == before)
        await pilot.press("c")
        await look.until(pilot, "space shows or hides")
        await pilot.press("j", "space")
        await look.until(pilot, lambda: pane.view.level.names != before)
        assert before[1] not in pane.view.level.names
        chosen = list(pane.view.level.names)
        await pilot.resize_terminal(200, 60)
        assert pane.place()["columns"] == pane.view.level.names == chosen
        await pilot.press("escape")
        await look.until(pilot, "enter: repeats")
        assert app.focused is pane.view.table


async def test_drill_down_to_a_completion_and_back_with_the_cursor_kept(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await results_on(app, pilot, look)
        await pilot.press("j", "j", "enter")
        await look.until(pilot, "─ #3 ─")
        await pilot.press("j", "enter")
        await look.until(pilot, "#3 › rep 2")
        await pilot.press("G", "enter")
        await look.until(pilot, "#3 › rep 2 › micro/7")
        shown = look.text(app)
        assert "def f7(x):" in shown and "return x + 7" in shown
        assert "AssertionError: f(2) == 4" in shown and "failed" in shown
        assert "enter: the completion" not in shown and not pane.lower.display
        await pilot.press("c", "s")
        assert not pane.lower.choosing and not pane.view.level.keys, "what is hidden stays as it is"
        await pilot.press("escape")
        await look.until(pilot, lambda: pane.view.display)
        assert pane.view.table.cursor == 7
        await pilot.press("escape", "escape")
        await look.until(pilot, "Configurations")
        assert pane.view.table.cursor == 2 and app.focused is pane.view.table


async def test_copy_and_export(done_session, look, issued, tmp_path):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await results_on(app, pilot, look)
        await pilot.press("Y")
        await look.until(pilot, lambda: issued)
        head, cells = issued[0][1].split("\n")
        assert head.split("\t")[0] == "position" and cells.split("\t")[0] == "1"
        await pilot.press("e")
        await look.until(pilot, "export to")
        field = app.focused
        field.value = str(tmp_path / "out.txt")
        await look.until(pilot, "end it in .csv, .parquet or .md")
        field.value = str(tmp_path / "out.csv")
        await pilot.press("enter")
        await look.until(pilot, "8 rows in")
        written, shown = pl.read_csv(tmp_path / "out.csv"), pane.view.level.names
        # Without its mark the energy of this session, an estimate, would look measured.
        assert written.columns == [*shown, "energy_estimated"] == head.split("\t")
        assert written["energy_estimated"].drop_nulls().all() and cells.endswith("True")


async def test_nothing_measured(planned_session, look):
    app = PimpApp(planned_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await results_on(app, pilot, look)
        await look.until(pilot, "nothing measured yet; r starts the campaign")
        await pilot.press("enter")
        await look.until(pilot, "#1 was not run yet")


async def test_new_runs_appear_and_the_cursor_stays(session_maker, sessions_root, look):
    import shutil

    whole = session_maker(sessions_root / "whole")
    part = session_maker(sessions_root / "part", measured=3, fails=0, status="stopped")
    app = PimpApp(part)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await results_on(app, pilot, look)
        await pilot.press("j", "j")
        assert pane.view.table.row()["position"] == 3
        for table in ("requests", "power", "runs"):
            for file in (whole / table).glob("*.parquet"):
                shutil.copy(file, part / table / file.name)
        await look.until(pilot, " oom")
        assert pane.view.table.row()["position"] == 3
        await pilot.press("slash")
        await type_text(pilot, "duration_s > 999")
        await look.until(pilot, "0 of 8")
        await look.until(pilot, "no row fits the filter; esc clears it")
