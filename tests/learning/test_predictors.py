from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad

from pimp_tui.errors import UserError
from pimp_tui.learning.predictors import create_predictor, mean_of, predictors
from pimp_tui.learning.predictors.base import cost_of
from pimp_tui.learning.predictors.blend import Blend
from pimp_tui.learning.predictors.forest import ExtraTrees, RandomForest
from pimp_tui.learning.predictors.gaussian_process import AnovaProcess, GaussianProcess
from pimp_tui.learning.predictors.kernels import Anova, Kernel, Matern52
from pimp_tui.learning.predictors.process import fit_process
from pimp_tui.learning.predictors.targets import own_error, own_errors


def law(count: int, seed: int = 0, width: int = 6) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    X = random.choice([-1.0, 1.0], (count, width))
    return X, 10 + 3 * X[:, 0] + 2 * X[:, 1] * X[:, 2] + 0.05 * random.standard_normal(count)


@pytest.mark.parametrize("name", predictors())
def test_predicts_reproducibly_and_knows_its_own_error(name: str) -> None:
    X, y = law(60)
    fresh, truth = law(200, seed=1)
    model = create_predictor(name, seed=3 + 2**64).fit(X, y)  # beyond what scikit-learn takes
    mean, deviation = model.predict(fresh)
    assert mean.shape == (200,) and (deviation is None or (deviation >= 0).all())
    assert 1 - ((mean - truth) ** 2).mean() / truth.var() > 0.8
    again = create_predictor(name, seed=3).fit(X, y).predict(fresh)[0]
    np.testing.assert_array_equal(mean, again)
    assert model.out_of_sample is not None
    own = np.abs(model.out_of_sample - y).mean()
    inside = np.abs(model.predict(X)[0] - y).mean()
    assert own > inside  # left-out rows are predicted worse than the rows learnt from


@pytest.mark.parametrize("name", predictors())
def test_targets_of_any_sign_and_no_columns(name: str) -> None:
    X, y = law(20)
    negative = create_predictor(name).fit(X, y - 10).predict(X)[0]
    assert np.corrcoef(negative, y)[0, 1] > 0.8
    flat = create_predictor(name).fit(np.zeros((20, 0)), y).predict(np.zeros((3, 0)))[0]
    assert np.isfinite(flat).all() and np.ptp(flat) < 1e-9


def test_unknown_predictor_names_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean random_forest"):
        create_predictor("random_forrest")


def test_another_package_can_add_a_predictor(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    from pimp_tui.learning.predictors import registry

    point = EntryPoint(
        "theirs", "pimp_tui.learning.predictors.forest:RandomForest", "pimp_tui.predictors"
    )
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert predictors()[-1] == "theirs"
    assert create_predictor("theirs", seed=4).seed == 4  # type: ignore[attr-defined]


@pytest.mark.parametrize("kernel", [Matern52(), Anova()])
def test_gradients_are_those_of_the_matrix(kernel: Kernel) -> None:
    random = np.random.default_rng(0)
    X = random.uniform(-1, 1, (9, 4))
    V = random.standard_normal((9, 9))
    V = V + V.T
    theta = kernel.start(4) + 0.3 * random.standard_normal(len(kernel.start(4)))
    error = check_grad(
        lambda t: float((V * kernel.matrix(t, X, X)).sum()),
        lambda t: kernel.matrix_and_pull(t, X)[1](V),
        theta,
    )
    assert error < 1e-4
    np.testing.assert_allclose(kernel.matrix_and_pull(theta, X)[0], kernel.matrix(theta, X, X))
    np.testing.assert_allclose(kernel.diagonal(theta, X), np.diag(kernel.matrix(theta, X, X)))


def test_closed_form_leave_one_out_is_what_leaving_out_gives() -> None:
    X, y = law(15)
    z, rows = (y - y.mean()) / y.std(), np.arange(15)
    whole = fit_process(Matern52(), X, z, np.zeros(15), learn_from=rows, iterations=30)
    noise = np.eye(14) * whole.noise
    for out in (0, 7):
        rest = rows != out
        K = whole.kernel.matrix(whole.theta, X[rest], X[rest]) + noise
        cross = whole.kernel.matrix(whole.theta, X[[out]], X[rest])
        assert (cross @ np.linalg.solve(K, z[rest]))[0] == pytest.approx(
            whole.left_out[out], abs=1e-5
        )


def test_anova_process_bends_for_numbers_between_the_ends() -> None:
    X = np.linspace(-1, 1, 21)[:, None]
    y = 5 + 3 * X[:, 0] ** 2
    assert np.abs(AnovaProcess(0, "raw").fit(X, y).predict(X)[0] - y).max() < 0.1


def test_a_noisy_row_bends_the_process_less() -> None:
    X, y = law(40)
    y[0] += 20
    variance = np.full(40, 1e-6)
    trusting = GaussianProcess(0, "raw").fit(X, y, variance.copy()).predict(X[:1])[0][0]
    variance[0] = 1e4
    doubting = GaussianProcess(0, "raw").fit(X, y, variance).predict(X[:1])[0][0]
    assert doubting < trusting


def test_beyond_the_cap_rows_are_drawn_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from pimp_tui.learning.predictors import gaussian_process

    monkeypatch.setattr(gaussian_process, "LEARN_ROWS", 30)
    monkeypatch.setattr(gaussian_process, "MAX_ROWS", 50)
    X, y = law(80)
    model = GaussianProcess(0, "log").fit(X, y)
    assert model.notes == [
        "Gaussian process on 50 of 80 rows, drawn by seed",
        "relevances learnt from 30 of 50 rows",
    ]
    assert model.out_of_sample is not None and np.isfinite(model.out_of_sample).all()


def test_a_fit_computes_in_one_thread_and_gives_the_others_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from threadpoolctl import threadpool_info

    from pimp_tui.learning.predictors import process

    def threads() -> list[int]:
        return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]

    seen, cholesky = [], process._cholesky
    monkeypatch.setattr(process, "_cholesky", lambda K, v: seen.append(threads()) or cholesky(K, v))
    before = threads()
    X, y = law(20)
    fit_process(Matern52(), X, y, np.zeros(20), learn_from=np.arange(20), iterations=1)
    assert seen and all(set(one) == {1} for one in seen) and threads() == before


@pytest.mark.parametrize("name", predictors())
def test_the_mean_alone_is_that_of_predict(name: str) -> None:
    X, y = law(60)
    fresh, _ = law(1300, seed=1)
    model = create_predictor(name, seed=3).fit(X, y)
    np.testing.assert_allclose(mean_of(model, fresh), model.predict(fresh)[0], rtol=1e-9)
    assert 0 < cost_of(model) < 60


def test_the_cheap_member_of_a_blend_is_the_best_of_the_fast_ones() -> None:
    X, y = law(40)
    blend = Blend(0).fit(X, y)
    fast = [i for i, member in enumerate(blend.members) if cost_of(member) <= 3.0]
    best = max(fast, key=lambda index: blend.weights[index])
    assert blend.cheap() is blend.members[best]
    slow = Blend(0, [RandomForest(0), ExtraTrees(0)]).fit(X, y)
    assert slow.cheap() in slow.members


def test_trees_draw_a_bounded_number_of_rows_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from pimp_tui.learning.predictors import boosting, forest

    monkeypatch.setattr(forest, "TREE_ROWS", 60)
    monkeypatch.setattr(boosting, "STAGE_ROWS", 60)
    X, y = law(120)
    fresh, truth = law(200, seed=1)
    told = "each tree of {} learns from 60 of 120 rows"
    for name, words in (("random_forest", "a forest"), ("gradient_boosting", "boosting")):
        model = create_predictor(name).fit(X, y)
        assert model.notes == [told.format(words)]
        assert 1 - ((mean_of(model, fresh) - truth) ** 2).mean() / truth.var() > 0.8
        assert create_predictor(name).fit(X[:60], y[:60]).notes == []


def test_a_blend_is_weighted_by_what_the_good_mode_of_an_accuracy_needs() -> None:
    random = np.random.default_rng(0)
    truth = np.repeat([0.05, 0.6], 20) * random.uniform(0.97, 1.03, 40)
    ruined = truth < 0.1
    y = np.where(ruined, random.uniform(0.01, 0.1, 40), truth)
    close = np.where(ruined, 0.1, truth)  # far off in the ruined mode, in relative terms
    low = np.where(ruined, y * np.exp(0.7 * random.choice([-1.0, 1.0], 40)), 0.8 * truth)
    first, second = own_errors(y, np.array([close, low]))
    assert first < second
    assert own_error(y, close) > own_error(y, low)
    for unit in (1e-3, 1e6):  # no unit decides it
        assert np.allclose(own_errors(unit * y, unit * np.array([close, low])), [first, second])
    times = np.exp(random.normal(size=40))
    guesses = times * np.exp(0.1 * random.normal(size=(2, 40)))
    assert np.allclose(own_errors(times, guesses), [own_error(times, one) for one in guesses])
