"""Every kind of text can be read under every theme, in its colours and in the nearest of 256."""

from rich.color import ColorSystem
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from pimp_tui.tui.widgets.contrast import CONTRAST, contrast, readable
from pimp_tui.tui.widgets.painted import overlays

#: A palette of 256 is not as fine as the colours that are looked for in it.
OF_256 = 4.0


def test_the_ratio_is_that_of_the_standard():
    white, grey, black = Color(255, 255, 255), Color(0x77, 0x77, 0x77), Color(0, 0, 0)
    assert contrast(white, black) == contrast(black, white) == 21
    assert round(contrast(grey, white), 2) == 4.48  # the well-known one that just fails
    assert readable(black, white) == black and readable(grey, white) != grey


async def test_every_kind_under_every_theme():
    app = App()
    async with app.run_test():
        for name in BUILTIN_THEMES:
            app.theme = name
            ground = Color.parse(app.theme_variables["background"])
            if ground.ansi is not None:
                continue
            base = Color.parse(app.theme_variables["foreground"])
            kinds = {kind: style.color for kind, style in overlays(app).items() if style.color}
            assert {"dim", "accent", "good", "warn", "bad"} <= set(kinds)
            for kind, colour in {"": base.rich_color, **kinds}.items():
                found = contrast(Color.from_rich_color(colour), ground)
                assert found >= CONTRAST, f"{name}: {kind} {found:.2f}"
                coarse = [
                    Color.from_rich_color(one.downgrade(ColorSystem.EIGHT_BIT))
                    for one in (colour, ground.rich_color)
                ]
                assert contrast(*coarse) >= OF_256, f"{name}: {kind} of 256 {contrast(*coarse):.2f}"
