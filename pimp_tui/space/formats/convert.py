"""Models from and to the formats of other tools, told by the name of the file."""

from __future__ import annotations

from pathlib import Path

from pimp_tui.errors import UserError
from pimp_tui.space.load import source_text
from pimp_tui.space.model import FeatureModel
from pimp_tui.space.uvl.reader import decode, read_uvl
from pimp_tui.space.uvl.write import write_uvl

FORMATS = ("uvl", "xml", "dimacs")
_SUFFIXES = {".xml": "xml", ".dimacs": "dimacs", ".cnf": "dimacs"}


def read_model(source: str) -> FeatureModel:
    """A model from a ``.uvl``, ``.xml`` (FeatureIDE), ``.dimacs`` or ``.cnf`` file, or a shipped
    space as it stands, without a host's or a model's facts.

    Raises:
        UserError: unreadable or broken, with file and line.
    """
    kind = _SUFFIXES.get(Path(source).suffix.lower(), "uvl")
    if kind == "uvl":
        _, text, label = source_text(source)
        return read_uvl(text, label)
    try:
        data = Path(source).read_bytes()
    except OSError as fault:
        why = fault.strerror or "it cannot be read"
        raise UserError(f"cannot read it: {why}", source, "give a readable file") from None
    if kind == "xml":
        from pimp_tui.space.formats.featureide_read import read_featureide

        return read_featureide(data, source)
    from pimp_tui.space.formats.dimacs_read import read_dimacs

    return read_dimacs(decode(data, source), source)


def write_model(model: FeatureModel, to: str) -> tuple[str, list[str]]:
    """The text of a model in a format, and what the format could not carry, one sentence each.

    Raises:
        UserError: an unknown format, or a model that the format cannot say.
    """
    if to == "uvl":
        return write_uvl(model), []
    if to == "xml":
        from pimp_tui.space.formats.featureide_write import write_featureide

        return write_featureide(model)
    if to == "dimacs":
        from pimp_tui.space.formats.dimacs_write import write_dimacs

        return write_dimacs(model)
    raise UserError(f"no format {to}", mend=f"formats: {', '.join(FORMATS)}")
