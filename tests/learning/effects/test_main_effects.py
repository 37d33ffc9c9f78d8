from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.learning import fit
from pimp_tui.learning.effects.contrasts import contrast, pooled_p
from pimp_tui.learning.effects.importance import permutation_importance
from pimp_tui.learning.effects.interactions import INTERACTION_SCHEMA, interaction_strength
from pimp_tui.learning.effects.main_effects import (
    FEATURE_SCHEMA,
    cliffs_delta,
    feature_effects,
    holm,
)
from pimp_tui.learning.effects.pair_effects import PAIR_SCHEMA, pairwise_effects
from pimp_tui.learning.effects.pair_words import strength_words
from pimp_tui.learning.effects.switching import switches
from pimp_tui.learning.effects.words import effect_words, switch_words
from tests.learning.tables import OPTIONS, table


def test_effects_of_a_full_factorial_are_exact() -> None:
    frame = pl.DataFrame(
        [
            {"a": a, "b": b, "c": c, "cost": 10.0 + 4 * a - 2 * b + 3 * (a and b)}
            for a in (False, True)
            for b in (False, True)
            for c in (1, 2, 4)
        ]
    )
    effects = feature_effects(frame, "cost", ["a", "b", "c"])
    assert effects.schema == FEATURE_SCHEMA
    found = {row["feature"]: row for row in effects.to_dicts()}
    assert set(found) == {"a=true", "b=true", "c=1", "c=2", "c=4"}
    assert next(iter(found)) == "a=true"
    assert found["a=true"]["effect"] == pytest.approx(5.5)
    assert found["b=true"]["effect"] == pytest.approx(-0.5)
    assert found["c=4"]["effect"] == pytest.approx(0.0)
    assert found["a=true"]["cliffs_delta"] == 1.0
    assert found["a=true"]["lower"] <= 5.5 <= found["a=true"]["upper"]
    assert found["a=true"]["p_holm"] < 0.05 < found["c=4"]["p_holm"]
    pairs = pairwise_effects(frame, "cost", ["a", "b", "c"])
    assert pairs.schema == PAIR_SCHEMA
    pair = pairs.filter((pl.col("given") == "a=true") & (pl.col("feature") == "b=true"))
    assert pair["effect"].item() == pytest.approx(1.0)
    assert pair["interaction"].item() == pytest.approx(3.0)
    ends = pair.select("interaction_lower", "interaction_upper").row(0)
    assert ends == pytest.approx((3.0, 3.0)), "c does not matter at all"
    assert pair["cliffs_delta"].item() == 1.0 and pair["p_holm"].item() >= pair["p"].item()


def test_null_is_off_and_few_rows_get_no_interval() -> None:
    frame = pl.DataFrame({"w": [True, None, None, None, None], "cost": [5.0, 1.0, 2.0, 3.0, 4.0]})
    row = feature_effects(frame, "cost", ["w"]).row(0, named=True)
    assert (row["feature"], row["n_with"], row["effect"]) == ("w=true", 1, 2.5)
    assert row["lower"] is None and row["p"] is None and row["p_holm"] is None


def test_a_number_of_many_values_is_parted_in_its_middle() -> None:
    sizes = [*range(1, 11), None, None]
    cost = [float(5 + (size or 0)) for size in sizes]
    frame = pl.DataFrame({"size": sizes, "cost": cost})
    found = {row["feature"]: row for row in feature_effects(frame, "cost", ["size"]).to_dicts()}
    assert set(found) == {"size>5", "size=null"}
    above = found["size>5"]
    assert (above["option"], above["n_with"], above["n_without"]) == ("size", 5, 6)
    assert above["effect"] == pytest.approx(13.0 - 7.5) and above["cliffs_delta"] == 1.0
    mostly = pl.DataFrame({"x": [0.5, *[9.0] * 8, *range(1, 7)], "cost": range(15)})
    mostly = mostly.with_row_index("config_id")
    assert feature_effects(mostly, "cost", ["x"])["feature"].to_list() == ["x>6"]
    paired = frame.with_columns(on=pl.Series([True, False] * 6))
    pairs = pairwise_effects(paired, "cost", ["size", "on"])
    assert set(pairs["given_option"]) == {"size", "on"} == set(pairs["option"])


def test_constant_metric_and_unknown_names() -> None:
    flat = feature_effects(table(20).with_columns(pass_at_1=pl.lit(0.5)), "pass_at_1", OPTIONS)
    assert flat["effect"].abs().max() < 1e-12 and flat["p_holm"].drop_nulls().min() == 1.0
    with pytest.raises(UserError, match="did you mean energy_j"):
        feature_effects(table(20), "enrgy_j", OPTIONS)


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=8),
    st.lists(st.integers(0, 5), min_size=1, max_size=8),
)
def test_cliffs_delta_counts_pairs(a: list[int], b: list[int]) -> None:
    pairs = [(x > y) - (x < y) for x in a for y in b]
    assert cliffs_delta(np.array(a), np.array(b)) == pytest.approx(sum(pairs) / len(pairs))


def test_holm() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == [pytest.approx(0.03), None, 0.06, 0.06]
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_intervals_of_pairs_hold_the_truth() -> None:
    held = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        a, b = random.random((2, 60)) < 0.5
        cost = 10 + 4 * a - 2 * b + 3 * (a & b) + random.normal(0, 1, 60)
        frame = pl.DataFrame({"a": a, "b": b, "id": range(60), "cost": cost})
        pairs = pairwise_effects(frame.rename({"id": "config_id"}), "cost", ["a", "b"])
        row = pairs.filter(pl.col("given") == "a=true").row(0, named=True)
        held += row["interaction_lower"] <= 3.0 <= row["interaction_upper"]
    assert held >= 34, "95% of 40, less three standard deviations"


def test_few_rows_of_one_hump_are_no_interaction() -> None:
    """Welch's interval takes three rows that happen to lie on one of two humps for sure."""
    random = np.random.default_rng(0)
    a, b = np.arange(40) < 6, np.arange(40) % 2 == 0
    cost = np.where(random.random(40) < 0.4, 5.0, 0.0) + random.normal(0, 0.05, 40)
    cost[a & b], cost[a & ~b] = (5.0, 5.02, 4.99), (0.01, 0.0, -0.01)
    cost[~a] = np.where(np.arange(34) // 2 % 2 == 0, 5.0, 0.0) + random.normal(0, 0.05, 34)
    frame = pl.DataFrame({"a": a, "b": b, "config_id": range(40), "cost": cost})
    rows = pairwise_effects(frame, "cost", ["a", "b"]).to_dicts()
    row = next(row for row in rows if row["given"] == "a=true")
    cells = tuple(cost[mask] for mask in (a & b, a & ~b, ~a & b, ~a & ~b))
    assert contrast(cells, (1.0, -1.0, -1.0, 1.0)).p < 0.001 < 0.02 < row["interaction_p"] < 0.2
    tight = tuple(np.array([value] * 3) for value in (4.0, 1.0, 1.0, 1.0))
    assert pooled_p(tight, (1.0, -1.0, -1.0, 1.0)) == 0.0
    assert pooled_p((tight[1],) * 4, (1.0, -1.0, -1.0, 1.0)) == 1.0
    assert pooled_p((*tight[:3], cost[:2]), (1.0, -1.0, -1.0, 1.0)) is None


def test_words_claim_no_more_than_the_interval_holds() -> None:
    noise = pl.Series(np.random.default_rng(0).random(60))
    blind = feature_effects(table().with_columns(energy_j=noise), "energy_j", OPTIONS).to_dicts()
    said = " ".join(effect_words(blind, "energy_j", 60))
    assert "No effect of a single feature on energy_j is shown by these 60" in said
    assert "higher by" not in said and "lower by" not in said
    clear = feature_effects(table(), "energy_j", OPTIONS).to_dicts()
    first, *rest = effect_words(clear, "energy_j", 60)
    assert first.startswith("With cache=offloaded, energy_j is higher by 8") or "beams" in first
    assert "a large effect" in first and any("neither an effect nor its absence" in r for r in rest)
    low = [
        row | {"effect": -3.0, "lower": -4.0, "upper": -2.0, "p_holm": 0.01} for row in clear[:1]
    ]
    assert "is lower by 3 (2 to 4) on average" in effect_words(low, "energy_j", 60)[0]
    unsure = [row | {"p_holm": 0.2} for row in low]
    assert "lower by" not in " ".join(effect_words(unsure, "energy_j", 60))
    assert effect_words([], "energy_j", 7) == [
        "No option varies among the 7 configurations with energy_j."
    ]


def test_importance_is_of_options_that_matter() -> None:
    frame = table(80).with_columns(same=pl.lit(1))
    found = permutation_importance(frame, "energy_j", [*OPTIONS, "same"], "gaussian_process")
    rows = {row["option"]: row for row in found.to_dicts()}
    assert "same" not in rows and found["importance"].is_sorted(descending=True)
    assert rows["beams"]["lower"] > 1.0 and rows["cache"]["lower"] > 1.0
    assert abs(rows["watermark"]["importance"]) < 0.3, "it has no effect"
    with pytest.raises(UserError, match="7 configurations measured"):
        permutation_importance(table(7), "energy_j", OPTIONS)


def test_interactions_are_told_from_sums() -> None:
    random = np.random.default_rng(0)
    a, b, c = random.random((3, 90)) < 0.5
    frame = pl.DataFrame({"a": a, "b": b, "c": c, "config_id": range(90)})
    cost = 10 + 4.0 * (a ^ b) + 2.0 * c + random.normal(0, 0.05, 90)
    learner = fit(frame.with_columns(cost=cost), "cost", ["a", "b", "c"], "extra_trees")
    strengths = interaction_strength(learner)
    assert strengths.schema == INTERACTION_SCHEMA
    found = {tuple(sorted((r["option"], r["other"]))): r for r in strengths.to_dicts()}
    assert found["a", "b"]["strength"] > 0.8 > 0.2 > found["b", "c"]["strength"]
    for row in found.values():
        assert 0.0 <= row["lower"] <= row["strength"] <= row["upper"] <= 1.0
    assert found["a", "b"]["lower"] > found["b", "c"]["strength"]
    assert found["a", "b"]["p_holm"] < 0.01 and found["b", "c"]["p_holm"] > 0.05
    (leading,) = interaction_strength(learner, top=2, intervals=False).to_dicts()
    assert "c" in (leading["option"], leading["other"]), "it alone has an effect by itself"
    told = " ".join(strength_words([leading], "cost", "blend", left_out=1))
    assert "of those that vary, 1 was left out" in told
    quick = interaction_strength(learner, intervals=False)
    assert quick["lower"].null_count() == quick.height
    assert quick["strength"].to_list() == strengths["strength"].to_list()


def test_switches_of_one_configuration() -> None:
    rows = table(80, noise=0.02)
    learner = fit(rows, "energy_j", OPTIONS, "gaussian_process")
    start = {"cache": "dynamic", "beams": 1, "sample": True, "watermark": False, "size": 4}
    found = {row["feature"]: row for row in switches(learner, start).to_dicts()}
    assert set(found) >= {"cache=static", "cache=offloaded", "beams=4", "sample=false"}
    assert "beams=1" not in found
    truth = {"cache=offloaded": 8.0, "beams=4": 15.0, "sample=false": 3.0, "watermark=true": 0.0}
    for feature, change in truth.items():
        row = found[feature]
        assert row["lower"] <= change <= row["upper"], feature
        assert row["lower"] <= row["change"] <= row["upper"]
        assert row["shown"] == (change != 0.0)
    said = switch_words(list(found.values()))
    count = sum(row["shown"] for row in found.values())
    assert f"{count} of {len(found)} are shown" in said[0] and "90 of 100" in said[1]
    assert "never measured" in said[1], "what is not told of"
    assert switch_words([]) == ["No other value of one option alone gives a valid configuration."]
    share = rows.with_columns(pass_at_1=pl.col("energy_j") / pl.col("energy_j").max())
    solved = fit(share, "pass_at_1", OPTIONS, "random_forest")
    now = solved.predict(pl.DataFrame([start], schema={n: rows.schema[n] for n in start}))
    least, most = -now["prediction"].item(), 1.0 - now["prediction"].item()
    changed = switches(solved, start)
    assert changed["lower"].min() >= least - 1e-9 and changed["upper"].max() <= most + 1e-9
    around = rows.with_columns(pl.col("energy_j") - pl.col("energy_j").min())
    percents = switches(fit(around, "energy_j", OPTIONS, "random_forest"), start)["change_percent"]
    assert percents.null_count() == len(percents) > 0, "percent of values around 0 say nothing"
    with pytest.raises(UserError, match="never measured"):
        switches(learner, start | {"cache": "paged"})
    with pytest.raises(UserError, match="no beams"):
        switches(learner, {"cache": "dynamic"})


def test_intervals_of_few_configurations_hold_the_truth_and_claim_nothing_of_noise() -> None:
    """Eight and sixteen configurations, a skewed metric, and features that are rare or common."""
    held = asked = claimed = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        n = 8 if seed % 2 else 16
        on = {
            name: random.random(n) < share
            for name, share in zip("abc", (0.5, 0.3, 0.8), strict=True)
        }
        noise = np.exp(random.normal(0, 0.5, n))
        frame = pl.DataFrame({**on, "config_id": range(n), "flat": noise})
        frame = frame.with_columns(cost=5.0 * frame["a"] + noise)
        for row in feature_effects(frame, "cost", ["a"]).to_dicts():
            asked += row["lower"] is not None
            held += row["lower"] is not None and row["lower"] <= 5.0 <= row["upper"]
        claimed += "higher by" in (said := " ".join(
            effect_words(feature_effects(frame, "flat", list("abc")).to_dicts(), "flat", n)
        )) or "lower by" in said  # fmt: skip
    assert asked >= 40 and held >= 0.88 * asked, "95 % of 45 or more, less two deviations"
    assert claimed <= 7, "5 % of 60, and two deviations more"


def test_a_test_on_aligned_ranks_tells_interactions_from_main_effects() -> None:
    from pimp_tui.learning.effects.aligned_ranks import interaction_p

    random = np.random.default_rng(3)
    a, b, c = random.random((3, 60)) < 0.4
    frame = pl.DataFrame({"a": a, "b": b, "c": c, "size": random.integers(0, 40, 60)})
    cost = 10 + 6.0 * a - 3.0 * b + 5.0 * (a & b) + 0.2 * frame["size"].to_numpy()
    cost = cost + random.normal(0, 0.5, 60)
    options = frame.columns
    together, apart = (
        interaction_p(frame, cost, options, pair) for pair in (("a", "b"), ("b", "c"))
    )
    assert together == 1 / 2000, "no permutation explains as much"
    assert apart is not None and apart > 0.01
    assert interaction_p(frame.head(4), cost[:4], options, ("a", "b")) is None, "too few"
    flat = interaction_p(frame, np.ones(60), options, ("a", "b"))
    assert flat is None, "nothing varies"


def test_skewed_noise_and_rare_features_are_no_interaction() -> None:
    """Ranks alone claim some pair in 12 % of such tables: an outlier alone in its combination."""
    from itertools import combinations

    from pimp_tui.learning.effects.aligned_ranks import interaction_p

    claimed = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        on = {
            name: random.random(30) < share
            for name, share in zip("abcdef", (0.5, 0.3, 0.8, 0.15, 0.5, 0.2), strict=True)
        }
        frame = pl.DataFrame(on)
        frame = frame.select(name for name in on if frame[name].n_unique() > 1)
        noise = np.exp(random.normal(0, 1, 30)) + 6 * on["a"]
        pairs = combinations(frame.columns, 2)
        p = [interaction_p(frame, noise, frame.columns, pair) for pair in pairs]
        claimed += any(value is not None and value < 0.05 for value in holm(p))
    assert claimed <= 6, "5 % of 60, and two deviations more"


def test_a_combination_of_one_row_says_nothing_of_an_interaction() -> None:
    from pimp_tui.learning.effects.aligned_ranks import interaction_p

    a = np.arange(40) % 2 == 0
    b = np.arange(40) >= 30
    lone = a & (np.arange(40) < 31)
    frame = pl.DataFrame({"a": lone, "b": b})
    cost = np.random.default_rng(0).normal(0, 1, 40)
    cost[30] += 100.0
    assert frame.filter(pl.col("a") & pl.col("b")).height == 1
    assert interaction_p(frame, cost, ["a", "b"], ("a", "b")) is None
