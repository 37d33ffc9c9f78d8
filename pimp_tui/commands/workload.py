"""Scoring completions that were generated elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pimp_tui.commands.output import Json, print_json, print_table, say
from pimp_tui.commands.progress import Progress


def score(
    workload: Annotated[str, typer.Argument(metavar="WORKLOAD", help="humaneval, FILE.jsonl, …")],
    samples: Annotated[
        Path, typer.Argument(metavar="SAMPLES", help="task_id and completion (or solution) a line.")
    ],
    unsafe_sandbox: Annotated[bool, typer.Option("--unsafe-sandbox")] = False,
    json: Json = False,
) -> int:
    """Score completions in the sandbox."""
    from pimp_tui.workload import load_workload, score_file
    from pimp_tui.workload.sandbox.execute import printable

    tasks = load_workload(workload)
    if workload.startswith(("humaneval+=", "mbpp+=")):
        known = (
            "HumanEval+ v0.1.10 or MBPP+ v0.2.0 as published: not to be laid beside their scores"
        )
        say(tasks.release or f"the file is not {known}")
    with Progress() as progress:
        answer = score_file(
            tasks, samples, unsafe_sandbox=unsafe_sandbox,
            on_verdict=lambda done, planned: progress("scoring", done / planned),
        )  # fmt: skip
    if json:
        print_json(answer)
        return 0
    # Ids come from a file that somebody else may have written for the user's terminal.
    rows = [{**row, "task_id": printable(row["task_id"])} for row in answer["results"]]
    print_table(rows, ["task_id", "completion_id", "passed", "reason"])
    shares = [f"pass@{k} {share:.4g}" for k, share in answer["pass_at_k"].items()]
    say(", ".join([f"{answer['tasks']} tasks", *(shares or ["not scored: no tests, no answer"])]))
    return 0


COMMANDS = {"score": score}
