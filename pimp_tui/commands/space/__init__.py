"""``pimp-tui space …``: feature models looked at, analysed, checked and converted."""

from pimp_tui.commands.space.analyse import analyse
from pimp_tui.commands.space.check import check
from pimp_tui.commands.space.convert import convert
from pimp_tui.commands.space.look import count, explain, propagate, show
from pimp_tui.commands.space.open import open_file

COMMANDS = {
    "open": open_file, "show": show, "count": count, "propagate": propagate,
    "explain": explain, "analyse": analyse, "check": check, "convert": convert,
}  # fmt: skip
