"""The wizard: defaults all the way, faults at the field, the same as one command line."""

import asyncio
import json
import subprocess
from dataclasses import replace

import pytest

from pimp_tui.errors import UserError
from pimp_tui.tui import launch
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.memory import Memory
from pimp_tui.tui.screens.wizard.checks import Checker
from pimp_tui.tui.screens.wizard.draft import Draft
from pimp_tui.tui.screens.wizard.estimate import Basis, Counts, basis_of, told, within_budget
from pimp_tui.tui.screens.wizard.forecast import Forecast, counts_of
from pimp_tui.tui.screens.wizard.screen import Wizard
from pimp_tui.tui.screens.wizard.steps import STEPS
from pimp_tui.tui.screens.wizard.summary import review_rows, step_spans
from pimp_tui.tui.widgets.painted import spans_len


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
        await look.until(pilot, lambda: _started(issued), 30)
    command = _started(issued)[0]
    assert command[:2] == ("run", "run") and command[-1] == "--detach"
    assert "--model" in command and "micro-coder" in command


def _started(issued):
    return [command for command in issued if command[-1] == "--detach"]


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

    app = PimpApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(Wizard(Draft(name="mine"), first=6))
        await look.until(pilot, "the same as one line")
        assert "pimp-tui run mine --model micro-coder" in look.text(app)
        await pilot.press("tab", "y")
        await look.until(pilot, lambda: [one for one in issued if one[0] == "copy"])
        copied = next(one for one in issued if one[0] == "copy")
        assert copied[1].startswith("pimp-tui run mine")


async def test_a_refused_start_is_told(sessions_root, toy_space, look, monkeypatch):

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


def test_engine_and_baseline_are_on_the_command_line():
    draft = Draft(name="mine", engine="other", baseline="--num-beams 4", goal="energy")
    found = draft.arguments()
    assert found[found.index("--engine") + 1] == "other"
    assert found[found.index("--baseline") + 1] == "--num-beams 4"
    assert "goal" not in draft.command() and "energy" not in draft.command()
    assert "--engine" not in Draft().command()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", False), ("--num-beams 4", False), ("num_beams=4", False), ("GOOD", False),
        ("LIST", True), ("BROKEN", True), ("nowhere.json", True),
    ],
)  # fmt: skip
async def test_a_baseline_is_checked_at_its_field(text, fault, tmp_path):
    files = {"GOOD": '{"num_beams": 4}', "LIST": "[1]", "BROKEN": "{"}
    if text in files:
        (tmp_path / text).write_text(files[text])
        text = str(tmp_path / text)
    checker = Checker()
    note = await checker.check("baseline", Draft(baseline=text))
    checker.close()
    assert note.fault == fault


def test_an_estimate_scales_with_runs_and_problems(done_session):
    basis = basis_of(done_session, "toy")
    assert basis.problems == 8 and basis.configurations == 7 and basis.estimated
    assert 3.5 < basis.run_s < 9.5  # runs of 2.6 to 9.3 s with a second between them
    small, large = Counts(8, 16, 16 * 8), Counts(8, 160, 160 * 16)
    assert large.problems == 16
    one, twenty = (
        _first_seconds(dict(told(counts, basis))["duration"]) for counts in (small, large)
    )
    assert twenty == pytest.approx(20 * one, rel=0.05)


@pytest.mark.parametrize(
    ("budget", "words"),
    [("1h", ""), ("2min", "2min ends it after about 12 of 40 runs"), ("40runs", ""),
     ("15 runs", "15 runs ends it after 15 of 40 runs"), ("", ""), ("100kJ", ""),
     ("1kJ", "1kJ ends it after about 20 of 40 runs"), ("soon", "")],
)  # fmt: skip
def test_where_a_budget_ends_the_campaign_is_told(budget, words):
    basis = Basis("toy", 10.0, 50.0, 1e3, 0.1, 8, 32, False)
    assert within_budget(budget, Counts(20, 40, 40 * 32), basis, 32) == words
    if budget.endswith("J"):
        unmetered = replace(basis, run_j=None)
        assert within_budget(budget, Counts(20, 40, 40 * 32), unmetered, 32) == ""


@pytest.mark.parametrize("width", [44, 60, 200])
def test_the_command_on_the_review_can_be_pasted_as_it_stands(width):
    draft = Draft(name="a b", baseline="--num-beams 4 --temperature 0.7 --top-k 50 --do-sample",
                  workload="file", workload_file="two words/tasks.jsonl")  # fmt: skip
    lines = ["".join(text for text, _ in row) for row in review_rows(draft, [], width)]
    first = next(i for i, line in enumerate(lines) if line.strip().startswith("pimp-tui run"))
    pasted = "\n".join(line.lstrip() for line in lines[first:])
    said = subprocess.run(["sh", "-c", f"printf '%s\\n' {pasted}"], capture_output=True, text=True)
    assert said.stdout.splitlines() == ["pimp-tui", *draft.arguments()]


def test_the_steps_fit_a_narrow_terminal():
    whole, short = (step_spans(5, {1, 2, 3, 4}, width) for width in (80, 60))
    assert spans_len(whole) <= 80 and spans_len(short) <= 60
    assert "[5 protocol]" in str(short) and "4 ok" in str(short) and "4 sample ok" in str(whole)


def _first_seconds(text):
    units = {"s": 1, "min": 60, "h": 3600}
    words = text.removeprefix("~").split(" [")[0].split(" ")
    return sum(float(n) * units[u] for n, u in zip(words[::2], words[1::2], strict=True))


async def test_the_review_estimates_from_an_earlier_session(done_session, look, monkeypatch):
    asked = []

    async def run_command(arguments, patience_s=0.0):
        asked.append(arguments)
        return '{"configurations": 16, "runs": 32, "requests": 1024}'

    monkeypatch.setattr(launch, "run_command", run_command)
    app = PimpApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(Wizard(Draft(name="mine"), first=6))
        await look.until(pilot, "16 configurations x 2 x 32 problems")
        await look.until(pilot, "toy, of the same model and workload")
        assert "by CPU time" in look.text(app) and "at most 60min" in look.text(app)
    assert asked[0][-2:] == ["--dry-run", "--json"]


async def test_what_the_dry_run_refuses_is_told_in_the_review(sessions_root, look, monkeypatch):
    async def refuse(arguments, patience_s=0.0):
        raise UserError("the baseline is outside the space", "pimp-tui run")

    monkeypatch.setattr(launch, "run_command", refuse)
    app = PimpApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(Wizard(Draft(name="mine"), first=6))
        await look.until(pilot, "! the baseline is outside the space")


async def test_the_goal_opens_tradeoffs(done_session, issued, look, tmp_path):
    app = PimpApp(memory=Memory(tmp_path / "state.json"))
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "toy")
        wizard = Wizard(Draft(name="toy", goal="energy"), first=6)
        app.push_screen(wizard)
        await look.until(pilot, "step 6 of 6")
        wizard._remember_goal(done_session)
        app.show_session(done_session, first=6)
        await look.until(pilot, "energy J v against pass@1 ^")


@pytest.mark.slow
async def test_a_pilot_measures_one_configuration_and_leaves_nothing(sessions_root, monkeypatch):
    folder = sessions_root.parent / "pilots"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    forecast = Forecast()
    draft = Draft(name="mine", method="diverse", n="16", limit="4")
    await forecast.look(draft)
    await forecast.pilot(draft)
    made = dict(forecast.lines(draft))
    assert made["from"].startswith("a pilot of 3") and made["duration"].startswith("~")
    assert "disk ~" in made["energy"]
    assert made["runs"] == "16 configurations x 2 x 4 problems"
    assert not list(folder.iterdir())


async def test_a_pilot_begins_by_itself_and_keys_stop_it(
    sessions_root, look, monkeypatch, tmp_path
):
    (tmp_path / "pilots").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "pilots"))
    ended = []

    async def run_command(arguments, patience_s=0.0):
        if "--dry-run" in arguments:
            return '{"configurations": 16, "runs": 32, "requests": 1024}'
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append(arguments)
            raise

    monkeypatch.setattr(launch, "run_command", run_command)
    app = PimpApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(Wizard(Draft(name="mine"), first=6))
        await look.until(pilot, "P stops it")
        await pilot.press("tab", "P")
        await look.until(pilot, lambda: ended and not list((tmp_path / "pilots").iterdir()))
        await look.until(pilot, "P runs a pilot")
        await pilot.press("P")
        await look.until(pilot, "esc stops it")
        await pilot.press("escape")
        await look.until(pilot, lambda: ended[1:] and not list((tmp_path / "pilots").iterdir()))
        await look.until(pilot, "P runs a pilot")
        assert "step 6 of 6" in look.text(app)
    assert ended[0][ended[0].index("-n") + 1] == "3"


async def test_a_pilot_waits_for_nobody_and_is_over_before_the_start(
    sessions_root, look, monkeypatch
):
    """Esc goes back while one runs by itself; the campaign starts only when it has ended."""
    said = []

    async def run_command(arguments, patience_s=0.0):
        if "--dry-run" in arguments:
            return '{"configurations": 16, "runs": 32, "requests": 1024}'
        if "--detach" in arguments:
            said.append("start")
            raise UserError("enough")
        try:
            await asyncio.sleep(60)
        finally:
            said.append("pilot ended")

    monkeypatch.setattr(launch, "run_command", run_command)
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Wizard(Draft(name="mine"), first=5))
        await look.until(pilot, "P stops it")
        await pilot.press("escape")
        await look.until(pilot, "step 4 of 6")
        assert not said
        await pilot.press("r")
        await look.until(pilot, "enough")
    assert said == ["pilot ended", "start"]


@pytest.mark.slow
async def test_beside_a_running_campaign_no_pilot_begins_by_itself(
    sessions_root, look, monkeypatch
):
    async def run_command(arguments, patience_s=0.0):
        assert "--dry-run" in arguments
        return '{"configurations": 16, "runs": 32, "requests": 1024}'

    monkeypatch.setattr(launch, "run_command", run_command)
    monkeypatch.setattr("pimp_tui.tui.screens.wizard.forecast._campaign_runs", lambda: True)
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Wizard(Draft(name="mine"), first=5))
        await look.until(pilot, "not known yet")
        await pilot.pause(0.3)
        assert "not known yet" in look.text(app)


async def test_where_there_is_room_plan_and_estimate_stand_beside(done_session, look, monkeypatch):
    plan = [{"position": p, "sampler": "diverse", "num_beams": p, "alike": 1} for p in (1, 2)]

    async def run_command(arguments, patience_s=0.0):
        return json.dumps({"configurations": 2, "runs": 4, "requests": 32, "plan": plan})

    monkeypatch.setattr(launch, "run_command", run_command)
    app = PimpApp()
    async with app.run_test(size=(200, 60)) as pilot:
        app.push_screen(Wizard(Draft(name="mine"), first=4))
        await look.until(pilot, "Preview of the plan")
        await look.until(pilot, "duration")
        assert "num_beams" in look.text(app) and "alike" not in look.text(app)
        app.screen.so_far.focus()
        await pilot.press("down", "enter")
        await look.until(pilot, "step 2 of 6")


@pytest.mark.parametrize(
    ("fields", "key", "words"),
    [
        ({"n": "0"}, "n", "at least 1"),
        ({"budget": "abc"}, "budget", "60min"),
        ({"budget": "0min"}, "budget", "60min"),
        ({"budget": "1.5runs"}, "budget", "whole number"),
        ({"holdout": "1"}, "holdout", "no share"),
        ({"holdout": "abc"}, "holdout", "between 0 and 1"),
        ({"holdout": "0.5", "limit": "1"}, "holdout", "1 problem"),
        ({"models": "/nowhere/qwen"}, "models", ""),
        ({"models": "a" * 300}, "models", ""),
        ({"models": ""}, "models", "a model"),
        ({"workload": "file"}, "workload_file", "name a file"),
        ({"workload": "file", "workload_file": "BROKEN"}, "workload_file", "broken.jsonl:2"),
        ({"space": "nowhere.uvl"}, "space", "nowhere.uvl"),
        ({"select": "num_beam_4"}, "select", "num_beams_4"),
        ({"seed": "x"}, "seed", "whole number"),
        ({"name": "toy"}, "name", "exists already"),
        ({"name": "-x"}, "name", "dash"),
        ({"name": "a" * 300}, "name", "too long"),
        ({"name": "/proc/version/x"}, "name", "no folder"),
        ({"name": " "}, "name", "a name"),
    ],
)  # fmt: skip
async def test_every_field_tells_its_mistake(fields, key, words, done_session, tmp_path):
    if "BROKEN" in fields.values():
        file = tmp_path / "broken.jsonl"
        file.write_text('{"task_id": "1", "prompt": "a", "answer": "b"}\n{"task_id": \n')
        fields = fields | {"workload_file": str(file)}
    checker = Checker()
    note = await checker.check(key, Draft(**fields))
    checker.close()
    assert note.fault and words in note.text and note.text.strip()


async def test_what_is_kept_out_is_counted():
    checker = Checker()
    note = await checker.check("holdout", Draft(holdout="0.25"))
    checker.close()
    assert note == ("24 problems measured, 8 for `pimp-tui verify`", False)
    assert "--holdout 0.25" in Draft(holdout="0.25").command()


def test_the_default_name_is_free(sessions_root):
    first = Draft().name
    (sessions_root / first).mkdir(parents=True)
    assert Draft().name != first


@pytest.mark.slow
async def test_the_estimate_stands_beside_the_fields_that_decide_it(
    sessions_root, look, monkeypatch
):
    asked = []

    async def run_command(arguments, patience_s=60.0):
        asked.append(list(arguments))
        n = int(arguments[arguments.index("-n") + 1])
        repeats = 10 if "paper" in arguments else 2
        counts = {"configurations": n, "runs": n * repeats, "requests": n * repeats * 32}
        return json.dumps(counts)

    monkeypatch.setattr(launch, "run_command", run_command)
    app = PimpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Wizard(first=4))
        await look.until(pilot, "40 configurations x 2 x 32 problems")
        await look.until(pilot, "not known yet")
        await pilot.press("tab", "backspace")  # 40 becomes 4
        await look.until(pilot, "4 configurations x 2 x 32 problems")
        await pilot.press("2", "enter")  # and 42
        await look.until(pilot, "step 5 of 6")
        await look.until(pilot, "42 configurations x 2 x 32 problems")
        await pilot.press("j")
        await look.until(pilot, "42 configurations x 10 x 32 problems")
        dry = [arguments for arguments in asked if arguments[-2:] == ["--dry-run", "--json"]]
        assert len({*map(tuple, dry)}) == 4, "40, 4, 42, paper"
        assert len(dry) <= 6, "one a change, none while typing, one more after the pilot"
        assert len(asked) - len(dry) <= 1, "and a pilot"


def test_a_plan_that_grows_is_counted_at_its_full_size():
    answer = {"configurations": 7, "runs": 14, "requests": 448}
    assert counts_of(answer) == Counts(7, 14, 448)
    assert counts_of(answer | {"grows_to": 40}) == Counts(40, 80, 2560)
    assert counts_of(answer | {"grows_to": None}) == Counts(7, 14, 448)
    with pytest.raises(KeyError):
        counts_of({"runs": 1, "requests": 1})


async def test_a_budget_alone_says_that_it_ends_the_campaign(monkeypatch):
    async def run_command(arguments, patience_s=60.0):
        assert "-n" not in arguments
        return json.dumps({"configurations": 7, "runs": 14, "requests": 448, "grows_to": None})

    monkeypatch.setattr(launch, "run_command", run_command)
    draft, forecast = Draft(n="", budget="30min"), Forecast()
    await forecast.look(draft)
    assert forecast.lines(draft) == [
        ("runs", "7 configurations, then more until the budget of 30min ends")
    ]
