"""JSON answers on the demo session and on small models: the keys of contracts.md."""

import json

import polars as pl
import pytest

SHOP = """features
    Shop
        mandatory
            Payment
                [1..2]
                    Card
                    Cash
                    Coin
        optional
            Search
constraints
    Search => Card
"""
LEARN = {
    "metric", "predictor", "training", "test", "n", "r2", "mae", "mape", "rank_correlation",
    "interval_coverage", "estimated",
}  # fmt: skip


@pytest.fixture
def shop(tmp_path):
    file = tmp_path / "shop.uvl"
    file.write_text(SHOP)
    return file


def test_count_and_propagate(shop, answer, pimp):
    count = answer("space", "count", shop)
    # 6 payments; 3 of them hold a card and leave Search open
    assert count["valid_configurations"] == 9 and count["exact"] is True
    assert count["concrete_only"] == 9 and count["engine"] in ("bdd", "sat")
    assert count["features"] == 6 and count["constraints"] == 1
    told = answer("space", "propagate", shop, "--select", "Search", "--deselect", "Coin")
    assert set(told["selected"]) == {"Shop", "Payment", "Search", "Card"}
    assert told["deselected"] == ["Coin"] and told["undecided"] == ["Cash"]
    assert "Card" in told["forced"] and told["valid_configurations"] == 2
    clash = pimp("space", "propagate", shop, "--select", "Search", "--deselect", "Card")
    assert clash.returncode == 2 and "Search" in clash.stderr and "Card" in clash.stderr
    why = answer("space", "explain", shop, "--feature", "Card", "--select", "Search")
    assert why["state"] == "selected" and any("Search" in reason for reason in why["reasons"])


def test_sample_and_coverage(shop, answer, tmp_path):
    out = tmp_path / "plan.csv"
    drawn = answer("sample", shop, "--method", "twise", "--out", out)
    assert {"configurations", "method", "lower_bound", "coverage"} <= drawn.keys()
    assert drawn["coverage"] == 1.0 and drawn["lower_bound"] is None
    checked = answer("coverage", shop, out)
    assert checked["coverage"] == 1.0 and checked["covered"] == checked["valid_interactions"] > 0
    assert checked["t"] == 2 and checked["interactions"] == "literals"
    assert checked["invalid_configurations"] == checked["duplicates"] == 0
    again = tmp_path / "again.parquet"
    answer("sample", shop, "--method", "uniform", "-n", 5, "--seed", 7, "--out", again)
    assert len(pl.read_parquet(again)) == 5


@pytest.mark.slow
def test_learn_pareto_suggest_predict_on_the_demo(demo, answer):
    records = answer("learn", demo, "--predictor", "random_forest")
    assert records and all(record.keys() >= LEARN for record in records)
    assert {"duration_s", "pass_at_1"} <= {record["metric"] for record in records}
    energy = [record for record in records if record["metric"] == "energy_j"]
    assert energy and all(record["estimated"] is True for record in energy)
    kept = json.loads((demo / "learning.json").read_text())
    assert kept["evaluation"] == records
    front = answer("pareto", demo)
    times, passes = [r["duration_s"] for r in front], [r["pass_at_1"] for r in front]
    assert times == sorted(times) and passes == sorted(passes) and len(front) >= 2
    assert all(row["estimated"] is False and "do_sample" in row for row in front)
    limit = times[-1] * 0.99
    fewer = answer("pareto", demo, "--where", f"duration_s < {limit}")
    assert len(fewer) == len([t for t in times if t < limit])
    best = answer("pareto", demo, "--objective", "tokens_per_s:max")
    assert len(best) == 1
    predicted = answer("predict", demo, "-n", 3)
    assert all(r["lower"] <= r["prediction"] <= r["upper"] and r["estimated"] for r in predicted)
    wished = answer("suggest", demo, "-n", 2)
    measured = {row["config_id"] for row in pl.read_parquet(demo / "plan.parquet").to_dicts()}
    assert len(wished) == 2 and not measured & {row["config_id"] for row in wished}
    assert all("expected_improvement" in row for row in wished)


@pytest.mark.slow
def test_predicted_front_says_what_is_predicted(demo, answer):
    rows = answer("pareto", demo, "--predicted", "-n", 200)
    assert {True, False} == {row["estimated"] for row in rows}
    for row in rows:
        low, high = row["duration_s_lower"], row["duration_s_upper"]
        if row["estimated"]:  # a measured one has an interval where its repeats give one
            assert low is not None and high is not None
        assert low is None or low <= row["duration_s"] <= high
    assert all(row["duration_s"] is not None for row in rows)


@pytest.mark.slow
def test_status_report_export(demo, answer, pimp):
    status = answer("status", demo)
    assert status["state"] == "done" and status["runs_done"] == status["runs_planned"] == 32
    report = pimp("report", demo)
    assert report.returncode == 0 and "Pareto front" in report.stdout and "~" in report.stdout
    done = pimp("export", demo, "#2", "--format", "json")
    assert json.loads(done.stdout)["config_id"]
    done = pimp("export", demo, "#1")
    assert json.loads(done.stdout)["do_sample"] is False and "batch_size" in done.stderr
    launch = pimp("export", demo, "#1", "--format", "launch")
    assert launch.returncode == 2 and not launch.stdout


@pytest.mark.slow
def test_doctor_names_checks_and_mends(answer, tmp_path, pimp):
    rows = answer("doctor")
    assert all(row.keys() == {"check", "ok", "detail", "mend"} for row in rows)
    names = {row["check"] for row in rows}
    assert {"transformers", "terminal", "host cuda"} <= names
    assert all(row["mend"] for row in rows if not row["ok"])
    host = tmp_path / "host.json"
    assert pimp("doctor", "--host-out", host).returncode == 0
    facts = json.loads(host.read_text())
    assert {"cuda", "bf16", "energy_counter", "clocks_permitted"} <= facts.keys()
    facts["cuda"]["value"] = not facts["cuda"]["value"]
    host.write_text(json.dumps(facts))
    here = answer("space", "count", "transformers")["valid_configurations"]
    there = answer("space", "count", "transformers", "--host", host)["valid_configurations"]
    assert here != there and here >= 10**6


@pytest.mark.slow
def test_import_then_learn(tmp_path, answer):
    table = tmp_path / "t.csv"
    rows = [f"{a},{b},{2 * a + 3 * b + 1}" for a in range(6) for b in range(4)]
    table.write_text("a,b,cost\n" + "\n".join(rows) + "\n")
    session = tmp_path / "s"
    made = answer("import", table, "--options", "a,b", "--metrics", "cost", "--session", session)
    assert made["configurations"] == 24
    assert answer("status", session)["state"] == "done"
    records = answer("learn", session)
    assert max(record["r2"] for record in records) > 0.9
    front = answer("pareto", session, "--objective", "cost:min")
    assert [(row["a"], row["b"]) for row in front] == [(0, 0)]
    runs = pl.read_parquet(session / "runs/*.parquet")
    assert runs["cost"].sum() == sum(2 * a + 3 * b + 1 for a in range(6) for b in range(4))


@pytest.mark.slow
def test_picks_are_held_against_the_default(demo, answer, pimp):
    front = answer("pareto", demo)
    compared = [row for row in front if "accuracy_reading" in row]
    assert compared and {row["accuracy_against"] for row in compared} == {"library default"}
    for row in compared:
        problems = row["accuracy_problems"]
        unshown = f"not shown with {problems} problems"
        assert row["accuracy_reading"] in ("no loss", "loss", unshown) and problems > 0
        assert row["accuracy_lower"] <= row["accuracy_difference"] <= row["accuracy_upper"]
        if row["accuracy_reading"] == unshown:
            assert row["accuracy_problems_needed"] > problems
    generous = answer("pareto", demo, "--margin", 0.99)
    assert {row.get("accuracy_reading", "no loss") for row in generous} == {"no loss"}
    refused = pimp("pareto", demo, "--margin", -1)
    assert refused.returncode == 2 and "--margin" in refused.stderr and not refused.stdout
