"""Scoring of tasks whose completion is an answer, not a program."""

from __future__ import annotations

import unicodedata

#: Around a completion these are how it is written, not what it says.
QUOTES = "\"'`“”‘’„«»"
ENDS = ".,;:!?"
#: Nobody gives these as an answer's first sign, unlike the point of ``.5`` and the ``!`` of ``!x``.
BEGINS = ",;:"
#: Forms of a letter that differ in width or in where a line may break only (Unicode, table 14).
_WIDTHS = ("<wide>", "<narrow>", "<noBreak>")


def normalise(text: str) -> str:
    """Case, width and runs of white space do not count."""
    wide = (
        unicodedata.normalize("NFKC", letter)
        if unicodedata.decomposition(letter).startswith(_WIDTHS)
        else letter
        for letter in text
    )
    return " ".join(unicodedata.normalize("NFC", "".join(wide)).casefold().split())


def judge_answer(completion: str, answer: str) -> tuple[bool, str]:
    """(passed, reason) by match of the normalised texts.

    Quotation marks around either text do not count, nor does a full stop at the end of the answer,
    nor any sign of a sentence at the end of the completion: ``5!`` answers 5, but 5 not ``5!``, and
    5 is not ``.5``. Numbers are texts too: 4 is not 4.0.
    """
    given, expected = normalise(completion), normalise(answer)
    bare = _peeled(expected, ".")
    if {given, _peeled(given, ENDS), _peeled(given, ".")} & {expected, bare}:
        return True, "passed"
    shown = given if len(given) <= 60 else given[:57] + "..."
    return False, f"answer differs: expected {bare!r}, got {shown!r}"


def _peeled(text: str, ends: str) -> str:
    """Without quotation marks around it and signs after it; as it was where nothing is left."""
    left, before = text, None
    while left != before:
        before = left
        left = left.strip(QUOTES + " ").rstrip(ends + " ").lstrip(BEGINS + " ")
    return left or text
