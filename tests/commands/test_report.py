"""The report: one page that fetches nothing, its charts as SVG, and the same as Markdown."""

import json
import random
import re
from xml.etree import ElementTree

import pytest

from pimp_tui.cli import main
from pimp_tui.commands.report import protocol as report_protocol
from pimp_tui.commands.report.charts import Line, line_chart
from pimp_tui.commands.report.command import build
from pimp_tui.commands.report.document import Document
from pimp_tui.errors import UserError
from pimp_tui.session import open_session
from pimp_tui.session.lock import SessionLock


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    dice = random.Random(0)
    rows = [
        f"{a},{b},{c},{3 + 2 * a + b + 0.1 * dice.random()}"
        for a in range(4)
        for b in range(3)
        for c in ("x", "y")
    ]
    table = folder / "t.csv"
    table.write_text("a,b,c,cost\n" + "\n".join(rows) + "\n")
    session = folder / "s"
    options = ["--options", "a,b,c", "--metrics", "cost", "--session", str(session)]
    assert main(["import", str(table), *options]) == 0
    return session


def test_the_report_of_a_table(imported):
    document = build(open_session(imported))
    page, text = document.html(), document.markdown()
    for words in (
        "Protocol", "Steadiness", "Failures and what was left out",
        "Distributions per configuration", "Pareto front, measured", "Picks verified",
        "Learning curves", "Effects of features", "Limits",
    ):  # fmt: skip
        assert f"<h2>{words}</h2>" in page and f"## {words}" in text
    assert "With a=3, cost is higher by" in text
    assert "| runs | 24 done, 0 failed |" in text, "a table is no plan of its runs"
    assert "does not tell when its rows were measured" in text
    assert not re.search(r"<script|<link|<img|src=|@import|url\(", page), "nothing is fetched"
    figures = re.findall(r"<svg.*?</svg>", page, re.S)
    assert all(figure in text for figure in figures)
    titles = [ElementTree.fromstring(figure)[0].text for figure in figures]
    assert titles == [
        "cost of every run",
        "MAPE of cost (%) by configurations learnt from",
        "change of cost with the feature",
        "on minus off of cost",
        "interaction plots of cost",
        "growth of the error of cost",
        "interaction strength H for cost",
    ]
    (lone,) = (f for f in figures if "growth of the error" in f.split("</title>")[0])
    order = re.findall(r">([abc])</text>", lone)
    assert order == ["a", "b", "c"], "the cost is 2 a + b, and c does nothing"
    assert "the measurements show that they act together on cost" in text
    assert "Hypervolume" not in text and "knee" not in text, "of one objective they say nothing"
    assert "front_probability" not in text, "nothing was repeated"


@pytest.mark.slow
def test_accuracy_stands_in_the_report_of_a_scored_session(demo):
    text = build(open_session(demo)).markdown()
    assert "Accuracy against the library default, paired by problem" in text
    assert "not shown with 32 problems" in text and "no loss" in text
    assert "| front_probability | knee |" in text and "front_probability: how often" in text
    assert "Hypervolume of the front: " in text


def test_a_chart_holds_its_band_inside():
    points = [(12.0, 10.0, 8.0, 12.0), (48.0, 4.0, 3.0, 6.0)]
    chart = ElementTree.fromstring(line_chart([Line("a < b", points)], "n", "error & more"))
    assert "a < b" in "".join(chart.itertext())
    space = "{http://www.w3.org/2000/svg}"
    (band,) = chart.iter(f"{space}polygon")
    (line,) = chart.iter(f"{space}polyline")
    ys = [[float(p.split(",")[1]) for p in shape.get("points").split()] for shape in (band, line)]
    assert len(ys[0]) == 4 and len(ys[1]) == 2
    assert ys[0][0] < ys[1][0] < ys[0][3], "high above, low below: y grows downwards"
    assert all(0 <= y <= 300 for y in ys[0])
    with pytest.raises(ValueError, match="needs a point"):
        line_chart([], "n", "error")


def test_words_are_escaped():
    document = Document("<s>")
    document.table([{"a": "<b>|", "b": None}])
    assert "&lt;b&gt;" in document.html() and "<title>&lt;s&gt;</title>" in document.html()
    assert "| \\<b>\\| | - |" in document.markdown()


def test_names_stand_in_markdown_as_they_are():
    document = Document("a_b *c*")
    names = ["x*y_`z`", "[q](http://x)", "_r_", "$p$", "a\\b|c", "R&amp;D", "~1~"]
    document.table([dict.fromkeys(names, "v")])
    document.text("# no heading")
    document.text("1. no list, but energy_j")
    text = document.markdown()
    assert r"| x\*y\_\`z\` | \[q\](http://x) | \_r\_ | \$p\$ | a\\b\|c | R\&amp;D | \~1\~ |" in text
    assert text.startswith("# a_b \\*c\\*\n") and "\n\\# no heading\n" in text
    assert "\n1\\. no list, but energy_j" in text


def test_numbers_stand_under_each_other_and_intervals_below_their_values():
    document = Document("d")
    document.table([{"long_name": "a", "n": 1, "e": "2.5 (-1 to 3e-05)"},
                    {"long_name": "~2", "n": None, "e": "~3.1"}])  # fmt: skip
    page, text = document.html(), document.markdown()
    assert "| --- | ---: | ---: |" in text and "2.5 (-1 to 3e-05)" in text
    assert '<th>long_<wbr>name</th><th class="n">n</th>' in page
    assert '<td class="n">2.5<br>(-1 to 3e-05)</td>' in page


def test_many_options_of_a_front_stand_in_one_column():
    from pimp_tui.commands.report.front import _options

    row = {f"o{at}": at for at in range(8)} | {"none": None}
    assert _options(row, ["o1", "none"]) == {"o1": 1, "none": None}
    told = _options(row, list(row))["options"]
    assert told == "o0=0, o1=1, o2=2, o3=3, o4=4, o5=5, o6=6, o7=7"


def test_figures_and_tables_are_numbered_and_markdown_shows_them_as_they_are():
    document = Document("d")
    document.table([{"a": "two\nlines"}])
    document.chart("First *", "<svg>*a*</svg>")
    document.table([{"a": 1}], "Captioned.")
    document.chart("Second", "<svg/>")
    page, text = document.html(), document.markdown()
    for words in ("Figure 1. First *<", "Figure 2. Second", "<figcaption>Table 1. Captioned."):
        assert words in page
    assert "| two lines |" in text and "*Table 1. Captioned.*\n\n| a |" in text
    assert "<div>\n<svg>*a*</svg>\n</div>\n\n*Figure 1. First \\**" in text


def test_nothing_is_written_where_a_campaign_writes(imported, monkeypatch, capsys, tmp_path):
    from pimp_tui.commands import summary
    from pimp_tui.commands.report import command as module

    monkeypatch.setattr(summary, "print_summary", lambda *_: None)
    monkeypatch.setattr(module, "build", lambda *_: Document("short"))
    with SessionLock.acquire(imported):
        assert main(["report", str(imported)]) == 2
        assert "--out" in capsys.readouterr().err
        assert not (imported / "report.html").exists()
        assert main(["report", str(imported), "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} >= {"report.html", "report.md"}
    assert main(["report", str(imported)]) == 0 and (imported / "report.md").exists()
    assert main(["report", str(imported), "--out", str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_a_metric_nobody_measured_is_said(imported, monkeypatch):
    session = open_session(imported)
    monkeypatch.setitem(session.manifest, "imported_metrics", ["cost", "ttft_s"])
    monkeypatch.setattr("pimp_tui.commands.learn.learned_metrics", lambda _: ["ttft_s"])
    text = build(session).markdown()
    assert text.count("ttft_s: no ttft_s was measured.") >= 3, "in each section of metrics"


def test_a_margin_of_nothing_is_refused(imported):
    from pimp_tui.learning.verification.outcomes import check_margin

    with pytest.raises(UserError, match="no margin"):
        check_margin(0.0)


def test_a_suggested_campaign_is_no_random_sample(demo, monkeypatch):
    def told(session):
        document = Document("d")
        report_protocol.protocol(document, session)
        report_protocol.limits(document, session)
        return document.markdown()

    session = open_session(demo)
    plain = told(session)
    assert "in an order shuffled by the seed" in plain and "no random sample" not in plain
    monkeypatch.setitem(session.manifest["settings"], "method", "suggest")
    text = told(session)
    assert "chosen by what those before them taught" in text and "no random sample" in text
    assert "shuffled by the seed" not in text


def test_table_5_tells_how_many_were_tested_within_the_good_mode():
    from pimp_tui.commands.quality import quality_rows

    figures = dict.fromkeys(("r2", "mae", "mape", "rank_correlation"), 0.5)
    record = {
        "metric": "pass_at_1", "predictor": "blend", "training": "yasa", "test": "others", "n": 20,
        "n_test": 30, "interval_coverage": 0.9, "estimated": False, "intervals": {},
        "good_mode": figures | {"n": 12, "found": "", "intervals": {}}, **figures,
    }  # fmt: skip
    whole, mode = quality_rows([record])
    assert (whole["n"], whole["tested"], mode["n"], mode["tested"]) == (20, 30, 20, 12)


def test_effects_on_an_estimate_say_so(demo, capsys):
    assert main(["effects", str(demo), "--metric", "energy_j"]) == 0
    assert "energy_j is an estimate here, not a measurement." in capsys.readouterr().out
    for metric, estimated in (("energy_j", True), ("duration_s", False)):
        assert main(["effects", str(demo), "--metric", metric, "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)
        assert rows and all(row["estimated"] is estimated for row in rows)


@pytest.mark.parametrize(("runs", "said"), [(1, True), (2, False)])
def test_an_accuracy_of_single_runs_is_said_to_be_one(runs, said):
    from pimp_tui.commands.accuracy import accuracy_title
    from pimp_tui.learning.verification.accuracy import compare

    side = {f"t{task}": dict.fromkeys(range(1, runs + 1), task % 2) for task in range(20)}
    row = compare(side, side).as_row() | {"accuracy_against": "baseline"}
    title = accuracy_title([{"config_id": "unscored"}, row])
    assert title.startswith("Accuracy against the baseline, paired by problem")
    assert ("of a single run it is not known what whole runs differ by" in title) is said
