"""How a picture of a pane is come to."""


def opened(look, number: int, wanted, then=()):
    """Show a pane, wait for a text, press keys, wait for another text."""

    async def before(pilot) -> None:
        app = pilot.app
        await look.until(pilot, lambda: getattr(app.screen, "action_pane", None))
        app.screen.action_pane(number)
        await look.until(pilot, lambda: app.screen.current and app.screen.number == number)
        await look.until(pilot, wanted)
        for keys, text in then:
            await pilot.press(*keys)
            await look.until(pilot, text)
        await pilot.pause(0.2)

    return before
