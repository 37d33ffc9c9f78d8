"""The Space pane: marks, propagation with reasons, counts, undo, filter, a model alone."""

import json
import subprocess
import sys

import pytest

from pimp_tui.errors import UserError
from pimp_tui.session import open_session
from pimp_tui.space import load_space
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.panes.space.about import reason_parts, touching_of
from pimp_tui.tui.panes.space.figures import preview
from pimp_tui.tui.panes.space.outline import TreeRow, outline, value_words
from pimp_tui.tui.panes.space.painting import paint_row
from pimp_tui.tui.panes.space.view import Reasons, View
from pimp_tui.tui.screens.workspace import WorkspaceScreen
from pimp_tui.tui.widgets.painted import spans_len
from pimp_tui.tui.words import count_words


async def on_space(pilot, look):
    """The pane once its space is loaded and counted."""
    await pilot.press("1")
    await look.until(pilot, "56")
    return pilot.app.screen.current


async def test_toggle_propagates_and_counts(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        await look.until(pilot, "0 set · 0 forced · 56 of 56 valid")
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "[x] greedy")
        await look.until(pilot, "8 of 56 valid")
        await look.until(pilot, "<-> sample")
        await look.until(pilot, "<-> 0.3")
        await pilot.press("space")
        await look.until(pilot, "[-] greedy")
        await look.until(pilot, "<x> sample")
        await pilot.press("space")
        await look.until(pilot, "56 of 56 valid")


async def test_forced_feature_shows_its_reasons_and_enter_clears_them(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "8 of 56 valid")
        pane.features.go_to("sample")
        await pilot.press("space")  # forced: nothing changes, the reasons open
        await look.until(pilot, lambda: app.focused is pane.why_rows)
        await look.until(pilot, "you selected do_sample=false (greedy)")
        assert "clear greedy (Enter)" in look.text(app)
        await pilot.press("enter")
        await look.until(pilot, "56 of 56 valid")
        assert app.focused is pane.features
        await pilot.press("u")
        await look.until(pilot, "8 of 56 valid")
        await pilot.press("U")
        await look.until(pilot, "56 of 56 valid")


async def test_host_keeps_offloaded_off_with_evidence(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(200, 60)) as pilot:
        await on_space(pilot, look)
        await look.until(pilot, "{-} offloaded")
        assert "{-} cuda" in look.text(app)


async def test_conditional_counts_of_the_toggle_under_the_cursor(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await on_space(pilot, look)
        pane.features.go_to("greedy")
        await look.until(pilot, "select leaves 8 · deselect leaves 48")


async def test_filters(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        await pilot.press("slash", *"beams_4", "enter")
        await look.until(pilot, lambda: "] greedy" not in look.text(app))
        assert "num_beams_4" in look.text(app)
        await pilot.press("escape")
        await look.until(pilot, "[ ] greedy")
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "8 of 56 valid")
        await pilot.press("slash", "exclamation_mark", "enter")
        await look.until(pilot, lambda: "[x] greedy" not in look.text(app))
        assert "<-> sample" in look.text(app)
        await pilot.press("slash", "backspace", "plus", "enter")
        await look.until(pilot, "[x] greedy")
        assert "<-> sample" not in look.text(app)


async def test_fold_and_unfold(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        pane.features.go_to("cache")
        await pilot.press("h")
        await look.until(pilot, lambda: "dynamic" not in look.text(app))
        await pilot.press("l")
        await look.until(pilot, "dynamic")
        await pilot.press("l", "l")  # to the first value, then beside it
        assert pane.features.name_at == "static"


async def test_choices_are_saved_and_copied(done_session, issued, tmp_path, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "8 of 56 valid")
        await pilot.press("y")
        await look.until(pilot, lambda: issued)
        assert issued == [("copy", "--select greedy")]
        target = tmp_path / "choices.json"
        await pilot.press("e")
        await look.until(pilot, "save choices to")
        app.focused.value = str(target)
        await pilot.press("enter")
        await look.until(pilot, "1 choice written")
    assert json.loads(target.read_text()) == {"select": ["greedy"], "deselect": []}


async def test_a_model_alone_has_two_panes_and_no_session(done_session, look):
    app = PimpApp(space=done_session / "space.uvl")
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "56 valid")
        assert "Monitor" not in look.text(app)
        await pilot.press("4")
        await look.until(pilot, "no session yet")
        await pilot.press("r")
        await look.until(pilot, "step 4 of 6")
        await pilot.press("escape", "escape")
        await look.until(pilot, "step 2 of 6")
        await pilot.press("q")
        await look.until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))
        await pilot.press("q")
        await pilot.pause(0.2)
        assert app.return_value == 0


async def test_a_broken_model_ends_with_its_error(tmp_path, sessions_root):
    file = tmp_path / "broken.uvl"
    file.write_text("features\n    A\n        sometimes\n            B\n")
    app = PimpApp(space=file)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(100):
            await pilot.pause(0.05)
            if app.fault:
                break
        assert isinstance(app.fault, UserError) and "broken.uvl" in str(app.fault)


def test_counts_of_any_size():
    assert [count_words(n) for n in (None, 0, 9999, 12345, 1_420_000_000)] == [
        "?", "0", "9999", "12 345", "1.42e9",
    ]  # fmt: skip
    assert count_words(10**400) == "1.00e400"
    assert count_words(999_999_999) == "9.99e8"


def test_values_of_one_option_share_a_row_when_they_fit(tmp_path):
    from pimp_tui.space import load_space

    leaves = "".join(f"                    t_{n} {{value 0.{n}}}\n" for n in range(1, 8))
    text = (
        "features\n    Root {abstract}\n        mandatory\n"
        "            temperature {abstract, option 'temperature'}\n"
        "                alternative\n" + leaves
    )
    (tmp_path / "t.uvl").write_text(text)
    model = load_space(tmp_path / "t.uvl").model
    wide, narrow = outline(model, set(), 120), outline(model, set(), 40)
    assert [len(row.names) for row in wide] == [1, 7]
    assert len(narrow) > 2 and max(len(row.names) for row in narrow) < 7
    assert value_words(1.0) == "1" and value_words(True) == "on"


async def load(pilot, look, file):
    """Press o and name a file."""
    await pilot.press("o")
    await look.until(pilot, "open .uvl, or choices")
    pilot.app.focused.value = str(file)
    await pilot.press("enter")


async def test_saved_choices_are_loaded_and_undone_in_one_step(done_session, tmp_path, look):
    file = tmp_path / "mine.json"
    file.write_text('{"select": ["sample", "static"], "deselect": ["top_k"]}')
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_space(pilot, look)
        await load(pilot, look, file)
        await look.until(pilot, "3 choices from mine.json")
        await look.until(pilot, "[-] top_k")
        await pilot.press("u")
        await look.until(pilot, "0 set · 0 forced · 56 of 56 valid")


async def test_choices_that_clash_are_walked_and_settled(done_session, tmp_path, look):
    file = tmp_path / "bad.json"
    file.write_text('{"select": ["static", "batch_8", "greedy", "temperature"], "deselect": []}')
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        await load(pilot, look, file)
        await look.until(pilot, "! contradiction · 2 of 4 choices")
        assert "[x]! greedy" in look.text(app) and "[x] static" in look.text(app)
        await pilot.press("g", "n")
        await look.until(pilot, lambda: pane.features.name_at == "greedy")
        await look.until(pilot, "contradicts others")
        await pilot.press("n")
        await look.until(pilot, lambda: pane.features.name_at == "temperature")
        await pilot.press("space")
        await look.until(pilot, "3 set")
        await look.until(pilot, "<-> temperature")
        await pilot.press("u")
        await look.until(pilot, "56 of 56 valid")


async def test_enter_settles_a_clash_and_undo_drops_it(done_session, tmp_path, look):
    file = tmp_path / "bad.json"
    file.write_text('{"select": ["greedy", "sample"], "deselect": []}')
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        await load(pilot, look, file)
        await look.until(pilot, "! contradiction")
        await pilot.press("u")
        await look.until(pilot, "0 set · 0 forced · 56 of 56 valid")
        await load(pilot, look, file)
        await look.until(pilot, "! contradiction")
        pane.features.go_to("greedy")
        await pilot.press("w")
        await look.until(pilot, "clear greedy (Enter)")
        await pilot.press("enter")
        await look.until(pilot, "[x] sample")
        await look.until(pilot, "<-> greedy")


async def test_files_that_cannot_be_opened_are_told_in_the_line(done_session, tmp_path, look):
    broken, unknown = tmp_path / "broken.uvl", tmp_path / "unknown.json"
    broken.write_text("features\n    A\n        sometimes\n            B\n")
    unknown.write_text('{"select": ["greedi"]}')
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_space(pilot, look)
        await load(pilot, look, broken)
        await look.until(pilot, "! ")
        await look.until(pilot, "broken.uvl")
        assert app.screen.session_path is not None
        await load(pilot, look, unknown)
        await look.until(pilot, "greedi")
        await look.until(pilot, "greedy")
        await load(pilot, look, done_session / "space.uvl")
        await look.until(pilot, "feature model alone")
        await look.until(pilot, "concrete")
        await pilot.press("q")
        await look.until(pilot, "[1 Space]")


async def test_steps_reach_forced_features_in_folded_branches(done_session, look):
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        pane.features.go_to("temperature")
        await pilot.press("h")
        await look.until(pilot, lambda: "0.3" not in look.text(app))
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "8 of 56 valid")
        await pilot.press("n", "n", "n")  # sample, temperature, temperature_03
        await look.until(pilot, lambda: pane.features.name_at == "temperature_03")
        assert "<-> 0.3" in look.text(app)


PLAIN_UVL = """\
include
    Arithmetic.feature-cardinality
features
    Shop
        mandatory
            Payment
                [1..2]
                    Card {cost 3}
                    Invoice
                    Voucher
        optional
            Integer Stock cardinality [1..3]
            Search {vendor 'acme'}
constraints
    Card => Search
    sum(cost) < 9
"""


async def test_a_model_from_elsewhere(tmp_path, sessions_root, look):
    file = tmp_path / "shop.uvl"
    file.write_text(PLAIN_UVL)
    app = PimpApp(space=file)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = None
        await look.until(pilot, "valid")
        text = look.text(app)
        assert "7 features, 7 concrete" in text
        assert "1..2 of" in text and "Integer" in text and "1..3 times" in text
        pane = app.screen.current
        pane.features.go_to("Card")
        await look.until(pilot, "cost = 3")
        await look.until(pilot, "Card => Search")
        await pilot.press("space")
        await look.until(pilot, "<x> Search")
        await pilot.press("W")
        await look.until(pilot, "warn")


def test_long_names_and_what_is_always_on_are_told_as_they_are(tmp_path):
    row = TreeRow(("deep",), ("a_name_that_does_not_fit",), 4, None, "optional", True)
    spans = paint_row(row, View(), (), "", 24, None)
    assert spans_len(spans) == 24 and "[ ] a_name_th" in str(spans) and "…" in str(spans)
    view = View(states={"on": "selected", "off": "deselected"}, core=frozenset({"on", "off"}))
    for name, title in (("on", "to leave it out"), ("off", "to allow it")):
        parts = reason_parts(view, name, Reasons(("the tree",), never=True), None)
        assert parts[1][0] == title
    file = tmp_path / "two.uvl"
    file.write_text("features\n    Root\n        optional\n            a\n")
    assert sorted(preview(load_space(file), View())) == ["a", "what all have, nothing else"]


async def test_warnings_of_the_reader_are_told_and_listed(tmp_path, sessions_root, look):
    from pimp_tui.space import load_space

    file = tmp_path / "shop.uvl"
    file.write_text(PLAIN_UVL)
    space = load_space(file)
    space.warnings[:] = ["line 18: a sum is not reasoned over"]
    app = PimpApp(space=file, loaded=space)
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "1 warning on this model: W shows")
        await pilot.press("W")
        await look.until(pilot, "a sum is not reasoned over")
        await pilot.press("x", "question_mark")
        await look.until(pilot, "warns of in this")


async def test_marks_come_before_the_reasoning(done_session, look, monkeypatch):
    """A large model's toggle shows at once; what follows from it comes when it is worked out."""
    import threading

    from pimp_tui.tui.panes.space.desk import Desk

    held = threading.Event()
    app = PimpApp(done_session)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await on_space(pilot, look)
        await look.until(pilot, "0 set · 0 forced · 56 of 56 valid")
        monkeypatch.setattr(Desk, "quick", False)
        real = pane.desk._view
        monkeypatch.setattr(pane.desk, "_view", lambda: (held.wait(30), real())[1])
        pane.features.go_to("greedy")
        await pilot.press("space")
        await look.until(pilot, "[x] greedy")
        assert "1 set · … forced" in look.text(app) and "[ ] sample" in look.text(app)
        await pilot.press("down", "slash", *"beams_4")  # the screen is alive meanwhile
        await look.until(pilot, lambda: "batch_8" not in look.text(app))
        await pilot.press("escape")
        held.set()
        await look.until(pilot, "<-> sample")
        await look.until(pilot, "8 of 56 valid")


def test_a_large_model_is_laid_out_and_compiled_apart(tmp_path):
    import asyncio

    from pimp_tui.space import load_space
    from pimp_tui.tui.panes.space.compiler import compiled
    from pimp_tui.tui.panes.space.outline import Outline

    parts = "".join(
        f"            p{n}\n                alternative\n"
        + "".join(f"                    p{n}_{k}\n" for k in range(5))
        for n in range(100)
    )
    file = tmp_path / "large.uvl"
    file.write_text("features\n    Root\n        optional\n" + parts)
    space = load_space(file)
    whole = Outline(space.model)
    assert len(whole.rows(whole.first_folds(), 80)) == 101  # the first level is never hidden
    assert len(whole.rows(set(), 80)) == 601
    knowledge = asyncio.run(compiled(space, 60.0))
    assert knowledge is not None and knowledge.count() == 6**100
    assert space.reasoner.known is None  # the child's, until it is adopted


def test_nothing_heavy_is_imported_for_a_model_alone(done_session):
    code = (
        "import asyncio, sys\n"
        "from pimp_tui.space import load_space\n"
        "from pimp_tui.tui.app import PimpApp\n"
        "async def main():\n"
        "    app = PimpApp(space=sys.argv[1], loaded=load_space(sys.argv[1]))\n"
        "    async with app.run_test(size=(200, 60)) as pilot:\n"
        "        for _ in range(400):\n"
        "            await pilot.pause(0.05)\n"
        "            if getattr(getattr(app.screen, 'current', None), 'view', None):\n"
        "                if app.screen.current.view.count: break\n"
        "        assert app.screen.current.view.count == 56\n"
        "        await pilot.press('2'); await pilot.pause(0.3)\n"
        "asyncio.run(main())\n"
        "print(*sys.modules, sep='\\n')\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(done_session / "space.uvl")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    heavy = {"torch", "transformers", "sklearn", "scipy", "polars", "plotext"}
    assert not set(out.stdout.split()) & heavy


@pytest.mark.parametrize(
    "text, said",
    [
        ("features\n    A\n        sometimes\n            B\n", "sometimes"),
        ("features\n    A\n        optional\n            B\nconstraints\n    !A\n", "no valid"),
    ],
    ids=["broken", "void"],
)
def test_a_file_that_is_no_space_gets_a_line_and_no_screen(text, said, tmp_path):
    file = tmp_path / "bad.uvl"
    file.write_text(text)
    found = subprocess.run(
        [sys.executable, "-m", "pimp_tui", "space", "open", str(file)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert found.returncode == 2 and not found.stdout
    assert said in found.stderr and "bad.uvl" in found.stderr
    assert len(found.stderr.splitlines()) <= 3 and "\x1b" not in found.stderr


async def test_a_model_too_hard_to_settle_opens_and_says_so(
    tmp_path, sessions_root, look, monkeypatch
):
    from pimp_tui.tui.panes.space import desk

    monkeypatch.setattr(desk, "_LOAD_S", 0.5)
    monkeypatch.setattr(desk, "_PATIENCE_S", 0.5)
    monkeypatch.setattr(desk, "_COMPILE_S", 1.0)
    holes, pigeons = range(11), range(12)  # no pigeon has a hole of its own, which SAT cannot see
    names = [f"P{i}_{j}" for i in pigeons for j in holes]
    homes = [f"G => {' | '.join(f'P{i}_{j}' for j in holes)}" for i in pigeons]
    alone = [f"!(P{a}_{j} & P{b}_{j})" for j in holes for a in pigeons for b in range(a)]
    lines = ["features", "\tR", "\t\toptional", *(f"\t\t\t{n}" for n in ["G", *names])]
    file = tmp_path / "pigeons.uvl"
    file.write_text("\n".join([*lines, "constraints", *(f"\t{c}" for c in homes + alone)]) + "\n")
    app = PimpApp(space=file)
    async with app.run_test(size=(120, 40)) as pilot:
        await look.until(pilot, "not settled")
        pane = app.screen.current
        pane.features.go_to("G")
        await pilot.press("space")
        await look.until(pilot, "was not settled within 0.5 s")
        assert "[ ] G" in look.text(app)
        await pilot.press("u")
        await look.until(pilot, "nothing to undo")


def test_a_group_counts_the_constraints_on_what_is_below_it(done_session):
    model = open_session(done_session).space().model
    touching = touching_of(model)
    on_leaf = {c.words() for c in touching["num_beams_4"]}
    group = model.features["num_beams_4"].parent.name
    assert on_leaf and on_leaf <= {c.words() for c in touching[group]}
    root = next(iter(model.features))
    assert len(touching[root]) == len(model.constraints), "each once, all of them"
    assert "batch_8" not in touching
