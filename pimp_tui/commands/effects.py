"""The command effects: of features, of pairs, by importance, or of one configuration's switches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pimp_tui.commands.output import Json, SessionArgument, print_json, print_table, say
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.learning.learner import Training
    from pimp_tui.session import Session

Option = typer.Option


def effects(
    session: SessionArgument,
    metric: Annotated[str | None, Option(help="Metric.")] = None,
    pairs: Annotated[
        bool, Option("--pairs", help="Effects among the configurations with another feature.")
    ] = False,
    importance: Annotated[
        bool, Option("--importance", help="Options that predictions rest on.")
    ] = False,
    interactions: Annotated[
        bool, Option("--interactions", help="Options that act together in the predictor.")
    ] = False,
    switch: Annotated[
        str | None, Option(metavar="CONFIG", help="What one option more or less would change.")
    ] = None,
    predictor: Annotated[str | None, Option(help="Predictor of the last three.")] = None,
    seed: Annotated[int, Option(min=0, help="Seed.")] = 0,
    json: Json = False,
) -> int:
    """Effect of each option value on a metric, with interval and effect size, and in words."""
    from pimp_tui.learning import feature_effects
    from pimp_tui.learning.effects.pair_words import pair_words, strength_words
    from pimp_tui.learning.effects.words import effect_words, importance_words, switch_words
    from pimp_tui.learning.learner import require_varying, training_rows
    from pimp_tui.session import open_session

    if sum((pairs, importance, interactions, switch is not None)) > 1:
        raise UserError(
            "--pairs, --importance, --interactions and --switch are asked one at a time"
        )
    opened = open_session(session)
    name = metric or next(iter(opened.default_objectives))
    training = training_rows(opened, name)
    require_varying(training)
    words: Callable[[list[dict[str, Any]]], list[str]] | None = None
    if pairs:
        from pimp_tui.learning import pairwise_effects

        frame = pairwise_effects(opened, name)
        words = partial(pair_words, metric=name)
    elif importance:
        from pimp_tui.learning import permutation_importance

        frame = permutation_importance(opened, name, predictor=_predictor(predictor), seed=seed)
        words = importance_words
    elif interactions:
        from pimp_tui.learning import interaction_strength
        from pimp_tui.learning.effects.interactions import PAIRED

        learner = _learner(opened, name, predictor, seed)
        frame = interaction_strength(learner, seed=seed)
        varying = sum(learner.held_out[option].n_unique() > 1 for option in learner.options)
        words = partial(
            strength_words, metric=name, predictor=learner.predictor,
            left_out=max(varying - PAIRED, 0),
        )  # fmt: skip
    elif switch is not None:
        frame = _switches(opened, name, switch, predictor, seed)
        words = switch_words
    else:
        frame = feature_effects(opened, name)
        words = partial(effect_words, metric=name, configurations=len(training.y))
    if json:
        print_json([row | {"estimated": training.estimated} for row in frame.to_dicts()])
        return 0
    print_table(frame.to_dicts(), frame.columns)
    if words is not None:
        _print_words(training, words(frame.to_dicts()))
    return 0


def _print_words(training: Training, words: Sequence[str]) -> None:
    print()
    if training.estimated:
        print(f"{training.metric} is an estimate here, not a measurement.")
    for line in words:
        print(line)
    for note in training.notes:
        say(f"note: {note}")


def _switches(
    session: Session, metric: str, reference: str, predictor: str | None, seed: int
) -> pl.DataFrame:
    from pimp_tui.learning import switches

    row: dict[str, Any] = session.planned(session.find(reference))
    return switches(_learner(session, metric, predictor, seed), row, session, seed)


def _learner(session: Session, metric: str, predictor: str | None, seed: int) -> Any:
    from pimp_tui.learning import fit

    return fit(session, metric, predictor=_predictor(predictor), seed=seed)


def _predictor(name: str | None) -> str:
    from pimp_tui.learning.predictors import DEFAULT_PREDICTOR

    return name or DEFAULT_PREDICTOR
