"""``learn --from``: whether another session helps to predict this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pimp_tui.commands.output import print_json, print_table, say
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.session import Session

_SHOWN = ["metric", "training", "n", "r2", "mae", "mape", "rank_correlation", "used"]


def learn_from(session: Session, source: str, metrics: list[str], seed: int, json: bool) -> int:
    """Print the errors with and without the other session, and what follows from them.

    Raises:
        UserError: no such session, or nothing in it can be learnt from.
    """
    from pimp_tui.learning.suggestion.transfer import transfer
    from pimp_tui.session import open_session

    other = open_session(source)
    if other.path == session.path:
        raise UserError("a session cannot start from itself", "--from")
    records, lines = transfer(session, other, metrics, seed)
    print_json(records) if json else print_table(records, _SHOWN)
    for line in lines:
        say(line)
    return 0
