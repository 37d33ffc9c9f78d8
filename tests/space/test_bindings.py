"""Bindings: options, layers, rows, effective values, filled branches, added leaves."""

from __future__ import annotations

import pytest

from pimp_tui.errors import UserError
from pimp_tui.space import UvlText, load_space
from pimp_tui.space.edit import add_option
from pimp_tui.space.fill import set_option, with_value
from pimp_tui.space.machine.host import HostFacts
from pimp_tui.space.named import nearest_configuration
from tests.space.shop import HOST, INFERENCE, write_model


@pytest.fixture
def space(tmp_path):
    model = write_model(tmp_path / "small", depth=4)
    return load_space(UvlText(INFERENCE), host=HOST, models=[str(model)])


def test_options_values_layers_and_docs(space) -> None:
    assert space.options["num_beams"] == [1, 4]
    assert space.options["watermarking_config"] == [{"bias": 2.5, "seeding_scheme": "selfhash"}]
    assert space.layer("num_beams") == "generation" and space.layer("dtype") == "deployment"
    assert space.layer("model") == "model" and space.doc("num_beams_4") == "Number of beams."
    assert space.option_of("t07") == "temperature" and space.option_of("Host") is None
    assert space.layer_of_feature("cuda") == "host"
    with pytest.raises(UserError) as caught:
        space.layer("num_beam")
    assert caught.value.mend == "did you mean num_beams?"


def test_rows_and_effective_values(space) -> None:
    default = space.default_configuration()
    assert {"greedy", "num_beams_1", "t1"} <= default
    row = space.row(default)
    assert row["num_beams"] == 1 and row["watermarking_config"] is None
    assert space.from_row(row) == default
    effective = space.effective(default)
    assert effective["do_sample"] is False and effective["dtype"] == "float32"
    assert "model" not in effective
    assert space.effective(())["temperature"] == 1.0  # the option's own unset value
    assert space.effective(())["num_beams"] == 1  # else its default leaf
    assert space.effective(())["watermarking_config"] is None
    assert space.row(default | {"exp_decay"})["exponential_decay_length_penalty"] == [8, 1.1]
    with pytest.raises(UserError, match="not a valid configuration"):
        space.from_row({**row, "temperature": 0.7})
    with pytest.raises(UserError, match="no value 3"):
        space.from_row({**row, "num_beams": 3})
    with pytest.raises(UserError, match="no column model"):
        space.from_row({k: v for k, v in row.items() if k != "model"})


def test_identity_leaves_the_host_out(space, tmp_path) -> None:
    default = space.default_configuration()
    model = write_model(tmp_path / "again" / "small", depth=4)
    elsewhere = load_space(
        UvlText(INFERENCE),
        host=HostFacts.from_json({"cuda": True, "bf16": True}),
        models=[str(model)],
    )
    assert "cuda" not in default and "cuda" in elsewhere.default_configuration()
    assert space.config_id(default) == elsewhere.config_id(elsewhere.default_configuration())
    assert len(space.config_id(default)) == 16


def line_of(space, text: str) -> int:
    """Of a constraint, in the file as the user wrote it."""
    found = next(c for c in space.model.constraints if c.text == text)
    return int(space.model.where(found).rpartition(":")[2])


def test_host_and_model_are_fixed_and_written(space) -> None:
    assert space.host_features["cuda"] == {"value": False, "evidence": "no device"}
    states = space.configure().states()
    assert states["cuda"] == "deselected" and states["watermark"] == "deselected"
    assert states["deep"] == "deselected" and states["early_exit"] == "selected"
    reasons = space.configure().explain("watermark")
    line = line_of(space, "watermark => cuda")
    assert reasons == [
        f"watermark needs cuda (line {line}: selfhash needs a GPU)", "host: no cuda (no device)",
    ]  # fmt: skip
    again = load_space(UvlText(space.text))
    assert again.text == space.text and again.features == space.features
    assert again.count() == space.count() and again.host_features == space.host_features
    assert "// selfhash needs a GPU" in again.text


def test_facts_of_several_models_are_tied(tmp_path) -> None:
    paths = [str(write_model(tmp_path / name, depth)) for name, depth in (("a", 4), ("b.1", 12))]
    space = load_space(UvlText(INFERENCE), host=HOST, models=paths)
    assert space.options["model"] == ["a", "b.1"]
    choice = space.configure()
    choice.select("deep")
    assert choice.states()["b_1"] == "selected" and choice.states()["a"] == "deselected"
    assert space.count() == load_space(UvlText(space.text)).count()
    with pytest.raises(UserError, match="two models are called a"):
        other = write_model(tmp_path / "other" / "a", 2)
        load_space(UvlText(INFERENCE), host=HOST, models=[paths[0], str(other)])


def test_a_leaf_is_added_where_none_has_the_value(space) -> None:
    text, features = set_option(space.text, "num_beams", 4)
    assert text == space.text and features == ["num_beams_4"]
    wider, leaf = with_value(space, "num_beams", 6)
    assert leaf == "num_beams_6" and wider.options["num_beams"] == [1, 4, 6]
    assert wider.count() > space.count() and leaf in wider.features
    with pytest.raises(UserError, match="no option num_beam"):
        set_option(space.text, "num_beam", 6)


@pytest.mark.parametrize("unit", ["    ", "\t"])
def test_an_option_that_a_space_lacks_is_always_on_with_one_value(unit) -> None:
    text = "features\n>Root\n>>optional\n>>>hot {option 'temperature', value 0.7}\n"
    space = load_space(UvlText(text.replace(">", unit)))
    wider, leaf = add_option(space, "max_new_tokens", 48)
    assert wider.options == {"temperature": [0.7], "max_new_tokens": [48]}
    assert wider.count() == space.count() == 2
    assert wider.configure().states()[leaf] == "selected"
    assert wider.effective(["hot", leaf]) == {"max_new_tokens": 48, "temperature": 0.7}
    assert wider.layer("max_new_tokens") == "generation"
    again, _ = add_option(wider, "batch_size", 2)
    assert again.options["batch_size"] == [2] and again.count() == 2
    assert again.layer("batch_size") == "deployment"
    alone, leaf = add_option(load_space(UvlText("features\n    Root\n")), "batch_size", 2)
    assert alone.count() == 1 and leaf in alone.features


def test_a_switch_gets_a_second_value_that_excludes_the_first(space) -> None:
    text, features = set_option(space.text, "watermarking_config", "other")
    wider = load_space(UvlText(text))
    assert len(features) == 1 and wider.options["watermarking_config"][-1] == "other"
    choice = wider.configure()
    choice.select(features[0])
    assert choice.states()["watermark"] == "deselected"
    assert wider.count() > space.count()


def test_nearest_configuration_keeps_wishes_before_defaults(space) -> None:
    found, missed = nearest_configuration(
        space, {"do_sample": True, "temperature": 0.7, "num_beams": 7, "top_x": 3}
    )
    assert {"sampling", "t07", "num_beams_1"} <= found
    assert missed == {"num_beams": 7, "top_x": 3}


def test_without_bindings_every_feature_is_an_option() -> None:
    space = load_space("features\n  R\n    optional\n      A\n      B\n")
    assert space.options == {f: [True, False] for f in ("R", "A", "B")}
    assert space.row({"R", "A"}) == {"R": True, "A": True, "B": False}
    assert space.effective({"R"}) == {} and not space.is_bound


def test_choice_has_undo_and_redo(space) -> None:
    choice = space.configure()
    whole = choice.count()
    choice.select("t07")
    line = line_of(space, "t07 => sampling")
    group = space.model.features["greedy"].group.line
    assert choice.forced()["greedy"] == [
        f"decoding is one of (line {group})",
        f"temperature=0.7, which you selected, needs do_sample=true (line {line})",
    ]  # fmt: skip
    assert "greedy" in choice.forced() and "t07" not in choice.forced()
    choice.deselect("exp_decay")
    fewer = choice.count()
    assert choice.undo() and choice.count() == 2 * fewer and choice.literals() == {"t07": True}
    assert choice.redo() and choice.count() == fewer
    assert choice.undo() and choice.undo() and not choice.undo() and choice.count() == whole
    choice.select("greedy")
    assert not choice.redo()
    assert choice.count_if("t07", True) == 0
    choice.clear()
    assert choice.literals() == {} and choice.undo() and choice.literals() == {"greedy": True}
    with pytest.raises(UserError) as caught:
        choice.select("t7")
    assert caught.value.mend == "did you mean t07?"


def test_bad_bindings_are_refused() -> None:
    for attributes, what in [("{layer 'planet'}", "layer"), ("{option 3}", "no name")]:
        with pytest.raises(UserError, match=what):
            load_space(f"features\n  R\n    optional\n      A {attributes}\n")
