"""A verified point tells how far off its promise it was found."""

from pimp_tui.tui.panes.tradeoffs.promises import promise_rows


def row(metric: str, off: float | None, lower: float | None, upper: float | None, reading: str):
    return {
        "config_id": "a", "metric": metric, "off": off, "off_lower": lower, "off_upper": upper,
        "runs": 3, "apart": True, "reading": reading,
    }  # fmt: skip


def text(rows) -> list[str]:
    return ["".join(part for part, _ in cells) for cells in rows]


def test_what_was_found_stands_with_its_interval():
    found = {"a": [row("duration_s", 0.2, 0.1, 0.3, "worse than promised"),
                   row("pass_at_1", None, None, None, "nothing was promised")]}  # fmt: skip
    rows = promise_rows(found, {"config_id": "a"}, 28)
    assert text(rows) == [
        " verified in 3 runs, kept out; off:", "  duration +20.0 %", "   [+10.0 % to +30.0 %]",
    ]  # fmt: skip
    assert rows[1][0][1] == "bad"
    assert promise_rows(found, {"config_id": "b"}, 28) == []
    assert promise_rows({"a": found["a"][1:]}, {"config_id": "a"}, 28) == []
