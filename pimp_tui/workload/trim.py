"""Where a completion ends: models go on after the function that was asked for."""

from __future__ import annotations

# Chen et al. 2021 (HumanEval), section 2.1, and the closing of a Markdown code block.
STOP_WORDS = ("\nclass", "\ndef", "\n#", "\nif", "\nprint", "\n```")


def trim_program(completion: str) -> str:
    """The completion up to the first line that begins something new at top level."""
    cuts = [at for word in STOP_WORDS if (at := completion.find(word)) >= 0]
    return completion[: min(cuts)] if cuts else completion
