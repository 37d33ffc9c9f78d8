"""Models of several files: imports, aliases, their errors, and the single file that results."""

from __future__ import annotations

from pathlib import Path

import pytest

from pimp_tui.errors import UserError
from pimp_tui.space import load_space
from pimp_tui.space.load import UvlText
from pimp_tui.space.selectors import features_named

MAIN = """imports
    parts.disk as d
    parts.disk as e
    power
features
    Computer
        mandatory
            d.Disk {doc 'first disk'}
                optional
                    Label
            power.Supply
        optional
            Case_d
            e.Disk
            d_Fast
constraints
    // fast disks draw power
    d.Fast => power.Strong
    e.Disk => Case_d
    d.Disk.price + e.Disk.price + power.unit.Fuse.price <= 25
    d.unit.Fuse | e.Slow
"""
DISK = """namespace Disks
imports
    unit
features
    Disk {price 10, doc 'any disk'}
        alternative
            Fast {constraint Fast => unit.Fuse}
            Slow
        optional
            unit.Fuse
constraints
    sum(price) <= 13
    Disk => Fast | Slow // no news
"""
UNIT = "features\n    Fuse {price 3}\n"
SUPPLY = """imports
    parts.unit as unit
features
    Supply
        alternative
            Strong
            Weak
        mandatory
            unit.Fuse
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "computer.uvl").write_text(MAIN)
    (tmp_path / "parts" / "disk.uvl").write_text(DISK)
    (tmp_path / "parts" / "unit.uvl").write_text(UNIT)
    (tmp_path / "power.uvl").write_text(SUPPLY)
    return tmp_path


def by_hand() -> int:
    """Configurations of the model above, counted by what its files say."""
    found = 0
    for fast_d in (False, True):
        for fuse_d in (False, True):
            if fast_d and not fuse_d:
                continue
            for strong in (False, True):
                if fast_d and not strong:
                    continue
                # without e: the prices are 10 + 3; d.unit.Fuse | e.Slow wants the fuse of d
                without = 1 if fuse_d else 0
                # with e: 10 + 10 + 3 <= 25, and Case_d
                with_e = sum(
                    1
                    for fast_e in (False, True)
                    for fuse_e in (False, True)
                    if (not fast_e or fuse_e) and (fuse_d or not fast_e)
                )
                # Label, d_Fast free; Case_d free without e
                found += 4 * (2 * without + with_e)
    return found


def test_imports_are_joined(folder: Path) -> None:
    space = load_space(folder / "computer.uvl")
    assert space.features[:4] == ["Computer", "d_Disk", "d_Fast_2", "d_Slow"]
    assert {"e_Disk", "e_Fast", "power_unit_Fuse", "d_unit_Fuse", "d_Fast"} <= set(space.features)
    assert space.count() == by_hand()
    assert space.model.features["d_Disk"].attributes == {"price": 10, "doc": "any disk"}
    assert space.model.constraints[0].note == "fast disks draw power"
    assert features_named(space, "power.unit.Fuse") == ["power_unit_Fuse"]
    assert not space.warnings


def test_the_text_stands_alone(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    space = load_space(folder / "computer.uvl")
    alone = tmp_path_factory.mktemp("alone") / "space.uvl"
    alone.write_text(space.text)
    again = load_space(alone)
    assert "import" not in space.text.split("features")[0].replace("with its imports", "")
    assert again.features == space.features
    assert again.text == space.text
    assert again.count() == space.count()
    chosen = space.default_configuration()
    assert again.config_id(chosen) == space.config_id(chosen)


def test_places_are_those_of_the_file_that_was_written(folder: Path) -> None:
    (folder / "parts" / "unit.uvl").write_text(UNIT + "constraints\n    !Fuse\n")
    with pytest.raises(UserError) as caught:
        load_space(folder / "computer.uvl")
    assert caught.value.where in (
        f"{folder}/parts/unit.uvl:4", f"{folder}/computer.uvl:19", f"{folder}/computer.uvl:20",
    )  # fmt: skip
    (folder / "parts" / "unit.uvl").write_text(UNIT + "constraints\n    !Fusee\n")
    with pytest.raises(UserError) as caught:
        load_space(folder / "computer.uvl")
    assert caught.value.where == f"{folder}/parts/unit.uvl:4:6"
    assert "Fuse?" in (caught.value.mend or "")


def test_warnings_name_the_imported_file(folder: Path) -> None:
    (folder / "parts" / "unit.uvl").write_text("features\n    Integer Fuse {price 3}\n")
    warnings = load_space(folder / "computer.uvl").warnings
    assert any(
        w.startswith(f"in {folder}/parts/unit.uvl, line 2: Fuse is Integer") for w in warnings
    )


@pytest.mark.parametrize(
    ("old", "new", "where", "what", "mend"),
    [
        ("    power\n", "    powr\n", "4:5", "no file", "powr"),
        ("    power\n", "    power as d\n", "4:5", "two imports are called d", "line 2"),
        ("    power\n", "    power d\n", "4:5", "no import", "as alias"),
        ("d.Disk {", "d.Fast {", "8:13", "d.Fast is not the root", "d.Disk"),
        ("d.Disk {", "d.Dsk {", "8:13", "is not in it", "d.Disk"),
        ("d.Disk {", "f.Disk {", "8:13", "nothing is imported as f", None),
        ("            Case_d", "            d.Disk", "13:13", "d.Disk stands twice", "line 8"),
        ("d.Fast =>", "d.Fst =>", "18:5", "the import d has no feature Fst", "d.Fast?"),
        ("d.Fast =>", "d.Fast.x =>", "18:5", "d.Fast has no attribute x", None),
        ("d.Fast =>", "dd.Fast =>", "18:5", "unknown feature dd.Fast", "d.Fast?"),
    ],
)  # fmt: skip
def test_errors(folder: Path, old: str, new: str, where: str, what: str, mend: str | None) -> None:
    path = folder / "computer.uvl"
    assert old in MAIN
    path.write_text(MAIN.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        load_space(path)
    assert caught.value.where == f"{path}:{where}"
    assert what in caught.value.what
    assert mend is None or mend in f"{caught.value.what} {caught.value.mend}"


def test_an_import_that_stands_nowhere(tmp_path: Path) -> None:
    (tmp_path / "b.uvl").write_text("features\n    B\n        mandatory\n            C\n")
    main = tmp_path / "a.uvl"
    main.write_text("imports\n    b\nfeatures\n    A\n")
    assert load_space(main).warnings == [
        "line 2: the import b stands nowhere in the tree: put b.B below a feature or remove the "
        "import"
    ]
    main.write_text("imports\n    b\nfeatures\n    A\nconstraints\n    A => b.C\n")
    with pytest.raises(UserError, match="stands nowhere in the tree") as caught:
        load_space(main)
    assert caught.value.where == f"{main}:6:10"
    assert caught.value.mend == "put b.B below a feature"


def test_cycles_are_named(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.uvl").write_text(
            f"imports\n    {other}\nfeatures\n    R\n        optional\n            {other}.R\n"
        )
    with pytest.raises(UserError) as caught:
        load_space(tmp_path / "a.uvl")
    a, b, c = (tmp_path / f"{name}.uvl" for name in "abc")
    assert caught.value.where == f"{c}:2:5"
    assert caught.value.what == f"cyclic import: {a} -> {b} -> {c} -> {a}"
    assert f"{a}:2, {b}:2, {c}:2" in (caught.value.mend or "")


def test_a_file_that_imports_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.uvl"
    path.write_text("imports\n    a\nfeatures\n    A\n")
    with pytest.raises(UserError, match="cyclic import"):
        load_space(path)


def test_imports_that_multiply_are_stopped(tmp_path: Path) -> None:
    for i in range(14):
        tree = f"            x.R{i + 1}\n            y.R{i + 1}\n"
        (tmp_path / f"m{i}.uvl").write_text(
            f"imports\n    m{i + 1} as x\n    m{i + 1} as y\nfeatures\n    R{i}\n"
            f"        optional\n{tree}"
        )
    (tmp_path / "m14.uvl").write_text("features\n    R14\n")
    with pytest.raises(UserError, match="2000 files"):
        load_space(tmp_path / "m0.uvl")


def test_a_text_looks_for_imports_beside_its_label() -> None:
    with pytest.raises(UserError, match=r"no file other\.uvl"):
        load_space(UvlText("imports\n    other\nfeatures\n    A\n"))
