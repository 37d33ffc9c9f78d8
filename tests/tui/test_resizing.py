"""A terminal that is dragged about: no crash, no leftovers, everything painted at the last size."""

import random
import sys

import pytest

from tests.tui.fake_runner import fake_campaign
from tests.tui.on_a_pty import OnAPty

LAST = [(60, 18), (300, 100), (80, 24)]


def monitor(session) -> OnAPty:
    app = OnAPty([sys.executable, "-m", "pimp_tui", "open", str(session)], (120, 40))
    data = app.until("commands")
    app.press(b"3")
    app.until("Latency", before=data)
    app.read(2)
    return app


def storm(app: OnAPty, seed: int) -> None:
    """Sizes from 59x17, which is too small, to 300x100, faster than they can be painted."""
    chance = random.Random(seed)
    for _ in range(30):
        app.resize((chance.randint(59, 300), chance.randint(17, 100)))
        app.read(chance.choice((0.001, 0.02, 0.2)))


@pytest.mark.slow
def test_a_live_monitor_outlives_a_storm_of_sizes(session_maker, sessions_root):
    session = session_maker(sessions_root / "live", fails=0)
    with fake_campaign(session, 300), monitor(session) as app:
        for seed, size in enumerate(LAST):
            storm(app, seed)
            app.resize(size)
            rows = app.shows(app.read(6))
            assert "[3 Monitor]" in rows[1] and rows[-1].rstrip().endswith("commands")
            assert sum("Latency s" in row for row in rows) == 1
        app.press(b"q")
        app.read(10, until=b"enter open")


@pytest.mark.slow
def test_after_a_storm_a_repaint_changes_nothing(session_maker, sessions_root):
    session = session_maker(sessions_root / "done")
    with monitor(session) as app:
        for seed, size in enumerate(LAST):
            storm(app, seed)
            app.resize(size)
            rows = app.shows(app.quiet(1.0))
            app.press(b"\x0c")
            again = app.shows(app.quiet(1.0))
            assert again[-2].strip() == "repainted"
            assert rows[:-2] + rows[-1:] == again[:-2] + again[-1:]


@pytest.mark.slow
@pytest.mark.parametrize("pause_s", [0.0, 0.05])
def test_there_and_back_paints_everything(session_maker, sessions_root, pause_s):
    """The size is as it was, the terminal's rows are not."""
    session = session_maker(sessions_root / "done")
    with monitor(session) as app:
        app.resize((80, 24))
        app.read(pause_s)
        app.resize((120, 40))
        rows = app.shows(app.read(4))
        assert "[3 Monitor]" in rows[1] and rows[-1].rstrip().endswith("commands")
        assert any("Latency s" in row for row in rows) and rows[0].startswith("done")
