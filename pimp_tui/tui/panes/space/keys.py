"""What the Space pane's footer and help say of its keys and words."""

from __future__ import annotations

from collections.abc import Sequence

from pimp_tui.tui.widgets.footer import FooterKey

HELP = (
    "The feature model: what can be tuned, and what follows from each choice. Selecting or "
    "deselecting narrows the space; what is forced by it shows at once, with its reasons."
)
WORDS = {
    "[x] [-]": "selected, deselected by you",
    "<x> <->": "forced on, off by your choices or by the model; w says why",
    "{x} {-}": "fixed by this host, with what says so",
    "!": "this choice contradicts others (after loading a file)",
    "one of": "exactly one of the features below",
    "any of": "at least one of the features below",
    "2..3 of": "two or three of the features below",
    "valid": "configurations that satisfy the tree and all constraints, counted exactly",
    "/! /+": "filter: only forced, only chosen features",
}
BESIDE = (
    FooterKey("esc", "back", "back to the tree"),
    FooterKey("z", "zoom"),
    FooterKey("y", "copy"),
)


def tree_keys(filtered: str, clash: bool) -> Sequence[FooterKey]:
    """Keys while the tree has the focus."""
    steps = "match" if filtered else "conflict" if clash else "forced"
    first = [FooterKey("space", "take back" if clash else "toggle"), FooterKey("w", "why")]
    middle = [FooterKey("n/N", steps), FooterKey("u", "undo"), FooterKey("U", "redo", drop=3)]
    if filtered:
        middle.append(FooterKey("esc", "all"))
    return [
        *first, *middle,
        FooterKey("/", "filter"),
        FooterKey("o", "open", "open .uvl or choices", drop=2),
        FooterKey("e", "save", "save choices", drop=2),
        FooterKey("r", "run", "plan & run", drop=1),
    ]  # fmt: skip


def why_keys(clears: bool) -> Sequence[FooterKey]:
    """Keys while the reasons have the focus."""
    clear = [FooterKey("enter", "clear", "clear what forces it")] if clears else []
    back = FooterKey("esc", "back", "back to the tree")
    return [*clear, back, FooterKey("y", "copy", "copy choices", drop=2)]


def help_keys(warnings: int) -> Sequence[tuple[str, str]]:
    """All of them, for the help panel."""
    return [
        ("space", "toggle: undecided, selected, deselected; on a forced feature: why"),
        ("w", "why: what forces the feature; enter there clears it"),
        ("n N", "next, previous forced feature, match or conflict"),
        ("u U", "undo, redo"),
        ("/", "filter as you type; /! forced only, /+ chosen only; esc clears"),
        ("h l", "fold, unfold; step between values in one row"),
        ("o", "open another .uvl file, or load saved choices (.json)"),
        ("e", "save the choices to a file"),
        ("y", "copy the choices as --select and --deselect options"),
        ("W", f"what the reader warns of in this model ({warnings or 'nothing'})"),
        ("r", "plan and run a campaign within these choices"),
    ]
