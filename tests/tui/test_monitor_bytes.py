"""What the Monitor sends to a terminal: little while a fast campaign runs, nothing otherwise."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.tui.fake_runner import fake_campaign
from tests.tui.on_a_pty import OnAPty, Rate

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="reads CPU times from /proc"
)


def rate_of_monitor(session: Path, size: tuple[int, int], settle_s: float, seconds: float) -> Rate:
    """The Monitor once it has settled."""
    arguments = [sys.executable, "-m", "pimp_tui", "open", str(session)]
    with OnAPty(arguments, size) as app:
        app.read(20, until=b"commands")
        app.press(b"3")
        app.read(20, until=b"Latency")
        app.read(settle_s)
        return app.rate(seconds)


@pytest.mark.parametrize(
    ("size", "most"), [pytest.param((120, 40), 4_000, marks=pytest.mark.slow), ((80, 24), 2_000)]
)
def test_live_monitor_is_light(session_maker, sessions_root, size, most):
    session = session_maker(sessions_root / "live", fails=0)
    with fake_campaign(session, 60):
        rate = rate_of_monitor(session, size, 3.0, 5.0)
    assert 200 < rate.bytes_per_s <= most
    assert rate.core < 0.15  # 0.02 to 0.03 on an idle machine


@pytest.mark.slow
def test_finished_monitor_sends_nothing(session_maker, sessions_root):
    session = session_maker(sessions_root / "done")
    assert rate_of_monitor(session, (80, 24), 3.0, 3.0).bytes_per_s == 0
