"""The UVL reader: the language, its traps, and errors that say where and how to mend."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.space import load_space
from pimp_tui.space.uvl.reader import read_uvl

WHOLE = """namespace "My Shop"

include
    Boolean.group-cardinality
features
    Shop {abstract true, doc 'a // no comment'} // a comment
        mandatory
            Catalog   /* between */
                or
                    List
                    "Tile view" {n {e true, m 'x'}, v [1, 'z', -1.5, .5]}
            Payment
                [2..*]
                    Card {price -1.5}
                    Bank {price 0}
                    Cash
        optional /* here */ /* and here */
            Integer Size cardinality [1..3] {
                min 1,
                max 9
            }
            optional
            Empty
                [1]
                    OnlyOne
constraints
    // shops need speed
    Card => Bank & (List
         | "Tile view")
"""


def test_the_whole_boolean_level() -> None:
    model = read_uvl(WHOLE.replace("\n", "\r\n"), "shop.uvl")
    features = model.features
    assert model.namespace == "My Shop"
    assert list(features)[:4] == ["Shop", "Catalog", "List", "Tile view"]
    assert features["Shop"].abstract and features["Shop"].attributes["doc"] == "a // no comment"
    assert features["Tile view"].attributes == {
        "n": {"e": True, "m": "x"}, "v": [1, "z", -1.5, 0.5],
    }  # fmt: skip
    payment = features["Payment"].groups[0]
    assert (payment.kind, payment.low, payment.high) == ("cardinality", 2, 3)
    assert features["Size"].type == "Integer" and features["Size"].attributes["max"] == 9
    assert features["OnlyOne"].group is not None and features["OnlyOne"].group.low == 1
    assert len(model.constraints) == 1
    constraint = model.constraints[0]
    assert constraint.note == "shops need speed"
    assert constraint.formula == ("imp", "Card", ("and", "Bank", ("or", "List", "Tile view")))
    assert {w.split(": ")[1].split(";")[0] for w in model.warnings} >= {
        "Size is Integer", "the keyword `optional` is used as a name",
    }  # fmt: skip
    assert load_space(WHOLE).count()


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("A => B => C", ("imp", ("imp", "A", "B"), "C")),
        ("A <=> B => C | !B", ("iff", "A", ("imp", "B", ("or", "C", ("not", "B"))))),
        ("A | B & C", ("or", "A", ("and", "B", "C"))),
        ("!(A & B)", ("not", ("and", "A", "B"))),
        ("!!A", ("not", ("not", "A"))),
    ],
)  # fmt: skip
def test_precedence(text: str, formula: tuple) -> None:
    body = f"features\n\tR\n\t\toptional\n\t\t\tA\n\t\t\tB\n\t\t\tC\nconstraints\n\t{text}"
    assert read_uvl(body).constraints[0].formula == formula


@pytest.mark.parametrize(
    "text",
    ["len(A) > 1", "A == 'x'", "A > 3 | B", "A.n == 'x'", "floor(A) + A.n < 2"],
)
def test_values_that_are_open_are_read_and_named(text: str) -> None:
    body = (
        f"features\n  R\n    optional\n      A {{n 1}}\n      B {{n 2}}\n      C\n"
        f"constraints\n  {text}\n  A => B\n"
    )
    space = load_space(body)
    assert space.count() == 6
    assert len(space.warnings) == 1 and "line 8" in space.warnings[0]
    assert "not reasoned over" in space.warnings[0]


TREE = "features\n    A\n        optional\n            B\n            C\n"


@pytest.mark.parametrize(
    ("text", "where", "what", "mend"),
    [
        (TREE + "constraints\n    B => Cc\n", "7:10", "unknown feature Cc", "C?"),
        (TREE + "constraints\n    B => \n", "7:9", "ends too early", None),
        (TREE + "constraints\n    (B => C\n", "7:5", "never closed", "closing"),
        (TREE + "constraints\n    B = C\n", "7:7", "`=` is not expected", "=="),
        (TREE + "constraints\n    true => B\n", "7:5", "stands alone", None),
        (TREE + "constraints\n    B C\n", "7:7", "`C` is not expected", "join"),
        (TREE + "constraints\n    B.x > 3\n", "7:5", "no attribute x", None),
        (TREE.replace("            C", "      C"), "5:7", "indentation", "line 3"),
        (TREE + "            B\n", "6:13", "stands twice", "line 4"),
        (TREE.replace("optional", "xor"), "3:9", "group is expected", "alternative"),
        (TREE.replace("optional", "[*]"), "3:9", "group is expected", "[0..*]"),
        (TREE.replace("optional", "[3..5]"), "3:9", "asks for 3 of 2", "lower"),
        (TREE.replace("optional", "[3..1]"), "3:9", "is empty", "swap"),
        (TREE.replace("B", "a-b"), "4:13", "`a-b` is no plain name", '"a-b"'),
        (TREE.replace("B", "2x"), "4:13", "`2x` is no plain name", '"2x"'),
        (TREE.replace("B", "é"), "4:13", "no plain name", '"é"'),
        (TREE.replace("B", '"a.b"'), "4:15", "holds no dot", "_"),
        (TREE.replace("B", "B {x 1e-3}"), "4:18", "no value", "numbers"),
        (TREE.replace("B", "B {x ''}"), "4:18", "empty string", None),
        (TREE.replace("B", "B {x 1 y 2}"), "4:20", "comma is missing", None),
        (TREE.replace("B", "B {x 1, x 2}"), "4:21", "given twice", None),
        (TREE.replace("B", "B {x 1"), "4:15", "never closed", None),
        (TREE.replace("B", "Busy bee"), "4:18", "`Busy bee` is no feature", '"Busy bee"'),
        (TREE.replace("features", "feature"), "1:1", "no section", "features"),
        (TREE.replace("B", "B /* x"), "4:15", "never closed", "*/"),
        (TREE + "    D\n", "6:5", "second root", "A"),
        ("constraints\n    A\n", "1:1", "no `features`", None),
        ("features\n", "1:1", "no feature", None),
        ("imports\n    other as o\nfeatures\n    A\n", "2:5", "no file other.uvl", "beside"),
        (TREE + "features\n    Z\n", "6:1", "second `features`", "line 1"),
    ],
)  # fmt: skip
def test_errors_say_where_and_how_to_mend(
    text: str, where: str, what: str, mend: str | None
) -> None:
    with pytest.raises(UserError) as caught:
        read_uvl(text, "m.uvl")
    assert caught.value.where == f"m.uvl:{where}"
    assert what in caught.value.what
    assert mend is None or mend in (caught.value.mend or "")
    assert 1 <= len(caught.value.lines()) <= 3


def test_void_models_name_a_minimal_clash() -> None:
    text = TREE.replace("optional", "mandatory") + "constraints\n    B => C\n    B => !C\n"
    with pytest.raises(UserError) as caught:
        load_space(text)
    assert "`B => !C`" in caught.value.what and "`B => C`" not in caught.value.what
    assert caught.value.where == "text.uvl:8"


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "noise.uvl").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "zeros.uvl").write_bytes(b"features\n  A\0")
    (tmp_path / "empty.uvl").write_text("")
    for name, what in [
        ("noise.uvl", "no text"), ("zeros.uvl", "no text"), ("empty.uvl", "empty"),
        ("missing.uvl", "no space"), (".", "folder"),
    ]:  # fmt: skip
        with pytest.raises(UserError, match=what):
            load_space(str(tmp_path / name))


def test_a_large_model_is_read_fast() -> None:
    kids = "\n".join(f"            F{i} {{value {i}}}" for i in range(18_000))
    text = f"features\n    R\n        optional\n{kids}\nconstraints\n" + "\n".join(
        f"    F{i} => F{i + 1} | !F{i + 2}" for i in range(2_000)
    )
    began = time.process_time()
    model = read_uvl(text)
    assert len(model.features) == 18_001
    assert time.process_time() - began < 1.8


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet="features\n \tAB{}[]()=>&|!'\"/*,.1-constriudpl", max_size=120))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for body in (text, TREE + text, TREE + "constraints\n    B => " + text):
        try:
            read_uvl(body)
        except UserError as error:
            assert len(error.lines()) <= 3
