"""What a campaign stands on: models, workload, sandbox, host and the space bound to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.campaign.drafts import add_drafts, manifest_entries, require_drafting
from pimp_tui.campaign.settings import PRESETS, Settings
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space
    from pimp_tui.space.machine.host import HostFacts
    from pimp_tui.space.machine.model_facts import ModelFacts
    from pimp_tui.workload import Workload


@dataclass(frozen=True)
class Setup:
    """The checked parts of a campaign.

    Attributes:
        space: bound to host and models, with the leaves that fixed options and the models' own
            defaults need.
        choice: the partial configuration that every sampled configuration respects.
        facts: of each model, in the order given.
        models: the manifest's entries, one per model.
        workload: the tasks that are measured; ``whole``: with those that are kept out.
        notes: lines for the user.
        drafts: the manifest's entries, one per draft model that was given.
    """

    space: Space
    choice: Choice | None
    host: HostFacts
    facts: list[ModelFacts]
    models: list[dict[str, Any]]
    workload: Workload
    whole: Workload
    workload_id: str
    sandbox: str | None
    devices: list[str]
    notes: list[str]
    drafts: list[dict[str, Any]] = field(default_factory=list)


def set_up(
    models: Sequence[str],
    workload: str,
    space: str,
    host: str | None,
    settings: Settings,
    drafts: Sequence[str] = (),
) -> Setup:
    """Check and load what a campaign stands on; ``drafts`` are models for assisted decoding.

    Raises:
        UserError: a part is missing, broken, or does not fit this machine.
    """
    from pimp_tui.space import load_space
    from pimp_tui.space.generation_config import inherited_entries
    from pimp_tui.space.machine.host import detect_host, read_host
    from pimp_tui.space.machine.model_facts import BUNDLED, bundled_model, check_fits, model_facts
    from pimp_tui.workload import load_workload
    from pimp_tui.workload.holdout import keep_out, part
    from pimp_tui.workload.sandbox import choose

    if len(set(models)) != len(models):
        raise UserError("a model is given twice", "--model")
    facts = [model_facts(item, trust_remote_code=settings.trust_remote_code) for item in models]
    for item in facts:
        _check_gguf(item)
        check_fits(item)
    workload_id = str(Path(workload).resolve()) if Path(workload).is_file() else workload
    tasks = whole = load_workload(workload_id, settings.limit)
    if settings.holdout is not None:
        tasks = part(whole, keep_out(whole, settings.holdout, settings.seed)[0])
    sandbox = choose(settings.unsafe_sandbox).name if tasks.scored else None
    host_facts = read_host(Path(host)) if host else detect_host(settings.gpus)
    loaded = load_space(
        space, host=host_facts, models=list(models), trust_remote_code=settings.trust_remote_code
    )
    helpers = _drafts(drafts, settings)
    loaded, draft_leaves = add_drafts(loaded, helpers, facts)
    loaded, choice = _fix(loaded, facts, settings)
    require_drafting(choice, loaded, draft_leaves)
    notes = [f"warning: {text}" for text in loaded.warnings]
    entries = []
    for reference, item in zip(models, facts, strict=True):
        outside = inherited_entries(item.generation_config, set(loaded.options))
        if outside:
            told = ", ".join(f"{name}={value}" for name, value in outside.items())
            notes.append(
                f"{item.name}: its generation_config.json sets what the space lacks: {told}"
            )
        chat = settings.chat_template and item.chat_template
        if chat:
            notes.append(
                f"{item.name}: prompts go through its chat template, as EvalPlus sends them "
                "(--no-chat-template sends them as they are)"
            )
        entries.append(
            item.to_json()
            | {"reference": reference, "inherited": outside, "prompts": "chat" if chat else "raw"}
        )
        if item.path == bundled_model():
            entries[-1]["path"] = BUNDLED  # wherever the package is, so that sessions can move
    devices = ["cuda"] if host_facts.features["cuda"]["value"] else ["cpu"]
    return Setup(
        loaded,
        choice,
        host_facts,
        facts,
        entries,
        tasks,
        whole,
        workload_id,
        sandbox,
        devices,
        notes,
        drafts=manifest_entries(helpers),
    )


def _drafts(drafts: Sequence[str], settings: Settings) -> list[tuple[str, ModelFacts]]:
    from pimp_tui.space.machine.model_facts import check_fits, model_facts

    if len(set(drafts)) != len(drafts):
        raise UserError("a draft is given twice", "--draft")
    try:
        found = [(one, model_facts(one, settings.trust_remote_code)) for one in drafts]
    except UserError as error:
        where = "--draft" if error.where in (None, "--model") else error.where
        raise UserError(error.what, where, error.mend) from error
    for _, facts in found:
        _check_gguf(facts)
        check_fits(facts)
    return found


def _check_gguf(facts: ModelFacts) -> None:
    from importlib.util import find_spec

    missing = [name for name in ("gguf", "accelerate") if find_spec(name) is None]
    if facts.kind == "gguf" and missing:
        raise UserError(
            f"a GGUF file needs the package {missing[0]}",
            str(facts.path),
            "pip install 'pimp-tui[gguf]'",
        )


def _fix(
    space: Space, facts: Sequence[ModelFacts], settings: Settings
) -> tuple[Space, Choice | None]:
    """Add the leaves that are missing, then select what is fixed for the campaign."""
    from pimp_tui.space.edit import add_option, with_value
    from pimp_tui.space.selectors import configure

    fixed: list[str] = []
    own: list[str] = []
    for option, value in settings.fixed_options.items():
        if option in space.options:
            space, leaf = with_value(space, option, value)
            fixed.append(leaf)
        elif value != getattr(PRESETS[settings.preset], option):  # asked for, not of the preset
            space, leaf = add_option(space, option, value)
            fixed.append(leaf)
    for item in facts:
        for option, value in item.generation_config.items():
            modelled = option in space.options and space.option(option).bound
            if not modelled or value is None or space.effective(()).get(option) == value:
                continue
            before = space.features
            space, leaf = with_value(space, option, value)
            if leaf not in before and leaf not in fixed:
                own.append(leaf)
    if not (fixed or own or settings.select or settings.deselect):
        return space, None
    # A model's own values are measured in its default; the samplers keep to the probed ones.
    return space, configure(space, (*fixed, *settings.select), (*own, *settings.deselect))
