"""Attributes of a feature: ``{abstract, value 1.5, v [1, 'z'], n {e true}, constraint A > 3}``.

Conditions among them are cut out as text; ``uvl.constraints`` reads them once all features are
known.
"""

from __future__ import annotations

import re
from typing import Any

from pimp_tui.space.model import Condition
from pimp_tui.space.uvl.names import PLAIN
from pimp_tui.space.uvl.source import Source

Cut = tuple[str, str, int]  # key (constraint or constraints), text of one condition, its offset
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>-?(?:\d+\.\d+|\.\d+|0|[1-9]\d*)(?![\w.]))|(?P<string>'[^'\n]*')"""
    rf"""|(?P<name>"[^"\n]+"|{PLAIN})|(?P<mark>[{{}}\[\],])|(?P<bad>\S))""",
    re.ASCII,
)
_MOST_DEEP = 50


class _Reader:
    def __init__(self, source: Source, text: str, start: int) -> None:
        self.source, self.text, self.start, self.at = source, text, start, 0
        self.kind, self.word, self.where, self.depth = "", "", 0, 0
        self.cuts: list[Cut] = []
        self.step()

    def step(self) -> None:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup is None:
            self.kind, self.word, self.where = "end", "", len(self.text)
            return
        self.kind, self.where = match.lastgroup, match.start(match.lastgroup)
        self.word, self.at = match.group(match.lastgroup), match.end()

    def fail(self, what: str, mend: str | None = None) -> Exception:
        return self.source.error(what, self.start + self.where, mend)

    def take(self, mark: str) -> None:
        if self.word != mark or self.kind != "mark":
            raise self.fail(f"`{mark}` is expected in the attributes, not `{self.word or 'end'}`")
        self.step()

    def table(self) -> dict[str, Any]:
        self.take("{")
        found: dict[str, Any] = {}
        while not (self.kind == "mark" and self.word == "}"):
            if self.kind != "name":
                raise self.fail(
                    f"an attribute's name is expected, not `{self.word or 'end'}`",
                    "write {name value, name value}",
                )
            name = self.word.strip('"')
            if name in found:
                raise self.fail(f"the attribute {name} is given twice", "keep one of the two")
            self.step()
            if name in ("constraint", "constraints"):
                found[name] = self.conditions(name)
            else:
                found[name] = self.value()
            if self.kind == "mark" and self.word == ",":
                self.step()
            elif not (self.kind == "mark" and self.word == "}"):
                raise self.fail("a comma is missing between attributes", "write {a 1, b 2}")
        self.step()
        return found

    def conditions(self, key: str) -> Condition:
        """One condition, or several in brackets, as text."""
        begin = self.where
        several = key == "constraints"
        if several:
            self.take("[")
        while not (several and self.word == "]"):
            at = self.where
            text = self.condition()
            if not text:
                example = "[A => B, C]" if several else "A => B"
                raise self.fail(f"a condition is missing after `{key}`", f"write {key} {example}")
            self.cuts.append((key, text, self.start + at))
            if not several:
                return Condition(text)
            if self.word == ",":
                self.step()
        end = self.at
        self.take("]")
        return Condition(self.text[begin:end])

    def condition(self) -> str:
        """Text up to the comma or bracket that ends it."""
        begin = end = self.where
        depth = 0
        while self.kind != "end":
            if self.kind in ("mark", "bad") and self.word in "{[(":
                depth += 1
            elif self.kind in ("mark", "bad") and self.word in "}])":
                if depth == 0:
                    break
                depth -= 1
            elif self.kind == "mark" and self.word == "," and depth == 0:
                break
            end = self.at
            self.step()
        return self.text[begin:end].strip()

    def value(self) -> Any:
        kind, word = self.kind, self.word
        if kind == "number":
            self.source.number(word, self.start + self.where)
            self.step()
            return float(word) if "." in word else int(word)
        if kind == "string":
            if word == "''":
                raise self.fail("an empty string is no value in UVL", "leave the attribute out")
            self.step()
            return word[1:-1]
        if kind == "name" and word in ("true", "false"):
            self.step()
            return word == "true"
        if kind == "mark" and word in "{[":
            self.depth += 1
            if self.depth > _MOST_DEEP:
                raise self.fail(f"values nested more than {_MOST_DEEP} deep", "nest them less")
            found = self.table() if word == "{" else self.vector()
            self.depth -= 1
            return found
        if kind == "mark":
            return True  # an attribute without a value is a mark, such as `abstract`
        mend = "put text in single quotes; numbers are written as 1, -1.5 or .5"
        raise self.fail(f"`{word}` is no value", mend)

    def vector(self) -> list[Any]:
        self.take("[")
        found: list[Any] = []
        while self.word != "]":
            if self.word == "," or self.kind == "end":
                raise self.fail("a value is missing in the vector", "write [1, 2]")
            found.append(self.value())
            if self.word == ",":
                self.step()
            elif self.word != "]":
                raise self.fail("a comma is missing in the vector", "write [1, 2]")
        self.step()
        return found


def read_attributes(source: Source, text: str, start: int) -> tuple[dict[str, Any], list[Cut]]:
    """Attributes as plain Python values, one without a value as True; and the conditions cut out.

    Args:
        source: the file, for error places.
        text: from the opening brace on.
        start: offset of the brace in the file.

    Raises:
        UserError: with file, line and column.
    """
    reader = _Reader(source, text, start)
    found = reader.table()
    if reader.kind != "end":
        raise reader.fail(f"`{reader.word}` after the attributes", "one feature a line")
    return found, reader.cuts
