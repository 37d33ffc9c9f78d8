"""Lines that open a screen go past Typer and mean what Typer would make of them."""

import subprocess
import sys

import pytest

from pimp_tui.cli import main
from pimp_tui.commands import screens
from pimp_tui.commands.opening import Opening, opening_of

LINES = [
    [],
    ["--slow"],
    ["--ascii", "--no-mouse", "--slow"],
    ["open", "x"],
    ["open", "open"],
    ["open", "./a b", "--slow"],
    ["open", "--ascii", "x", "--no-mouse"],
]


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_typer_would_open_the_same(line, monkeypatch):
    import typer

    from pimp_tui.commands.registry import build

    opened = []
    monkeypatch.setattr(screens, "show", lambda opening: opened.append(opening) or 0)
    typer.main.get_command(build()).main(line, prog_name="pimp-tui", standalone_mode=False)
    assert opened == [opening_of(line)]


@pytest.mark.parametrize(
    "line",
    [
        ["--help"], ["open"], ["open", "x", "y"], ["open", "--help"], ["open", "--", "-x"],
        ["open", "x", "--slow", "--slow"], ["opne", "x"], ["demo"], ["status", "x"], ["-h"],
        ["space", "open", "x"], ["open", "x", "--json"], ["x"], ["--version"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_any_other_line_is_typers(line):
    assert opening_of(line) is None


def test_completion_is_typers(monkeypatch):
    monkeypatch.setenv("_PIMP_TUI_COMPLETE", "complete_bash")
    assert opening_of([]) is None


def test_flags_before_open_count():
    assert opening_of(["--slow", "open", "x"]) == Opening("x", slow=True)


def test_flags_before_another_command_are_refused(capsys):
    assert main(["--slow", "space", "count", "transformers"]) == 2
    said = capsys.readouterr().err
    assert "--slow" in said and "space" in said and "Traceback" not in said


def test_a_missing_session_is_refused_without_typer(tmp_path):
    code = (
        "import sys; from pimp_tui.cli import main; code = main(sys.argv[1:]);"
        "sys.exit(9 if 'typer' in sys.modules else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "open", "nothing"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "nothing" in done.stderr and "Traceback" not in done.stderr


async def test_collecting_goes_on_with_the_first_frame(tmp_path, monkeypatch):
    import gc

    from pimp_tui.tui import collecting
    from pimp_tui.tui.app import PimpApp

    monkeypatch.setenv("PIMP_TUI_SESSIONS", str(tmp_path))
    collecting.hold()
    assert not gc.isenabled()
    try:
        async with PimpApp().run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
