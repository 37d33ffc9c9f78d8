"""Trade-offs says of each point whether accuracy is lost, from its problems and repeats."""

import pytest

from pimp_tui.learning.verification.accuracy import compare
from pimp_tui.session import open_session
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.tradeoffs.verdicts import (
    Verdicts,
    config_ids,
    read_intervals,
    read_verdicts,
)
from pimp_tui.tui.widgets.cells import text_of


def told(verdicts: Verdicts, row: dict, width: int = 200) -> str:
    return " ".join(map(text_of, verdicts.rows(row, width)))


def test_the_three_readings_and_none():
    solved = {f"p{n}": {1: 1.0} for n in range(400)}
    half = {name: {1: float(n % 2)} for n, name in enumerate(solved)}
    few = {"p0": {1: 1.0}, "p1": {1: 0.0}, "p2": {1: 1.0}}
    verdicts = Verdicts()
    verdicts.take(("library default", {
        "good": compare(solved, half), "bad": compare(half, solved), "open": compare(few, few),
    }))  # fmt: skip
    assert "against the default over 400" in told(verdicts, {"config_id": "good"})
    assert "accuracy: loss" in told(verdicts, {"config_id": "bad"})
    assert "[-0.5" in told(verdicts, {"config_id": "bad"})
    text = told(verdicts, {"config_id": "open"})
    assert (
        "not shown" in text
        and "over 3 problems; about" in text
        and "would show no loss beyond 0.01" in text
    )
    assert verdicts.words({"config_id": "open"}) == "not shown"
    assert told(verdicts, {"config_id": "good", "estimated": True}) == "", "it was never measured"
    assert told(verdicts, {"config_id": "unknown"}) == ""
    kinds = [verdicts.rows({"config_id": name}, 90)[0][1][1] for name in ("good", "bad", "open")]
    assert kinds == ["good", "bad", "warn"]
    verdicts.take(None)
    assert told(verdicts, {"config_id": "good"}) == ""


def test_the_front_is_judged_first_and_predictions_never():
    rows = [{"config_id": str(n)} for n in range(400)]
    found = config_ids(rows, [rows[7], {"config_id": "x", "estimated": True}])
    assert found[:3] == ["7", "0", "1"] and len(found) == 300 and "x" not in found


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_the_verdict_moves_with_the_cursor(done_session, look, size):
    manifest = read_manifest(done_session)
    manifest["named"] = {"library default": manifest["named"]["default"]}
    write_manifest(done_session, manifest)
    ids = open_session(done_session).plan.collect()["config_id"].to_list()
    name, found = read_verdicts(open_session(done_session), ids)
    assert name == "library default" and ids[0] not in found and len(found) == 6
    app = PimpApp(done_session)
    async with app.run_test(size=size) as pilot:
        await look.until(pilot, lambda: getattr(app.screen, "action_pane", None))
        app.screen.action_pane(6)
        await look.until(pilot, lambda: app.screen.number == 6 and app.screen.current.walk.row)
        await pilot.press("G")
        pane = app.screen.current
        await look.until(pilot, lambda: pane.walk.row["config_id"] in found)
        await look.until(pilot, "accuracy: ")
        one = found[pane.walk.row["config_id"]]
        await look.until(pilot, f"{one.lower:+.3f}")
        assert f"({pane.verdicts.words(pane.walk.row)})" in look.text(app)
        low, high = read_intervals(open_session(done_session), ids)[pane.walk.row["config_id"]]
        assert high - low > 0.1, "two repeats that agree do not make 4 problems a certainty"
        assert pane.verdicts.with_interval(pane.walk.row)["pass_at_1_lower"] == low
        assert size[0] < 100 or f"[{low:.3f}, {high:.3f}]" in look.text(app)
