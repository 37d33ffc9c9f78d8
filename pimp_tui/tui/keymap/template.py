"""A settings file to begin with: every setting and every key as it is, as comments."""

from __future__ import annotations

from collections.abc import Iterable

from pimp_tui.tui.keymap.names import shown
from pimp_tui.tui.keymap.places import actions

_HEAD = """\
# Settings of pimp-tui's screens; they hold from the next start.
# theme = "textual-dark"    # {themes}
# mouse = true              # false leaves the mouse to the terminal (--no-mouse)
# ascii = false             # true draws with ASCII only (--ascii)
# slow = false              # true sends less to a slow line (--slow)

# Keys: a character, "f5" or "ctrl+r", several in a list. A name without its place (why = "W")
# holds wherever there is such an action.
[keys]
"""


def template(themes: Iterable[str]) -> str:
    """The file's text."""
    lines = []
    for name, (keys, does) in actions().items():
        parts = [f'"{_escaped(shown(key))}"' for key in keys.split(",")]
        value = parts[0] if len(parts) == 1 else f"[{', '.join(parts)}]"
        lines.append(f"# {f'{name} = {value}':<38} # {does or 'move'}")
    return _HEAD.format(themes=", ".join(sorted(themes))) + "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
