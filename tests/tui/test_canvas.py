"""Only cells that differ are sent, and the terminal shows the same as if all were."""

import random

import psutil
import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from pimp_tui.tui.canvas import Canvas, _cells
from tests.tui.test_real_terminal import Terminal

SIZE = Size(24, 5)
STYLES = [Style.parse(text) for text in ("", "bold red", "green on blue", "reverse", "#aabbcc")]
CONSOLE = Console(color_system="truecolor", force_terminal=True)
WORDS = ["energy", " ", "  12.5 J", "模型", "é", "⣿⣀", "a模b", "-" * 5]


def look(screen: pyte.Screen) -> list:
    return [[screen.buffer[y][x] for x in range(SIZE.width)] for y in range(SIZE.height)]


def random_row(chance: random.Random, width: int) -> Strip:
    segments: list[Segment] = []
    while sum(s.cell_length for s in segments) < width:
        segments.append(Segment(chance.choice(WORDS), chance.choice(STYLES)))
    return Strip(segments).adjust_cell_length(width, STYLES[0])


def layout(rows: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[row] for row in rows], Region(0, 0, SIZE.width, SIZE.height))


@pytest.mark.parametrize("seed", range(8))
def test_the_terminal_shows_what_it_would_if_everything_were_sent(seed):
    chance = random.Random(seed)
    canvas = Canvas()
    thrifty, lavish = pyte.Screen(*SIZE), pyte.Screen(*SIZE)
    thrifty_in, lavish_in = pyte.Stream(thrifty), pyte.Stream(lavish)
    rows = [random_row(chance, SIZE.width) for _ in range(SIZE.height)]
    sent = full = 0
    for _ in range(40):
        for y in range(SIZE.height):
            if chance.random() < 0.4:
                rows[y] = random_row(chance, SIZE.width)
        update = layout(rows)
        whole = "".join(f"\x1b[{y + 1};1H{row.render(CONSOLE)}" for y, row in enumerate(rows))
        few = canvas.changes(update, SIZE, CONSOLE)
        thrifty_in.feed(few)
        lavish_in.feed(whole)
        sent, full = sent + len(few), full + len(whole)
        assert look(thrifty) == look(lavish)
        assert canvas.changes(update, SIZE, CONSOLE) == ""
    assert sent < 0.8 * full


def test_parts_of_rows_are_laid_where_they_stand():
    canvas, screen = Canvas(), pyte.Screen(*SIZE)
    stream = pyte.Stream(screen)
    blank = [Strip([Segment(" " * SIZE.width)]) for _ in range(SIZE.height)]
    stream.feed(canvas.changes(layout(blank), SIZE, CONSOLE))
    chops = [{0: None, 10: None} for _ in range(SIZE.height)]
    chops[2] = {0: None, 10: Strip([Segment("power "), Segment("312", STYLES[1])])}
    ends = [[10, 24] for _ in range(SIZE.height)]
    few = canvas.changes(ChopsUpdate(chops, [(2, 10, 24)], ends), SIZE, CONSOLE)
    stream.feed(few)
    assert screen.display[2] == "          power 312     " and few.startswith("\x1b[3;11Hpower")
    chops[2][10] = Strip([Segment("power "), Segment("315", STYLES[1])])
    few = canvas.changes(ChopsUpdate(chops, [(2, 10, 24)], ends), SIZE, CONSOLE)
    assert few == "\x1b[3;19H\x1b[1;31m5\x1b[0m"
    chops[2][0] = Strip([Segment(" " * 10)])  # what lies beneath a widget that is not repainted
    chops[2][10] = Strip([Segment("never drawn")])
    assert canvas.changes(ChopsUpdate(chops, [(2, 0, 10)], ends), SIZE, CONSOLE) == ""
    canvas.forget()
    assert len(canvas.changes(layout(blank), SIZE, CONSOLE)) > SIZE.width * SIZE.height


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children, in tenths: an idle app still asks for the time."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return round(sum(sum(one.cpu_times()[:2]) for one in family), 1)


def settled(terminal: Terminal) -> list[str]:
    """The screen but for its message line, once the app has been still for a while."""
    then: tuple[int, float] | None = None
    while (now := (len(terminal.raw), cpu_s(terminal.pid))) != then:
        then = now
        terminal.read(0.4)
    rows = list(terminal.screen.display)
    return rows[:-2] + rows[-1:]


def test_marks_upon_letters_and_wide_letters_take_the_cells_they_take():
    assert _cells("e\u0301x模") == ("e\u0301", "x", "模", "")
    assert _cells("模\u0301") == ("模\u0301", "")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_a_repaint_changes_nothing_after_a_walk_through_the_app(done_session, sessions_root, size):
    environment = {"PIMP_TUI_SESSIONS": str(sessions_root), "TERM": "xterm-256color",
                   "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}  # fmt: skip
    terminal = Terminal(["open", str(done_session)], environment, size)
    terminal.until("library default")
    walks = "jjs mjm= 1 jjj 2 jj 3 z z 4 ? \x1b \r \x1b 0".split(" ")
    for keys in walks:
        terminal.press(keys)
        before = settled(terminal)
        if keys != "?":  # any key closes the help
            terminal.press("\x0c")
        assert settled(terminal) == before, f"after {keys!r}"
    terminal.press("q")
    assert terminal.wait() == 0
