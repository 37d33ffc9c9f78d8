"""The settings file: read whole or refused in one line; the user's keys work and are shown."""

import pytest

from pimp_tui.errors import UserError
from pimp_tui.tui.app import PimpApp
from pimp_tui.tui.keymap.names import in_sentence
from pimp_tui.tui.keymap.places import CHAINS, actions, bound_in
from pimp_tui.tui.keymap.resolve import keymap_of, unsendable
from pimp_tui.tui.keymap.template import template
from pimp_tui.tui.settings import Settings, read_settings, settings_path


@pytest.fixture
def settings_file(sessions_root, tmp_path, monkeypatch):
    """Writes the user's settings; returns the file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def write(text: str):
        path = settings_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        return path

    return write


def test_no_file_means_the_defaults(settings_file):
    assert read_settings() == Settings()


def test_what_the_file_says(settings_file):
    path = settings_file(
        'theme = "nord"\nmouse = false\nascii = true\n[keys]\nrun = "R"\n'
        'results.sort = ["o", "f5"]\n"space.why" = "?"\n'
    )
    assert read_settings() == Settings(
        "nord", False, True, keys={"run": "R", "results.sort": "o,f5", "space.why": "?"}, file=path
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("theme = ", 1, "no TOML"),
        ("[keys]\nrun = 'R", 2, "no TOML"),
        ("\nthem = 'nord'", 2, "no setting them"),
        ("ascii = 1", 1, "ascii is true or false"),
        ("[keys]\n\nrun = 3", 3, "run is a key"),
        ("[keys]\nrunn = 'R'", 2, "no action runn"),
        ("[keys]\nrun = 'contrl+r'", 2, "run: no key contrl+r"),
        ("[keys]\nrun = 's'", 2, "s is the key of results.sort and of run on Results"),
        ("[keys]\nresults.mark = 'q'", 2, "q is the key of leave and of results.mark on Results"),
        ("[keys.space]\nwhy = 'W'\n[keys.monitor]\nwhy = 3", 4, "monitor.why is a key"),
        ("mouse = true\nkeys = {run = 's'}", 2, "s is the key of results.sort and of run"),
        ("[keys]\nrun = 'R'\ntheme = 'nord'", 3, "no action theme"),
        ("mouse = true\nrun = 'R'", 2, "no setting run"),
        ("[keys]\nrun = 'ctrl+q'", 2, "run: ctrl+q is flow control"),
        ("mouse = true\nascii = true # caf\udce9", 2, "the settings are no UTF-8"),
    ],
)
def test_a_mistake_is_told_with_its_line(settings_file, text, line, words):
    path = settings_file(text)
    with pytest.raises(UserError) as told:
        keymap_of(read_settings())
    assert words in told.value.what
    assert told.value.where == f"{path}:{line}"
    assert len(told.value.lines()) <= 2


def test_a_file_that_cannot_be_read_is_named(settings_file):
    path = settings_file("")
    path.unlink()
    path.mkdir()
    with pytest.raises(UserError, match=r"cannot read the settings \(Is a directory\)") as told:
        read_settings()
    assert told.value.where == str(path)


def test_the_mark_of_other_editors_is_no_setting(settings_file):
    settings_file("\ufeffmouse = false")
    assert not read_settings().mouse


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"run": "R", "zoom": "ctrl+up,f5,alt+z", "help": "shift+tab,ctrl+r"}, None),
        ({"run": "ctrl+enter"}, "settings.toml: most terminals cannot send ctrl+enter"),
        ({"run": "R,ctrl+i"}, "settings.toml: most terminals cannot send ctrl+i"),
        ({"run": "ctrl+1"}, "settings.toml: most terminals cannot send ctrl+1"),
        ({"run": "ctrl+shift+r"}, "settings.toml: most terminals cannot send ctrl+shift+r"),
    ],
)
def test_keys_that_few_terminals_send_are_told(keys, told):
    assert unsendable(Settings(keys=keys)) == told


async def test_such_a_key_is_told_at_the_start(settings_file, look):
    settings_file("[keys]\nrun = 'ctrl+enter'")
    app = PimpApp(settings=read_settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await look.until(pilot, "settings.toml:2: most terminals cannot send ctrl+enter")


def test_an_unknown_theme_is_refused(settings_file):
    settings_file("theme = 'nordd'")
    with pytest.raises(UserError, match="no theme nordd") as told:
        PimpApp(settings=read_settings())
    assert told.value.mend == "did you mean nord?"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "xterm")])
def test_without_colours_a_theme_is_one_of_the_terminals_own(monkeypatch, name, value):
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match="no theme nordd"):
        PimpApp(settings=Settings("nordd"))
    themes = [PimpApp(settings=Settings(one)).theme for one in ("", "nord", "ansi-light")]
    assert themes == ["ansi-dark", "ansi-dark", "ansi-light"]


def test_two_may_swap_their_keys():
    swapped = Settings(keys={"results.sort": "m", "results.mark": "s"})
    assert keymap_of(swapped) == {"results.sort": "m", "results.mark": "s"}


def test_a_name_without_its_place_holds_everywhere():
    found = keymap_of(Settings(keys={"why": "W", "space.warnings": "f5", "space.why": "f6"}))
    assert found["monitor.why"] == found["tradeoffs.why"] == "W" and found["space.why"] == "f6"


def test_the_default_keys_do_not_clash():
    for place in CHAINS:
        widgets: dict[tuple[str, str], str] = {}
        for one in bound_in(place):
            if one.action:
                assert widgets.setdefault((one.widget, one.key), one.action) == one.action


def test_every_action_in_the_palette_can_be_rebound():
    fixed = {
        one.does
        for place in CHAINS
        for one in bound_in(place)
        if not one.action and one.key not in ("escape", "enter")
        and one.does[:1].isupper() and not one.does.startswith(("Scroll", "Page", "Focus"))
    }  # fmt: skip
    assert fixed <= {"Copy selected text", "Minimize"}


def test_the_template_is_a_settings_file_of_the_defaults(settings_file):
    text = template(["nord"])
    settings_file(text)
    assert read_settings().keys == {}
    lines = text.split("[keys]\n")[1].splitlines()
    settings_file("[keys]\n" + "\n".join(line.removeprefix("# ") for line in lines))
    assert keymap_of(read_settings()) == {name: keys for name, (keys, _) in actions().items()}


async def test_the_users_keys_work_and_are_shown(done_session, look):
    settings = Settings(keys={"results.sort": "o", "commands": ";", "results.mark": "f5"})
    app = PimpApp(done_session, settings=settings)
    async with app.run_test(size=(100, 60)) as pilot:
        await look.until(pilot, "o sort")
        footer = look.text(app).splitlines()[-1]
        assert "f5 mark" in footer and footer.rstrip().endswith("; commands")
        await look.until(pilot, "library default")
        await pilot.press("f5")
        await look.until(pilot, "1 marked")
        await pilot.press("m")
        await pilot.pause(0.2)
        assert "1 marked" in look.text(app)  # the default key means nothing now
        await pilot.press("?")
        await look.until(pilot, "any key closes")
        rows = [line.split() for line in look.text(app).splitlines()]
        assert [";", "every"] in [row[:2] for row in rows]


async def test_the_palette_writes_a_settings_file(settings_file, look):
    app = PimpApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, "No sessions")
        await pilot.press(":")
        await look.until(pilot, "esc closes")
        await pilot.press(*"settings", "enter")
        await look.until(pilot, "wrote")
    assert 'sessions.demo = "d"' in settings_path().read_text()
    assert read_settings().keys == {}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("nothing runs; r starts it", "nothing runs; R starts it"),
        ("the campaign runs: x stops it first", "the campaign runs: f9 stops it first"),
        ("w why · n next", "K why · n next"),
        ("stopped learning; s or c learns again", "stopped learning; s or C learns again"),
        ("wrote a.json (y copies the path)", "wrote a.json (y copies the path)"),
        ("a learning curve starts at 17", "a learning curve starts at 17"),
        ("an r in runs stays as it is", "an r in runs stays as it is"),
        ("x = 3; the r of it", "x = 3; the r of it"),
        ("pausing after this run; r resumes", "pausing after this run; R resumes"),
    ],
)
def test_sentences_name_the_users_keys(said, told):
    keys = {"r": "R", "x": "f9", "w": "K", "c": "C"}
    assert in_sentence(said, lambda key: keys.get(key, key)) == told


async def test_messages_and_rules_name_the_users_keys(done_session, planned_session, look):
    settings = Settings(keys={"run": "f8", "monitor.why": "f7"})
    app = PimpApp(planned_session, settings=settings)
    async with app.run_test(size=(100, 30)) as pilot:
        await look.until(pilot, lambda: getattr(app.screen, "action_pane", None))
        app.screen.action_pane(3)
        await look.until(pilot, "not started: f8 starts 16 runs")
        await pilot.press("p")
        await look.until(pilot, "nothing runs; f8 starts it")
        assert "f7 why" in look.text(app)
