"""Scoring completions that were generated elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pimp_tui.commands.output import Json, print_json, print_table, say


def score(
    workload: Annotated[str, typer.Argument(metavar="WORKLOAD", help="humaneval, FILE.jsonl, …")],
    samples: Annotated[
        Path, typer.Argument(metavar="SAMPLES", help="task_id and completion a line.")
    ],
    unsafe_sandbox: Annotated[bool, typer.Option("--unsafe-sandbox")] = False,
    json: Json = False,
) -> int:
    """Score completions in the sandbox."""
    from pimp_tui.workload import load_workload, score_file

    answer = score_file(load_workload(workload), samples, unsafe_sandbox=unsafe_sandbox)
    if json:
        print_json(answer)
        return 0
    print_table(answer["results"], ["task_id", "completion_id", "passed", "reason"])
    say(f"{answer['tasks']} tasks, pass@1 {answer['pass_at_1']}")
    return 0


COMMANDS = {"score": score}
