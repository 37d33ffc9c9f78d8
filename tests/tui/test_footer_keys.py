"""Every key that the footer shows, on every screen and in every part of it, changes something."""

import pytest
from textual.screen import ModalScreen

from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.registry import PANES
from pimp_tui.tui.screens.sessions import SessionsScreen
from pimp_tui.tui.screens.wizard.screen import Wizard
from pimp_tui.tui.screens.workspace import WorkspaceScreen

_SETTLE_S = 3.0
#: A key that many parts share is pressed in the first two of them.
_PLACES = 2


async def settle(pilot, look) -> None:
    """Until nothing has changed for a moment."""
    before = None
    for _ in range(120):
        await pilot.pause(0.02)
        now = look.print_of(pilot.app)
        if now == before:
            return
        before = now


async def dead_keys(pilot, look, issued, back) -> list[str]:
    """Press each footer key in each part that can have the focus; those without any effect.

    Args:
        back: brings the screen back to where it was.
    """
    app = pilot.app
    dead: list[str] = []
    pressed: dict[str, int] = {}
    await back()
    await settle(pilot, look)
    places = [w for w in app.screen.focus_chain if w.is_on_screen] or [None]
    for place in places:
        await back()
        for entry in await _keys_at(pilot, look, place):
            for key in entry.keys:
                pressed[key] = pressed.get(key, 0) + 1
                if pressed[key] > _PLACES:
                    continue
                await back()
                if place is not None and place.is_attached:
                    place.focus()
                app.screen.say("") if hasattr(app.screen, "say") else None
                await settle(pilot, look)
                if entry not in app.screen.footer.shown:
                    continue  # an earlier key made it meaningless, and the footer says so
                before, sent = look.print_of(app), len(issued)
                await pilot.press(key)
                for _ in range(int(_SETTLE_S / 0.02)):
                    await pilot.pause(0.02)
                    if not app.is_running or look.print_of(app) != before or len(issued) > sent:
                        break
                else:
                    dead.append(f"{key} ({entry.label} {entry.text}) at {place!r}")
                if not app.is_running:
                    raise AssertionError(f"{key} ended the app")
    return dead


async def _keys_at(pilot, look, place) -> list:
    if place is not None and place.is_attached:
        place.focus()
        await settle(pilot, look)
    return list(pilot.app.screen.footer.shown)


async def close_overlays(pilot) -> None:
    """Leave questions, inputs, panels."""
    app = pilot.app
    for _ in range(4):
        if isinstance(app.screen, ModalScreen) or app.screen.message.busy:
            await pilot.press("escape")
            await pilot.pause(0.05)


async def press_all(spec, size, session, issued, look) -> None:
    """Every key of one pane."""
    app = PimpApp(session)
    async with app.run_test(size=size) as pilot:
        await look.until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))

        async def back():
            await close_overlays(pilot)
            if not isinstance(app.screen, WorkspaceScreen) or app.screen.session_path is None:
                app.show_session(session)
                await look.until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))
            if not app.screen.current or app.screen.number != spec.number:
                app.screen.action_pane(spec.number)
                await look.until(pilot, lambda: app.screen.number == spec.number)
            app.screen.zoom.leave()

        await back()
        await pilot.pause(0.8)
        assert not await dead_keys(pilot, look, issued, back)


@pytest.mark.slow
@pytest.mark.parametrize("spec", PANES, ids=lambda spec: spec.tab)
async def test_panes_on_a_measured_session(spec, done_session, issued, look):
    await press_all(spec, (200, 60), done_session, issued, look)


@pytest.mark.slow
@pytest.mark.parametrize("spec", PANES, ids=lambda spec: spec.tab)
async def test_panes_on_a_session_without_runs(spec, planned_session, issued, look):
    await press_all(spec, (80, 24), planned_session, issued, look)


@pytest.mark.parametrize(
    "filled",
    [
        pytest.param(True, id="sessions", marks=pytest.mark.slow),
        pytest.param(False, id="no-sessions"),
    ],
)
async def test_sessions(filled, sessions_root, session_maker, issued, look):
    if filled:
        session_maker(sessions_root / "toy")
        session_maker(sessions_root / "other", measured=3, status="stopped")
    app = PimpApp()
    async with app.run_test(size=(200, 60)) as pilot:

        async def back():
            await close_overlays(pilot)
            if not isinstance(app.screen, SessionsScreen):
                app.show_sessions()
                await look.until(pilot, lambda: isinstance(app.screen, SessionsScreen))

        await look.until(pilot, "demo")
        assert not await dead_keys(pilot, look, issued, back)


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 2, 4, 6])
async def test_wizard(step, sessions_root, issued, look):
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:

        async def back():
            await close_overlays(pilot)
            if not isinstance(app.screen, Wizard) or app.screen.step != step:
                app.show_sessions()
                app.push_screen(Wizard(first=step))
                await look.until(pilot, f"step {step} of 6")

        assert not await dead_keys(pilot, look, issued, back)
