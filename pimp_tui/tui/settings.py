"""The user's settings: ``settings.toml`` in the platform's configuration folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError

FILE = "settings.toml"


@dataclass(frozen=True)
class Settings:
    """What the file says; the defaults where it says nothing or is not there.

    Attributes:
        theme: name of a Textual theme; "" leaves the default.
        mouse: whether the app takes the mouse (False is ``--no-mouse``).
        ascii: draw in ASCII whatever the locale says (``--ascii``).
        slow: refresh half as often (``--slow``).
        keys: name of an action -> its keys, comma-separated, as they were written.
        file: where they were read; None for the defaults.
    """

    theme: str = ""
    mouse: bool = True
    ascii: bool = False
    slow: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None

    def place(self, name: str) -> str:
        """``file:line`` of a setting, for error messages."""
        return place_of(self.file, name) if self.file else FILE


def settings_path() -> Path:
    """Where the settings are read from; the file need not exist."""
    from platformdirs import user_config_path

    return user_config_path("pimp-tui") / FILE


def read_settings(path: Path | None = None) -> Settings:
    """Read the file, the user's own by default.

    Raises:
        UserError: it is no TOML, or a setting in it is unknown or of another kind.
    """
    path = path or settings_path()
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors of Windows begin with a mark
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise UserError(f"cannot read the settings ({error.strerror})", str(path)) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UserError("the settings are no UTF-8", f"{path}:{line}") from None
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(str(error), path, text) from None
    keys = found.pop("keys", {})
    if not isinstance(keys, dict):
        raise UserError("keys is a table: write [keys]", place_of(path, "keys"))
    return Settings(**_plain(found, path), keys=_flat(keys, path), file=path)


def _no_toml(said: str, path: Path, text: str) -> UserError:
    """The parser's complaint with its line in the form of every other place."""
    import re

    what, _, at = said.partition(" (at ")
    line = re.match(r"line (\d+)", at)
    number = line[1] if line else max(len(text.splitlines()), 1)
    return UserError(f"no TOML: {what.lower()}", f"{path}:{number}")


_KINDS = {"theme": str, "mouse": bool, "ascii": bool, "slow": bool}
#: Settings beside the keys.
NAMES = tuple(_KINDS)
_WORDS = {str: "a text", bool: "true or false"}


def _plain(found: Mapping[str, Any], path: Path) -> dict[str, Any]:
    for name, value in found.items():
        kind = _KINDS.get(name)
        if kind is None:
            from pimp_tui.space.nearest import did_you_mean

            known = [*_KINDS, "keys"]
            others = f"there are {', '.join(known)}; keys stand below [keys]"
            mend = did_you_mean(name, known, others)
            raise UserError(f"no setting {name}", place_of(path, name), mend)
        if type(value) is not kind:
            raise UserError(f"{name} is {_WORDS[kind]}", place_of(path, name))
    return dict(found)


def _flat(keys: Mapping[str, Any], path: Path, before: str = "") -> dict[str, str]:
    """``results.sort = "o"`` and ``"results.sort" = "o"`` are the same."""
    flat: dict[str, str] = {}
    for name, value in keys.items():
        whole = f"{before}{name}"
        if isinstance(value, dict):
            flat |= _flat(value, path, f"{whole}.")
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            flat[whole] = ",".join("comma" if one == "," else one for one in value)
        elif isinstance(value, str) and value.strip():
            flat[whole] = "comma" if value.strip() == "," else value
        else:
            raise UserError(f'{whole} is a key: "R", or ["R", "f5"]', place_of(path, whole))
    return flat


def place_of(path: Path, name: str) -> str:
    """``file:line`` of what sets a name, below its table or with a dot; at worst the file alone."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return str(path)
    table, keys = "", 0
    for number, line in enumerate(lines, 1):
        left = line.split("#")[0].split("=")[0].translate(_NO_NAME)
        whole = left.strip("[]") if left.startswith("[") else f"{table}{left}" if left else ""
        if left.startswith("["):
            table = f"{whole}."
        if name in (whole, whole.removeprefix("keys.")):
            return f"{path}:{number}"
        keys = keys or number * (whole == "keys")  # all of them may stand in one line
    return f"{path}:{keys}" if keys else str(path)


#: What may stand around the parts of a name.
_NO_NAME = str.maketrans("", "", "\"' \t")
