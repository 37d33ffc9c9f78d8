from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.learning.coded_rows import CodedRows
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.fronts.nearness import depth
from pimp_tui.learning.fronts.nondominated import nondominated
from pimp_tui.learning.fronts.predicted_front import predicted_front, session_front
from pimp_tui.learning.fronts.ranking import near_front
from pimp_tui.learning.fronts.seen import Seen
from pimp_tui.learning.learner import Learner, fit
from pimp_tui.learning.predictors.blend import Blend
from pimp_tui.learning.predictors.boosting import GradientBoosting
from pimp_tui.learning.predictors.forest import ExtraTrees
from pimp_tui.learning.predictors.gaussian_process import AnovaProcess, GaussianProcess
from pimp_tui.sampling import sample
from pimp_tui.sampling.frames import plan_frame
from pimp_tui.session.where import compile_where
from pimp_tui.space import Space, load_space
from tests.learning.tables import FakeSession

GOALS = {"duration_s": "min", "pass_at_1": "max"}


@pytest.fixture(scope="module")
def space() -> Space:
    return load_space("transformers")


@pytest.fixture(scope="module")
def session(space: Space) -> FakeSession:
    """60 measured configurations whose duration and accuracy follow laws over all options."""
    plan = sample(space, method="uniform", n=60, seed=1).unique("config_id", maintain_order=True)
    options = [name for name in plan.columns if name not in ("config_id", "position", "sampler")]
    X = Encoder(options).fit(plan).transform(plan)
    random = np.random.default_rng(0)
    weight = random.normal(size=X.shape[1]) * (random.random(X.shape[1]) < 0.3)
    rows = plan.drop("position", "sampler").with_columns(
        duration_s=pl.Series(np.exp(2 + 0.3 * X @ weight)),
        pass_at_1=pl.Series(1 / (1 + np.exp(-0.5 * X @ np.roll(weight, 3)))),
        latency_s=pl.Series(np.exp(1 + 0.2 * X @ weight)),
        runs_ok=pl.lit(1),
        runs_failed=pl.lit(0),
    )
    return FakeSession(rows, options, a_space=space)


def test_coded_rows_are_what_the_encoder_makes_of_the_frame(
    space: Space, session: FakeSession
) -> None:
    encoder = Encoder(session.options).fit(session.rows)
    rows = space.reasoner.draw(500, np.random.default_rng(5), [])
    frame = plan_frame(space, rows, "uniform")
    X, fitted = CodedRows(space, encoder).encode(rows)
    np.testing.assert_allclose(X, encoder.transform(frame), atol=1e-12)
    assert fitted.tolist() == encoder.fitted(frame).to_list()
    assert 0 < fitted.sum() < 500


OR_GROUP = """features
    Root {abstract}
        mandatory
            parts {abstract, option 'parts'}
                or
                    first {value 'first'}
                    second {value 'second'}
        optional
            plain
"""


def test_several_leaves_of_one_option_are_a_value_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "parts.uvl"
    file.write_text(OR_GROUP)
    space = load_space(file)
    rows = space.reasoner.draw(40, np.random.default_rng(0), [])
    frame = plan_frame(space, rows, "uniform")
    encoder = Encoder(list(space.bindings)).fit(frame)
    X, fitted = CodedRows(space, encoder).encode(rows)
    np.testing.assert_allclose(X, encoder.transform(frame))
    assert fitted.all() and '["first","second"]' in frame["parts"].to_list()


@pytest.fixture(scope="module")
def learners(session: FakeSession) -> dict[str, Learner]:
    """A blend of three members for each objective and the latency."""
    found = {}
    for name in (*GOALS, "latency_s"):
        own = fit(session, name, predictor="gaussian_process")
        members = [GaussianProcess(0, "log"), AnovaProcess(0, "log"), ExtraTrees(0)]
        X = own.encoder.transform(session.rows)
        model = Blend(members=members).fit(X, session.rows[name].to_numpy())
        found[name] = replace(own, model=model)
    return found


@pytest.mark.parametrize("where", [None, "pass_at_1 <= 0.6 and latency_s > 2.5"])
def test_cheap_first_finds_the_front_of_the_whole_blend(
    space: Space, session: FakeSession, learners: dict[str, Learner], where: str | None
) -> None:
    if where is None:
        learners = {name: learners[name] for name in GOALS}
    condition = compile_where(where, session.rows.schema) if where else None
    told: list[tuple[str, float | None]] = []
    front = near_front(
        space, None, 30_000, learners, GOALS, condition, seed=2,
        progress=lambda *one: told.append(one),
    )  # fmt: skip
    rows = np.vstack([space.reasoner.draw(k, r, []) for k, r in _blocks(30_000, 2)])
    whole = plan_frame(space, rows, "uniform").unique("config_id", maintain_order=True)
    want = predicted_front(session, whole, learners, GOALS, where)
    have = predicted_front(session, front, learners, GOALS, where)
    assert want["estimated"].any() and front["config_id"].is_unique().all()
    assert set(have["config_id"]) == set(want["config_id"])
    assert [share for _, share in told] == [0.0, pytest.approx(2 / 3)]


def test_nothing_that_satisfies_the_condition_is_no_front(
    space: Space, session: FakeSession, learners: dict[str, Learner]
) -> None:
    boosted = replace(
        learners["latency_s"],
        model=Blend(members=[GradientBoosting(0)]).fit(
            learners["latency_s"].encoder.transform(session.rows),
            session.rows["latency_s"].to_numpy(),
        ),
    )
    condition = compile_where("latency_s < 0", session.rows.schema)
    front = near_front(space, None, 25_000, learners | {"latency_s": boosted}, GOALS, condition)
    assert front.is_empty() and "config_id" in front.columns


def test_what_is_known_is_left_out(
    space: Space, session: FakeSession, learners: dict[str, Learner]
) -> None:
    own = {name: learners[name] for name in GOALS}
    best = near_front(space, None, 5_000, own, GOALS)
    known = [space.from_row(row) for row in best.select(list(space.bindings)).iter_rows(named=True)]
    rest = near_front(space, None, 5_000, own, GOALS, known=known)
    assert rest.height and not set(rest["config_id"]) & set(best["config_id"])


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_depth_is_what_a_point_must_gain(width: int) -> None:
    random = np.random.default_rng(width)
    points = random.random((300, width)).round(2)
    scale = random.random(width) + 0.1
    front = points[nondominated(points)]
    behind = depth(points, front, scale)
    gaps = (points[:, None, :] - front[None, :, :]) / scale
    np.testing.assert_allclose(behind, gaps.min(axis=2).max(axis=1))
    eased = points - behind[:, None] * scale - 1e-9
    assert not (front[None] < eased[:, None]).all(axis=2).any()
    limited = depth(points, front, scale, limit=0.2)
    within = behind <= 0.2
    np.testing.assert_allclose(limited[within], behind[within])
    assert (limited[~within] > 0.2).all()
    assert np.isneginf(depth(points, front[:0], scale)).all()


def test_rows_seen_before_are_not_fresh() -> None:
    random = np.random.default_rng(0)
    seen, met = Seen(np.array([0, 2, 3, 4, 5, 6])), set()
    for _ in range(12):
        rows = random.random((20, 7)) < 0.5
        fresh = [row[[0, 2, 3, 4, 5, 6]].tobytes() for row in rows]
        want = [at for at, key in enumerate(fresh) if key not in met and key not in fresh[:at]]
        met |= set(fresh)
        assert seen.fresh(rows).tolist() == want


def _blocks(n: int, seed: int) -> list[tuple[int, np.random.Generator]]:
    random = np.random.default_rng(seed)
    return [(20_000, random), (n - 20_000, random)]


@pytest.mark.slow
def test_a_condition_on_another_metric_holds_for_predictions_too(session: FakeSession) -> None:
    limit = float(session.rows["latency_s"].quantile(0.2) or 0.0)
    front = session_front(session, GOALS, where=f"latency_s <= {limit}", n=300, seed=1)
    assert front["estimated"].any() and front["latency_s"].max() <= limit


def test_ranking_can_be_cancelled(space: Space, learners: dict[str, Learner]) -> None:
    def stop(what: str, share: float | None) -> None:
        if share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        near_front(space, None, 100_000, learners, GOALS, progress=stop)


def test_a_mistake_in_the_condition_is_told_before_anything_is_learnt(
    session: FakeSession,
) -> None:
    with pytest.raises(UserError, match="latencies"):
        session_front(session, GOALS, where="latencies < 3", n=10_000)
