"""The paper's space: its size beside the published one, and where every constraint comes from."""

from __future__ import annotations

import re
import sys
from importlib import resources
from pathlib import Path

import pytest

from pimp_tui.space import Space, UvlText, load_space
from pimp_tui.space.machine.host import HostFacts
from pimp_tui.space.named import nearest_configuration
from pimp_tui.space.uvl.reader import read_uvl

PAPER_COUNT = 9.37e12
BARE = HostFacts.from_json({})
SERVER = HostFacts.from_json({"cuda": True, "bf16": True, "compile": True})


def text() -> str:
    return resources.files("pimp_tui.space.shipped").joinpath("transformers-4.uvl").read_text()


def constraints() -> list[tuple[str, str]]:
    """Constraint and the comment above it."""
    lines = [line.strip() for line in text().split("\nconstraints\n")[1].splitlines()]
    return [
        (line, lines[index - 1])
        for index, line in enumerate(lines)
        if line and not line.startswith("//")
    ]


def papers_part() -> Space:
    """The branch of the paper with the constraints that it is known to have."""
    top = read_uvl(text()).features["hyperparameters"]
    lines = text().split("\n")[top.line - 1 : max(f.last_line for f in top.subtree())]
    rules = [f"  {rule}" for rule, why in constraints() if why.startswith("// paper:")]
    return load_space(UvlText("\n".join(["features", *lines, "constraints", *rules, ""])))


def test_the_papers_part_has_its_features_and_nearly_its_count() -> None:
    part = papers_part()
    concrete = [f for f in part.model.features.values() if not f.abstract]
    assert (len(part.features), len(concrete)) == (96, 67)
    assert part.count() == 9_403_699_691_520
    assert abs(part.count() / PAPER_COUNT - 1) < 0.01


def test_its_discretisation_is_the_published_one() -> None:
    options = papers_part().options
    assert options["temperature"] == [0.1, 0.3, 0.7, 1.0, 1.2]
    assert options["num_beams"] == [1, 2, 3, 4] and options["num_beam_groups"] == [2, 3, 4]
    assert options["no_repeat_ngram_size"][0] == 0
    features = papers_part().model.features
    assert [f.name for f in features["top_k_low"].subtree()][1:] == ["top_k_5", "top_k_25"]
    assert [f.name for f in features["top_p_high"].subtree()][1:] == ["top_p_0_8", "top_p_0_85"]


@pytest.mark.parametrize(("host", "count"), [(BARE, 7_630_500), (SERVER, 18_162_981)])
def test_the_count_as_shipped(host: HostFacts, count: int) -> None:
    space = load_space("transformers-4", host=host)
    assert space.count() == count
    assert f"{count:,}" in text() and "9,403,699,691,520" in text()


def test_every_constraint_is_the_papers_or_cites_a_probe_that_exists() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
    from probes import PROBES
    from probes_four import PROBES_FOUR

    cited = set()
    for rule, why in constraints():
        found = re.search(r"probe: (\w+)", why)
        assert why.startswith("// paper: ") or found, rule
        cited |= {found[1]} if found else set()
    assert cited <= {*PROBES, *PROBES_FOUR}
    assert cited >= set(PROBES_FOUR)


def test_every_attribute_of_the_library_is_one(tmp_path: Path) -> None:
    """What is bound is an attribute of ``GenerationConfig``, or an argument of our own modes."""
    from transformers import GenerationConfig

    from pimp_tui.space.generation_config import CUSTOM_OPTIONS, NOT_IN_CONFIG

    space = load_space("transformers-4", host=SERVER)
    bound = {name for name, option in space.bindings.items() if option.bound}
    outside = {*NOT_IN_CONFIG, *CUSTOM_OPTIONS, "model"}
    assert bound - outside <= set(vars(GenerationConfig()))


def test_groups_and_decodings() -> None:
    space = load_space("transformers-4", host=SERVER)
    choice = space.configure()
    choice.select("num_beam_groups_2")
    states = choice.states()
    assert states["group_beam"] == "selected" and states["num_beams_3"] == "deselected"
    assert states["do_sample"] == "deselected" and states["penalty_alpha"] == "deselected"
    default = space.effective(space.default_configuration())
    assert default["do_sample"] is False and default["num_beams"] == 1
    assert default["num_beam_groups"] == 1 and default["penalty_alpha"] is None
    assert default["batch_size"] == 32


def test_hybrid_is_for_models_whose_layers_slide(tmp_path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
    from tiny_models import tiny_gemma

    model = str(tiny_gemma(tmp_path / "gemma"))
    states = load_space("transformers-4", host=BARE, models=[model]).configure().states()
    assert states["cache_hybrid"] == "undecided" and states["cache_static"] == "deselected"
    assert states["attn_sdpa"] == "selected" or states["attn_eager"] == "selected"


def test_a_switch_that_is_wanted_off_stays_off() -> None:
    """A temperature of 1.0 is a leaf of sampling, and what greedy search has by default."""
    space = load_space("transformers-4", host=BARE)
    for sampled in (False, True):
        wanted = {"temperature": 1.0, "do_sample": sampled}
        found, missed = nearest_configuration(space, wanted)
        assert missed == {} and ("temperature_1_0" in found) == sampled
