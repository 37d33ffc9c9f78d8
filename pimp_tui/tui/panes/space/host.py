"""Which features the host fixes, and what says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.space.space import Space

_MOST = 400


def facts_of(space: Space) -> dict[str, str]:
    """Host features that are fixed, each with its evidence."""
    return {
        name: str(fact.get("evidence") or "host")
        for name, fact in space.host_features.items()
        if fact.get("value") is not None
    }


def candidates(space: Space, states: dict[str, str] | None) -> Iterator[str]:
    """Leaves that are off without any choice: what the host alone may keep off."""
    facts = space.host_features
    if not facts or states is None:
        return
    found = 0
    for name, state in states.items():
        if state == "deselected" and name not in facts and space.model.features[name].is_leaf:
            yield name
            found += 1
            if found == _MOST:
                return


def evidence_for(space: Space, name: str) -> str | None:
    """The host's part in keeping a feature off; None without any. For the reasoning thread."""
    try:
        clash = space.clash({}, name, True)
    except UserError:  # not settled in time
        return None
    words = " ".join(clash.words) if clash else ""
    said = words.replace("(", " ").replace(")", " ").replace("!", " ").split()
    for host_name, fact in space.host_features.items():
        if host_name in said:
            return f"host: {fact.get('evidence') or host_name}"
    return None
