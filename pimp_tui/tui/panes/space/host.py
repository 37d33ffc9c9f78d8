"""Which features the host fixes, and what says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pimp_tui.space.space import Space

_MOST = 400


def fixed_by_host(space: Space, core: frozenset[str], states: dict[str, str]) -> dict[str, str]:
    """Feature -> evidence, for host features and for what they alone keep on or off.

    For the reasoning thread: each core feature is explained once.
    """
    facts = space.host_features
    if not facts:
        return {}
    found: dict[str, str] = {}
    for name, fact in facts.items():
        if fact.get("value") is not None:
            found[name] = str(fact.get("evidence") or "host")
    for name in sorted(core - set(facts))[:_MOST]:
        if not space.model.features[name].is_leaf or states.get(name) != "deselected":
            continue
        clash = space.clash({}, name, True)
        words = " ".join(clash.words) if clash else ""
        for host_name, fact in facts.items():
            if host_name in words.replace("(", " ").replace("!", " ").split():
                found[name] = f"host: {fact.get('evidence') or host_name}"
                break
    return found
