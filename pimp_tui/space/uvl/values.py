"""Names and attribute values as UVL writes them."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import Any

from pimp_tui.space.model import Condition

KEYWORDS = {"mandatory", "optional", "or", "alternative", "features", "constraints", "constraint",
            "namespace", "imports", "include", "cardinality", "true", "false", "Boolean",
            "Integer", "Real", "String", "Arithmetic", "Type", "as", "sum", "avg", "len", "floor",
            "ceil"}  # fmt: skip
"""Words of the language, reserved in the reference grammar though used as names in the wild."""
_PLAIN = re.compile(r"[A-Za-z]\w*", re.ASCII)


def quoted(name: str) -> str:
    """A name as UVL writes it: quoted unless it is a plain identifier and no keyword."""
    return name if _PLAIN.fullmatch(name) and name not in KEYWORDS else f'"{name}"'


def sayable(value: Any) -> bool:
    """Whether UVL has a notation for an attribute value (none for None, "" and infinities)."""
    if isinstance(value, float):
        return isfinite(value)
    return value is not None and value != ""


def value_text(value: Any) -> str:
    """A Python value as a UVL attribute value; quotes and line breaks in text become blanks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else text + ".0"
    if isinstance(value, dict):
        return attributes_text(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(v) for v in value if sayable(v)) + "]"
    if isinstance(value, Condition):
        return str(value)
    return "'" + re.sub(r"['\r\n]+", " ", str(value)) + "'"


def attributes_text(attributes: dict[str, Any]) -> str:
    """``{name value, ...}``; values without a UVL notation are left out."""
    return "{" + ", ".join(f"{_key(n, v)} {value_text(v)}" for n, v in _said(attributes)) + "}"


def marks_text(attributes: dict[str, Any]) -> str:
    """``attributes_text`` with a bare ``abstract`` in place of ``abstract true``."""
    parts = [
        "abstract" if (n, v) == ("abstract", True) else f"{_key(n, v)} {value_text(v)}"
        for n, v in _said(attributes)
    ]
    return "{" + ", ".join(parts) + "}" if parts else ""


def _said(attributes: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in attributes.items() if sayable(value)]


def _key(name: str, value: Any) -> str:
    return name if isinstance(value, Condition) else quoted(name)
