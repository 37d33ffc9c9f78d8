"""What may follow in a filter: names of columns, and values of a column of text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pimp_tui.session.where_tokens import column_word

if TYPE_CHECKING:
    import polars as pl

_NAME = r"(?:`(?P<quoted>[^`]+)`|(?P<bare>[^\W\d][\w.@/:-]*))"
_VALUE = re.compile(_NAME + r"\s*(?:==|!=|=|(?:not\s+)?in\s*[(\[][^)\]]*?)\s*(?P<word>[\w.]*)$")
_WORD = re.compile(r"[\w.]*$")
_MOST, _ROWS = 6, 100_000


class Completer:
    """Candidates for the last word of an expression over a frame, at most six.

    Args:
        frame: its columns are the names; values are looked for in its first rows.
        names: columns in the order of interest.
    """

    def __init__(self, frame: pl.DataFrame, names: list[str]) -> None:
        self._frame, self._names = frame, names
        self._values: dict[str, list[str]] = {}

    def __call__(self, text: str) -> list[str]:
        """Values after ``column =``, else names that begin with, then that hold, the word."""
        found = _VALUE.search(text)
        if found and (values := self._of(found["quoted"] or found["bare"])):
            return [v for v in values if v.startswith(found["word"]) and v != found["word"]][:_MOST]
        match = _WORD.search(text)
        word = match.group() if match else ""
        if not word or word in self._names:
            return []
        begun = [name for name in self._names if name.startswith(word)]
        held = [name for name in self._names if word in name and name not in begun]
        return [column_word(n) for n in [*begun, *(held if len(word) > 2 else ())][:_MOST]]

    def _of(self, name: str) -> list[str]:
        import polars as pl

        if name not in self._values:
            found: list[str] = []
            if self._frame.schema.get(name) == pl.String:
                found = self._frame[name].head(_ROWS).drop_nulls().unique().to_list()
            self._values[name] = sorted(v for v in found if re.fullmatch(r"[\w.-]+", v))
        return self._values[name]
