"""Kinds of text follow the theme, and asking for them derives no colours anew."""

from textual.app import App, ComposeResult
from textual.color import Color

from pimp_tui.tui.widgets.contrast import readable
from pimp_tui.tui.widgets.line import Line
from pimp_tui.tui.widgets.painted import overlays


class OneLine(App[None]):
    def compose(self) -> ComposeResult:
        yield Line()


async def test_kinds_follow_the_theme():
    app = OneLine()
    async with app.run_test(size=(20, 3)) as pilot:
        line = app.query_one(Line)
        seen = set()
        for name in ("textual-dark", "gruvbox", "nord"):
            app.theme = name
            await pilot.pause()
            known = app.get_css_variables()
            ground = Color.parse(known["background"])
            wanted = readable(Color.parse(known["accent"]), ground).rich_color
            assert overlays(app)["accent"].color == wanted
            assert line.kind_style("accent").color == wanted
            seen.add(wanted)
        assert len(seen) == 3


async def test_painting_derives_no_colours(monkeypatch):
    app = OneLine()
    async with app.run_test(size=(20, 3)) as pilot:
        line = app.query_one(Line)
        asked = []
        monkeypatch.setattr(app, "get_css_variables", lambda: asked.append(1) or {})
        for at in range(5):
            line.show([(f"text {at}", "dim")])
            await pilot.pause()
            line.paint([("x", "accent")], 20, "cursor")
        assert not asked
