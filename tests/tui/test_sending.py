"""Textual paints as the canvas knows it; with one that does not, the screens are dear, not broken.

A new Textual that fails the first two tests costs users ten times the bytes: mend `canvas.py`.
"""

import sys

import pyte
import pytest
from textual._compositor import ChopsUpdate, LayoutUpdate

from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.canvas import Canvas, paints
from pimp_tui.tui.sending import Sending
from tests.tui.on_a_pty import OnAPty

RUN = "from pimp_tui.cli import main; main(['open', sys.argv[1]])"
#: Tells on its way out whether the app sent changes only.
TELL = """
import sys
from pimp_tui.tui.app import PimpApp
leave = PimpApp.on_unmount
def on_unmount(app):
    leave(app)
    sys.stderr.write(f"told: {app.sending.fault!r}")
PimpApp.on_unmount = on_unmount
"""


def test_textual_has_what_the_canvas_needs():
    assert PimpApp().sending.fault is None


async def test_textuals_updates_are_those_that_the_canvas_reads(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "library default")
        screen = pyte.Screen(80, 24)
        stream, canvas = pyte.Stream(screen), Canvas()
        compositor = app.screen._compositor
        whole = compositor.render_update(full=True)
        assert isinstance(whole, LayoutUpdate) and paints(whole)
        stream.feed(canvas.changes(whole, app.screen.size, app.console))
        assert [row.rstrip() for row in screen.display] == [
            row.rstrip() for row in look.text(app).splitlines()
        ]
        app.screen.message.say("a part of it")
        widgets = set(app.screen.message.walk_children(with_self=True))
        compositor.update_widgets(widgets)
        part = compositor.render_update()
        assert isinstance(part, ChopsUpdate) and paints(part)
        stream.feed(canvas.changes(part, app.screen.size, app.console))
        assert "a part of it" in screen.display[22]


def seen(code: str, session, size=(80, 24)) -> tuple[str, int, str]:
    """What a person sees of the results, how many bytes it took, and what was told."""
    with OnAPty([sys.executable, "-c", code, str(session)], size) as app:
        data = app.until("library default")
        data += app.read(2)
        app.press(b"1")
        data += app.until("56 valid", before=data)
        data += app.read(1.5)
        text = "\n".join(app.shows(data))
        app.press(b"qq")
        told = app.read(10, until=b"told: ") + app.read(0.5)
    return text, len(data), told.rpartition(b"told: ")[2].decode(errors="replace")


@pytest.mark.slow
@pytest.mark.parametrize(
    "breakage",
    ["sys.modules['pimp_tui.tui.canvas'] = None",
     "from pimp_tui.tui.canvas import Canvas\ndel Canvas._lay"],
    ids=["no canvas", "a part is gone"],
)  # fmt: skip
def test_with_another_textual_the_screens_are_the_same(done_session, breakage):
    usual, few, told = seen(f"{TELL}{RUN}", done_session)
    assert told.startswith("None")
    other, many, told = seen(f"import sys\n{breakage}\n{TELL}{RUN}", done_session)
    assert "Error" in told and "Traceback" not in told
    assert other == usual and many > few


def test_a_fault_leaves_the_painting_to_textual_for_good(monkeypatch):
    app = PimpApp()
    sending, update = Sending(app), object()
    monkeypatch.setattr("pimp_tui.tui.canvas.paints", lambda renderable: 1 / 0)
    assert sending.update(None, update) is update
    assert isinstance(sending.fault, ZeroDivisionError)
    assert sending.update(None, update) is update
    sending.forget()
