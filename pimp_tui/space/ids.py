"""Identity of a configuration: the contract's ``config_id``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any


def config_id(concrete_features: Iterable[str]) -> str:
    """First 16 hex digits of the SHA-256 over the sorted, newline-joined names.

    Args:
        concrete_features: selected concrete features, Model features included, Host features not.
    """
    return sha256("\n".join(sorted(concrete_features)).encode()).hexdigest()[:16]


def table_config_id(options: Mapping[str, Any]) -> str:
    """The same for a row of an imported table: over its options as canonical JSON."""
    return sha256(canonical(dict(options)).encode()).hexdigest()[:16]


def canonical(value: Any) -> str:
    """Canonical JSON: keys sorted, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
