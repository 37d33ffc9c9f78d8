"""Partial configurations in files: JSON ``{"select": [...], "deselect": [...]}``, or CSV with the
columns ``feature`` and ``state`` (``selected``, ``deselected``, ``undecided``)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pimp_tui.errors import UserError

_MEND = "e on the Space screen writes one"
_STATES = {
    "selected": True, "deselected": False, "undecided": None, "true": True, "false": False,
    "1": True, "0": False, "": None,
}  # fmt: skip


def read_choices(source: Path) -> dict[str, bool]:
    """Feature -> selected, of a ``.json`` or ``.csv`` file.

    Raises:
        UserError: it cannot be read, is no such file, or decides a feature both ways; with the
            line where there is one.
    """
    try:
        text = source.expanduser().read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"cannot read ({error.strerror})", str(source)) from None
    except UnicodeDecodeError:
        raise UserError("this is no text", str(source), _MEND) from None
    pairs = _of_csv(text, source) if source.suffix == ".csv" else _of_json(text, source)
    found: dict[str, bool] = {}
    for name, on, where in pairs:
        if found.setdefault(name, on) is not on:
            raise UserError(f"{name} is selected and deselected", where, "keep one of the two")
    return found


def choices_text(chosen: Mapping[str, bool], suffix: str) -> str:
    """The text of a file of choices, ``suffix`` being ``.csv`` or anything else for JSON."""
    if suffix == ".csv":
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["feature", "state"])
        table.writerows([name, "selected" if on else "deselected"] for name, on in chosen.items())
        return out.getvalue()
    value = {
        "select": [name for name, on in chosen.items() if on],
        "deselect": [name for name, on in chosen.items() if not on],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _of_json(text: str, source: Path) -> Iterable[tuple[str, bool, str]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"this is no JSON: {error}", str(source), _MEND) from None
    if isinstance(value, dict) and (others := set(value) - {"select", "deselect"}):
        told = f"`{min(others)}` is no part of it: choices are {{select: [...], deselect: [...]}}"
        raise UserError(told, str(source), _MEND)
    for key, on in (("select", True), ("deselect", False)):
        names = value.get(key, []) if isinstance(value, dict) else None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UserError("choices are {select: [...], deselect: [...]}", str(source), _MEND)
        for name in names:
            yield name, on, str(source)


def _of_csv(text: str, source: Path) -> Iterable[tuple[str, bool, str]]:
    table = csv.DictReader(io.StringIO(text))
    columns = table.fieldnames or []
    if "feature" not in columns or "state" not in columns:
        mend = "the first line is `feature,state`"
        raise UserError("no columns feature and state", f"{source}:1", mend)
    for row in table:
        where = f"{source}:{table.line_num}"
        state = (row["state"] or "").strip().lower()
        if state not in _STATES:
            mend = "write selected, deselected or undecided"
            raise UserError(f"`{row['state']}` is no state", where, mend)
        on = _STATES[state]
        if on is not None:
            yield (row["feature"] or "").strip(), on, where
