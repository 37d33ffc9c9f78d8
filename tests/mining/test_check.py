"""A check over an engine with known rules finds these rules, and nothing else."""

import pytest

from pimp_tui.errors import UserError
from pimp_tui.mining.report import with_proposals
from pimp_tui.mining.start import check_space
from pimp_tui.space import load_space

GOOD = ["alpha_2 | alpha_3 => beta_1", "gamma_5 => !alpha_1"]


def found(report, kind):
    return [finding for finding in report.findings if finding.kind == kind]


def test_a_space_that_is_right_is_clean(check):
    report = check([*GOOD])
    assert report.findings == []
    assert report.configurations_run == report.configurations_planned > 20
    assert report.pairs_probed == report.pairs_forbidden > 0
    assert report.probes >= report.configurations_run + report.pairs_probed
    assert not report.has_failures and report.left_out == {}


def test_a_missing_constraint_is_found_with_its_least_cause(check, write_space):
    report = check([GOOD[1]])
    [finding] = found(report, "missing")
    assert set(finding.cause) == {"alpha", "beta"}
    assert "takes beta 1" in finding.message and finding.steady
    assert finding.proposal in ("alpha_2 | alpha_3 => beta_1", "beta_2 | beta_3 => alpha_1")
    assert finding.configurations == report.failed > 1
    mended = with_proposals(write_space([GOOD[1]]).read_text(), report.findings)
    space = load_space(mended)
    assert not space.satisfiable([space.variable("alpha_3"), space.variable("beta_2")])
    assert space.satisfiable([space.variable("alpha_3"), space.variable("beta_1")])
    assert "takes beta 1" in mended


def test_an_option_without_effect_is_found_with_what_would_help(check):
    report = check([GOOD[0]])
    [finding] = found(report, "ineffective")
    assert finding.cause == {"gamma": 5}
    assert finding.message == "`gamma` is only used with alpha above 1"
    assert finding.proposal == "gamma_5 => !alpha_1"


def test_a_forbidden_pair_that_runs_is_told_with_the_line(check, write_space):
    extra = "delta_calm => beta_1"
    report = check([*GOOD, extra])
    [finding] = found(report, "over-constraint")
    text = write_space([*GOOD, extra]).read_text()
    assert finding.constraint == extra
    assert finding.line == text.splitlines().index(f"    {extra}") + 1
    assert {pair["beta"] for pair in finding.pairs} == {2, 3}
    assert finding.proposal.startswith(f"drop line {finding.line}")
    assert report.over_constrained == 2 and not report.has_failures


def test_what_is_forbidden_on_purpose_is_explained(check):
    report = check([*GOOD, "// cost: slow", "delta_calm => beta_1"])
    [finding] = found(report, "over-constraint")
    assert finding.reason == "slow" and finding.proposal is None
    assert report.over_constrained == 0 and report.explained == 2


def test_a_crash_costs_one_configuration(check):
    report = check(GOOD, delta=("exit",))
    [finding] = found(report, "missing")
    assert finding.cause == {"delta": "exit"}
    assert "exited with code 7" in finding.message
    assert finding.proposal == "delta_exit => !beta_1"
    assert report.configurations_run == report.configurations_planned


@pytest.mark.slow
def test_out_of_memory_costs_one_configuration(check):
    report = check(GOOD, delta=("memory",))
    [finding] = found(report, "missing")
    assert finding.cause == {"delta": "memory"} and "no room" in finding.message
    assert finding.proposal == "!delta_memory"


@pytest.mark.slow
def test_a_hang_costs_one_configuration(check):
    report = check(GOOD, delta=("hang",), n=0, timeout_s=1.0)
    [finding] = found(report, "missing")
    assert finding.cause == {"delta": "hang", "gamma": 5}
    assert "timeout" in finding.message
    assert finding.proposal in ("gamma_5 => !delta_hang", "delta_hang => !gamma_5")


def test_what_comes_and_goes_with_the_seed_gets_no_constraint(check):
    report = check(GOOD, delta=("faint",))
    [finding] = found(report, "ineffective")
    assert finding.cause == {"delta": "faint"}
    assert not finding.steady and finding.proposal is None


def test_the_budget_ends_it_and_it_says_what_is_left(check):
    report = check(GOOD, delta=("steady",), seconds=1e-6)
    assert report.left_out["configurations"] > 0 and report.left_out["pairs"] > 0


def test_an_interrupt_keeps_what_was_found(check):
    def stop(phase, done, planned):
        if phase == "pairs":
            raise KeyboardInterrupt

    report = check([GOOD[1]], delta=("steady",), on_progress=stop)
    assert report.interrupted and found(report, "missing")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"n": -1}, "n is -1"),
        ({"seconds": 0.0}, "seconds is"),
        ({"engine": "fke"}, "no engine"),
        ({"model": "none"}, "no such weights"),
    ],
)
def test_bad_input_is_told(check, asked, words):
    with pytest.raises(UserError, match=words):
        check(GOOD, **asked)


def test_a_part_of_the_space_is_checked_alone(fake, write_space):
    path = write_space([GOOD[1]], ("steady",))
    space = load_space(str(path))
    within = space.configure()
    within.deselect("alpha_3")
    within.deselect("gamma_5")
    report = check_space(
        space, str(path), "any", lambda *news: None, n=5, engine="fake", within=within
    )
    [finding] = report.findings
    assert finding.cause == {"alpha": 2, "beta": finding.cause["beta"]}
    # What was not run is not spoken of.
    assert finding.proposal == "alpha_2 => beta_1"
    assert report.pairs_forbidden == 0


@pytest.mark.slow
def test_two_errors_that_meet_in_a_configuration_are_told_apart(check):
    report = check([GOOD[0]], delta=("memory",), n=30)
    assert {(f.kind, f.proposal) for f in report.findings} == {
        ("missing", "!delta_memory"),
        ("ineffective", "gamma_5 => !alpha_1"),
    }


def test_a_cause_is_not_what_the_space_forbids_already(check):
    # Without alpha above 1, gamma is idle too, and the space knows that.
    report = check(GOOD, delta=("dull",))
    [finding] = report.findings
    assert (finding.kind, finding.configurations) == ("ineffective", report.ineffective)
    assert finding.cause == {"gamma": 5, "delta": "dull"}
    assert finding.proposal == "gamma_5 => !delta_dull"
