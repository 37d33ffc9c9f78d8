"""How far a verified point was off from what was promised of it when it was picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError
from pimp_tui.tui.widgets.cells import Line, line
from pimp_tui.tui.widgets.numbers import name_and_unit

if TYPE_CHECKING:
    from pimp_tui.session.bundle import Session

Promises = dict[str, list[dict[str, Any]]]
_KINDS = {"worse than promised": "bad", "better than promised": "good"}


def read_promises(session: Session) -> Promises:
    """config_id -> rows of its last verification; blocking, for a thread."""
    from pimp_tui.session.picks import batches

    if not batches(session.path):
        return {}
    from pimp_tui.learning.verification.verify import verification_rows

    try:
        rows = verification_rows(session)
    except UserError:  # a damaged batch: `pimp-tui verify` says which
        return {}
    last = {row["config_id"]: row["batch"] for row in rows}
    found: Promises = {}
    for row in rows:
        if row["batch"] == last[row["config_id"]]:
            found.setdefault(row["config_id"], []).append(row)
    return found


def promise_rows(found: Promises, row: dict[str, Any], width: int) -> list[Line]:
    """How far off the promise each metric was found, with its interval."""
    own = found.get(row["config_id"], [])
    if not own:
        return []
    from pimp_tui.learning.verification.verification_words import off_words

    told = [(one, off_words(one)) for one in own]
    if not any(words for _, words in told):
        return []
    apart = "kept out" if own[0]["apart"] else "same problems"
    lines = [line(f" verified in {own[0]['runs']} runs, {apart}; off:")]
    for one, words in told:
        if words is None:
            continue
        name = name_and_unit(one["metric"])[0]
        value, _, ends = words.partition(" (")
        lines.append(line((f"  {name} {value}", _KINDS.get(one["reading"], "warn"))))
        if ends:
            lines.append(line((f"   [{ends.removesuffix(')')}]"[:width], "dim")))
    return lines
