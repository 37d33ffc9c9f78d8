"""The requests that the learning child answers; see ``child`` for their form."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.effects.importance import permutation_importance
from pimp_tui.learning.effects.interactions import interaction_strength
from pimp_tui.learning.effects.main_effects import feature_effects
from pimp_tui.learning.effects.pair_effects import pairwise_effects
from pimp_tui.learning.effects.switching import switches
from pimp_tui.learning.effects.words import effect_words
from pimp_tui.learning.evaluation.curve import DRAWS, learning_curve
from pimp_tui.learning.evaluation.held_out import DEFAULT_PREDICTORS, evaluate_measured
from pimp_tui.learning.fronts.candidates import fresh_candidates
from pimp_tui.learning.fronts.measured_front import costs, knee
from pimp_tui.learning.fronts.predicted_front import CANDIDATES, predicted_front
from pimp_tui.learning.learner import Learner, Progress, fit, training_rows
from pimp_tui.learning.measured import default_metrics, default_objectives, options_of
from pimp_tui.learning.predictors import DEFAULT_PREDICTOR
from pimp_tui.space.nearest import did_you_mean

_POINT = ("config_id", "measured", "prediction", "lower", "upper")


class Service:
    """Answers on one session.

    Args:
        source: the session's folder, or an object with the interface of a session.
    """

    def __init__(self, source: Any, progress: Progress | None = None) -> None:
        if isinstance(source, str):
            from pimp_tui.session import open_session

            source = open_session(source)
        self.session, self.progress = source, progress
        self._learners: dict[tuple[str, str, int, int], Learner] = {}

    def answer(self, request: Mapping[str, Any]) -> Any:
        """Answer one request with JSON-safe values.

        Raises:
            UserError: an unknown request, a missing field, or what the work itself refuses.
        """
        name = str(request.get("request"))
        known = {
            "evaluate": self.evaluate,
            "curve": self.curve,
            "fit": self.fit,
            "effects": self.effects,
            "front": self.front,
            "importance": self.importance,
            "switch": self.switch,
            "predict": self.predict,
        }
        if name not in known:
            hint = did_you_mean(name, known, f"known: {', '.join(known)}")
            raise UserError(f"no request {name}; {hint}")
        return json_safe(known[name](request))

    def learner(self, metric: str, request: Mapping[str, Any]) -> Learner:
        predictor = str(request.get("predictor") or DEFAULT_PREDICTOR)
        seed = int(request.get("seed") or 0)
        runs = self.session.runs.select(pl.len()).collect().item()
        key = (metric, predictor, seed, runs)
        if key not in self._learners:
            self._learners[key] = fit(
                self.session, metric, predictor=predictor, seed=seed, progress=self.progress
            )
        return self._learners[key]

    def evaluate(self, request: Mapping[str, Any]) -> Any:
        metrics = request.get("metrics") or default_metrics(self.session)
        return evaluate_measured(
            self.session,
            metrics,
            predictors=request.get("predictors") or DEFAULT_PREDICTORS,
            seed=int(request.get("seed") or 0),
            progress=self.progress,
        )[0]

    def curve(self, request: Mapping[str, Any]) -> Any:
        return learning_curve(
            self.session,
            _field(request, "metric"),
            predictor=str(request.get("predictor") or DEFAULT_PREDICTOR),
            seed=int(request.get("seed") or 0),
            draws=int(request.get("draws") or DRAWS),
            progress=self.progress,
        )

    def fit(self, request: Mapping[str, Any]) -> Any:
        learner = self.learner(_field(request, "metric"), request)
        shown = [name for name in _POINT if name in learner.held_out.columns]
        return {
            "evaluation": learner.evaluation,
            "points": learner.held_out.select(shown).to_dicts(),
            "notes": learner.notes,
        }

    def effects(self, request: Mapping[str, Any]) -> Any:
        metric = _field(request, "metric")
        found = feature_effects(self.session, metric).to_dicts()
        pairs = pairwise_effects(self.session, metric) if request.get("pairs") else None
        count = len(training_rows(self.session, metric).y)
        return {
            "features": found,
            "pairs": None if pairs is None else pairs.to_dicts(),
            "words": effect_words(found, metric, count),
        }

    def importance(self, request: Mapping[str, Any]) -> Any:
        metric = _field(request, "metric")
        options = permutation_importance(
            self.session,
            metric,
            predictor=str(request.get("predictor") or DEFAULT_PREDICTOR),
            seed=int(request.get("seed") or 0),
            progress=self.progress,
        )
        together = interaction_strength(
            self.learner(metric, request), options["option"].to_list(), intervals=False
        )
        return {"options": options.to_dicts(), "interactions": together.to_dicts()}

    def switch(self, request: Mapping[str, Any]) -> Any:
        learner = self.learner(_field(request, "metric"), request)
        row = self.session.planned(self.session.find(str(_field(request, "config"))))
        return switches(learner, row, self.session).to_dicts()

    def front(self, request: Mapping[str, Any]) -> Any:
        objectives = request.get("objectives") or default_objectives(self.session)
        candidates = fresh_candidates(
            self.session,
            int(request.get("candidates") or CANDIDATES),
            int(request.get("seed") or 0),
        )
        learners = {name: self.learner(name, request) for name in objectives}
        rows = predicted_front(
            self.session, candidates, learners, objectives, request.get("where") or None
        )
        notes = [note for learner in learners.values() for note in learner.notes]
        middle = knee(costs(rows, objectives)) if len(objectives) == 2 else None
        return {
            "front": rows.to_dicts(),
            "candidates": candidates.height,
            "knee": middle,
            "notes": notes,
        }

    def predict(self, request: Mapping[str, Any]) -> Any:
        metrics = request.get("metrics") or list(default_objectives(self.session))
        plan = self.session.plan
        schema = plan.collect_schema() if isinstance(plan, pl.LazyFrame) else plan.schema
        rows = _rows(_field(request, "rows"), options_of(self.session, None), schema)
        shown = ["prediction", "lower", "upper", "reason"]
        answer = {}
        for name in metrics:
            learner = self.learner(name, request)
            found = learner.predict(rows, warn=False).with_columns(reason=learner.reasons(rows))
            answer[name] = found.select(shown).to_dicts()
        return answer


def _field(request: Mapping[str, Any], name: str) -> Any:
    if request.get(name) is None:
        raise UserError(f"the request {request.get('request')} needs {name}")
    return request[name]


def _rows(
    rows: Sequence[Mapping[str, Any]], options: Sequence[str], schema: Mapping[str, Any]
) -> pl.DataFrame:
    """Rows of options in the types of the plan; an option left out is null."""
    try:
        return pl.DataFrame(
            [{name: row.get(name) for name in options} for row in rows],
            schema={name: schema[name] for name in options},
        )
    except (TypeError, AttributeError, pl.exceptions.PolarsError) as error:
        raise UserError(f"the rows do not fit the plan's columns: {error}") from None


def json_safe(value: Any) -> Any:
    """Plain JSON values: NaN and infinities as None, times as ISO text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): json_safe(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_safe(inner) for inner in value]
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
