"""Where a completion ends: models go on after the function that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

# Chen et al. 2021 (HumanEval), section 2.1, and the closing of a Markdown code block.
STOP_WORDS = ("\nclass", "\ndef", "\n#", "\nif", "\nprint", "\n```")

# EvalPlus (``evalplus.provider.utility``, 2025-10): for every prompt, then for raw prompts of each
# data set, then for prompts that went through a chat template.
_EVALPLUS = ("<|endoftext|>", "<|endofmask|>", "</s>", "\nif __name__", "\ndef main(", "\nprint(")
_EVALPLUS_RAW = {
    "humaneval": ("\ndef ", "\nclass ", "\nimport ", "\nfrom ", "\nassert "),
    "mbpp": ('\n"""', "\nassert"),
}
_EVALPLUS_CHAT = ("\n```\n",)


def evalplus_stops(data_set: str, chat: bool) -> tuple[str, ...]:
    """The texts before which EvalPlus cuts a completion.

    Args:
        data_set: ``humaneval`` or ``mbpp``.
        chat: the prompt went through a chat template.
    """
    return _EVALPLUS + (_EVALPLUS_CHAT if chat else _EVALPLUS_RAW[data_set])


def cut_before(completion: str, stops: Sequence[str]) -> str:
    """The completion up to the first of some texts."""
    cuts = [at for word in stops if (at := completion.find(word)) >= 0]
    return completion[: min(cuts)] if cuts else completion
