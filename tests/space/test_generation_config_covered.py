"""Every attribute of the library's configuration classes is an option of the space or explained."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib import resources
from pathlib import Path

import pytest

from pimp_tui.cli import main
from pimp_tui.space.binding import read_options
from pimp_tui.space.left_out import left_out
from pimp_tui.space.uvl.reader import read_uvl


def modelled() -> set[str]:
    text = resources.files("pimp_tui.space.shipped").joinpath("transformers.uvl").read_text()
    return set(read_options(read_uvl(text, "transformers.uvl"))) | {"model"}


def attributes(name: str) -> set[str]:
    """Names that the installed library gives to a fresh object of the class."""
    transformers = pytest.importorskip("transformers")
    if name == "ContinuousBatchingConfig":
        return {field.name for field in fields(transformers.ContinuousBatchingConfig)}
    return set(vars(transformers.GenerationConfig()))


@pytest.mark.parametrize("name", ["GenerationConfig", "ContinuousBatchingConfig"])
def test_every_attribute_is_modelled_or_left_out_for_a_reason(name: str) -> None:
    known, listed, options = attributes(name), set(left_out("transformers")[name]), modelled()
    unknown = known - options - listed
    assert not unknown, f"model these or say why not in transformers_left_out.toml: {unknown}"
    gone = listed - known
    assert not gone, f"{name} has these no more: take them off the list: {gone}"
    both = listed & options
    assert not both, f"these are options of the space: take them off the list: {both}"


def test_every_option_is_one_of_the_library() -> None:
    elsewhere = {
        "model", "batch_size", "dtype", "attn_implementation", "quantization_config",
        "assistant_model", "continuous_batching", "power_cap_share", "sm_clock_share",
    }  # fmt: skip
    known = attributes("GenerationConfig") | attributes("ContinuousBatchingConfig")
    assert modelled() - known - elsewhere == set()


def test_reasons_are_sentences_with_a_probe() -> None:
    for entries in left_out("transformers").values():
        for name, entry in entries.items():
            assert set(entry) == {"reason", "probe"}, name
            assert len(entry["reason"]) >= 10 and entry["probe"].isidentifier(), name


def test_a_space_without_a_list_leaves_nothing_out() -> None:
    assert left_out("no-such-space") == {}


@pytest.mark.parametrize("space", ["transformers", "own.uvl"])
def test_show_tells_what_is_left_out(
    space: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.uvl").write_text("features\n  R\n    optional\n      A\n")
    assert main(["space", "show", space, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    if space == "own.uvl":
        assert "left_out" not in told
    else:
        assert told["left_out"] == left_out(space) != {}


def test_an_attribute_on_neither_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    transformers = pytest.importorskip("transformers")
    original = transformers.GenerationConfig.__init__

    def newer(self: object, **kwargs: object) -> None:
        original(self, **kwargs)
        self.brand_new = None  # type: ignore[attr-defined]

    monkeypatch.setattr(transformers.GenerationConfig, "__init__", newer)
    with pytest.raises(AssertionError, match="brand_new"):
        test_every_attribute_is_modelled_or_left_out_for_a_reason("GenerationConfig")
