"""Prompts through a model's chat template, with the answer begun where that is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from pimp_tui.errors import UserError

# Where the model goes on. A template may trim what an answer begins and ends with, so the seam
# stands within it, as in EvalPlus's ``make_raw_chat_prompt``.
_SEAM = "[[the answer goes on from here]]"


class Question(Protocol):
    """What the user says, what the answer begins with, and what would close it."""

    @property
    def user(self) -> str: ...
    @property
    def begun(self) -> str | None: ...
    @property
    def end(self) -> str: ...


def as_sent(tokenizer: Any, questions: Iterable[Question]) -> list[str] | None:
    """The prompts as they are sent, in their order; None where there is no chat template.

    Raises:
        UserError: the template refuses a question, or leaves out what the answer begins with.
    """
    if getattr(tokenizer, "chat_template", None) is None:
        return None
    from jinja2.exceptions import TemplateError

    try:
        return [_as_sent(tokenizer, question) for question in questions]
    except (TemplateError, ValueError, TypeError, KeyError) as fault:
        first = (str(fault).splitlines() or [type(fault).__name__])[0]
        raise UserError(
            f"the model's chat template cannot be used: {first[:300]}",
            mend="send the prompts as they are with --no-chat-template",
        ) from fault


def _as_sent(tokenizer: Any, question: Question) -> str:
    said = {"role": "user", "content": question.user}
    if question.begun is None:
        text = tokenizer.apply_chat_template([said], tokenize=False, add_generation_prompt=True)
        return str(text)
    answer = {"role": "assistant", "content": question.begun + _SEAM + question.end}
    text = tokenizer.apply_chat_template([said, answer], tokenize=False)
    before, seam, _ = text.partition(_SEAM)
    if not seam:
        raise ValueError("it leaves out what the answer begins with")
    return str(before)


def special_tokens_wanted(tokenizer: Any, prompts: Iterable[str]) -> bool:
    """Whether the tokenizer is to add its own special tokens.

    Templates write the begin token themselves; a second one is never meant (EvalPlus sends two).
    """
    begin = getattr(tokenizer, "bos_token", None)
    return not begin or not all(prompt.startswith(begin) for prompt in prompts)
