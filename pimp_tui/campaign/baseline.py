"""The user's own configuration: a JSON file, or the options of a command line as it is typed."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError

_FLAG = re.compile(r"--?(?P<name>[A-Za-z][\w.-]*)(?:=(?P<value>.*))?", re.DOTALL)
_MEND = 'give a JSON file, or a command line: "--num-beams 4 --do-sample"'
_PAIR = re.compile(r"(?P<name>[A-Za-z]\w*)=(?P<value>.*)", re.DOTALL)


def read_baseline(source: str) -> dict[str, Any]:
    """Option -> value.

    Args:
        source: a path of a JSON object, or a command line: ``--num-beams 4 --do-sample``,
            ``num_beams=4``, ``--no-use-cache``; words before the first option are left out, so
            that a whole command can be pasted.

    Raises:
        UserError: unreadable, no JSON object, or a command line without any option.
    """
    if not source.strip():
        raise UserError("the baseline is empty", "--baseline", _MEND)
    if _is_file(source) or not _is_command(source):
        return _from_file(source)
    try:
        words = shlex.split(source)
    except ValueError as error:  # a quote that nothing closes
        raise UserError(f"the baseline is no command line ({error})", source) from None
    found = dict(_options(words))
    if not found:
        raise UserError("the baseline names no option", source, "write --num-beams 4 --do-sample")
    return found


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except OSError:  # too long for a path: a whole command line
        return False


def _is_command(source: str) -> bool:
    return "--" in source or "=" in source


def _from_file(source: str) -> dict[str, Any]:
    try:
        value = json.loads(Path(source).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"the baseline cannot be read ({error.strerror})", source, _MEND) from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"the baseline is no JSON ({error})", source) from None
    if not isinstance(value, dict):
        raise UserError("the baseline is no JSON object", source, 'write {"option": value, …}')
    return value


def _options(words: list[str]) -> Iterator[tuple[str, Any]]:
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        match = _FLAG.fullmatch(word) or _PAIR.fullmatch(word)
        if match is None:
            continue
        name, value = match["name"].replace("-", "_"), match["value"]
        if value is None and at < len(words) and not _FLAG.fullmatch(words[at]):
            value = words[at]
            at += 1
        if value is None and name.startswith("no_") and word.startswith("--no-"):
            yield name.removeprefix("no_"), False
        else:
            yield name, True if value is None else _value(value)


def _value(text: str) -> Any:
    """A number, truth value, list or object where the text is one, else the text."""
    lowered = {"true": True, "false": False, "none": None}
    if text.lower() in lowered:
        return lowered[text.lower()]
    try:
        return json.loads(text)
    except ValueError:
        return text
