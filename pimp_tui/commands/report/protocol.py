"""The report's account of how it was measured: protocol, steadiness, what was left out and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pimp_tui.commands.report.document import Document
from pimp_tui.tui.words import counted

if TYPE_CHECKING:
    from pimp_tui.session import Session

_FIRST = ("name", "created", "pimp_tui", "engine", "status", "outcome", "sandbox")


def protocol(document: Document, session: Session) -> None:
    """Who measured what, with what, by which settings."""
    manifest = session.manifest
    rows = [{"": name, "value": _told(manifest[name])} for name in _FIRST if manifest.get(name)]
    workload = manifest.get("workload") or {}
    if workload.get("hash"):
        told = f"{workload.get('id')} (SHA-256 {str(workload.get('hash'))[:16]}…)"
        rows.append({"": "workload", "value": told})
        kept = workload.get("kept_out") or []
        apart = f"; {len(kept)} kept out to verify picks on" if kept else ""
        rows.append({"": "problems", "value": f"{workload.get('tasks')} measured{apart}"})
    for model in manifest.get("models") or []:
        known = ", ".join(str(model[k]) for k in ("name", "revision", "kind") if model.get(k))
        rows.append({"": "model", "value": f"{known}; prompts {model.get('prompts', 'raw')}"})
    rows += _machine(manifest)
    space = manifest.get("space") or {}
    if space:
        count = space.get("valid_configurations")
        rows.append({"": "space", "value": f"{space.get('source')}: {count} valid configurations"})
    for name, config_id in (manifest.get("named") or {}).items():
        rows.append({"": name, "value": config_id})
    for name, value in (manifest.get("settings") or {}).items():
        if value not in (None, [], ()):
            rows.append({"": f"setting: {name}", "value": _told(value)})
    for name, value in (manifest.get("libraries") or {}).items():
        rows.append({"": f"version: {name}", "value": str(value)})
    status = session.status()
    done = f"{status['runs_done']} done, {status['runs_failed']} failed"
    imported = manifest.get("engine") == "imported"  # a table was not planned
    rows.append({"": "runs", "value": done if imported else f"{done} of {status['runs_planned']}"})
    document.heading("Protocol")
    document.table(rows)
    if imported:
        document.text("The table was measured elsewhere: how is not known here.")
        return
    order = (
        "Most configurations were chosen by what those before them taught, so their order is not "
        "random and good ones are over-represented"
        if _suggested(manifest)
        else "Every configuration is run once before any is run again, in an order shuffled by "
        "the seed"
    )
    document.text(
        f"{order}; loads, warm-ups, cool-downs and scoring lie outside the measured window. "
        "duration_s is the wall-clock time of one pass over the workload, latency_s the mean over "
        "its requests. Every modelled option is passed explicitly."
    )


def energy(document: Document, session: Session) -> None:
    """Of which kind the energy is, in every table and chart below."""
    import polars as pl

    runs = session.runs.filter(pl.col("status") == "ok", pl.col("energy_j").is_not_null())
    kinds = Counter(
        (bool(estimated), source or "unknown")
        for estimated, source in runs.select("energy_estimated", "energy_source")
        .collect()
        .iter_rows()
    )
    document.heading("Energy")
    if not kinds:
        document.text("No energy was measured or estimated.")
        return
    for (estimated, source), count in kinds.most_common():
        told = f"measured ({source})"
        if estimated:
            told = "an estimate from CPU time, not a measurement,"
        document.text(f"energy_j is {told} in {counted(count, 'run')}.")
    if any(estimated for estimated, _ in kinds):
        document.text(
            "Estimates are marked ~ and called estimated wherever they stand; they are no basis "
            "for a comparison of energy, and never stand beside measurements in one mean."
        )


def energy_kind(session: Session, metric: str) -> str:
    """`` (estimated)`` or `` (measured)`` for energy, nothing for other metrics."""
    from pimp_tui.learning.measured import is_energy

    if not is_energy(metric) or session.manifest.get("imported_metrics"):
        return ""
    return " (measured)" if metric in session.default_objectives else " (estimated)"


def steadiness(document: Document, session: Session) -> None:
    """Spread of repeats and of idle power against the limits, drift, the control."""
    from pimp_tui.commands.summary import idle_words, steadiness_rows, unsteady_notes
    from pimp_tui.learning.steadiness import REPEAT_CV_LIMIT, idle_steadiness
    from pimp_tui.metering.idle import IDLE_CV_LIMIT

    document.heading("Steadiness")
    if session.manifest.get("engine") == "imported":
        document.text(
            "The table does not tell when its rows were measured, so neither drift nor the idle "
            "power is known; the spread of repeats stands in the distributions below."
        )
        return
    rows, notes = steadiness_rows(session), unsteady_notes(session)
    if rows:
        document.table(rows)
        document.text(
            f"The repeat CV is the median over configurations, to be held against "
            f"{REPEAT_CV_LIMIT} (arXiv 2607.09172); the trend from the first run to the last is "
            "within configurations, with its 95 % interval; the control's first and last values "
            "tell the drift of the machine."
        )
    else:
        document.text("No configuration has two good runs, so the spread of repeats is not known.")
    if idle := idle_steadiness(session.manifest):
        document.text(f"{idle_words(idle)} (to be held against {IDLE_CV_LIMIT}).")
    else:
        document.text("No idle baseline was measured, so the idle CV is not known.")
    for note in notes:
        document.text(f"Note: {note}.")


def left_out(document: Document, session: Session) -> None:
    """Failed runs with their reasons, and what a budget, a stop or precision left out."""
    import polars as pl

    manifest, status = session.manifest, session.status()
    missing = status["runs_planned"] - status["runs_done"] - status["runs_failed"]
    document.heading("Failures and what was left out")
    if missing > 0:
        why = manifest.get("outcome") or f"the campaign is {status['state']}"
        document.text(f"{missing} of {status['runs_planned']} planned runs were not made: {why}.")
    if repeats := manifest.get("repeats_left_out"):
        document.text(f"{repeats} repeats were left out: their means were known well enough.")
    failed = (
        session.runs.filter(pl.col("status") == "failed")
        .group_by("reason")
        .agg(pl.len().alias("runs"), pl.col("config_id").n_unique().alias("configurations"))
        .sort("runs", descending=True)
        .collect()
    )
    if failed.is_empty():
        document.text("No run failed." if missing <= 0 else "No run that was made failed.")
    document.table(failed.select("runs", "configurations", "reason").to_dicts())
    ignored = (
        session.runs.select("ignored_options").explode("ignored_options").drop_nulls().collect()
    )
    for name, count in Counter(ignored["ignored_options"].to_list()).most_common():
        document.text(f"{name} had no effect in {counted(count, 'run')}.")


def limits(document: Document, session: Session) -> None:
    """What the figures cannot say."""
    manifest = session.manifest
    found = [
        "Effects are differences of means over the configurations measured, not what switching a "
        "feature does to one configuration.",
        "Only option values of the space were measured; what lies between or beyond is not known.",
    ]
    if _suggested(manifest):
        found.append(
            "Suggested configurations are no random sample: effects and the quality of "
            "predictions are of those chosen, and not of the space."
        )
    models = len(manifest.get("models") or [])
    if models and manifest.get("engine") != "imported":
        which = "one model" if models == 1 else f"{models} models"
        found.append(
            f"The campaign covers one workload, one machine and {which}: other problems, other "
            "hardware and other models may behave otherwise."
        )
        repeats = (manifest.get("settings") or {}).get("repeats")
        if repeats and repeats < 3:
            found.append(f"{repeats} repeats tell little about the spread of one configuration.")
    document.heading("Limits")
    for line in found:
        document.text(line)


def _suggested(manifest: dict[str, Any]) -> bool:
    """Whether the campaign chose configurations by what it had learnt."""
    return "suggest" in str((manifest.get("settings") or {}).get("method") or "")


def _machine(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    host = manifest.get("host") or {}
    rows = []
    if host.get("name"):
        rows.append({"": "host", "value": host["name"]})
    features = host.get("features") or {}
    there = [name for name, fact in features.items() if (fact or {}).get("value")]
    if features:
        rows.append({"": "host features", "value": ", ".join(there) or "none"})
    if manifest.get("devices"):
        rows.append({"": "devices", "value": _told(manifest["devices"])})
    return rows


def _told(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return str(value)
