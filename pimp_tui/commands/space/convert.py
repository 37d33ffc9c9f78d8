"""``pimp-tui space convert``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pimp_tui.commands.output import say


def convert(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A .uvl, FeatureIDE .xml, .dimacs or .cnf file.")
    ],
    to: Annotated[str, typer.Option(help="uvl, xml or dimacs.")],
    out: Annotated[Path, typer.Option(help="Where to write.")],
) -> int:
    """Write a model in another format; what the format cannot carry is said."""
    from pimp_tui.errors import UserError
    from pimp_tui.session.atomic import write_text
    from pimp_tui.space.formats.convert import read_model, write_model

    model = read_model(file)
    text, left_out = write_model(model, to)
    for sentence in [*model.warnings, *(f"left out: {one}" for one in left_out)]:
        say(sentence)
    try:
        write_text(out, text)
    except OSError as fault:
        raise UserError(
            f"cannot write it: {fault.strerror}", str(out), "give a path that can be written"
        ) from None
    say(f"{len(model.features)} features and {len(model.constraints)} constraints written to {out}")
    return 0
