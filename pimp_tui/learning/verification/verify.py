"""How far picks fell short of what was promised of them: the winner's curse, told.

A pick is held against the session's control, measured beside it in the same batch: the ratio of
the two (for shares such as pass@1 their difference) is what carries over to other problems and to
another hour, and what was promised is put in the same terms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.learning.measured import is_energy, more_is_better
from pimp_tui.learning.verification.accuracy import Comparison, compare
from pimp_tui.learning.verification.outcomes import outcomes_of
from pimp_tui.learning.verification.paired_ratio import ratio_account
from pimp_tui.learning.verification.problem_spread import problem_sums, variance_of_problem
from pimp_tui.session.picks import batches

if TYPE_CHECKING:
    from pimp_tui.session import Session

SHARES = ("pass_at_1",)
_MEANS_ENERGY = "energy_estimated"


def verification_rows(session: Session) -> list[dict[str, Any]]:
    """One row a pick and metric of every batch so far; empty where nothing was verified.

    Returns:
        ``batch``, ``config_id``, ``position``, ``metric``, ``way``; ``promised`` with ``lower``
        and ``upper`` (90 %); ``measured`` in the campaign itself and ``inside``, whether the
        promise's interval holds that; ``control`` (its name); then against the control:
        ``expected`` by the promise, ``found`` with ``found_lower`` and ``found_upper`` (95 %,
        paired by repetition and by problem), as ratios or, for pass@1, differences;
        ``off``: found against expected, a share of it or a difference, with ``off_lower`` and
        ``off_upper``; ``runs`` of the pick, ``problems`` it was asked, ``apart``: whether these
        were kept out; ``over_problems``: whether the intervals hold the variance over problems;
        ``reading``: in words; ``reason``: why its last failed run failed. What is not known is
        None.

    Raises:
        UserError: a file of a batch is damaged.
    """
    found = []
    for batch in batches(session.path):
        found += _batch_rows(session, batch)
    return found


def _batch_rows(session: Session, batch: Path) -> list[dict[str, Any]]:
    from pimp_tui.session.bundle import open_session

    checked = open_session(batch)
    manifest = checked.manifest
    control = manifest.get("control") or {}
    picks = [pick for pick in manifest["picks"] if pick["config_id"] != control.get("config_id")]
    ids = [pick["config_id"] for pick in picks]
    before, now = _values(session), _values(checked)
    usual = control.get("config_id") or ""
    apart = bool((session.manifest.get("workload") or {}).get("kept_out"))
    solved = outcomes_of(checked, [*ids, usual])
    fitted = outcomes_of(session, [*ids, usual]) if apart else {}
    sums = problem_sums(checked, [*ids, usual])
    fitted_on = (session.manifest.get("workload") or {}).get("tasks") if apart else None
    reasons = _reasons(checked)
    places = dict(session.plan.select("config_id", "position").collect().iter_rows())
    rows = []
    for pick in picks:
        name = pick["config_id"]
        paired, on_fitted = (
            compare(side[name], side[usual]) if name in side and usual in side else None
            for side in (solved, fitted)
        )
        shown = {
            "batch": batch.name,
            "config_id": name,
            "position": places.get(name),
            "control": control.get("name"),
            "runs": len(now.get(name, {})),
            "problems": manifest["workload"].get("tasks"),
            "apart": apart,
            "reason": reasons.get(name),
        }
        for metric in _metrics(pick):
            rows.append(
                shown
                | {"metric": metric}
                | _account(
                    metric,
                    pick,
                    before,
                    now,
                    usual,
                    paired,
                    on_fitted,
                    (variance_of_problem(sums, metric, name, usual), fitted_on),
                )
            )
    return rows


def _metrics(pick: Mapping[str, Any]) -> list[str]:
    named = [*(pick.get("objectives") or {}), *(pick.get("promised") or {})]
    return list(dict.fromkeys(named)) or ["duration_s", *SHARES]


def _account(
    metric: str,
    pick: Mapping[str, Any],
    before: Mapping[str, Mapping[int, Mapping[str, Any]]],
    now: Mapping[str, Mapping[int, Mapping[str, Any]]],
    control: str,
    paired: Comparison | None,
    on_fitted: Comparison | None,
    spread: tuple[tuple[float, int], int | None],
) -> dict[str, Any]:
    name = pick["config_id"]
    promise = (pick.get("promised") or {}).get(metric) or {}
    usual = "max" if more_is_better(metric) else "min"
    row = {
        "way": (pick.get("objectives") or {}).get(metric, usual),
        "promised": promise.get("value"), "lower": promise.get("lower"),
        "upper": promise.get("upper"), "measured": None, "inside": None, "expected": None,
        "found": None, "found_lower": None, "found_upper": None, "off": None,
        "off_lower": None, "off_upper": None, "over_problems": True,
    }  # fmt: skip
    own, usual_runs = _of(before.get(name), metric), _of(before.get(control), metric)
    if own:
        row["measured"] = _mean(list(own.values()))
        if row["lower"] is not None and row["upper"] is not None:
            row["inside"] = row["lower"] <= row["measured"] <= row["upper"]
    base = _mean(list(usual_runs.values())) if usual_runs else None
    if metric in SHARES:
        row |= _difference(row["promised"], base, paired, on_fitted)
    else:
        both = _pairs(now.get(name), now.get(control), metric)
        row |= ratio_account(row["promised"], list(usual_runs.values()), both, *spread)
        row["over_problems"] = spread[0][1] > 1
    return row | {"reading": _reading(row, bool(now.get(name)))}


def _difference(
    promised: float | None,
    base: float | None,
    paired: Comparison | None,
    on_fitted: Comparison | None,
) -> dict[str, Any]:
    """The promise rests on a sample of problems too: where that was another one, so does ``off``.

    Args:
        on_fitted: pick against control on the problems that the promise was learnt from; None
            where they are the same, or the pick was not measured on them.
    """
    row: dict[str, Any] = {}
    if promised is not None and base is not None:
        row["expected"] = promised - base
    if paired is None:
        return row
    ends = {"": paired.difference, "_lower": paired.lower, "_upper": paired.upper}
    row |= {f"found{end}": value for end, value in ends.items()}
    if "expected" in row:
        row["off"] = paired.difference - row["expected"]
        more = 0.0 if on_fitted is None else (on_fitted.upper - on_fitted.lower) / 2
        row["off_lower"] = row["off"] - math.hypot(paired.difference - paired.lower, more)
        row["off_upper"] = row["off"] + math.hypot(paired.upper - paired.difference, more)
    return row


def _reading(row: Mapping[str, Any], ran: bool) -> str:
    if not ran:
        return "no good run"
    if row["off"] is None:
        promised = row["promised"] is not None
        return "no control to hold it against" if promised else "nothing was promised"
    if row["off_lower"] is None:
        return "too few runs to tell"
    if row["off_lower"] <= 0 <= row["off_upper"]:
        return "no difference from the promise is shown"
    worse = (row["off"] > 0) == (row["way"] == "min")
    return "worse than promised" if worse else "better than promised"


def _values(session: Session) -> dict[str, dict[int, dict[str, Any]]]:
    """config_id -> repetition -> the ok run's row."""
    import polars as pl

    found: dict[str, dict[int, dict[str, Any]]] = {}
    for row in session.runs.filter(pl.col("status") == "ok").collect().iter_rows(named=True):
        found.setdefault(row["config_id"], {})[row["repetition"]] = row
    return found


def _reasons(session: Session) -> dict[str, str]:
    """config_id -> why its last failed run failed."""
    import polars as pl

    failed = session.runs.filter(pl.col("status") == "failed").sort("started_at", "repetition")
    return dict(failed.select("config_id", "reason").drop_nulls().collect().iter_rows())


def _of(runs: Mapping[int, Mapping[str, Any]] | None, metric: str) -> dict[int, float]:
    """Repetition -> value; of energy only what was measured, where any was."""
    known = {
        number: row
        for number, row in (runs or {}).items()
        if isinstance(row.get(metric), int | float) and math.isfinite(row[metric])
    }
    if is_energy(metric):
        measured = {n: row for n, row in known.items() if row.get(_MEANS_ENERGY) is False}
        known = measured or known
    return {number: float(row[metric]) for number, row in known.items()}


def _pairs(
    own: Mapping[int, Mapping[str, Any]] | None,
    control: Mapping[int, Mapping[str, Any]] | None,
    metric: str,
) -> list[tuple[float, float]]:
    """Values of pick and control of each repetition that both have, of the same meters."""
    left, right = _of(own, metric), _of(control, metric)
    both = []
    for number in sorted(set(left) & set(right)):
        same = not is_energy(metric) or (own or {})[number].get("energy_source") == (control or {})[
            number
        ].get("energy_source")
        if same and left[number] > 0 and right[number] > 0:
            both.append((left[number], right[number]))
    return both


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
