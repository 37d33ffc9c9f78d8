"""The command report: the session in plain text, and as HTML and Markdown for an appendix."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pimp_tui.commands.output import SessionArgument, say
from pimp_tui.errors import UserError
from pimp_tui.learning.accuracy import MARGIN

if TYPE_CHECKING:
    from pimp_tui.commands.report_document import Document
    from pimp_tui.session import Session

_CURVE_PREDICTOR, _CURVE_DRAWS = "random_forest", 3  # the paper's learner; minutes at most
_PROTOCOL = ("name", "created", "engine", "status", "sandbox_tier", "seed")


def report(
    session: SessionArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder; the session's own without it.")
    ] = None,
    margin: Annotated[float, typer.Option(help="Loss of accuracy that does not matter.")] = MARGIN,
) -> int:
    """The session in plain text; report.html and report.md beside it."""
    from pimp_tui.commands.summary import print_summary
    from pimp_tui.learning.outcomes import check_margin
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
    from pimp_tui.commands.report_document import Document

    document = Document(f"{session.name}: measured, learnt and traded off")
    _protocol(document, session)
    _quality(document, session)
    _curves(document, session)
    _effects(document, session)
    _front(document, session, margin)
    return document


def _protocol(document: Document, session: Session) -> None:
    manifest = session.manifest
    rows = [{"": name, "value": str(manifest[name])} for name in _PROTOCOL if manifest.get(name)]
    workload = manifest.get("workload") or {}
    rows.append({"": "workload", "value": f"{workload.get('id')} ({workload.get('hash')})"})
    for group in ("settings", "libraries", "versions"):
        for name, value in (manifest.get(group) or {}).items():
            rows.append({"": f"{group}: {name}", "value": str(value)})
    status = session.status()
    done = f"{status['runs_done']} done, {status['runs_failed']} failed"
    rows.append({"": "runs", "value": f"{done} of {status['runs_planned']}"})
    document.heading("Protocol")
    document.table(rows)


def _quality(document: Document, session: Session) -> None:
    from pimp_tui.commands.quality import quality_rows

    records = (session.learning() or {}).get("evaluation") or []
    document.heading("Quality of predictions")
    if not records:
        document.text("Nothing could be learnt: too few configurations, or nothing that varies.")
        return
    document.text(
        "Every configuration is predicted by a learner that did not see it; in parentheses 95 % "
        "bootstrap intervals over the configurations tested."
    )
    document.table(quality_rows(records))
    found = {r["metric"]: r["good_mode"]["found"] for r in records if r.get("good_mode")}
    for metric, words in found.items():
        document.text(f"Good mode of {metric}: {words}.")


def _curves(document: Document, session: Session) -> None:
    from pimp_tui.commands.charts import Line, line_chart
    from pimp_tui.commands.learning import learned_metrics
    from pimp_tui.learning import learning_curve

    document.heading("Learning curves")
    for metric in learned_metrics(session):
        try:
            records = learning_curve(
                session, metric, predictor=_CURVE_PREDICTOR, draws=_CURVE_DRAWS
            )
        except UserError as error:
            document.text(f"{metric}: {error.what}.")
            continue
        error_of = "mape" if all(r["mape"] is not None for r in records) else "mae"
        samplers = list(dict.fromkeys(record["training"] for record in records))
        lines = [
            Line(
                name,
                [
                    (r["n"], r[error_of], *r[f"{error_of}_interval"])
                    for r in records
                    if r["training"] == name
                ],
            )
            for name in samplers
        ]
        label = f"MAPE of {metric} (%)" if error_of == "mape" else f"MAE of {metric}"
        document.chart(
            f"{metric}: error of the paper's random forest on configurations held out, with 95 % "
            f"bootstrap intervals over them; mean of {_CURVE_DRAWS} draws.",
            line_chart(lines, "configurations learnt from", label),
        )


def _effects(document: Document, session: Session) -> None:
    from pimp_tui.commands.learning import learned_metrics
    from pimp_tui.learning import feature_effects
    from pimp_tui.learning.learner import require_varying, training_rows
    from pimp_tui.learning.words import effect_words

    document.heading("Effects of features")
    for metric in learned_metrics(session):
        try:
            training = training_rows(session, metric)
            require_varying(training)
        except UserError as error:
            document.text(f"{metric}: {error.what}.")
            continue
        rows = feature_effects(session, metric).to_dicts()
        document.text(" ".join(effect_words(rows, metric, len(training.y))))
        document.table([{"metric": metric} | row for row in rows[:20]])


def _front(document: Document, session: Session, margin: float) -> None:
    from pimp_tui.commands.accuracy import accuracy_rows, accuracy_title, with_accuracy
    from pimp_tui.learning import pareto

    objectives = session.default_objectives
    document.heading("Pareto front, measured")
    try:
        front: list[dict[str, Any]] = pareto(session, objectives).to_dicts()
    except UserError as error:
        document.text(f"{error.what}.")
        return
    if not front:
        document.text("No configuration has all objectives measured.")
        return
    options = [name for name in session.options if len({str(row[name]) for row in front}) > 1]
    shown = ("position", "config_id", *objectives, *options)
    document.table([{name: row[name] for name in shown} for row in front])
    compared = with_accuracy(front, session, margin)
    if rows := accuracy_rows(compared):
        document.text(accuracy_title(compared))
        document.table(rows)


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
