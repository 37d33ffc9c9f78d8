"""Pictures of Results: nothing measured, at work, and why a run failed."""

from __future__ import annotations

import threading

import pytest

from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.results import view
from pimp_tui.tui.widgets import message
from tests.tui.panes.opened import opened

SIZES = pytest.mark.parametrize(
    "size",
    [
        pytest.param((80, 24), id="80x24"),
        pytest.param((200, 60), id="200x60", marks=pytest.mark.slow),
    ],
)


@SIZES
def test_results_of_nothing(snap_compare, planned_session, look, size, monkeypatch):
    monkeypatch.setattr(message, "_SHOWN_S", 600.0)
    before = opened(look, 4, "nothing measured yet")
    assert snap_compare(PimpApp(planned_session), terminal_size=size, run_before=before)


@SIZES
def test_results_while_sorting(snap_compare, done_session, look, size, monkeypatch):
    """A table counted as long: its first rows stand while the whole order is on its way."""

    def slow(frame, where=None, keys=(), first=None):
        if first is None and keys:
            released.wait(30)
        return order_of(frame, where, keys, first)

    order_of, released = view.order_of, threading.Event()
    monkeypatch.setattr(view, "order_of", slow)
    monkeypatch.setattr(view, "_LONG", 4)
    before = opened(look, 4, "enter: repeats", [("lllls", "sorting…")])
    app = PimpApp(done_session)
    picture_of = app.export_screenshot

    def picture(**how):
        try:
            return picture_of(**how)
        finally:
            released.set()

    monkeypatch.setattr(app, "export_screenshot", picture)
    assert snap_compare(app, terminal_size=size, run_before=before)


@SIZES
def test_results_of_a_failed_run(snap_compare, done_session, look, size):
    before = opened(look, 4, "enter: repeats", [("G", "w why"), ("w", "why it failed")])
    assert snap_compare(PimpApp(done_session), terminal_size=size, run_before=before)
