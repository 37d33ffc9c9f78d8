"""Scoring of tasks whose completion is an answer, not a program."""

from __future__ import annotations

import unicodedata


def normalise(text: str) -> str:
    """Case, width, surrounding punctuation and runs of white space do not count."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return folded.strip(" \t.,;:!?\"'`")


def judge_answer(completion: str, answer: str) -> tuple[bool, str]:
    """(passed, reason) by exact match of the normalised texts."""
    given, expected = normalise(completion), normalise(answer)
    if given == expected:
        return True, "passed"
    shown = given if len(given) <= 60 else given[:57] + "..."
    return False, f"answer differs: expected {expected!r}, got {shown!r}"
