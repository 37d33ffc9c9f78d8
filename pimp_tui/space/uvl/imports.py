"""Files that a UVL file imports: found, read, renamed, and taken into the importing model.

``a.b`` is ``a/b.uvl`` beside the importing file (UVL's Java library and flamapy), else below the
folder of the first file. Each import is a copy of its own, so one file may be imported twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pimp_tui.space.model import Feature, FeatureModel
from pimp_tui.space.uvl.formula import renamed
from pimp_tui.space.uvl.sections import Import
from pimp_tui.space.uvl.source import Source

_MOST_FILES = 2_000
_FROM = "in "  # how a warning from an imported file begins


@dataclass(slots=True)
class Opened:
    """A file that is being read, and by which import of which file.

    Attributes:
        label: its path.
        importer: the file that imports it.
        line: of the import in that file.
        files: how many files were read in all, counted at the first one.
    """

    label: str
    importer: Opened | None = None
    line: int = 0
    files: int = 0

    def chain(self) -> list[Opened]:
        """From the first file to this one."""
        found: list[Opened] = []
        at: Opened | None = self
        while at is not None:
            found.insert(0, at)
            at = at.importer
        return found


Reader = Callable[[str, str, Opened], FeatureModel]


def read_imports(
    source: Source, imports: list[Import], opened: Opened, read: Reader
) -> dict[str, FeatureModel]:
    """The imported models by alias, their features named ``alias.name``.

    Args:
        source: the importing file.
        imports: its imports.
        opened: the importing file among those that are being read.
        read: reads one file.

    Raises:
        UserError: a missing file, a cycle (every file and line of it), too many files, or what is
            wrong in an imported file, at its place there.
    """
    found: dict[str, FeatureModel] = {}
    for one in imports:
        path = _find(source, one, opened)
        inside = opened.chain()
        same = next((f for f in inside if Path(f.label).resolve() == path.resolve()), None)
        if same is not None:
            steps = [*inside[inside.index(same) + 1 :], Opened(str(path), opened, one.line)]
            said = ", ".join(f"{s.importer.label}:{s.line}" for s in steps if s.importer)
            names = " -> ".join([same.label, *(s.label for s in steps)])
            raise source.error(
                f"cyclic import: {names}", one.offset, f"remove one of the imports at {said}"
            )
        first = inside[0]
        first.files += 1
        if first.files > _MOST_FILES:
            mend = "imports multiply: import less often"
            raise source.error(f"more than {_MOST_FILES} files are imported", one.offset, mend)
        model = read(_text(source, one, path), str(path), Opened(str(path), opened, one.line))
        found[one.alias] = _under(model, one.alias)
    return found


def _find(source: Source, one: Import, opened: Opened) -> Path:
    part = Path(*one.name.split(".")).with_suffix(".uvl")
    folders = [Path(source.label).parent, Path(opened.chain()[0].label).parent]
    for folder in folders:
        if (folder / part).is_file():
            return folder / part
    raise source.error(
        f"the import {one.name} is not there: no file {folders[0] / part}",
        one.offset,
        "a.b is looked up as a/b.uvl beside the importing file",
    )


def _text(source: Source, one: Import, path: Path) -> str:
    from pimp_tui.space.uvl.reader import decode

    try:
        return decode(path.read_bytes(), str(path))
    except OSError as fault:
        why = fault.strerror or "it cannot be read"
        raise source.error(f"cannot read {path}: {why}", one.offset, "mend the file") from None


def _under(model: FeatureModel, alias: str) -> FeatureModel:
    """The model with every feature named ``alias.name`` and its place written down."""

    def name(bare: str) -> str:
        return f"{alias}.{bare}"

    model.bare_root = model.root.name
    features: dict[str, Feature] = {}
    for feature in model.features.values():
        feature.place = feature.place or f"{model.label}:{feature.line}"
        for group in feature.groups:
            group.place = group.place or f"{model.label}:{group.line}"
        feature.name = name(feature.name)
        features[feature.name] = feature
    model.features = features
    for constraint in model.constraints:
        constraint.place = constraint.place or f"{model.label}:{constraint.line}"
        constraint.formula = renamed(constraint.formula, name, name(model.bare_root))
        constraint.owner = None if constraint.owner is None else name(constraint.owner)
    model.warnings = [
        w if w.startswith(_FROM) else f"{_FROM}{model.label}, {w}" for w in model.warnings
    ]
    return model


def taken_in(
    source: Source,
    model: FeatureModel,
    imports: list[Import],
    imported: dict[str, FeatureModel],
    placed: set[str],
) -> None:
    """Add the constraints and warnings of the imports that stand in the tree.

    An import that stands nowhere brings nothing, as in UVL's Java library; a warning says so.
    """
    for one in imports:
        part = imported[one.alias]
        if one.alias not in placed:
            model.warnings.append(
                f"line {one.line}: the import {one.alias} stands nowhere in the tree: "
                f"put {part.root.name} below a feature or remove the import"
            )
            continue
        model.constraints.extend(part.constraints)
        model.warnings.extend(part.warnings)
        if model.levels:
            model.levels.extend(level for level in part.levels if level not in model.levels)
