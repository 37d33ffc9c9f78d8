"""Tables measured elsewhere: in whichever dialect, with whichever names, or refused in one line."""

import json

import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.session import open_session
from pimp_tui.session.table_import import import_table
from pimp_tui.session.table_reading import read_table

PLAIN = "a,c,y\n1,x,2.5\n2,y,3.5\n3,x,4.25\n"


def _written(folder, text, name="t.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", " , "),
        '"a","c","y"\n"1","x","2.5"\n"2","y","3.5"\n"3","x","4.25"\n',
    ],
)
def test_every_dialect_holds_the_same_table(tmp_path, text):
    frame = read_table(_written(tmp_path, text))
    assert frame.to_dict(as_series=False) == {
        "a": [1, 2, 3], "c": ["x", "y", "x"], "y": [2.5, 3.5, 4.25],
    }  # fmt: skip


def test_text_becomes_what_it_plainly_is(tmp_path):
    table = tmp_path / "t.parquet"
    frame = pl.DataFrame(
        {
            "whole": ["1", " 2", "NA", None],
            "real": ["1e3", "-.5", "nan", ""],
            "truth": ["TRUE", "false", "True", None],
            "mixed": ["1", "x", "true", "NA"],
            "empty": ["NA", "", None, "nan"],
        }
    )
    frame.write_parquet(table)
    read = read_table(table)
    assert read.dtypes == [pl.Int64, pl.Float64, pl.Boolean, pl.String, pl.String]
    assert read["whole"].to_list() == [1, 2, None, None]
    assert read["real"].to_list() == [1000.0, -0.5, None, None]
    assert read["truth"].to_list() == [True, False, True, None]
    assert read["mixed"].to_list() == ["1", "x", "true", "NA"]
    assert read["empty"].to_list() == frame["empty"].to_list()


def test_repeats_blanks_and_infinities(tmp_path):
    table = _written(tmp_path, "a,y,z\n1,2,1\n1,4,NA\n2,inf,3\n3,NaN,\n4,5,6\n")
    answer = import_table(table, ["a"], ["y,z"], tmp_path / "s")
    assert (answer["configurations"], answer["unmeasured"], answer["runs"]) == (3, 1, 4)
    rows = open_session(tmp_path / "s").configurations().collect()
    assert rows["y"].to_list() == [3.0, None, None, 5.0]
    assert rows["z"].to_list() == [1.0, 3.0, None, 6.0]
    assert rows["runs_ok"].to_list() == [2, 1, 0, 1]


def test_names_with_commas_and_names_of_runs(tmp_path):
    header = '"b, c",duration_s,model,é y\n'
    table = _written(tmp_path, header + "1,2,m,3\n2,2,m,4\n")
    session = tmp_path / "s"
    import_table(table, ['"b, c",duration_s', "model"], ["é y"], session)
    opened = open_session(session)
    assert opened.options == ["b, c", "duration_s", "model"]
    rows = opened.configurations(spread=True).collect()
    assert rows["duration_s"].to_list() == [2, 2]
    assert not [name for name in rows.columns if name.endswith("_right")]
    import_table(table, ["b, c"], ["é y"], tmp_path / "whole")
    assert open_session(tmp_path / "whole").options == ["b, c"]


@pytest.mark.parametrize(
    ("text", "options", "metrics", "said"),
    [
        ("a,y\n1,2\n2,slow\n", "a", "y", "'y' is no number in row 2 below the header: 'slow'"),
        ("a,a,y\n1,2,3\n", "a", "y", "'a' stands twice in the header"),
        ("a,y\n1,2\n1,2,3\n", "a", "y", "t.csv:3: 3 fields, the header has 2"),
        ("a,y\n1,2\n", "a", "a", "'a' is named twice"),
        ("a,y\n1,2\n", "a", "y,y", "'y' is named twice"),
        ("a,y\n1,2\n", "b", "y", "no column 'b'"),
        ("a,repetition\n1,2\n", "a", "repetition", "'repetition' is a column of pimp-tui's own"),
        ("status,y\n1,2\n", "status", "y", "'status' is a column of pimp-tui's own"),
        ("y_std,y\n1,2\n", "y_std", "y", "'y_std' is a column of pimp-tui's own"),
        ("a,pass_at_1\n1,70\n", "a", "pass_at_1", "no share between 0 and 1 in row 1"),
        ("a,tokens_in\n1,7.5\n", "a", "tokens_in", "no whole number in row 1"),
        ("a,y\n1,\n", "a", "y", "the table holds no measured row"),
        ("a,y\n", "a", "y", "the table holds no measured row"),
        ("", "a", "y", "the table is empty"),
        ("a,y\n\u00e9,1\n".encode("latin-1"), "a", "y", "t.csv:2: the table is not UTF-8 text"),
        ("a,y\n1,2\n", " ", "y", "an import needs options and metrics"),
    ],
)
def test_what_cannot_be_imported_leaves_nothing(tmp_path, text, options, metrics, said):
    session = tmp_path / "out" / "s"
    with pytest.raises(UserError) as caught:
        import_table(_written(tmp_path, text), [options], [metrics], session)
    assert said in str(caught.value)
    assert not session.parent.exists() or not list(session.parent.iterdir())


def test_a_date_is_no_option(tmp_path):
    table = tmp_path / "t.parquet"
    frame = pl.DataFrame({"d": [1, 2], "y": [1.0, 2.0]})
    frame.with_columns(pl.col("d").cast(pl.Date)).write_parquet(table)
    with pytest.raises(UserError, match="the option 'd'"):
        import_table(table, ["d"], ["y"], tmp_path / "s")


def test_the_identity_is_that_of_the_contract(tmp_path):
    from hashlib import sha256

    import_table(_written(tmp_path, PLAIN), ["c", "a"], ["y"], tmp_path / "s")
    first = open_session(tmp_path / "s").plan.collect().to_dicts()[0]
    told = json.dumps({"a": 1, "c": "x"}, sort_keys=True, separators=(",", ":"))
    assert first["config_id"] == sha256(told.encode()).hexdigest()[:16]


def test_rows_to_predict_have_the_identity_of_an_import(tmp_path):
    """Whatever the file calls a number; what is no whole number is not cut to one."""
    from pimp_tui.learning.fronts.candidates import to_predict

    import_table(_written(tmp_path, PLAIN), ["a,c"], ["y"], tmp_path / "s")
    session = open_session(tmp_path / "s")
    planned = session.plan.collect()
    plan = _written(tmp_path, "c;a\nx;1.0\ny;2.0\n", "plan.csv")
    rows = to_predict(session, "y", plan)
    assert rows["config_id"].to_list() == planned["config_id"].to_list()[:2]
    plan = _written(tmp_path, "c,a\nx,1.5\n", "plan.csv")
    assert to_predict(session, "y", plan)["a"].to_list() == [1.5]


def test_a_name_may_hold_the_end_of_a_line():
    from pimp_tui.session.table_import import named_columns

    columns = ["two\nlines", "b", "y"]
    assert named_columns(['"two\nlines",b', "y"], columns) == columns
    assert named_columns(["two\nlines"], columns) == ["two\nlines"]
    assert named_columns(["two\nlines,b"], columns) == ["two", "lines", "b"]
