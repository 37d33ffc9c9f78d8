"""Each trap of the language in one row: accepted, or refused at the right place.

The rows follow the grammar of uvl-parser 2.5 and what its users' files hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from pimp_tui.errors import UserError
from pimp_tui.space.uvl.reader import read_uvl

TREE = "features\n    A\n        optional\n            B\n            C\n"


def line(text: str) -> str:
    """TREE with another line in place of B's."""
    return TREE.replace("B\n", text + "\n")


def group(text: str) -> str:
    return TREE.replace("optional", text)


def rule(text: str) -> str:
    return line("B {x 4, w 2, s 'x'}") + f"constraints\n    {text}\n"


ACCEPTED: dict[str, str] = {
    "every section": "namespace N\ninclude\n    Type\nimports\n" + TREE + "constraints\n    B => C",
    "only features": TREE,
    "an empty constraints section": TREE + "constraints\n",
    "a quoted namespace": 'namespace "My shop"\n' + TREE,
    "a dotted namespace": "namespace a.b.c\n" + TREE,
    "blank lines everywhere": "\n\n" + TREE.replace("\n", "\n\n  \n") + "\n\n",
    "windows line ends": TREE.replace("\n", "\r\n"),
    "old line ends": TREE.replace("\n", "\r"),
    "a byte order mark": "\ufeff" + TREE,
    "no final line end": TREE.rstrip(),
    "tabs": TREE.replace("    ", "\t"),
    "tabs to multiples of eight": "features\n  A\n\toptional\n\t    B\n            C\n",
    "one column a level": "features\n A\n  optional\n   B\n   C\n",
    "line breaks in brackets": line("B {\n  x 1,\n\n y [1,\n2]\n}")
    + "constraints\n  (B &\n C) | A\n",
    "two block comments on a line": line("/* a */ B /* b */"),
    "a feature between two comments": TREE.replace("B\n", "/* 1 */\n            B\n/* 2 */\n"),
    "a block comment over lines": TREE.replace("A\n", "A /* x\n y\n */\n"),
    "slashes in texts": line("B {doc 'http://x /* y'}"),
    "slashes in quoted names": line('"a // b"') + 'constraints\n    "a // b" => C\n',
    "an apostrophe in a name": line("it's // isn't a text"),
    "signs in names": line("a#b§%?;ü"),
    "a quoted name with blanks": line('"x  y-z(é)"'),
    "a keyword in quotes": line('"or"') + 'constraints\n    "or" => C\n',
    "a type": line("Integer B"),
    "a type before a quoted name": line('String "x y"'),
    "a feature cardinality": line("B cardinality [1..3] {x 1}"),
    "an open feature cardinality": line("B cardinality [0..*]"),
    "every kind of value": line("B {abstract, p -1.5, n {e true}, v [1,'z'], h .5, z 0, q []}"),
    "no attributes": line("B {}"),
    "conditions among attributes": line("B {constraint B => C, constraints [B & C, A | (B)], x 1}"),
    "exactly two": group("[2]"),
    "one to all": group("[1..*]"),
    "one to two": group("[1..2]"),
    "more than there are": group("[1..5]"),
    "blanks in a cardinality": group("[ 1 .. 2 ]"),
    "or": group("or"),
    "alternative": group("alternative"),
    "mandatory": group("mandatory"),
    "brackets without blanks": rule("!(B&C)|(A<=>!B)"),
    "double negation": rule("!!B"),
    "comparisons": rule("(B.x == 4 & B.x != 3) & (B.x < 5 & B.x > 1) & (B.x <= 4 & B.x >= 4)"),
    "a minus apart": rule("B.x - 3 > 0"),
    "a negative number": rule("B.x > -3"),
    "half": rule("B.x > .5"),
    "aggregates": rule("sum(w) + avg(w) + sum(w, A) + floor(B.w) + ceil(B.w) > 0"),
    "texts": rule("B.s == 'x' | len(B.s) == 1"),
    "deep brackets": rule("(" * 3000 + "B" + ")" * 3000),
    "a long chain": rule(" | ".join(["B"] * 6000)),
    "a long sum": rule(" + ".join(["B.w"] * 3000) + " >= 0"),
    "all levels": "include\n    Boolean.*\n    Arithmetic.aggregate-function\n"
    "    Type.string-constraints\n" + TREE,
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    model = read_uvl(ACCEPTED[name], "m.uvl")
    assert len(model.features) == 3
    assert list(model.features)[::2] == ["A", "C"]
    assert not model.constraints or "constraint" in ACCEPTED[name]


REFUSED: dict[str, tuple[str, str, str]] = {
    "namespace after features": (TREE + "namespace N\n", "6:1", "comes after"),
    "features after constraints": ("constraints\n    A\n" + TREE, "3:1", "comes after"),
    "imports after features": (TREE + "imports\n    x\n", "6:1", "comes after"),
    "include after imports": ("imports\ninclude\n    Type\n" + TREE, "2:1", "comes after"),
    "a namespace without a name": ("namespace\n" + TREE, "1:1", "a namespace is one name"),
    "two features sections": (TREE + TREE, "6:1", "a second `features`"),
    "two roots": (TREE + "    Z\n", "6:5", "a second root"),
    "an unknown level": ("include\n    Bolean\n" + TREE, "2:5", "unknown language level"),
    "an unknown minor level": ("include\n    Boolean.x\n" + TREE, "2:5", "unknown language"),
    "xor": (group("xor"), "3:9", "a group is expected"),
    "a star alone": (group("[*]"), "3:9", "a group is expected"),
    "an open start": (group("[..2]"), "3:9", "a group is expected"),
    "bounds the wrong way round": (group("[2..1]"), "3:9", "is empty"),
    "too many wanted": (group("[3..*]"), "3:9", "asks for 3 of 2"),
    "a feature cardinality of nothing": (line("B cardinality []"), "4:28", "no cardinality"),
    "a feature cardinality the wrong way": (line("B cardinality [3..1]"), "4:28", "is empty"),
    "a dash in a name": (line("a-b"), "4:13", "no plain name"),
    "a digit first": (line("2x"), "4:13", "no plain name"),
    "an underscore first": (line("_x"), "4:13", "no plain name"),
    "an accent first": (line("é"), "4:13", "no plain name"),
    "a dot in quotes": (line('"a.b"'), "4:15", "holds no dot"),
    "an empty quoted name": (line('""'), "4:13", "name is empty"),
    "a quote without end": (line('"ab'), "4:13", "never closed"),
    "a dotted name without import": (line("a.b"), "4:13", "nothing is imported as a"),
    "a name twice": (line("C"), "5:13", "stands twice"),
    "a quoted name twice": (line('"C"'), "5:13", "stands twice"),
    "an unknown type": (line("Text B"), "4:18", "is no feature"),
    "5.": (line("B {x 5.}"), "4:18", "no value"),
    "1e-3": (line("B {x 1e-3}"), "4:18", "no value"),
    "007": (line("B {x 007}"), "4:18", "no value"),
    "an empty text": (line("B {x ''}"), "4:18", "empty string"),
    "a text in double quotes": (line('B {x "y"}'), "4:18", "no value"),
    "an attribute twice": (line("B {x 1, x 2}"), "4:21", "given twice"),
    "no comma": (line("B {x 1 y 2}"), "4:20", "comma is missing"),
    "a comma too many": (line("B {x 1,, y 2}"), "4:20", "attribute's name"),
    "attributes twice": (line("B {x 1} {y 2}"), "4:21", "after the attributes"),
    "a condition that names nothing": (line("B {constraint B => Z}"), "4:32", "unknown feature Z"),
    "a condition that is missing": (line("B {constraint, x 1}"), "4:26", "condition is missing"),
    "conditions without brackets": (line("B {constraints B => C}"), "4:28", "`[` is expected"),
    "a single equals": (rule("B = C"), "7:7", "`=` is not expected"),
    "true in a constraint": (rule("true => B"), "7:5", "stands alone"),
    "a minus that belongs to the number": (rule("B.x-3 > 0"), "7:8", "`-3` is not expected"),
    "nothing after an operator": (rule("B =>"), "7:9", "ends too early"),
    "nothing before an operator": (rule("& B"), "7:5", "a feature is expected"),
    "a line break outside brackets": (rule("B =>\n    C"), "7:9", "ends too early"),
    "two constraints on a line": (rule("B C"), "7:7", "not expected"),
    "a bracket without end": (rule("(B & C"), "7:5", "never closed"),
    "a bracket without start": (rule("B & C)"), "7:10", "never opened"),
    "an empty pair of brackets": (rule("() => B"), "7:6", "a feature is expected"),
    "a word in place of an operator": (rule("B and C"), "7:7", "`and` is not expected"),
    "a bare attribute": (rule("B.x"), "7:5", "a value, no condition"),
    "an unknown function": (rule("max(w) > 1"), "7:5", "unknown feature max"),
    "too deep": (
        rule("".join(f"(B {'=>' if i % 2 else '&'} " for i in range(500)) + "C" + ")" * 500),
        "7:5", "nested in one another",
    ),
    "a number without end": (line("B {x " + "9" * 5000 + "}"), "4:18", "more digits"),
    "a number beyond doubles": (line("B {x " + "9" * 320 + ".5}"), "4:18", "more digits"),
    "a number too long in a constraint": (rule("B.x < " + "9" * 5000), "7:11", "more digits"),
    "a cardinality too long": (line("B cardinality [1.." + "9" * 500 + "]"), "4:28", "more digits"),
    "tables too deep": (line("B {" + "x {" * 9000 + "}" * 9001), "4:168", "50 deep"),
    "vectors too deep": (line("B {x " + "[" * 9000 + "1" + "]" * 9000 + "}"), "4:68", "50 deep"),
    "a chain too long": (rule("B => C => " * 5000 + "B"), "7:5", "more than 300 operators"),
    "a block comment without end": (line("B /* x"), "4:15", "never closed"),
    "an odd indentation": (TREE.replace("            C", "          C"), "5:11", "indentation"),
    "nothing": ("", "", "empty"),
    "only a comment": ("// x\n", "1:1", "no `features`"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, where, what = REFUSED[name]
    with pytest.raises(UserError) as caught:
        read_uvl(text, "m.uvl")
    assert caught.value.where == (f"m.uvl:{where}" if where else "m.uvl")
    assert what in caught.value.what
    assert 1 <= len(caught.value.lines()) <= 3


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (line("or"), "line 4: the keyword `or` is used as a name"),
        (line("features"), "line 4: the keyword `features` is used as a name"),
        (line("sum") + "constraints\n    sum => C\n",
         "line 4: the keyword `sum` is used as a name"),
        (line("Boolean"), "line 4: the keyword `Boolean` is used as a name"),
        (line("Real B"), "line 4: B is Real; only its presence is reasoned over"),
        (line("B cardinality [2]"), "line 4: the cardinality of B is read; "
                                    "only its presence is reasoned over"),
        ("include\n    Arithmetic\n" + group("[1..2]"),
         "line 5: the group under A needs the level Boolean.group-cardinality, "
         "which is not included"),
        ("include\n    Boolean\n" + line("B {x 1}") + "constraints\n    B.x > 0\n",
         "line 9: `B.x > 0` needs the level Arithmetic, which is not included"),
        ("include\n    Arithmetic\n" + line("B {x 1}") + "constraints\n    sum(x) > 0\n",
         "line 9: `sum(x) > 0` needs the level Arithmetic.aggregate-function, "
         "which is not included"),
        ("include\n    Arithmetic\n" + line("B {x 'a'}") + "constraints\n    B.x == 'a'\n",
         "line 9: `B.x == 'a'` needs the level Type.string-constraints, which is not included"),
    ],
)  # fmt: skip
def test_accepted_with_a_warning(text: str, warning: str) -> None:
    assert read_uvl(text).warnings == [warning]


@pytest.mark.parametrize(
    ("given", "value"),
    [("1", 1), ("-1.5", -1.5), (".5", 0.5), ("0", 0), ("true", True), ("'a b'", "a b"),
     ("[1, 'z', [2]]", [1, "z", [2]]), ("{e true, f}", {"e": True, "f": True}), ("", True)],
)  # fmt: skip
def test_values(given: str, value: Any) -> None:
    found = read_uvl(line(f"B {{x {given}}}")).features["B"].attributes["x"]
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("B => C => A", ("imp", ("imp", "B", "C"), "A")),
        ("A <=> B <=> C", ("iff", ("iff", "A", "B"), "C")),
        ("A | B => C & A <=> B", ("iff", ("imp", ("or", "A", "B"), ("and", "C", "A")), "B")),
        ("!A & B", ("and", ("not", "A"), "B")),
        ("B.x - 1 - 2 == 1", ("compare", "==", ("-", ("-", ("attribute", "B", ("x",)),
            ("number", "1")), ("number", "2")), ("number", "1"))),
        ("B.x + 1 * 2 > 0 & A", ("and", ("compare", ">", ("+", ("attribute", "B", ("x",)),
            ("*", ("number", "1"), ("number", "2"))), ("number", "0")), "A")),
    ],
)  # fmt: skip
def test_precedence(text: str, formula: Any) -> None:
    assert read_uvl(rule(text)).constraints[0].formula == formula
