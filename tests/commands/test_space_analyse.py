"""``space analyse`` and ``space explain`` as users run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pimp_tui.cli import main

SHOP = """features
    Shop
        mandatory
            Payment
                or
                    Card
                    Cash
            Desk
        optional
            Search
            Old
constraints
    // searching costs money
    Search => Card
    !Old
    Old => Search
    Desk => Search
"""
VOID = (
    "features\n    R\n        alternative\n            A\n            B\nconstraints\n    A & B\n"
)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop.uvl").write_text(SHOP)
    (tmp_path / "void.uvl").write_text(VOID)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["space", *arguments])
    return code, *capsys.readouterr()


def test_json_has_the_contract_keys(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "analyse", "shop.uvl", "--json")
    told = json.loads(out)
    assert code == 0 and told["void"] is False
    assert told["core"] == ["Shop", "Payment", "Card", "Desk", "Search"]
    assert told["dead"] == ["Old"] and told["false_optional"] == ["Card", "Search"]
    assert told["redundant"] == ["Old => Search"] and told["atomic_sets"] == []
    assert told["reasons"]["Card"] == [
        "Search needs Card (line 14: searching costs money)", "Desk needs Search (line 17)",
    ]  # fmt: skip
    assert told["reasons"]["Old => Search"] == ["no Old is required (line 15)"] or (
        told["reasons"]["Old => Search"] == ["Desk needs Search (line 17)"]
    )


def test_plain_answer_tells_places(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "analyse", "shop.uvl")
    assert code == 0 and out.startswith("not void: 7 features, 4 constraints")
    assert "dead: 1" in out and "shop.uvl:11: Old" in out and "shop.uvl:16: Old => Search" in out


def test_a_void_model_is_an_answer(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "analyse", "void.uvl", "--json")
    told = json.loads(out)
    assert code == 0 and told["void"] is True and told["core"] == told["redundant"] == []
    assert told["reasons"]["void"] == ["R is one of (line 3)", "A and B is needed (line 7)"]
    code, out, _ = run(capsys, "analyse", "void.uvl")
    assert code == 0 and "void.uvl:7" in out and "A and B is needed" in out


def test_explain_tells_what_to_clear(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "two.uvl").write_text(SHOP.replace("    Desk => Search\n", ""))
    flags = ("--feature", "Search", "--deselect", "Card")
    code, out, _ = run(capsys, "explain", "two.uvl", *flags, "--json")
    told = json.loads(out)
    assert code == 0 and told["state"] == "deselected" and told["to_allow"] == ["Card"]
    assert told["reasons"] == [
        "Search needs Card, which you deselected (line 14: searching costs money)"
    ]
    code, out, _ = run(capsys, "explain", "two.uvl", *flags)
    assert code == 0 and "to allow it: clear Card" in out
    code, out, _ = run(capsys, "explain", "two.uvl", "--feature", "Old")
    assert code == 0 and "no choice can change that" in out


@pytest.mark.parametrize("command", ["show", "count", "propagate", "explain"])
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["void.uvl"], ["void.uvl:7", "A & B"]),
        (["shop.uvl", "--select", "Crad"], ["Card?"]),
        (["shop.uvl", "--select", "Cash", "--deselect", "Cash"], ["Cash is selected and"]),
        (["shop.uvl", "--select", "Old"], ["Old cannot be selected", "line 15"]),
        (["shop.uvl", "--deselect", "Search"], ["Search cannot be deselected", "line 17"]),
    ],
)
def test_bad_input_is_exit_2_in_a_few_lines(
    files: Path, capsys: pytest.CaptureFixture[str], command: str, flags: list[str], said: list[str]
) -> None:
    more = ["--feature", "Card"] if command == "explain" else []
    code, out, err = run(capsys, command, *flags, *more)
    assert code == 2 and not out and 1 <= len(err.strip().splitlines()) <= 3
    assert all(each in err for each in said)
