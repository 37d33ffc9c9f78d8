"""From the settings' names and keys to Textual's keymap; what is wrong is told in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.keys import KEY_TO_UNICODE_NAME, Keys, _character_to_key

from pimp_tui.errors import UserError
from pimp_tui.space.nearest import did_you_mean
from pimp_tui.tui.keymap.names import LONG, shown
from pimp_tui.tui.keymap.places import CHAINS, Bound, actions, bound_in
from pimp_tui.tui.settings import NAMES, Settings

_CURSOR = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete")
_CONTROLS = (
    "space",
    "@",
    "at",
    "backslash",
    "right_square_bracket",
    "underscore",
    "circumflex_accent",
)
#: With ctrl: Backspace, Tab, Enter twice.
_SAME_BYTES = "hijm"
_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta", "hyper")


def keymap_of(settings: Settings) -> dict[str, str]:
    """Binding id -> its keys as Textual names them, comma-separated.

    A name without its place (``why``) rebinds the action wherever there is one of that name
    (``space.why``, ``monitor.why``…); a whole name wins over it.

    Raises:
        UserError: no such action, no such key, or two actions on one key in one place.
    """
    known = actions()
    found: dict[str, str] = {}
    for name, text in sorted(settings.keys.items(), key=lambda item: "." in item[0]):
        ids = [one for one in known if name in (one, one.rsplit(".", 1)[-1])]
        if name in known and "." in name:
            ids = [name]
        if not ids:
            short = {one.rsplit(".", 1)[-1] for one in known}
            mend = did_you_mean(name, [*known, *short], "the palette's settings file lists them")
            mend = "it is a setting: write it above [keys]" if name in NAMES else mend
            raise UserError(f"no action {name}", settings.place(name), mend)
        keys = ",".join(_key(part.strip(), name, settings) for part in text.split(","))
        found |= dict.fromkeys(ids, keys)
    _refuse_clashes(found, settings)
    return found


def _key(text: str, name: str, settings: Settings) -> str:
    text = LONG.get(text, text)
    if len(text) == 1:
        return _character_to_key(text)
    *before, last = text.split("+")
    named = {key.value for key in Keys} | {*KEY_TO_UNICODE_NAME, *LONG.values()}
    if text == "ctrl+q":
        raise UserError(f"{name}: ctrl+q is flow control, it means nothing here",
                        settings.place(name), "give it another key")  # fmt: skip
    good = all(one in _MODIFIERS for one in before) and len(set(before)) == len(before)
    if good and (text in named or last in named or (before and len(last) == 1)):
        return text
    mend = did_you_mean(text, named, 'write one character, "f5" or "ctrl+r"')
    raise UserError(f"{name}: no key {text or 'that is empty'}", settings.place(name), mend)


def unsendable(settings: Settings) -> str | None:
    """Of the first key that only terminals with the kitty keyboard protocol send: a sentence."""
    for name, text in settings.keys.items():
        for part in text.split(","):
            key = _key(part.strip(), name, settings)
            if not _sent_by_all(key):
                where = settings.place(name)
                return f"{where.rsplit('/', 1)[-1]}: most terminals cannot send {part.strip()}"
    return None


def _sent_by_all(key: str) -> bool:
    """Whether a key has bytes of its own (ECMA-48, xterm's modified cursor and function keys)."""
    *modifiers, last = key.split("+")
    if not modifiers or last in _CURSOR or (last[0] == "f" and last[1:].isdigit()):
        return not {"super", "meta", "hyper"} & set(modifiers)
    if modifiers == ["shift"]:
        return last == "tab"
    return modifiers == ["alt"] or (
        modifiers == ["ctrl"]
        and (last in _CONTROLS or (last.isalpha() and len(last) == 1 and last not in _SAME_BYTES))
    )


def _refuse_clashes(keymap: Mapping[str, str], settings: Settings) -> None:
    for place in CHAINS:
        usual = {(one.action, one.key) for one in bound_in(place)}
        taken: dict[str, Bound] = {}
        for one in _rebound(bound_in(place), keymap):
            other = taken.setdefault(one.key, one)
            # Where both have their usual key, the inner widget goes first on purpose.
            moved = any((each.action, each.key) not in usual for each in (one, other))
            if moved and not (one.action and one.action == other.action):
                first, second = sorted((_name(other), _name(one)))
                wanted = one.action if one.action in keymap else other.action
                written = _written(wanted, settings)
                raise UserError(
                    f"{shown(one.key)} is the key of {first} and of {second} on {place}",
                    settings.place(written), f"give {written} another key",
                )  # fmt: skip


def _rebound(some: Iterable[Bound], keymap: Mapping[str, str]) -> list[Bound]:
    found: dict[Bound, None] = {}
    for one in some:
        for key in keymap[one.action].split(",") if one.action in keymap else [one.key]:
            found.setdefault(one._replace(key=key))
    return list(found)


def _name(one: Bound) -> str:
    return one.action or one.does or one.widget


def _written(action: str, settings: Settings) -> str:
    """The name under which the settings rebind an action."""
    return action if action in settings.keys else action.rsplit(".", 1)[-1]
