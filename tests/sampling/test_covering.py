"""YASA and ICPL against brute force on random models."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.sampling import coverage, sample
from pimp_tui.sampling.registry import sampler
from pimp_tui.space import UvlText, load_space
from tests.sampling.helpers import interactions, quick
from tests.space.random_models import RandomModel, feature_models
from tests.space.shop import HOST, INFERENCE, write_model


@quick
@given(feature_models(most=8), st.integers(1, 3), st.sampled_from(["yasa", "yasa:1", "icpl"]))
def test_all_that_is_valid_is_covered(model: RandomModel, t: int, method: str) -> None:
    every = model.configurations()
    assume(every and t <= len(model.names))
    space = load_space(model.text())
    plan = sample(space, method, t=t, seed=1)
    whole = interactions([space.row(f) for f in every], space.features, t)
    assert interactions(plan.to_dicts(), space.features, t) == whole
    valid = {frozenset(f) for f in every}
    for row in plan.iter_rows(named=True):
        assert frozenset(f for f in space.features if row[f]) in valid
    assert plan.select(space.features).n_unique() == len(plan)
    assert set(plan["sampler"]) == {method}
    assert plan.equals(sample(space, method, t=t, seed=1))
    assert coverage(space, plan, t=t)["coverage"] == 1


@quick
@given(feature_models(most=8), st.data(), st.sampled_from(["yasa", "icpl", "twise"]))
def test_a_choice_is_respected(model: RandomModel, data: st.DataObject, method: str) -> None:
    every = model.configurations()
    assume(every)
    space = load_space(model.text())
    wanted = data.draw(st.sampled_from(every))
    feature = data.draw(st.sampled_from(space.features))
    choice = space.configure()
    choice.select(feature) if feature in wanted else choice.deselect(feature)
    plan = sample(space, method, seed=2, within=choice, seconds=0.2)
    inside = [f for f in every if (feature in f) == (feature in wanted)]
    whole = interactions([space.row(f) for f in inside], space.features, 2)
    assert interactions(plan.to_dicts(), space.features, 2) == whole


@pytest.mark.parametrize("method", ["yasa", "icpl"])
@pytest.mark.parametrize("kind", ["options", "literals"])
@pytest.mark.parametrize("t", [1, 2, 3])
def test_bound_spaces(tmp_path, method: str, kind: str, t: int) -> None:
    models = [str(write_model(tmp_path / "small", 4)), str(write_model(tmp_path / "big", 9))]
    space = load_space(UvlText(INFERENCE), host=HOST, models=models)
    plan = sample(space, method, t=t, seed=4, interactions=kind)
    answer = coverage(space, plan, t=t, interactions=kind)
    assert answer["coverage"] == 1 and answer["invalid_configurations"] == 0
    assert answer["duplicates"] == 0 and answer["valid_interactions"] > 0
    cut = sample(space, method, t=t, n=2, seed=4, interactions=kind)
    assert len(cut) == 2


def test_values_of_several_leaves_are_items_of_their_own() -> None:
    text = (
        "features\n  R {abstract}\n    mandatory\n"
        "      stop {abstract, option 'stop'}\n        or\n"
        "          a {value 'a'}\n          b {value 'b'}\n          again {value 'a'}\n"
        "    optional\n      x {option 'x', value 3}\n      y {option 'y', value 1}\n"
        "constraints\n  x => b\n  y => !b\n"
    )
    space = load_space(UvlText(text))
    for method in ("yasa", "icpl"):
        for t in (1, 2, 3):
            plan = sample(space, method, t=t)
            assert coverage(space, plan, t=t)["coverage"] == 1


def test_more_passes_never_make_more_rows(tmp_path) -> None:
    groups = "".join(
        f"      G{g}\n        alternative\n" + "".join(f"          V{g}_{k}\n" for k in range(4))
        for g in range(7)
    )
    rules = "constraints\n  V0_0 => V1_0 | V1_1\n  V2_0 => !V3_0\n"
    space = load_space(f"features\n  R\n    mandatory\n{groups}{rules}")
    sizes = [len(sample(space, f"yasa:{m}", seed=1)) for m in (1, 3, 9)]
    assert sizes == sorted(sizes, reverse=True)
    # Two options of four values need 16 rows; the published algorithms come near them.
    assert 16 <= sizes[-1] <= sizes[0] <= 36 and 16 <= len(sample(space, "icpl")) <= 36


def test_methods_that_do_not_exist() -> None:
    for text, what, mend in [
        ("yaza", "no sampling method yaza", "did you mean yasa?"),
        ("yasa:", "no empty number", "yasa:10"),
        ("yasa:0", "yasa makes no 0 passes", "yasa:10"),
        ("icpl:3", "icpl takes no number", "only yasa"),
        ("suggest", "suggest needs a session", "pimp-tui suggest SESSION"),
    ]:
        with pytest.raises(UserError, match=what) as caught:
            sampler(text)
        assert mend in str(caught.value.mend)
