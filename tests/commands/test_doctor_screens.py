"""What ``doctor`` says of the terminal and the settings, each with its mend."""

import os

import pytest

from pimp_tui.commands import doctor
from pimp_tui.commands.doctor_screens import screen_checks


@pytest.fixture
def rows(monkeypatch, tmp_path):
    """The two rows in a terminal as given, with settings as given."""
    for name in ("NO_COLOR", "COLORTERM", "TMUX", "STY", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def look(settings: str | None = None, size=(80, 24), **environment: str):
        for name, value in {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size(size))
        if settings is not None:
            (tmp_path / "pimp-tui").mkdir(exist_ok=True)
            (tmp_path / "pimp-tui" / "settings.toml").write_text(settings)
        return screen_checks()

    return look


@pytest.mark.parametrize(
    ("environment", "said", "mend"),
    [
        ({}, ["80x24", "256 colours", "UTF-8", "OSC 52"], None),
        ({"COLORTERM": "truecolor", "TMUX": "x"}, ["all colours", "tmux buffer"], None),
        ({"TERM": "screen", "STY": "1"}, ["own 16 colours", "through screen"], None),
        ({"NO_COLOR": "1", "LC_ALL": "C"}, ["no colours", "ASCII"], None),
        ({"TERM": "dumb"}, ["TERM=dumb"], "xterm-256color"),
        ({"size": (50, 15)}, ["50x15"], "need 60x18"),
    ],
)
def test_the_terminal(rows, environment, said, mend):
    row = rows(**environment)[0]
    assert all(word in row["detail"] for word in said), row["detail"]
    assert row["ok"] is (mend is None)
    assert mend is None or mend in row["mend"]


@pytest.mark.parametrize(
    ("text", "detail", "mend"),
    [
        (None, "the defaults", None),
        ("theme = 'nord'", "settings.toml", None),
        ("theme = 'nordd'", "settings.toml:1: no theme nordd", "did you mean nord?"),
        ("[keys]\nrun = 's'", "settings.toml:2: s is the key of", "give run another key"),
        ("[keys]\nrun = 'ctrl+m'", "settings.toml:2: most terminals cannot send", "another key"),
    ],
)
def test_the_settings(rows, text, detail, mend):
    row = rows(text)[1]
    assert detail in row["detail"] and row["ok"] is (mend is None)
    assert mend is None or mend in row["mend"]


def test_what_is_to_be_mended_is_marked(capsys):
    row = {"check": "rapl", "ok": True, "detail": "two packages", "mend": None}
    doctor._print([row, {"check": "x", "ok": False, "detail": "none", "mend": "install x"}])
    out, err = capsys.readouterr()
    assert out.splitlines() == ["  rapl  two packages", "! x     none", "        mend: install x"]
    assert err.strip() == "1 of 2 to mend, marked by !"
