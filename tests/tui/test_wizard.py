"""The wizard: defaults all the way, faults at the field, the same as one command line."""

import pytest

from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.screens.wizard.checks import Checker
from pimp_tui.tui.screens.wizard.draft import Draft
from pimp_tui.tui.screens.wizard.steps import STEPS


@pytest.fixture
def toy_space(done_session) -> str:
    """The toy's space as a file."""
    return str(done_session / "space.uvl")


async def test_six_enters_start_a_campaign(sessions_root, toy_space, issued, look, monkeypatch):
    monkeypatch.setattr(Draft, "__init__", _with_space(toy_space))
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "toy")
        await pilot.press("n")
        for step in range(1, 7):
            await look.until(pilot, f"step {step} of 6")
            await pilot.pause(0.1)
            await pilot.press("enter")
        await look.until(pilot, lambda: issued, 30)
    command = issued[0]
    assert command[:2] == ("run", "run") and command[-1] == "--detach"
    assert "--model" in command and "micro-coder" in command


def _with_space(space):
    original = Draft.__init__

    def init(self, *args, **fields):
        original(self, *args, **{"space": space, **fields})

    return init


async def test_a_mistake_is_told_at_its_field_when_it_is_left(sessions_root, look):
    app = PimpApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "No sessions")
        await pilot.press("n")
        await look.until(pilot, "step 1 of 6")
        await look.until(pilot, "layers")
        app.focused.value = "/nowhere/qwen"
        await pilot.press("enter")
        await look.until(pilot, "! ")
        assert "step 1 of 6" in look.text(app)


async def test_what_was_typed_is_kept(sessions_root, look):
    app = PimpApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "No sessions")
        await pilot.press("n")
        await look.until(pilot, "step 1 of 6")
        app.focused.value = "some-model"
        await pilot.pause(0.1)
        await pilot.press("escape")
        await look.until(pilot, "No sessions")
        await pilot.press("n")
        await look.until(pilot, "some-model")


def test_the_command_line_says_the_same():
    draft = Draft(
        models="a, b c", workload="file", workload_file="tasks.jsonl", space="x.uvl",
        method="twise", n="", repeats="3", budget="60min", name="mine",
    ).within({"sample": True, "num beams": False})  # fmt: skip
    assert draft.command() == (
        "pimp-tui run mine --model a --model 'b c' --workload tasks.jsonl --space x.uvl "
        "--select sample --deselect 'num beams' --method twise --seed 0 --preset quick "
        "--repeats 3 --budget 60min"
    )


async def test_review_shows_the_command_and_copies_it(sessions_root, issued, look):
    from pimp_tui.tui.screens.wizard.screen import Wizard

    app = PimpApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(Wizard(Draft(name="mine"), first=6))
        await look.until(pilot, "the same as one line")
        assert "pimp-tui run mine --model micro-coder" in look.text(app)
        await pilot.press("tab", "y")
        await look.until(pilot, lambda: issued)
        assert issued[0][1].startswith("pimp-tui run mine")


async def test_a_refused_start_is_told(sessions_root, toy_space, look, monkeypatch):
    from pimp_tui.errors import UserError
    from pimp_tui.tui import launch
    from pimp_tui.tui.screens.wizard.screen import Wizard

    async def refuse(arguments, patience_s=0.0):
        raise UserError("no room for it")

    monkeypatch.setattr(launch, "run_command", refuse)
    app = PimpApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(Wizard(Draft(name="mine", space=toy_space), first=6))
        await look.until(pilot, "the same as one line")
        await pilot.press("enter")
        await look.until(pilot, "no room for it")


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("twise", ""),
        ("yasa", ""),
        ("icpl", ""),
        ("uniform", "16, as the sampler has it"),
        ("yasa+icpl+uniform", "as many as yasa and icpl need, then as many again"),
    ],
)
async def test_covering_samplers_need_no_number(method, words):
    offered = next(f for step in STEPS for f in step.fields if f.key == "method").choices
    assert method in [name for name, _ in offered]
    checker = Checker()
    note = await checker.check("n", Draft(method=method, n=""))
    checker.close()
    assert note.text == words and not note.fault
