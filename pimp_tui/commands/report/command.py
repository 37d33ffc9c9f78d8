"""The command report: the session in plain text, and as HTML and Markdown for an appendix."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pimp_tui.commands.output import SessionArgument, say
from pimp_tui.errors import UserError
from pimp_tui.learning.verification.accuracy import MARGIN

if TYPE_CHECKING:
    from pimp_tui.commands.report.document import Document
    from pimp_tui.session import Session


def report(
    session: SessionArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder; the session's own without it.")
    ] = None,
    margin: Annotated[float, typer.Option(help="Loss of accuracy that does not matter.")] = MARGIN,
) -> int:
    """The session in plain text; report.html and report.md beside it."""
    from pimp_tui.commands.summary import print_summary
    from pimp_tui.learning.verification.outcomes import check_margin
    from pimp_tui.session import open_session

    check_margin(margin)
    opened = open_session(session)
    folder = out or opened.path
    if not folder.is_dir():
        raise UserError("no such folder", str(folder), "make it first, or give another --out")
    print_summary(opened.path, margin)
    document = build(open_session(session), margin)
    texts = {"report.html": document.html(), "report.md": document.markdown()}
    with _sole_writer(opened.path, folder):
        for name, text in texts.items():
            _write(folder / name, text)
    return 0


@contextmanager
def _sole_writer(session: Path, folder: Path) -> Iterator[None]:
    """Only the holder of the lock writes into a session (contracts.md)."""
    from pimp_tui.session.lock import SessionLock

    if folder.resolve() != session.resolve():
        yield
        return
    try:
        lock = SessionLock.acquire(session, patience_s=0.2)
    except UserError as error:
        raise UserError(error.what, error.where, "give another folder as --out") from None
    except OSError as error:
        raise UserError(
            f"cannot write ({error.strerror})", str(session), "give another folder as --out"
        ) from None
    with lock:
        yield


def build(session: Session, margin: float = MARGIN) -> Document:
    """The report of a session; what cannot be told is said in its place."""
    from pimp_tui.commands.report import effects, front, learning, protocol, results
    from pimp_tui.commands.report.document import Document

    document = Document(f"{session.name}: measured, learnt and traded off")
    protocol.protocol(document, session)
    protocol.energy(document, session)
    protocol.steadiness(document, session)
    protocol.left_out(document, session)
    results.distributions(document, session)
    front.front(document, session, margin)
    results.verified(document, session)
    learning.quality(document, session)
    learning.curves(document, session)
    effects.effects(document, session)
    protocol.limits(document, session)
    return document


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UserError(
            f"cannot write ({error.strerror})", str(path), "give another --out"
        ) from None
    say(f"written: {path}")
