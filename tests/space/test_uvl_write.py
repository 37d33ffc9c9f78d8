"""Writing UVL: byte for byte what was read, and clean text that reads back from what was built."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimp_tui.space import load_space
from pimp_tui.space.load import source_text
from pimp_tui.space.model import Constraint, Feature, FeatureModel, Group
from pimp_tui.space.uvl.formula import features_in, renamed
from pimp_tui.space.uvl.reader import read_uvl
from pimp_tui.space.uvl.write import formula_text, lay_out, same_model, write_uvl
from tests.space.random_models import RandomModel, feature_models

WHOLE = """// about the shop
namespace "My Shop" // its name

include // levels
    Boolean.group-cardinality
    Type.*
features
    /* the root
       of all */
    Shop {abstract true, doc 'a // no comment'} // a comment

        mandatory
            Catalog   /* between */
                // one of
                or
                    List
                    "Tile view" {n {e true, m 'x'}, v [1, 'z', -1.5, .5]}
        [2..*]
            Card {price -1.5, constraint Card => "Tile view"}
            Bank { // opens
                price 0 // nothing
            } // closes
            Integer Size cardinality [1..*] {min 1}
            String "or" cardinality [2]
// rules
constraints
    // shops need speed
    // and space
    Card => Bank & (List
         | "Tile view")   // why not

    !(Card & "or") | sum(price, Shop) - 1 <= (2 + 3) * 4 // numbers
    Card => (Bank => List)
// the end
"""


@pytest.mark.parametrize("text", [WHOLE, WHOLE.replace("\n", "\r\n"), "\ufeff" + WHOLE.rstrip()])
def test_what_was_read_is_written_byte_for_byte(text: str) -> None:
    assert write_uvl(read_uvl(text)) == text


@pytest.mark.parametrize("name", ["transformers"])
def test_shipped_spaces_are_written_as_they_stand_and_laid_out_equal(name: str) -> None:
    _, text, label = source_text(name)
    model = read_uvl(text, label)
    assert write_uvl(model) == text
    assert lay_out(model) == text


def comments(text: str) -> list[str]:
    found = re.sub(r"'[^'\n]*'", "", text)
    return sorted(
        " ".join(c.strip("/* ").split()) for c in re.findall(r"//[^\n]*|/\*.*?\*/", found, re.S)
    )


def test_a_changed_model_keeps_its_comments() -> None:
    model = read_uvl(WHOLE)
    shop = model.root
    added = Feature("New one", {"price": 1.5}, parent=shop, group=shop.groups[0])
    shop.groups[0].children.append(added)
    model.features["New one"] = added
    model.constraints.append(Constraint("", ("imp", "New one", "Bank"), 0, "new and costly"))
    text = write_uvl(model)
    assert comments(text) == sorted([*comments(WHOLE), "new and costly"])
    assert "    // shops need speed\n    // and space\n    Card => Bank & (" in text
    assert "\n                // one of\n                or\n" in text
    assert text.endswith("// the end\n")
    back = read_uvl(text)
    assert back.features["New one"].attributes == {"price": 1.5}
    assert back.constraints[-2].formula == ("imp", "New one", "Bank")
    assert back.constraints[-2].note == "new and costly"
    assert lay_out(back) == text
    del back.features["New one"]
    assert not same_model(back, model)


def built(model: RandomModel, data: st.DataObject) -> FeatureModel:
    """The random model as the package's classes, with attributes, and no text."""
    plain = read_uvl(model.text())
    names = data.draw(
        st.lists(NAMES, min_size=len(plain.features), max_size=len(plain.features), unique=True)
    )
    name = dict(zip(plain.features, names, strict=True))
    features = {}
    for feature in plain.features.values():
        feature.name = name[feature.name]
        feature.line = 0
        feature.attributes |= data.draw(st.dictionaries(KEYS, VALUES, max_size=2))
        features[feature.name] = feature
    rules = [renamed(c.formula, name.__getitem__) for c in plain.constraints]
    constraints = [Constraint(formula_text(f), f, 0) for f in rules]
    return FeatureModel(plain.root, features, constraints, [], "", "built.uvl")


NAMES = st.from_regex(r"[A-Za-z_0-9 é#-]{1,6}", fullmatch=True).filter(str.strip) | st.sampled_from(
    ["or", "features", "true", "sum", "as", "Integer", "constraint"]
)
KEYS = st.sampled_from(["price", "doc", "or", "a b", "n"])
VALUES: Any = st.recursive(
    st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.from_regex(r"[A-Za-z \"/*é.{}\[\],]{1,8}", fullmatch=True),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=4,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(feature_models(), st.data())
def test_built_models_read_back_equal(model: RandomModel, data: st.DataObject) -> None:
    one = built(model, data)
    text = write_uvl(one)
    back = read_uvl(text)
    assert same_model(one, back)
    assert write_uvl(back) == text
    assert lay_out(back) == text


NOTES = st.from_regex(r"[a-z*' \"]{0,7}[a-z]", fullmatch=True)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(feature_models(), st.data())
def test_comments_survive_a_new_layout(model: RandomModel, data: st.DataObject) -> None:
    lines: list[str] = []
    said: list[str] = []
    for line in model.text().split("\n")[:-1]:
        kind = data.draw(st.integers(0, 4))
        note = f"{len(lines)} {data.draw(NOTES)}"
        if kind == 0:
            lines += [f"  // {note}", line]
        elif kind == 1:
            lines += [f"{line} // {note}"]
        elif kind == 2:
            lines += [f"{line} /* {note} */", ""]
        else:
            lines += [line]
            continue
        said.append(note)
    text = "\n".join([*lines, "// end"])
    one = read_uvl(text)
    assert write_uvl(one) == text
    laid = lay_out(one)
    assert same_model(one, read_uvl(laid))
    for note in said:
        assert re.search(rf"(//|/\*) {re.escape(note)}", laid), laid
    assert lay_out(read_uvl(laid)) == laid


def test_formulas_take_the_fewest_brackets() -> None:
    for text in [
        "A => B => C", "A => (B => C)", "(A | B) & C", "A | B & C", "!(A & B)", "!!A",
        "A - (B - C) > 1", "A - B - C > 1", "(A + B) * 2 > 1", "!(A > 1)", "(A <=> B) | C",
        "sum(n.m, R) + floor(A.n) == 1", '"or".x == \'y\'',
    ]:  # fmt: skip
        body = (
            "features\n  R {n {m 1}}\n    optional\n      A {n 1}\n      B\n      C\n"
            "      \"or\" {x 'y'}\n"
        )
        assert formula_text(read_uvl(f"{body}constraints\n  {text}\n").constraints[0].formula) == (
            text
        )


def test_names_in_formulas() -> None:
    formula = ("and", ("compare", "<", ("sum", ("p",), "R"), ("attribute", "A", ("p",))), "B")
    assert features_in(formula) == {"R", "A", "B"}


def test_a_model_built_by_hand() -> None:
    kids = [Feature("a b"), Feature("C", {"abstract": True, "doc": "it's", "gone": None, "no": ""})]
    group = Group("cardinality", 1, 2, kids)
    root = Feature("or", groups=[group], cardinality=(0, None), type="Integer")
    for kid in kids:
        kid.parent, kid.group = root, group
    features = {f.name: f for f in (root, *kids)}
    rule = Constraint("", ("not", ("and", "a b", "C")), 0, "never both")
    model = FeatureModel(root, features, [rule], [], "", "x", namespace="N")
    assert write_uvl(model) == (
        'namespace N\n\nfeatures\n    Integer "or" cardinality [0..*]\n        [1..2]\n'
        "            \"a b\"\n            C {abstract, doc 'it s'}\n\n"
        'constraints\n    // never both\n    !("a b" & C)\n'
    )
    assert load_space(write_uvl(model)).count() == 2
    assert replace(rule, text="x").note == "never both"


@pytest.mark.slow
def test_eighteen_thousand_features_are_read_and_written_fast() -> None:
    lines = ["features", "  R"]
    for i in range(180):
        lines += ["    optional", f"      G{i} {{abstract}}", "        alternative"]
        lines += [f"          F{i}_{k} {{value {k}, doc 'text {k}'}}" for k in range(103)]
    lines.append("constraints")
    lines += [f"  F{i}_1 & F{i}_2 => F{i + 1}_3 | !(F{i + 2}_4)" for i in range(170)] * 6
    lines += ["  sum(value) >= 0"]
    text = "\n".join(lines) + "\n"
    began = time.process_time()
    model = read_uvl(text)
    spent = time.process_time() - began
    assert len(model.features) == 1 + 180 * 104
    assert spent < 0.1 * len(model.features) / 1000
    began = time.process_time()
    assert write_uvl(model) == text
    assert same_model(model, read_uvl(lay_out(model)))
    assert time.process_time() - began < 6


def test_brackets_stay_round_what_begins_with_a_negation() -> None:
    formula = ("not", ("imp", ("not", "A"), "B"))
    assert formula_text(formula) == "!(!A => B)"
    assert formula_text(("not", ("not", "A"))) == "!!A"
