"""Feature names that UVL can hold."""

from __future__ import annotations

import re
from collections.abc import Container


def uvl_name(name: str, taken: Container[str]) -> str:
    """The name, or the nearest one without dot, quote or line break that is not taken."""
    plain = re.sub(r'[."\r\n]+', "_", " ".join(name.split())) or "_"
    found, n = plain, 2
    while found in taken:
        found, n = f"{plain}_{n}", n + 1
    return found
