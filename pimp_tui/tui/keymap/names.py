"""Keys as people write them, and the user's key in place of a default one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from textual.dom import DOMNode
from textual.keys import key_to_character

LONG = {"esc": "escape", "del": "delete", "/": "slash", "?": "question_mark", ":": "colon",
         "=": "equals_sign", "[": "left_square_bracket", "]": "right_square_bracket"}  # fmt: skip
_SHORT = {key: text for text, key in LONG.items()} | {"space": "space"}

#: Turns keys as written (``h/l``, ``n N``, ``esc``) into the user's.
Rewrite = Callable[[str], str]

#: A key in a sentence of ours: ``nothing runs; r starts it``, ``w why · n next``. It stands where
#: a clause begins, and says what it does; an article is none.
_HINT = re.compile(
    r"(?:(?<=^)|(?<=[;:·,.!?] )|(?<=\()|(?<=\bor )|(?<=, then ))"
    r"(?![aAI] (?!adds))([A-Za-z=/?]|esc|enter|space)"
    r"(?=:? (?:or \S+ )?(?:[a-z]+s|why|next|mark|queue|back|then|again)\b)"
)


def in_sentence(text: str, rewrite: Rewrite) -> str:
    """A sentence of ours with the user's keys in place of the default ones."""
    return _HINT.sub(lambda found: rewrite(found[1]), text)


def shown(key: str) -> str:
    """A key of Textual's as the footer shows it: ``?``, ``esc``, ``ctrl+r``."""
    if key in _SHORT:
        return _SHORT[key]
    character = key_to_character(key)
    return character if character and character.isprintable() else key


def rewrite_for(nodes: Iterable[DOMNode], keymap: Mapping[str, str]) -> Rewrite:
    """The user's keys where ``nodes``, the innermost first, have what is bound."""
    if not keymap:
        return lambda text: text
    places = [node._bindings.key_to_bindings for node in nodes]  # before the keymap is laid over

    def one(text: str) -> str:
        default = LONG.get(text, text)
        for bindings in places:
            for binding in bindings.get(default, ()):
                keys = keymap.get(binding.id or "")
                return shown(keys.split(",")[0]) if keys else text
        return text

    def rewrite(text: str) -> str:
        if len(text) == 1:
            return one(text)
        words = ["/".join(map(one, word.split("/"))) for word in text.split(" ")]
        return " ".join(dict.fromkeys(words))  # two default keys may have become one

    return rewrite
