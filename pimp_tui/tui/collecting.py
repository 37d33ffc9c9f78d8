"""No garbage is collected until the first frame: what is made until then is there to stay.

Modules, style rules and widgets: the collector walks them again and again while they are made and
finds nothing, a twentieth of the CPU to the first frame. Nothing here imports Textual.
"""

from __future__ import annotations

import gc


def hold() -> None:
    """Collect nothing until :func:`go_on`."""
    gc.disable()


def go_on() -> None:
    """Collect again, but never walk what was made while it was held."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
