"""The Space pane: marks, propagation with reasons, counts, undo, filter, a model alone."""

import json

from pimp_tui.errors import UserError
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.space.outline import outline, value_words
from pimp_tui.tui.panes.space.painting import count_words
from pimp_tui.tui.screens.workspace import WorkspaceScreen


async def on_space(pilot, look):
    """The pane once its space is loaded and counted."""
    await pilot.press("1")
    await look.until(pilot, "56")
    return pilot.app.screen.current


async def test_toggle_propagates_and_counts(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        await look.until(pilot, "0 set · 0 forced · 56 of 56 valid")
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "[x] greedy")
        await look.until(pilot, "8 of 56 valid")
        await look.until(pilot, "<-> sample")
        await look.until(pilot, "<-> 0.3")
        await pilot.press("space")
        await look.until(pilot, "[-] greedy")
        await look.until(pilot, "<x> sample")
        await pilot.press("space")
        await look.until(pilot, "56 of 56 valid")


async def test_forced_feature_shows_its_reasons_and_enter_clears_them(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "8 of 56 valid")
        pane.features.go_to("sample")
        await pilot.press("space")  # forced: nothing changes, the reasons open
        await look.until(pilot, lambda: app.focused is pane.why_rows)
        await look.until(pilot, "you selected do_sample=false (greedy)")
        assert "clear greedy (Enter)" in look.text(app)
        await pilot.press("enter")
        await look.until(pilot, "56 of 56 valid")
        assert app.focused is pane.features
        await pilot.press("u")
        await look.until(pilot, "8 of 56 valid")
        await pilot.press("U")
        await look.until(pilot, "56 of 56 valid")


async def test_host_keeps_offloaded_off_with_evidence(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(200, 60)) as pilot:
        await on_space(pilot, look)
        await look.until(pilot, "{-} offloaded")
        assert "{-} cuda" in look.text(app)


async def test_conditional_counts_of_the_toggle_under_the_cursor(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await on_space(pilot, look)
        pane.features.go_to("greedy")
        await look.until(pilot, "select leaves 8 · deselect leaves 48")


async def test_filters(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        await pilot.press("slash", *"beams_4", "enter")
        await look.until(pilot, lambda: "greedy" not in look.text(app))
        assert "num_beams_4" in look.text(app)
        await pilot.press("escape")
        await look.until(pilot, "[ ] greedy")
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "8 of 56 valid")
        await pilot.press("slash", "exclamation_mark", "enter")
        await look.until(pilot, lambda: "[x] greedy" not in look.text(app))
        assert "<-> sample" in look.text(app)
        await pilot.press("slash", "backspace", "plus", "enter")
        await look.until(pilot, "[x] greedy")
        assert "<-> sample" not in look.text(app)


async def test_fold_and_unfold(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        pane.features.go_to("cache")
        await pilot.press("h")
        await look.until(pilot, lambda: "dynamic" not in look.text(app))
        await pilot.press("l")
        await look.until(pilot, "dynamic")
        await pilot.press("l", "l")  # to the first value, then beside it
        assert pane.features.name_at == "static"


async def test_choices_are_saved_and_copied(done_session, issued, tmp_path, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "8 of 56 valid")
        await pilot.press("y")
        await look.until(pilot, lambda: issued)
        assert issued == [("copy", "--select greedy")]
        target = tmp_path / "choices.json"
        await pilot.press("e")
        await look.until(pilot, "save choices to")
        app.focused.value = str(target)
        await pilot.press("enter")
        await look.until(pilot, "1 choice written")
    assert json.loads(target.read_text()) == {"select": ["greedy"], "deselect": []}


async def test_a_model_alone_has_two_panes_and_no_session(done_session, look):
    app = PimpApp(space=done_session / "space.uvl")
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "56 valid")
        assert "Monitor" not in look.text(app)
        await pilot.press("4")
        await look.until(pilot, "no session yet")
        await pilot.press("r")
        await look.until(pilot, "step 4 of 6")
        await pilot.press("escape", "escape")
        await look.until(pilot, "step 2 of 6")
        await pilot.press("q")
        await look.until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))
        await pilot.press("q")
        await pilot.pause(0.2)
        assert app.return_value == 0


async def test_a_broken_model_ends_with_its_error(tmp_path, sessions_root):
    file = tmp_path / "broken.uvl"
    file.write_text("features\n    A\n        sometimes\n            B\n")
    app = PimpApp(space=file)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(100):
            await pilot.pause(0.05)
            if app.fault:
                break
        assert isinstance(app.fault, UserError) and "broken.uvl" in str(app.fault)


def test_counts_of_any_size():
    assert [count_words(n) for n in (None, 0, 9999, 12345, 1_420_000_000)] == [
        "?", "0", "9999", "12 345", "1.42e9",
    ]  # fmt: skip
    assert count_words(10**400) == "1.00e400"
    assert count_words(999_999_999) == "9.99e8"


def test_values_of_one_option_share_a_row_when_they_fit(tmp_path):
    from pimp_tui.space import load_space

    leaves = "".join(f"                    t_{n} {{value 0.{n}}}\n" for n in range(1, 8))
    text = (
        "features\n    Root {abstract}\n        mandatory\n"
        "            temperature {abstract, option 'temperature'}\n"
        "                alternative\n" + leaves
    )
    (tmp_path / "t.uvl").write_text(text)
    model = load_space(tmp_path / "t.uvl").model
    wide, narrow = outline(model, set(), 120), outline(model, set(), 40)
    assert [len(row.names) for row in wide] == [1, 7]
    assert len(narrow) > 2 and max(len(row.names) for row in narrow) < 7
    assert value_words(1.0) == "1" and value_words(True) == "on"
