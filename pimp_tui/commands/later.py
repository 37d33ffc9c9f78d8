"""What the command line names but this version does not do: refused in one line, exit code 2."""

from __future__ import annotations

from typing import Any

from pimp_tui.errors import UserError

KNOWN_ENGINES = ("transformers", "transformers-serve", "llama-cpp", "vllm", "openai")
EXECUTORS = ("local", "ray", "slurm")


def refuse(what: str, instead: str | None = None) -> UserError:
    """The error for a thing that comes with a later version."""
    return UserError(f"{what} is not in this version of pimp-tui", mend=instead)


def refuse_run_options(**given: Any) -> None:
    """Refuse the options of ``run`` that this version does not carry out.

    Raises:
        UserError: one of them was given, or has a value that means nothing.
    """
    engine, executor = given["engine"], given["executor"]
    if engine is not None:
        from pimp_tui.engine.registry import engine_names

        if engine not in engine_names():
            if engine in KNOWN_ENGINES:
                raise refuse(f"the engine {engine}", "use --engine transformers")
            raise UserError(f"no engine {engine!r}", mend=f"engines: {', '.join(engine_names())}")
    if executor not in (None, "local"):
        if executor in EXECUTORS:
            raise refuse(f"the executor {executor}", "use --executor local")
        raise UserError(f"no executor {executor!r}", mend=f"executors: {', '.join(EXECUTORS)}")
    for name in ("url", "python", "slurm_args"):
        if given[name] is not None:
            raise refuse(f"--{name.replace('_', '-')}")
