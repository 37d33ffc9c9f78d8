"""Making a session: everything is checked first, then the folder appears whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.campaign.again import HASHED
from pimp_tui.campaign.first_design import first_design
from pimp_tui.campaign.gpu_choice import require_gpus
from pimp_tui.campaign.growth import MOST, grows
from pimp_tui.campaign.neighbours import require_free_gpus
from pimp_tui.campaign.plan import Progress, make_plan
from pimp_tui.campaign.record import text_hash
from pimp_tui.campaign.settings import PRESETS, Settings
from pimp_tui.campaign.setup import Setup, set_up
from pimp_tui.errors import UserError
from pimp_tui.session import segments
from pimp_tui.session.atomic import write_text
from pimp_tui.session.manifest import new_manifest, write_manifest
from pimp_tui.session.paths import absolute, file_hash
from pimp_tui.session.schema import PLAN_KEYS

if TYPE_CHECKING:
    import polars as pl

#: Rows of the plan that a dry run shows.
_SHOWN = 40


@dataclass(frozen=True)
class Request:
    """What a user asks a new campaign to be.

    Attributes:
        models: folders, .gguf files or ``micro-coder``.
        workload: name or file of a workload.
        space: a ``.uvl`` file or a shipped name.
        host: file of host facts; None detects this machine.
        plan: file of a plan that is run as it is; None samples one.
        baseline: the user's own configuration, a JSON file or a command line.
        engine: name of the engine.
        drafts: models that may draft in assisted decoding, besides those of the space.
        settings: the protocol.
    """

    models: list[str]
    workload: str
    space: str = "transformers"
    host: str | None = None
    plan: str | None = None
    baseline: str | None = None
    engine: str = "transformers"
    drafts: list[str] = field(default_factory=list)
    settings: Settings = field(default_factory=lambda: PRESETS["quick"])


def prepare(
    path: Path,
    request: Request,
    say: Callable[[str], None],
    dry_run: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Check the request and make the session folder, unless it is a dry run.

    Args:
        path: the folder to make, absolute.
        say: gets narration, a line at a time.
        progress: told now and then how far the drawing of the plan is.

    Returns:
        what was or would be made: configurations, runs, requests, valid configurations; of a dry
        run also the first rows of the ``plan``.

    Raises:
        UserError: anything about the request that cannot be; no folder is left behind.
    """
    check_target(path)
    require_gpus(request.settings.gpus)
    if not dry_run:
        require_free_gpus(request.settings.gpus, request.settings.shared_gpu)
    setup = set_up(
        request.models, request.workload, request.space, request.host, request.settings,
        request.drafts,
    )  # fmt: skip
    for line in setup.notes:
        say(line)
    drawing = first_design(request.settings, setup, bool(request.baseline))
    plan, named = make_plan(setup, drawing, request.plan, request.baseline, say, progress)
    answer = {
        "session": str(path),
        "configurations": plan["config_id"].n_unique(),
        "runs": plan["config_id"].n_unique() * request.settings.repeats,
        "requests": plan["config_id"].n_unique()
        * request.settings.repeats
        * len(setup.workload.tasks),
        "valid_configurations": setup.space.count(within=setup.choice),
        "samplers": sorted(plan["sampler"].unique().to_list()),
    }
    if grows(request.settings):
        answer["grows_to"] = request.settings.configurations or (
            None if request.settings.budget else MOST
        )
    if dry_run:
        shown = plan.unique("config_id", keep="first", maintain_order=True).head(_SHOWN)
        answer["plan"] = shown.drop("config_id").to_dicts()
    else:
        manifest = _manifest(path, request, setup, plan, named)
        _make(path, setup, plan, manifest)
    return answer


def check_target(path: Path) -> None:
    """Check that a session can be made at ``path``.

    Raises:
        UserError: something else is there, or the place cannot be written.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UserError("something else is there already", str(path), "choose another session")
    parent = path.parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise UserError("this is no folder", str(parent), "choose another session")
    probe = parent / f".pimp-tui-{os.getpid()}.tmp"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UserError(
            f"cannot write here ({error.strerror})", str(parent), "choose a folder you may write"
        ) from None


def _make(path: Path, setup: Setup, plan: pl.DataFrame, manifest: dict[str, Any]) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    # Those that go through a chat template are added when they have been sent.
    raw = any(item["prompts"] == "raw" for item in setup.models)
    prompts = {text_hash(text): text for text in setup.workload.raw_prompts() if raw}
    rows = [{"prompt_hash": key, "prompt": text} for key, text in prompts.items()]
    try:
        draft.mkdir(parents=True)
        for table in ("runs", "requests", "power"):
            (draft / table).mkdir()
        write_text(draft / "space.uvl", setup.space.text)
        segments.write_frame(draft / "plan.parquet", plan)
        segments.write_frame(draft / "prompts.parquet", segments.frame_of("prompts", rows))
        write_manifest(draft, manifest)
        draft.rename(path)
    except OSError as error:
        raise UserError(f"cannot make the session ({error.strerror})", str(path)) from None
    finally:
        if draft.exists():
            shutil.rmtree(draft, ignore_errors=True)


def _manifest(
    path: Path, request: Request, setup: Setup, plan: pl.DataFrame, named: dict[str, str]
) -> dict[str, Any]:
    settings = request.settings
    return new_manifest(
        path.name,
        host=setup.host.to_json() | {"name": os.uname().nodename},
        devices=setup.devices,
        libraries=_libraries(),
        engine=request.engine,
        models=setup.models,
        drafts=setup.drafts,
        workload={
            "id": setup.workload_id,
            "hash": setup.whole.hash,
            "tasks": len(setup.workload.tasks),
            "scored": setup.workload.scored,
            "protocol": setup.workload.protocol,
            "release": setup.workload.release,
            **_kept_out(setup),
        },
        space={
            "source": absolute(request.space),
            "hash": text_hash(setup.space.text),
            "valid_configurations": _whole(setup.space.count()),
        },
        settings=settings.to_json(),
        choice=setup.choice.literals() if setup.choice else {},
        seeds={"campaign": settings.seed},
        sandbox=setup.sandbox,
        options=[name for name in plan.columns if name not in PLAN_KEYS],
        named=named,
        host_file=request.host and absolute(request.host),
        plan_file=request.plan and absolute(request.plan),
        baseline_file=request.baseline and absolute(request.baseline),
        file_hashes={name: file_hash(getattr(request, name)) for name in HASHED},
    )


def _kept_out(setup: Setup) -> dict[str, list[str]]:
    """Which tasks are measured and which are kept out; nothing where all are measured."""
    used = set(setup.workload.by_id)
    kept = [task.task_id for task in setup.whole.tasks if task.task_id not in used]
    return {"task_ids": list(setup.workload.by_id), "kept_out": kept} if kept else {}


def _whole(count: int | None) -> int | str | None:
    """Counts beyond 2^53 as text: most JSON readers would round them."""
    return count if count is None or count < 2**53 else str(count)


def _libraries() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("torch", "transformers", "tokenizers", "polars", "scikit-learn", "nvidia-ml-py"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
