"""Pictures of the demo session for the README: ``python -m tests.tui.screenshot``."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.pilot import Pilot

from pimp_tui.tui.app import PimpApp

ROOT = Path(__file__).parents[2]
SHOTS = {"6": "demo-tradeoffs.svg", "1": "demo-space.svg"}
SIZE = (120, 36)
#: Learning runs in a child process: its front is there after seconds, on a busy machine minutes.
PATIENCE_S = 240.0


async def front_learnt(app: PimpApp, pilot: Pilot[int]) -> None:
    """Wait for the predicted front.

    Raises:
        TimeoutError: it does not come.
    """
    async with asyncio.timeout(PATIENCE_S):
        while getattr(app.screen, "current").walk.points.candidates is None:  # noqa: B009
            await pilot.pause(0.5)


async def main() -> None:
    """Open the demo session, visit the screens, write an SVG of each."""
    app = PimpApp(session=ROOT / "sessions" / "demo")
    async with app.run_test(size=SIZE) as pilot:
        for key, name in SHOTS.items():
            await pilot.press(key)
            await pilot.pause(3.0)
            if key == "6":
                await front_learnt(app, pilot)
                await pilot.press("l", "l")
                await pilot.pause(1.0)
            svg = app.export_screenshot(title="pimp-tui")
            (ROOT / "sessions" / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
