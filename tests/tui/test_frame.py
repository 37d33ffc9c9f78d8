"""The frame: digits, tabs, leaving, help, palette, zoom, sizes, glyphs, refusals."""

import asyncio
import subprocess
import sys

import pytest
from textual.color import Color

from pimp_tui.errors import UserError
from pimp_tui.tui import marks
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.registry import PANES
from pimp_tui.tui.screens.help import HelpPanel
from pimp_tui.tui.screens.palette import Palette
from pimp_tui.tui.screens.sessions import SessionsScreen
from pimp_tui.tui.screens.too_small import TooSmall
from pimp_tui.tui.screens.wizard.fields import FieldInput
from pimp_tui.tui.screens.wizard.screen import Wizard
from pimp_tui.tui.screens.workspace import WorkspaceScreen
from pimp_tui.tui.terminal import require_terminal
from pimp_tui.tui.widgets.contrast import CONTRAST, contrast


def faint_texts(app: PimpApp) -> list[str]:
    """Texts on the screen that are hard to read; lines between parts are none."""
    return [
        text
        for strip in app.screen._compositor.render_strips()
        for text, style, _ in strip
        if text.strip(" ─│┄")
        and contrast(*map(Color.from_rich_color, (style.color, style.bgcolor))) < CONTRAST
    ]


async def test_digits_show_each_pane_and_q_leaves_twice(done_session, look):
    app = PimpApp(done_session)
    app.theme = "textual-light"  # whose accents are for areas, not for text
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "[4 Results]")  # a finished session opens on its results
        bodies = set()
        for spec in PANES:
            await pilot.press(str(spec.number))
            await look.until(pilot, lambda n=spec.number: app.screen.number == n)
            assert f"[{spec.number} {spec.tab}]" in look.text(app)
            assert not faint_texts(app)
            bodies.add(id(app.screen.current))
        assert len(bodies) == len(PANES)
        await pilot.press("q")
        await look.until(pilot, lambda: isinstance(app.screen, SessionsScreen))
        await pilot.press("q")
        await pilot.pause(0.2)
        assert app.return_value == 0


async def test_fast_digits_end_at_the_last(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("1", "2", "1", "3", "2")
        await look.until(pilot, lambda: app.screen.current and app.screen.number == 2)
        assert [p.display for n, p in app.screen.panes.items() if n != 2] == [False] * (
            len(app.screen.panes) - 1
        )


async def test_help_closes_on_any_key(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        await look.until(pilot, "space toggle")
        await pilot.press("question_mark")
        await look.until(pilot, "Help: Space")
        await look.until(pilot, "Keys here")
        first = app.screen.rows.render_line(0)
        assert not any(style.reverse for _, style, _ in first)  # there is nothing to choose
        assert "Keys here" in look.text(app)
        await pilot.press("pagedown")
        assert isinstance(app.screen, HelpPanel)
        await pilot.press("x")
        await look.until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_palette_finds_an_action_by_name(key, done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        await look.until(pilot, "space toggle")
        await pilot.press(key)
        await look.until(pilot, lambda: isinstance(app.screen, Palette))
        await pilot.press(*"go to plan")
        await pilot.press("enter")
        await look.until(pilot, "[2 Plan]")


async def test_the_footer_tells_what_keys_do_in_an_input_and_a_question(done_session, look):
    def footer() -> str:
        return look.text(app).splitlines()[-1].strip()

    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "library default")
        pane = footer()
        await pilot.press("/")
        typing = "enter accept  esc cancel  tab complete  ctrl+p commands"
        await look.until(pilot, lambda: footer() == typing)
        await pilot.press("ctrl+p")
        await look.until(pilot, lambda: isinstance(app.screen, Palette))
        await pilot.press("escape")
        await look.until(pilot, lambda: footer() == typing)
        await pilot.press("escape")
        await look.until(pilot, lambda: footer() == pane)
        asked = app.run_worker(app.screen.ask("sure?"))
        await look.until(pilot, lambda: footer() == "y yes  esc no")
        await pilot.press("y")
        assert await asked.wait() is True
        await look.until(pilot, lambda: footer() == pane)


async def test_a_question_mark_is_help_in_a_field_too(sessions_root, look):
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Wizard(first=3))
        await look.until(pilot, lambda: isinstance(app.focused, FieldInput))
        before = app.focused.value
        last = look.text(app).splitlines()[-1].rstrip()
        assert last.endswith("? help  ctrl+p commands")
        await pilot.press("?")
        await look.until(pilot, "Help: New campaign")
        await pilot.press("escape")
        await look.until(pilot, lambda: isinstance(app.focused, FieldInput))
        assert app.focused.value == before


async def test_palette_changes_the_theme(sessions_root, look):
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        await look.until(pilot, lambda: isinstance(app.screen, Palette))
        grounds = [
            style.color if style.reverse else style.bgcolor
            for _, style, _ in app.screen._compositor.render_strips()[-1]
        ]
        ink = Color.parse(app.theme_variables["foreground"]).rich_color
        assert grounds.count(ink) == 1  # the cursor can be seen
        await pilot.press(*"theme gruvbox")
        await pilot.press("enter")
        await look.until(pilot, lambda: app.theme == "gruvbox")


async def test_ctrl_c_ends_nothing(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "[4 Results]")
        await pilot.press("ctrl+c")
        await look.until(pilot, "q leaves; the campaign goes on")


async def test_ctrl_c_copies_what_the_mouse_selected(done_session, issued, look):
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "8/8")
        rows = app.screen.rows
        await pilot.mouse_down(rows, offset=(2, 0))
        await pilot.hover(rows, offset=(4, 0))
        await pilot.mouse_up(rows, offset=(4, 0))
        await pilot.press("ctrl+c")
        await look.until(pilot, lambda: issued)
    assert issued == [("copy", "toy")]


async def test_leaving_a_running_campaign_says_that_it_goes_on(done_session, look, monkeypatch):
    from pimp_tui.session import lock
    from pimp_tui.session.manifest import read_manifest, write_manifest

    running = {"status": "running", "runner": {"pid": 1}}
    write_manifest(done_session, read_manifest(done_session) | running)
    monkeypatch.setattr(lock, "is_held", lambda session: True)
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "[3 Monitor]")
        await look.until(pilot, "running")
        await pilot.press("q")
        await look.until(pilot, "toy goes on; enter opens it")


async def test_zoom_and_back(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        await look.until(pilot, "space toggle")
        pane = app.screen.current
        await pilot.press("z")
        await look.until(pilot, lambda: pane.features.size.width >= 78)
        assert not pane.parts.about_part.display
        await pilot.press("z")
        await look.until(pilot, lambda: pane.parts.about_part.display)


async def test_too_small_says_both_sizes_and_comes_back(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "[4 Results]")
        await pilot.resize_terminal(50, 15)
        await look.until(pilot, "50x15: needs 60x18")
        assert isinstance(app.screen, TooSmall)
        await pilot.resize_terminal(60, 18)
        await look.until(pilot, "[4 Results]")
        await pilot.press("6")
        await look.until(pilot, "[6 Trade-offs]")  # the current tab's name is never cut


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (110, 30), (200, 60)])
async def test_footer_is_never_cut_off(size, done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=size) as pilot:
        for number in ("1", "2"):
            await pilot.press(number)
            await look.until(pilot, lambda n=number: str(app.screen.number) == n)
            await pilot.pause(0.1)
            last = look.text(app).splitlines()[-1]
            assert last.rstrip().endswith("commands") and len(last.rstrip()) <= size[0]


async def test_ascii_only_where_it_is_asked_for(done_session, look):
    app = PimpApp(done_session, ascii=True)
    async with app.run_test(size=(100, 30)) as pilot:
        for number in ("1", "2"):
            await pilot.press(number)
            await look.until(pilot, lambda n=number: str(app.screen.number) == n)
            await pilot.pause(0.3)
            assert look.text(app).isascii()


async def test_no_color_sends_no_colour(done_session, look, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = PimpApp(done_session)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("1")
        await look.until(pilot, "space toggle")
        for strip in app.screen._compositor.render_strips():
            for segment in strip:
                style = segment.style
                assert style is None or all(
                    colour is None or colour.is_default for colour in (style.color, style.bgcolor)
                )


def test_locale_decides_by_the_first_variable_that_is_set():
    assert marks.wants_ascii({"LC_ALL": "C", "LANG": "en_US.UTF-8"})
    assert not marks.wants_ascii({"LC_CTYPE": "de_DE.utf8"})
    assert marks.wants_ascii({})
    for term, plain in (("linux", True), ("vt220", True), ("xterm-256color", False)):
        assert marks.wants_ascii({"LANG": "C.UTF-8", "TERM": term}) is plain


def test_ascii_keeps_the_width():
    text = "─ │ ⣿⡀ … µ 漢 é"
    plain = marks.to_ascii(text)
    assert plain.isascii() and len(plain) == len(text) + 1  # the ideograph is two cells wide


@pytest.mark.parametrize("term", ["dumb", ""])
def test_dumb_terminals_are_told_what_to_use(term, monkeypatch):
    monkeypatch.setenv("TERM", term)
    with pytest.raises(UserError, match="terminal") as error:
        require_terminal()
    assert "status" in error.value.mend


async def test_an_unreadable_session_is_a_message(done_session, look):
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "toy")
        (done_session / "manifest.json").write_text("{")
        await pilot.press("enter")
        await look.until(pilot, "cannot be read")


_FIRST_PAINT = """
import asyncio, sys
from pimp_tui.tui.app import PimpApp
HEAVY = ("torch", "transformers", "sklearn", "polars", "plotext", "dd", "pysat", "numpy")
print([name for name in HEAVY if name in sys.modules])
from pimp_tui.tui.screens.sessions import SessionsScreen
first_look = SessionsScreen.look

def look(self):
    text = "".join(strip.text for strip in self._compositor.render_strips())
    print([name for name in HEAVY if name in sys.modules], "Sessions" in text and "toy" in text)
    SessionsScreen.look = first_look
    return first_look(self)

SessionsScreen.look = look

async def main():
    async with PimpApp().run_test(size=(80, 24)) as pilot:
        while SessionsScreen.look is look:
            await pilot.pause(0.01)
asyncio.run(main())
"""


def test_first_paint_imports_nothing_but_textual(done_session):
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_PAINT], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["[]", "[] True"]


async def test_a_crash_is_logged_not_shown(tmp_path, monkeypatch):
    from pimp_tui.tui.crash import write_crash_log

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    try:
        await asyncio.sleep(0)
        raise ValueError("lost")
    except ValueError as error:
        log = write_crash_log(error)
    assert "ValueError: lost" in log.read_text()


def test_every_screen_names_its_command():
    from importlib import import_module

    from pimp_tui.tui.screens.help import TWINS, HelpText, lines_of

    titles = {getattr(import_module(spec.module), spec.name).title for spec in PANES}
    assert set(TWINS) == {"Sessions", "New campaign", *titles}
    rows = lines_of(HelpText("Results", "What was measured."), 60)
    assert any("pimp-tui results SESSION" in text for row in rows for text, *_ in row)


def test_a_copy_goes_through_screen_in_pieces():
    from base64 import b64decode

    from pimp_tui.tui.clipboard import through_screen

    said = through_screen("ä" * 900)
    pieces = said.removesuffix("\x1b\\").removeprefix("\x1bP").split("\x1b\\\x1bP")
    assert len(pieces) > 3 and max(map(len, pieces)) <= 512
    whole = "".join(pieces)
    assert whole.startswith("\x1b]52;c;") and whole.endswith("\a")
    assert b64decode(whole[7:-1]).decode() == "ä" * 900
