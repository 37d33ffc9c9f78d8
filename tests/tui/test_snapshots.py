"""Pictures of the frame's own screens at two sizes; ``--snapshot-update`` renews them."""

import asyncio

import pytest

from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.screens.wizard.draft import Draft
from pimp_tui.tui.screens.wizard.screen import Wizard

pytestmark = pytest.mark.usefixtures("fixed_machine")
SIZES = pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=["80x24", "200x60"])


def after(look, *wanted, keys=()):
    """Wait for texts, press keys, wait for the rest to settle."""

    async def run(pilot):
        for text in wanted:
            await look.until(pilot, text)
        await pilot.press(*keys)
        before = None
        for _ in range(100):
            await pilot.pause(0.05)
            now = look.print_of(pilot.app)
            if now == before:
                return
            before = now

    return run


@SIZES
def test_sessions(size, sessions_root, session_maker, snap_compare, look):
    session_maker(sessions_root / "alpha")
    session_maker(sessions_root / "beta", measured=3, fails=0, status="stopped")
    import os

    for number, name in enumerate(("beta", "alpha")):  # the newest manifest is on top
        os.utime(sessions_root / name / "manifest.json", (1e9 + number, 1e9 + number))
    ready = after(look, "3/8", "8/8", *(["0.75┤"] if size[0] == 200 else []))  # its chart
    assert snap_compare(PimpApp(), terminal_size=size, run_before=ready)


def test_no_sessions(sessions_root, snap_compare, look):
    ready = after(look, "No sessions")
    assert snap_compare(PimpApp(), terminal_size=(80, 24), run_before=ready)


@SIZES
def test_space(size, done_session, snap_compare, look):
    async def ready(pilot):
        await pilot.press("1")
        await look.until(pilot, "56")
        pilot.app.screen.current.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "forced · 8")
        await look.until(pilot, "deselect leaves 48")
        if size[0] == 200:
            await look.until(pilot, " uniform")
        await after(look)(pilot)

    assert snap_compare(PimpApp(done_session), terminal_size=size, run_before=ready)


@SIZES
def test_plan(size, half_session, snap_compare, look):
    async def ready(pilot):
        await pilot.press("2")
        await after(look, "pair coverage")(pilot)

    assert snap_compare(PimpApp(half_session), terminal_size=size, run_before=ready)


@pytest.mark.parametrize("step", [2, 6])
def test_wizard(step, sessions_root, snap_compare, look, monkeypatch):
    async def run_command(arguments, patience_s=0.0):
        if "--dry-run" not in arguments:  # the pilot, still at it
            await asyncio.Event().wait()
        return '{"configurations": 16, "runs": 32, "requests": 1024}'

    monkeypatch.setattr("pimp_tui.tui.launch.run_command", run_command)

    async def ready(pilot):
        pilot.app.push_screen(Wizard(Draft(name="mine"), first=step))
        await after(look, f"step {step} of 6", "problems" if step == 2 else "P stops it")(pilot)

    assert snap_compare(PimpApp(), terminal_size=(80, 24), run_before=ready)


def test_help(done_session, snap_compare, look):
    async def ready(pilot):
        await pilot.press("1")
        await after(look, "56", keys=["question_mark"])(pilot)

    assert snap_compare(PimpApp(done_session), terminal_size=(80, 24), run_before=ready)


def test_ascii(done_session, snap_compare, look):
    async def ready(pilot):
        await pilot.press("1")
        await after(look, "56 valid")(pilot)

    assert snap_compare(PimpApp(done_session, ascii=True), terminal_size=(80, 24), run_before=ready)
