"""FeatureIDE XML and DIMACS: counts, names and configurations survive the way there and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pysat.solvers import Minisat22

from pimp_tui.cli import main
from pimp_tui.errors import UserError
from pimp_tui.space import load_space
from pimp_tui.space.formats.cnf import ExactCnf
from pimp_tui.space.formats.convert import read_model, write_model
from pimp_tui.space.formats.dimacs_read import read_dimacs
from pimp_tui.space.formats.featureide_read import read_featureide
from pimp_tui.space.formulas.relations import relations_of
from pimp_tui.space.load import UvlText
from pimp_tui.space.model import FeatureModel
from pimp_tui.space.solving.solver import Solver
from pimp_tui.space.uvl.reader import read_uvl
from pimp_tui.space.uvl.write import write_uvl
from tests.space.random_models import RandomModel, feature_models

SHOP = """features
    Shop {abstract}
        mandatory
            Pay
                or
                    Card {price 5, rate 0.25, name 'x & y'}
                    Cash
            Stock {doc 'What is <left>.'}
        optional
            Search
                alternative
                    Fast
                    Slow
                optional
                    Fuzzy
        [1..2]
            A
            B
            C
constraints
    // fuzzy is slow
    Fuzzy => Slow
    !(A & B) | Cash <=> Search
"""


def configurations(model: FeatureModel, keep: list[str]) -> set[frozenset[str]]:
    """Every valid configuration, as the sets of the kept features."""
    names = list(model.features)
    solver = Solver(len(names), relations_of(model))
    found = set()
    with Minisat22(bootstrap_with=solver.clauses) as sat:
        for one in sat.enum_models():
            chosen = {names[x - 1] for x in one if 0 < x <= len(names)}
            found.add(frozenset(chosen & set(keep)))
    return found


@settings(max_examples=40, deadline=None)
@given(feature_models())
def test_featureide_there_and_back(random: RandomModel) -> None:
    model = read_uvl(random.text())
    text, left_out = write_model(model, "xml")
    assert not left_out
    back = read_featureide(text.encode(), "model.xml")
    assert set(random.names) <= set(back.features)
    for name in random.names:
        assert back.features[name].abstract == model.features[name].abstract
    wanted = set(random.configurations())
    assert configurations(back, random.names) == wanted
    again = read_uvl(write_uvl(back))
    assert configurations(again, random.names) == wanted


@settings(max_examples=60, deadline=None)
@given(feature_models())
def test_a_model_counter_finds_every_configuration_of_a_cnf_once(random: RandomModel) -> None:
    text, _ = write_model(read_uvl(random.text()), "dimacs")
    lines = [line.split() for line in text.splitlines()]
    clauses = [[int(x) for x in words[:-1]] for words in lines if words[0] not in "cp"]
    names = {int(words[1]): words[2] for words in lines if words[0] == "c" and words[1] != "p"}
    header = next(words for words in lines if words[0] == "p")
    assert int(header[3]) == len(clauses)
    top = int(header[2])
    found = []
    with Minisat22(bootstrap_with=[*clauses, *([v, -v] for v in range(1, top + 1))]) as sat:
        for one in sat.enum_models():
            found.append(frozenset(names[x] for x in one if x > 0 and x in names))
    assert len(found) == len(set(found))
    assert set(found) == set(random.configurations())


@settings(max_examples=40, deadline=None)
@given(feature_models())
def test_dimacs_there_and_back(random: RandomModel) -> None:
    text, _ = write_model(read_uvl(random.text()), "dimacs")
    back = read_dimacs(text, "model.dimacs")
    assert configurations(back, random.names) == set(random.configurations())


def test_large_cardinalities_are_counted_exactly_in_a_cnf() -> None:
    names = [f"f{i}" for i in range(20)]
    group = "".join(f"            {name}\n" for name in names)
    text = f"features\n    R\n        [8..10]\n{group}"
    cnf, _ = write_model(read_uvl(text), "dimacs")
    assert "c p show" in cnf
    count = load_space(UvlText(text)).count()
    assert count is not None
    back = load_space(UvlText(write_uvl(read_dimacs(cnf, "f.cnf"))))
    assert back.count() == count


def test_featureide_keeps_notes_attributes_and_order(tmp_path: Path) -> None:
    source, target = tmp_path / "shop.uvl", tmp_path / "shop.xml"
    source.write_text(SHOP)
    assert main(["space", "convert", str(source), "--to", "xml", "--out", str(target)]) == 0
    back = read_model(str(target))
    assert back.features["Card"].attributes == {"price": 5, "rate": 0.25, "name": "x & y"}
    assert back.features["Stock"].attributes == {"doc": "What is <left>."}
    assert back.constraints[0].note == "fuzzy is slow"
    order = [name for name in back.features if name in read_uvl(SHOP).features]
    assert order == list(read_uvl(SHOP).features)
    space = load_space(UvlText(write_uvl(back)))
    assert space.count() == load_space(UvlText(SHOP)).count()


def test_uvl_to_uvl_keeps_every_byte(tmp_path: Path) -> None:
    source, target = tmp_path / "shop.uvl", tmp_path / "copy.uvl"
    source.write_text(SHOP)
    assert main(["space", "convert", str(source), "--to", "uvl", "--out", str(target)]) == 0
    assert target.read_text() == SHOP


def test_featureide_keeps_what_numbers_say_of_the_features() -> None:
    leaves = "".join(f"      F{i} {{w {i + 1}.5, s 'a{i}'}}\n" for i in range(6))
    rules = ("sum(w) >= 4 & sum(w) < 11", "avg(w) != 3 <=> F0", "F1.s == 'a1' | F2.w * F2.w > 6",
             "F3 => sum(w) > 99", "F4.w < 99")  # fmt: skip
    text = f"features\n  R\n    optional\n{leaves}constraints\n"
    text += "".join(f"  {rule}\n" for rule in rules)
    written, left_out = write_model(read_uvl(text), "xml")
    assert len(left_out) == len(rules) and all("the numbers of" in one for one in left_out)
    back = read_featureide(written.encode(), "m.xml")
    assert [c.note for c in back.constraints] == list(rules)
    assert load_space(UvlText(write_uvl(back))).count() == load_space(UvlText(text)).count() > 1


def test_featureide_is_written_however_deep_a_formula_is() -> None:
    rules = "!" * 5_001 + "A\n  " + "R => " * 250 + "A\n"
    text = f"features\n  R\n    optional\n      A\nconstraints\n  {rules}"
    written, _ = write_model(read_uvl(text), "xml")
    assert len(read_featureide(written.encode(), "m.xml").constraints) == 2


def test_a_long_chain_of_equivalences_takes_few_clauses() -> None:
    names = [f"F{i}" for i in range(60)]
    text = "features\n  R\n    optional\n" + "".join(f"      {name}\n" for name in names)
    text += f"constraints\n  {' <=> '.join(names)}\n"
    assert load_space(UvlText(text)).count() == 2**59
    written, _ = write_model(read_uvl(text), "dimacs")
    assert len(written.splitlines()) < 500
    back = read_dimacs(written, "m.cnf")
    assert load_space(UvlText(write_uvl(back))).count() == 2**59


def test_equivalences_inside_one_another_take_few_clauses_in_a_cnf() -> None:
    deep: Any = 1
    for i in range(2, 60, 2):
        deep = ("iff", i, ("or", (i + 1, deep)))
    cnf = ExactCnf(60)
    cnf.add(deep)
    assert len(cnf.clauses) < 400


def test_what_featureide_cannot_carry_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "typed.uvl"
    source.write_text("features\n    R\n        optional\n            Integer N {v [1, 2]}\n")
    target = tmp_path / "typed.xml"
    assert main(["space", "convert", str(source), "--to", "xml", "--out", str(target)]) == 0
    said = capsys.readouterr().err
    assert "N is a feature of type Integer" in said
    assert "the attribute v of N" in said


BROKEN_XML = [
    ("<featureModel><struct>", "m.xml:1", "no XML"),
    ("<a/>", "m.xml:1", "no feature model"),
    ('<featureModel>\n<struct><and name="R">\n<feature/></and></struct></featureModel>', "m.xml:3",
     "without a name"),
    ('<featureModel><struct><and name="R"><feature name="R"/></and></struct></featureModel>',
     "m.xml:1", "given twice"),
    ('<featureModel><struct><feature name="Root"/></struct><constraints><rule>\n<var>Rot</var>'
     "</rule></constraints></featureModel>", "m.xml:2", "unknown feature Rot"),
    ('<featureModel><struct><feature name="R"/></struct><constraints><rule><xor><var>R</var></xor>'
     "</rule></constraints></featureModel>", "m.xml:1", "unknown operator xor"),
    ('<!DOCTYPE a [<!ENTITY e "x">]><featureModel/>', "m.xml:1", "entities"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "what"), BROKEN_XML)
def test_broken_xml_is_refused_with_its_line(text: str, where: str, what: str) -> None:
    with pytest.raises(UserError) as fault:
        read_featureide(text.encode(), "m.xml")
    assert str(fault.value.where).startswith(where)
    assert what in fault.value.what
    assert fault.value.mend


BROKEN_CNF = [
    ("1 2 0\n", "m.cnf:1", "before the header"),
    ("p cnf 2\n", "m.cnf:1", "no header"),
    ("p cnf 2 1\n1 3 0\n", "m.cnf:2", "too high"),
    ("p cnf 2 1\n1 x 0\n", "m.cnf:2", "no literal"),
    ("p cnf 2 1\n1 2\n", "m.cnf", "does not end"),
    ("c nothing\n", "m.cnf", "no CNF"),
    ("p cnf 999999999999 1\n1 0\n", "m.cnf:1", "more than 1,000,000 variables"),
    ("p cnf \u00b2 1\n1 0\n", "m.cnf:1", "no header"),
    ("p cnf 2 1\n" + "9" * 5000 + " 0\n", "m.cnf:2", "no literal"),
]


@pytest.mark.parametrize(("text", "where", "what"), BROKEN_CNF)
def test_a_broken_cnf_is_refused_with_its_line(text: str, where: str, what: str) -> None:
    with pytest.raises(UserError) as fault:
        read_dimacs(text, "m.cnf")
    assert str(fault.value.where) == where
    assert what in fault.value.what


def test_a_cnf_of_an_empty_clause_is_void() -> None:
    for head in ("p cnf 0 1", "c 1 A\np cnf 1 1"):
        model = read_dimacs(f"{head}\n0\n", "m.cnf")
        assert [c.text for c in model.constraints] == ["!Root"]


@pytest.mark.parametrize("encoding", ["foo", "utf-7", "shift_jis"])
def test_xml_of_a_rare_encoding_is_refused(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><featureModel/>'
    with pytest.raises(UserError, match="encoding") as fault:
        read_featureide(text.encode(), "m.xml")
    assert fault.value.mend == "save it as UTF-8"


def test_featureide_rules_nest_deeper_than_calls_may() -> None:
    rule = "<not>" * 20_000 + "<var>A</var>" + "</not>" * 20_000
    rule += "</rule><rule>" + "<imp><var>R</var>" * 5_000 + "<var>A</var>" + "</imp>" * 5_000
    text = (
        '<featureModel><struct><and name="R"><feature name="A"/></and></struct>'
        f"<constraints><rule>{rule}</rule></constraints></featureModel>"
    )
    found = read_featureide(text.encode(), "m.xml").constraints
    assert [c.text.count("!") for c in found] == [20_000, 0]
    assert found[1].text.count("R => (") == 4_999


def test_convert_refuses_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "shop.uvl"
    source.write_text(SHOP)
    for source_, to, out in (
        (str(source), "toml", tmp_path / "x"),
        (str(tmp_path / "none.xml"), "uvl", tmp_path / "x"),
        (str(source), "xml", tmp_path / "none" / "x"),
    ):
        assert main(["space", "convert", source_, "--to", to, "--out", str(out)]) == 2
        assert len(capsys.readouterr().err.splitlines()) <= 3
    assert [path.name for path in tmp_path.iterdir()] == ["shop.uvl"]


def test_atmost1_and_nested_operators() -> None:
    names = ["A", "B", "C"]
    leaves = "".join(f'<feature name="{n}"/>' for n in names)
    parts = "".join(f"<var>{n}</var>" for n in names)
    text = (
        f'<featureModel><struct><and name="R">{leaves}</and></struct>'
        f"<constraints><rule><atmost1>{parts}</atmost1></rule></constraints></featureModel>"
    )
    found = configurations(read_featureide(text.encode(), "m.xml"), names)
    assert found == {frozenset(), *(frozenset({n}) for n in names)}
