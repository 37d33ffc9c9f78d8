"""Partial configurations in files, there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.space.formats.choices import choices_text, read_choices

NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=8
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("choices")


@pytest.mark.parametrize("suffix", [".json", ".csv"])
@given(chosen=st.dictionaries(NAMES, st.booleans(), max_size=6))
def test_there_and_back(folder: Path, suffix: str, chosen: dict[str, bool]) -> None:
    file = folder / f"choices{suffix}"
    file.write_text(choices_text(chosen, suffix), encoding="utf-8")
    assert read_choices(file) == chosen


def test_tables_made_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("state,feature,why\r\nSelected,a,\r\n0,b,slow\r\nundecided,c,\r\n,d,\r\n")
    assert read_choices(file) == {"a": True, "b": False}


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("a.csv", "feature\na\n", "a.csv:1"),
        ("a.csv", "feature,state\na,selected\nb,perhaps\n", "a.csv:3"),
        ("a.csv", "feature,state\na,selected\na,deselected\n", "a.csv:3"),
        ("a.json", "{", "a.json"),
        ("a.json", '{"select": "a"}', "a.json"),
        ("a.json", '{"a": true, "b": false}', "a.json"),
        ("a.json", '{"select": ["a"], "deselect": ["a"]}', "a.json"),
        ("none.json", None, "none.json"),
    ],
)
def test_mistakes_are_told_with_their_place(
    tmp_path: Path, name: str, text: str | None, where: str
) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    with pytest.raises(UserError) as fault:
        read_choices(file)
    assert str(fault.value.where) == str(tmp_path / where)
