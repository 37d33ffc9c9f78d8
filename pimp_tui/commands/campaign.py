"""Commands that make and run a campaign: demo, run, attach."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pimp_tui.commands import later
from pimp_tui.commands.output import Json, SessionArgument, print_json, say, split_list
from pimp_tui.commands.screens import Ascii, NoMouse, Slow
from pimp_tui.errors import UserError

Repeatable = list[str] | None
Option = typer.Option


def demo(
    headless: Annotated[
        bool, Option("--headless", help="No screens: narrate, then print.")
    ] = False,
    configs: Annotated[int, Option("--configs", help="Configurations to measure.")] = 16,
    repeats: Annotated[int, Option("--repeats", help="Runs of each configuration.")] = 2,
    session: Annotated[str | None, Option("--session", help="Folder of the session.")] = None,
    seed: Annotated[int, Option("--seed", help="Seed of sampling and generation.")] = 0,
    no_mouse: NoMouse = False,
    ascii_only: Ascii = False,
    slow: Slow = False,
) -> int:
    """A real campaign on the bundled model in about two minutes, no GPU needed."""
    from pimp_tui.campaign.prepare import Request, prepare
    from pimp_tui.campaign.settings import preset
    from pimp_tui.campaign.start import start_runner
    from pimp_tui.commands.follow import follow
    from pimp_tui.session import resolve

    if not headless:
        from pimp_tui.tui.terminal import require_terminal

        require_terminal()
    from pimp_tui.campaign.settings import DEMO_DESELECT

    if session is not None:
        _refuse_empty({"session": session})
    name = session or f"demo-{datetime.now(UTC).strftime('%Y%m%d-%H%M%S')}"
    path = resolve(name)
    settings = preset(
        "quick", repeats=repeats, configurations=configs, seed=seed, deselect=DEMO_DESELECT
    )
    if not (path / "manifest.json").exists():
        prepare(
            path, Request(models=["micro-coder"], workload="micro-coder", settings=settings), say
        )
    runner = start_runner(path)
    if not headless:
        from pimp_tui.commands.opening import Opening, show

        return show(Opening(str(path), no_mouse, ascii_only, slow))
    code = follow(path, runner)
    if code in (0, 3):
        from pimp_tui.commands.summary import print_summary

        print_summary(path)
    return code


def run(
    session: SessionArgument,
    model: Annotated[Repeatable, Option(help="Model folder, .gguf file or micro-coder.")] = None,
    draft: Annotated[
        Repeatable, Option(help="Model that may draft for it: folder, .gguf file or hub id.")
    ] = None,
    engine: Annotated[str | None, Option(help="Engine that generates.")] = None,
    url: Annotated[str | None, Option(help="Server to attach to.")] = None,
    python: Annotated[str | None, Option(help="Interpreter of the engine.")] = None,
    space: Annotated[str | None, Option(help="A .uvl file or a shipped name.")] = None,
    host: Annotated[str | None, Option(help="Host facts from `doctor --host-out`.")] = None,
    workload: Annotated[str | None, Option(help="micro-coder, humaneval, FILE.jsonl, …")] = None,
    limit: Annotated[int | None, Option(help="Use the first N problems.")] = None,
    holdout: Annotated[
        float | None, Option(help="Share of problems kept out, to verify picks on.")
    ] = None,
    plan: Annotated[str | None, Option(help="Run this plan as it is.")] = None,
    method: Annotated[str | None, Option(help="Samplers joined by +.")] = None,
    n: Annotated[int | None, Option("-n", help="Configurations.")] = None,
    seed: Annotated[int | None, Option(help="Seed of everything.")] = None,
    select: Annotated[Repeatable, Option(help="Feature that every configuration has.")] = None,
    deselect: Annotated[Repeatable, Option(help="Feature that none has.")] = None,
    baseline: Annotated[
        str | None, Option(help="Your own configuration: JSON file or command line.")
    ] = None,
    preset: Annotated[str | None, Option(help="quick, paper or paper-2.")] = None,
    repeats: Annotated[int | None, Option(help="Runs of each configuration.")] = None,
    precision: Annotated[
        float | None, Option(help="Repeat no more once means are known to this share.")
    ] = None,
    batch: Annotated[int | None, Option(help="Fix the batch size.")] = None,
    max_new_tokens: Annotated[int | None, Option(help="Fix the output limit.")] = None,
    timeout: Annotated[float | None, Option(help="Seconds after which a run is killed.")] = None,
    budget: Annotated[str | None, Option(help="60min, 5MJ or 40runs.")] = None,
    source: Annotated[
        str | None, Option("--from", help="Session that --method suggest starts from.")
    ] = None,
    gpus: Annotated[str | None, Option(help="Indices as 0,1, or UUIDs.")] = None,
    executor: Annotated[str | None, Option(help="local.")] = None,
    slurm_args: Annotated[str | None, Option(help="Arguments for Slurm.")] = None,
    no_chat_template: Annotated[
        bool, Option("--no-chat-template", help="Send prompts raw to instruct models too.")
    ] = False,
    shared_gpu: Annotated[bool, Option("--shared-gpu", help="Accept foreign load.")] = False,
    trust_remote_code: Annotated[bool, Option("--trust-remote-code")] = False,
    unsafe_sandbox: Annotated[bool, Option("--unsafe-sandbox")] = False,
    detach: Annotated[bool, Option("--detach", help="Leave it in the background.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Show the plan, make nothing.")] = False,
    json: Json = False,
) -> int:
    """Run a campaign; on a session that exists, go on with it."""
    later.refuse_run_options(
        engine=engine, url=url, python=python, executor=executor, slurm_args=slurm_args,
        method=method,
    )  # fmt: skip
    from pimp_tui.campaign.gpu_choice import read_gpus
    from pimp_tui.campaign.start import start_runner
    from pimp_tui.commands.follow import follow
    from pimp_tui.session import resolve

    asked: dict[str, Any] = {
        "preset": preset, "method": method, "configurations": n, "seed": seed, "limit": limit,
        "holdout": holdout, "repeats": repeats, "precision": precision, "batch_size": batch,
        "max_new_tokens": max_new_tokens, "budget": budget, "timeout_s": timeout,
        "gpus": read_gpus(gpus), "warm_from": _warm_from(source),
        "select": tuple(split_list(select)) or None,
        "deselect": tuple(split_list(deselect)) or None,
        "trust_remote_code": trust_remote_code or None, "unsafe_sandbox": unsafe_sandbox or None,
        "shared_gpu": shared_gpu or None, "chat_template": False if no_chat_template else None,
    }  # fmt: skip
    sources = {
        "models": model, "drafts": draft, "workload": workload, "space": space, "host": host,
        "plan": plan, "baseline": baseline, "engine": engine,
    }  # fmt: skip
    _refuse_empty(asked | sources)
    path = resolve(session)
    if (path / "manifest.json").exists():
        from pimp_tui.campaign.again import check_same
        from pimp_tui.campaign.neighbours import require_free_gpus
        from pimp_tui.session.manifest import read_manifest

        check_same(path, asked, sources)
        planned = read_manifest(path)["settings"]
        require_free_gpus(planned.get("gpus"), bool(planned.get("shared_gpu")))
    else:
        answer = _prepare(path, asked, sources, dry_run)
        if dry_run:
            print_json(answer) if json else _print_dry_run(answer)
            return 0
    if dry_run:
        from pimp_tui.session.status import read_status

        status = read_status(path)
        print_json(status) if json else _print_dry_run(status)
        return 0
    runner = start_runner(path)
    if detach and runner.poll() is None:
        say(f"running in the background (pid {runner.pid}): pimp-tui attach {path}")
        return 0
    return follow(path, runner)


def attach(session: SessionArgument) -> int:
    """Narrate a running campaign; Ctrl+C leaves it running."""
    from pimp_tui.commands.follow import follow
    from pimp_tui.session import resolve
    from pimp_tui.session.manifest import read_manifest
    from pimp_tui.session.status import state_of

    path = resolve(session)
    state = state_of(path, read_manifest(path))
    if state not in ("running", "paused"):
        raise UserError(
            f"no campaign runs on this session (it is {state})",
            str(path),
            "`pimp-tui run SESSION` goes on with it",
        )
    return follow(path)


def _warm_from(source: str | None) -> str | None:
    """The folder that ``--from`` means.

    Raises:
        UserError: there is no such session.
    """
    if source is None:
        return None
    from pimp_tui.session import open_session

    return str(open_session(source).path.resolve())


def _refuse_empty(given: dict[str, Any]) -> None:
    """Refuse flags whose value is empty, as of a shell variable that was never set."""
    from pimp_tui.campaign.again import flag_of

    for name, value in given.items():
        parts = value if isinstance(value, list | tuple) else [value]
        if any(isinstance(part, str) and not part.strip() for part in parts):
            raise UserError(f"{flag_of(name)} is empty", mend="give it a value, or leave it out")


def _prepare(
    path: Path, asked: dict[str, Any], sources: dict[str, Any], dry_run: bool
) -> dict[str, Any]:
    from pimp_tui.campaign.prepare import Request, prepare
    from pimp_tui.campaign.settings import preset
    from pimp_tui.commands.progress import Progress

    if asked["warm_from"] and "suggest" not in (asked["method"] or ""):
        raise UserError("--from is where suggestions start", mend="add --method suggest")
    sampled = asked["method"] is not None or asked["configurations"] is not None
    if sources["plan"] is not None and sampled:
        raise UserError("--plan is run as it is: it goes with neither --method nor -n")
    name = asked.pop("preset") or "quick"
    request = Request(
        models=sources["models"] or ["micro-coder"],
        workload=sources["workload"] or "micro-coder",
        space=sources["space"] or "transformers",
        host=sources["host"],
        plan=sources["plan"],
        baseline=sources["baseline"],
        engine=sources["engine"] or "transformers",
        drafts=sources["drafts"] or [],
        settings=preset(name, **asked),
    )
    with Progress() as progress:
        return prepare(path, request, say, dry_run=dry_run, progress=progress)


def _print_dry_run(answer: dict[str, Any]) -> None:
    from pimp_tui.commands.output import print_pairs, print_table

    rows = answer.pop("plan", [])
    print_pairs(answer)
    if rows:
        differing = [name for name in rows[0] if len({str(row[name]) for row in rows}) > 1]
        print()
        print_table(rows, list(dict.fromkeys(["position", "sampler", *differing])))


COMMANDS = {"demo": demo, "run": run, "attach": attach}
