"""Keys typed in one burst: each is done before the next is looked at."""

import pytest
from textual import events
from textual.keys import key_to_character

from pimp_tui.session.manifest import read_manifest
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.screens.palette import Palette
from pimp_tui.tui.screens.sessions import SessionsScreen

_NAMES = {"/": "slash", " ": "space", "<": "less_than_sign", "=": "equals_sign", ":": "colon",
          "\r": "enter", "\x1b": "escape", "?": "question_mark", "_": "underscore"}  # fmt: skip


def burst(app, text: str) -> None:
    """All keys at once, as a paste without brackets or a slow line delivers them."""
    for char in text:
        key = _NAMES.get(char, char)
        character = char if char in ("\r", "\x1b") else key_to_character(key)
        app.post_message(events.Key(key, character))


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_filter_typed_in_one_burst(done_session, look, issued, size):
    app = PimpApp(done_session)
    async with app.run_test(size=size) as pilot:
        await look.until(pilot, "library default")
        burst(app, "/status = ok\rjj")
        await look.until(pilot, lambda: app.screen.current.view.table.cursor == 2)
        assert app.screen.current.view.level.where_text == "status = ok"
        assert not app.screen.message.busy and not issued and app.screen.number == 4


async def test_a_burst_goes_to_the_pane_that_its_digit_opens(done_session, look, issued):
    app = PimpApp(done_session)
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "library default")
        burst(app, "1/beams\r4/status = ok\r")
        await look.until(pilot, lambda: app.screen.number == 4 and not app.screen.message.busy)
        await look.until(pilot, "where status = ok")
        burst(app, "1")
        await look.until(pilot, lambda: app.screen.number == 1)
        assert "beams" in look.text(app) and not issued


async def test_a_question_and_what_follows_its_answer(done_session, look, issued, monkeypatch):
    app = PimpApp(done_session)
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "library default")
        monkeypatch.setattr(type(app.screen), "running", True)
        burst(app, "xy2")
        await look.until(pilot, lambda: app.screen.number == 2)
        assert issued == [("steer", done_session.name, "stop")]


async def test_the_palette_gets_all_letters(done_session, look, issued):
    app = PimpApp(done_session)
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "library default")
        burst(app, ":go to plan\r")
        await look.until(pilot, lambda: app.screen.number == 2 if not isinstance(
            app.screen, Palette) else False)  # fmt: skip
        burst(app, "?\x1bq")  # help, any key closes it, leave
        await look.until(pilot, lambda: isinstance(app.screen, SessionsScreen))
        burst(app, "/zzz\r")
        await look.until(pilot, "0 of 1")
        assert read_manifest(done_session)["status"] == "done" and not issued


async def test_pasted_text_waits_for_the_input_too(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "library default")
        burst(app, "/")
        app.post_message(events.Paste("status = ok"))
        burst(app, "\r")
        await look.until(pilot, "where status = ok")


async def test_a_key_without_an_effect_holds_nothing_up(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "library default")
        burst(app, "aaaa2")
        await look.until(pilot, lambda: app.screen.number == 2, 3)
