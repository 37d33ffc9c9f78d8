"""Explanations and void models in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pimp_tui.errors import UserError
from pimp_tui.space.explain import Explainer


@dataclass(frozen=True, slots=True)
class Clash:
    """A minimal reason: the user's choices in it, and all of it in words, choices first."""

    choices: list[str]
    words: list[str]


def clash(
    explainer: Explainer, name: Callable[[int], str], choices: list[int], target: int
) -> Clash | None:
    """Why the target literal does not go with the choices; None when it does.

    Args:
        explainer: of the space.
        name: variable to feature name.
        choices: literals the user chose.
        target: the literal asked about.
    """
    core = explainer.core(choices, [target])
    if core is None:
        return None
    chosen, relations = core
    words = [f"you {'selected' if x > 0 else 'deselected'} {name(abs(x))}" for x in chosen]
    words += [relation.words or "" for relation in relations]
    if not words:
        never = "part of no configuration" if target > 0 else "part of every configuration"
        words = [f"the tree makes {name(abs(target))} {never}"]
    return Clash([name(abs(x)) for x in chosen], list(dict.fromkeys(words)))


def void_error(explainer: Explainer, label: str) -> UserError:
    """The error of a model without any valid configuration, naming a minimal clash."""
    core = explainer.core([], [])
    relations = core[1] if core else []
    lines = sorted(r.constraint.line for r in relations if r.constraint)
    where = f"{label}:{lines[0]}" if lines else label
    words = [f"`{r.words}`" for r in relations]
    if len(words) > 1:
        said = " and ".join([", ".join(words[:-1]), words[-1]]) + " clash"
    else:
        said = f"{words[0] if words else 'the tree'} clashes with the tree"
    return UserError(f"no valid configuration: {said}", where, "mend or remove one of these")
