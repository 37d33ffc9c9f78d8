"""The six steps and the fields of each."""

from __future__ import annotations

from typing import NamedTuple


class Field(NamedTuple):
    """One thing to fill in.

    Attributes:
        key: attribute of ``Draft``.
        choices: (value, what it means); none for free text.
        hint: what stands in an empty text field.
    """

    key: str
    label: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class Step(NamedTuple):
    """One page."""

    name: str
    title: str
    fields: tuple[Field, ...]


def engines() -> tuple[tuple[str, str], ...]:
    """Ours, and those that somebody else's package adds by an entry point."""
    from importlib.metadata import entry_points

    added = sorted({point.name for point in entry_points(group="pimp_tui.engines")})
    return (
        ("transformers", "in a worker process on this machine"),
        *((name, "added by a package") for name in added if name != "transformers"),
    )


STEPS = (
    Step(
        "model", "Which language model",
        (
            Field("models", "model", "micro-coder, a folder, or a .gguf file; several: a,b"),
            Field("engine", "engine", choices=engines()),
        ),
    ),
    Step(
        "workload", "What it is asked to do",
        (
            Field("workload", "workload", choices=(
                ("micro-coder", "32 small Python problems, held out from the bundled model"),
                ("humaneval", "164 Python problems with tests"),
                ("file", "a file of your own, below"),
            )),
            Field("workload_file", "file", "FILE.jsonl, humaneval+=FILE or mbpp+=FILE"),
            Field("limit", "first problems", "all"),
            Field("holdout", "kept out", "none; 0.3 keeps 30% of them, to verify picks on"),
            Field("goal", "goal", choices=(
                ("usual", "least energy, or time without a meter, for most pass@1"),
                ("energy", "least energy for most pass@1"),
                ("time", "least time for most pass@1"),
                ("all", "energy, time and pass@1 at once"),
            )),
        ),
    ),
    Step(
        "space", "What may be tuned",
        (
            Field("space", "space", "a shipped name or a .uvl file"),
            Field("select", "always select", "features, a,b"),
            Field("deselect", "never select", "features, a,b"),
            Field("baseline", "your own", "what you run now: FILE.json, or --num-beams 4"),
        ),
    ),
    Step(
        "sample", "How many configurations, and how drawn",
        (
            Field("method", "sampler", choices=(
                ("suggest", "measures and learns in turn: fewest runs to the front"),
                ("diverse", "far apart from each other: good to learn from early"),
                ("twise", "covers every valid pair of option values at least once"),
                ("yasa", "the same by YASA (VaMoS 2020), with more rows"),
                ("icpl", "the same by ICPL (SPLC 2012), with more rows"),
                ("uniform", "exactly uniform over the valid configurations"),
                ("twise+uniform", "both, shared ones once"),
                ("yasa+icpl+uniform", "the paper's union of all, shared ones once"),
            )),
            Field("n", "configurations", "as many as the sampler needs"),
            Field("seed", "seed", "0"),
        ),
    ),
    Step(
        "protocol", "How each is measured",
        (
            Field("preset", "preset", choices=(
                ("quick", "2 repeats, 1 warm-up, 5 s idle baseline, batch 32"),
                ("paper", "10 repeats, 6 warm-ups, 30 s idle baseline, batch 32, 512 tokens"),
                ("paper-2", "30 repeats, 6 warm-ups, 30 s idle baseline"),
            )),
            Field("repeats", "repeats", "the preset's"),
            Field("batch", "batch size", "the preset's"),
            Field("max_new_tokens", "new tokens", "the preset's"),
            Field("budget", "budget", "none; 60min, 5MJ or 40runs"),
        ),
    ),
    Step("review", "Review", (Field("name", "session", "a name under ./sessions, or a folder"),)),
)  # fmt: skip
