"""Every stored picture belongs to a test, whichever half of the suite that test runs in."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def orphans(folder: Path) -> list[str]:
    """The pictures below `folder` whose test module holds no test of their name."""
    found = []
    for picture in sorted(folder.rglob("__snapshots__/*/*.*")):
        module = picture.parents[2] / f"{picture.parent.name}.py"
        test = picture.stem.partition("[")[0]
        text = module.read_text(encoding="utf-8") if module.exists() else ""
        if not re.search(rf"^(async )?def {re.escape(test)}\(", text, re.MULTILINE):
            found.append(str(picture.relative_to(folder)))
    return found


def test_every_picture_belongs_to_a_test():
    assert len(list(HERE.rglob("__snapshots__/*/*.svg"))) > 20
    assert orphans(HERE) == []


def test_a_picture_without_a_test_is_found(tmp_path):
    pictures = tmp_path / "__snapshots__" / "test_screen"
    pictures.mkdir(parents=True)
    for name in ("test_kept[80x24].svg", "test_gone.svg"):
        (pictures / name).touch()
    (tmp_path / "test_screen.py").write_text("def test_kept(size): ...\n")
    assert orphans(tmp_path) == ["__snapshots__/test_screen/test_gone.svg"]
