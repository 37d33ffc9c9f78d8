"""What ``doctor`` says of the screens: the terminal, and the user's settings."""

from __future__ import annotations

import os
import sys
from typing import Any

from pimp_tui.errors import UserError

Check = dict[str, Any]


def screen_checks() -> list[Check]:
    """Terminal and settings, as rows of ``doctor``."""
    return [_terminal(), _settings()]


def _row(name: str, detail: str, mend: str | None = None) -> Check:
    return {"check": name, "ok": mend is None, "detail": detail, "mend": mend}


def _terminal() -> Check:
    from pimp_tui.tui.screens.too_small import NEEDED

    kind = os.environ.get("TERM", "")
    size = _size()
    mend = None
    if kind in ("", "dumb"):
        mend = "export TERM=xterm-256color; every screen has a plain command too"
    elif size is not None and (size[0] < NEEDED.width or size[1] < NEEDED.height):
        mend = f"the screens need {NEEDED.width}x{NEEDED.height}"
    seen = f"{size[0]}x{size[1]}" if size else "size unknown: stdout is no terminal"
    route = "copies by OSC 52"
    if os.environ.get("TMUX"):
        route = "copies to the tmux buffer"
    elif os.environ.get("STY"):
        route += " through screen"
    return _row("terminal", f"TERM={kind or 'unset'}, {seen}, {_colours()}, {_glyphs()}, {route}",
                mend)  # fmt: skip


def _size() -> tuple[int, int] | None:
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return None
    return size.columns, size.lines


def _colours() -> str:
    from pimp_tui.tui.terminal import few_colours

    if os.environ.get("NO_COLOR"):
        return "no colours (NO_COLOR)"
    if few_colours():
        return "the terminal's own 16 colours"
    true = os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")
    return "all colours" if true else "256 colours"


def _glyphs() -> str:
    from pimp_tui.tui.marks import wants_ascii

    return "ASCII (the locale or TERM has no more)" if wants_ascii() else "UTF-8"


def _settings() -> Check:
    """Whether the screens would start with them; what few terminals can send is to be mended."""
    from pimp_tui.tui.settings import read_settings, settings_path

    path = settings_path()
    try:
        settings = read_settings(path)
        if settings.file is None:
            return _row("settings", f"the defaults; there is no {path}")
        from pimp_tui.tui.app import PimpApp

        warning = PimpApp(settings=settings).warning
    except UserError as error:
        return _row("settings", f"{error.where}: {error.what}", error.mend or "mend that line")
    return _row("settings", warning or str(path), "give it another key" if warning else None)
