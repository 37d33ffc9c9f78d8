"""The same key means the same everywhere, and the palette has every action of every screen."""

import re

import pytest

from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.keymap.names import shown
from pimp_tui.tui.keymap.places import CHAINS, bound_in
from pimp_tui.tui.panes.registry import PANES
from pimp_tui.tui.screens.palette import commands_of

#: What a key does wherever it does anything (wireframes 2).
VERBS = {
    "0": "Go to Sessions", **{str(pane.number): f"Go to {pane.tab}" for pane in PANES},
    "/": "Filter", "?": "Help", ":": "Every action", "ctrl+p": "Every action", "=": "Compare",
    "n": "Next", "N": "Previous", "s": "Sort|Next metric", "S": "Add this column to the sort",
    "c": "Choose|Next view", "m": "Mark|Start what-if from", "y": "Copy", "Y": "Copy",
    "e": "Export|Save", "r": "Run or resume|Start the campaign", "p": "Pause", "x": "Stop",
    "u": "Undo", "U": "Redo", "w": "Why", "z": "Zoom", "q": "Back", "v": "Queue",
    "o": "Open|Load", "space": "Toggle|change|Change|What if: lock", "enter": "Open|Go into|start",
    "esc": "Back|Clear|Stop|back|close", "ctrl+l": "Repaint", "ctrl+z": "Suspend",
    "ctrl+c": "copy", "tab": "Focus Next", "shift+tab": "Focus Previous", "super+c": "Copy",
    "h": "Fold|previous|What if: the value before", "l": "Unfold|next|Open|What if: the next",
    "left": "Fold|previous|What if: the value before",
    "right": "Unfold|next|Open|What if: the next",
    "j": "down|next point", "k": "up|previous point",
    "down": "down|next point", "up": "up|previous point",
    "pagedown": "page down", "pageup": "page up",
    "g": "first", "G": "last", "home": "first", "end": "last",
}  # fmt: skip
#: What a key means on one screen only: letters that no other verb has, or a list that is closed.
OWN = {
    ("Sessions", "n"): "New campaign",  # filtering narrows there: nothing is stepped through
    ("Sessions", "d"): "Run the demo", ("Sessions", "i"): "Import",
    ("the wizard", "P"): "Run a pilot",
    ("Space", "W"): "Warnings",
    ("Plan", "J"): "Move", ("Plan", "K"): "Move", ("Plan", "a"): "Add", ("Plan", "d"): "Drop",
    ("Plan", "b"): "Prove a lower bound",
    ("Monitor", "X"): "Skip",
    ("Results", "b"): "Group by",
    ("Trade-offs", "b"): "Limit the energy", ("Trade-offs", "d"): "Limit the time",
    ("the objectives", "b"): "Limit the energy", ("the objectives", "c"): "close",
    ("the objectives", "d"): "Drop|Limit the time",
    ("the objectives", "del"): "Drop",
}  # fmt: skip


@pytest.mark.parametrize("place", CHAINS)
def test_a_key_means_what_it_means_elsewhere(place):
    for one in bound_in(place):
        key = shown(one.key)
        own, common = OWN.get((place, key)), VERBS.get(key)
        wanted = "|".join(part for part in (own, common) if part)
        assert wanted, f"{key} ({one.does}) on {place}: a new key needs a meaning here"
        assert re.match(wanted, one.does), f"{key} on {place} is {one.does!r}, not {wanted!r}"


async def test_the_palette_has_every_action_of_every_pane(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        await look.until(pilot, "library default")
        for spec in PANES:
            await pilot.press(str(spec.number))
            await look.until(pilot, lambda spec=spec: app.screen.number == spec.number)
            place = {"Predict": "Predictions"}.get(spec.tab, spec.tab)
            wanted = {one.does for one in bound_in(place) if one.does[:1].isupper()}
            has = {command.name for command in commands_of(app.screen)}
            textual = {"Focus Next", "Focus Previous", "Copy selected text"}
            lists = {"Open what is under the cursor"}  # of the list that has the focus
            assert wanted - textual - lists <= has, place
            keys = {command.name: command.key for command in commands_of(app.screen)}
            assert keys["Repaint the screen"] == "ctrl+l"
            assert keys["Help on the focused pane"] == "?"
