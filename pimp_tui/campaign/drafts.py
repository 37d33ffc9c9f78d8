"""Draft models that the user brings: each a leaf of the session's space, beside the shipped one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space
    from pimp_tui.space.machine.model_facts import ModelFacts

OPTION = "assistant_model"


def add_drafts(
    space: Space, drafts: Sequence[tuple[str, ModelFacts]], models: Sequence[ModelFacts]
) -> tuple[Space, list[str]]:
    """The space with a leaf for each draft, kept from the models it cannot draft for.

    Args:
        drafts: each as it was given, and its facts.

    Returns:
        the space, and the leaves.

    Raises:
        UserError: the space has no draft models, or one cannot draft for any of the models.
    """
    from pimp_tui.space.edit import with_value
    from pimp_tui.space.load import UvlText, load_space
    from pimp_tui.space.uvl.amend import add_constraints
    from pimp_tui.space.uvl.values import quoted

    if drafts and OPTION not in space.options:
        raise UserError(f"the space {space.name} has no draft models", "--draft", "leave it out")
    leaves = []
    for reference, draft in drafts:
        if not draft.facts.get("rewindable", True):
            raise UserError(
                f"{draft.name} cannot draft: {draft.architecture} cannot take tokens back",
                "--draft",
                "choose a draft of another architecture",
            )
        barred = [model.name for model in models if _taken_for_its_own(draft, model)]
        if len(barred) == len(models):
            raise UserError(
                f"{reference} cannot draft for {', '.join(barred)}: it has another tokenizer with "
                "as many tokens, which the library takes for the same",
                "--draft",
                "choose a draft of the same family, or one whose vocabulary has another size",
            )
        space, leaf = with_value(space, OPTION, _value(reference, draft), f"draft_{draft.name}")
        leaves.append(leaf)
        model = space.bindings.get("model")
        apart = [model.leaf_of(name) for name in barred] if model is not None else []
        if apart:
            lines = [f"!({quoted(leaf)} & {quoted(str(other))})" for other in apart]
            note = "// as many tokens, but others: the library would take them for the same"
            text = UvlText(add_constraints(space.text, [note, *lines]))
            text.label = space.model.label
            space = load_space(text)
    return space, leaves


def require_drafting(choice: Choice | None, space: Space, leaves: Sequence[str]) -> None:
    """Check that some configuration of the campaign can have each draft.

    Raises:
        UserError: none can; what stands in the way is told.
    """
    states = (choice or space.configure()).states()
    for leaf in leaves:
        if states[leaf] == "deselected":
            why = "; ".join((choice or space.configure()).explain(leaf)[:3])
            raise UserError(
                f"no configuration of this campaign can draft with {leaf}: {why}",
                "--draft",
                "drafts take one prompt at a time: add --batch 1",
            )


def manifest_entries(drafts: Sequence[tuple[str, ModelFacts]]) -> list[dict[str, Any]]:
    """What the manifest keeps of the drafts."""
    return [
        {"reference": reference, "name": draft.name, "path": str(draft.path)}
        | {"revision": draft.revision, "value": _value(reference, draft)}
        for reference, draft in drafts
    ]


def _value(reference: str, draft: ModelFacts) -> str:
    """What the engine is given: the bundled model and a hub's by name, others by their place."""
    from pimp_tui.space.machine.hub import is_hub_id
    from pimp_tui.space.machine.model_facts import BUNDLED, bundled_model

    if draft.path == bundled_model():
        return BUNDLED
    if is_hub_id(reference) and not Path(reference).expanduser().exists():
        return reference
    return str(draft.path)


def _taken_for_its_own(draft: ModelFacts, model: ModelFacts) -> bool:
    """Whether the library would take the draft's other tokens for those of the model."""
    if draft.vocab is None or draft.vocab != model.vocab:
        return False
    own, theirs = _words(draft.path), _words(model.path)
    return own is not None and theirs is not None and own != theirs


def _words(path: Path) -> dict[str, int] | None:
    from pimp_tui.space.machine.words import words

    return words(path)
