"""Explanations and void models in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field

from pimp_tui.errors import UserError
from pimp_tui.space.formulas.relations import Relation
from pimp_tui.space.model import Constraint, Group
from pimp_tui.space.why.explain import Explainer
from pimp_tui.space.why.words import Words


@dataclass(frozen=True, slots=True)
class Clash:
    """A minimal reason.

    Attributes:
        choices: the user's choices in it.
        words: all of it in plain words; a choice stands with the first reason that names it, those
            that none names come first.
        relations: the named constraints and groups in it.
    """

    choices: list[str]
    words: list[str]
    relations: list[Relation] = field(default_factory=list)


def clash(
    explainer: Explainer, words: Words, choices: list[int], target: int | None = None
) -> Clash | None:
    """Why the target literal does not go with the choices; None when it does.

    Args:
        explainer: of the space.
        words: of the same model.
        choices: literals the user chose.
        target: the literal asked about; None: why the choices do not go together.
    """
    core = explainer.core(choices, [] if target is None else [target])
    if core is None:
        return None
    names = words.names
    chosen = {names[abs(x) - 1]: x > 0 for x in core[0]}
    left, said = dict(chosen), []
    for relation in core[1]:
        text, told = words.folded(relation, left)
        said.append(text)
        for feature in told:
            del left[feature]
    alone = [words.choice(feature, on) for feature, on in left.items()]
    if target is not None and not chosen and not said:
        never = "part of no configuration" if target > 0 else "part of every configuration"
        alone = [f"the tree makes {words.feature(names[abs(target) - 1])} {never}"]
    return Clash(list(chosen), list(dict.fromkeys([*alone, *said])), core[1])


def void_error(explainer: Explainer, label: str) -> UserError:
    """The error of a model without any valid configuration, naming a minimal clash."""
    relations = void_clash(explainer)
    # The line of a constraint, else of a group: the tree is rarely what has to be mended.
    named: list[Constraint | Group] = [r.constraint for r in relations if r.constraint]
    bounds: list[Constraint | Group] = [r.group for r in relations if r.group]
    first = min(named or bounds, key=lambda item: item.line, default=None)
    where = (first.place or f"{label}:{first.line}") if first else label
    words = [f"`{r.constraint.text if r.constraint else r.words}`" for r in relations]
    if len(words) > 1:
        said = " and ".join([", ".join(words[:-1]), words[-1]]) + " clash"
    else:
        said = f"{words[0] if words else 'the tree'} clashes with the tree"
    return UserError(f"no valid configuration: {said}", where, "mend or remove one of these")


def void_clash(explainer: Explainer) -> list[Relation]:
    """A minimal set of constraints and groups that nothing satisfies beside the tree."""
    core = explainer.core([], [])
    return core[1] if core else []
