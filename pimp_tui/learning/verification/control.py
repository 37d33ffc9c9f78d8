"""The control configuration: measured again and again through a campaign, it shows drift.

Imports nothing heavy: the terminal app asks it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def control_of(named: Mapping[str, str] | None, first: str | None = None) -> tuple[str, str] | None:
    """(what people call it, config_id): the baseline, else the library default, else the first.

    Args:
        named: the manifest's named configurations.
        first: config_id of the plan's first configuration.
    """
    named = named or {}
    for role in ("baseline", "library default"):
        for label, config_id in named.items():
            if label == role or label.startswith(f"{role} of "):
                return label, config_id
    return ("#1 of the plan", first) if first else None


def change(values: Sequence[float | None]) -> tuple[float, float, float] | None:
    """(first, last, last / first - 1) of a control's values in order of time.

    None where fewer than two are known.
    """
    known = [value for value in values if value is not None and value > 0]
    if len(known) < 2:
        return None
    return known[0], known[-1], known[-1] / known[0] - 1
