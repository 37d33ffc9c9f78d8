"""Causes read as a modeller would write them."""

import pytest

from pimp_tui.mining.causes import Cause
from pimp_tui.mining.rules import Rule, RuleWriter, merged
from pimp_tui.mining.values import by_option, option_values
from pimp_tui.mining.verdict import Symptom, Verdict
from pimp_tui.space import load_space

TEXT = """features
    Root {abstract, layer 'generation'}
        mandatory
            batch {abstract, option 'batch'}
                alternative
                    batch_1 {value 1, default true}
                    batch_8 {value 8}
                    batch_32 {value 32}
        optional
            assisted {abstract}
                alternative
                    lookup {abstract, option 'lookup'}
                        alternative
                            lookup_3 {value 3}
                            lookup_10 {value 10}
                    draft {abstract}
                        mandatory
                            draft_layer {abstract, option 'draft'}
                                alternative
                                    "draft 1" {value 1}
                                    draft_2 {value 2}
                    "dead one" {option 'dead', value true}
            length_9 {option 'length', value 9}
constraints
    !"dead one"
"""


@pytest.fixture
def writer():
    space = load_space(TEXT)
    return RuleWriter(space, by_option(option_values(space)))


def cause(values, cures=(), symptom=None):
    base = {"batch": 1, "lookup": None, "draft": None, "length": None}
    settings = {name: held[0] for name, held in values.items()}
    symptom = symptom or Symptom("failed", "no")
    return Cause(symptom, "no", settings, values, base, base | settings, list(cures))


@pytest.mark.parametrize(
    ("values", "cures", "text"),
    [
        ({"lookup": [3, 10], "batch": [8, 32]}, [], "lookup => batch_1"),
        ({"lookup": [3], "batch": [8]}, [], "lookup_3 => !batch_8"),
        ({"lookup": [3], "length": [9]}, [], "lookup_3 => !length_9"),
        ({"draft": [1, 2], "batch": [32]}, [], "draft => !batch_32"),
        ({"draft": [1], "batch": [32]}, [], '"draft 1" => !batch_32'),
        ({"length": [9]}, [], "!length_9"),
        ({"length": [9]}, [{"batch": 8}, {"batch": 32}], "length_9 => !batch_1"),
        ({"length": [9]}, [{"batch": 8}, {"lookup": 3}], "length_9 => batch_8 | lookup_3"),
        (
            {"length": [9]},
            [{"batch": 8, "lookup": 3}],
            "length_9 => batch_8 & lookup_3",
        ),
        (
            {"length": [9], "lookup": [3, 10], "batch": [8, 32]},
            [],
            "length_9 & lookup => batch_1",
        ),
    ],
)
def test_the_first_candidate_reads_well(writer, values, cures, text):
    assert writer.text(writer.candidates(cause(values, cures))[0]) == text


def test_the_careful_candidate_names_what_was_left_at_its_default(writer):
    careful = writer.candidates(cause({"length": [9]}, [{"batch": 8}]))[-1]
    assert writer.text(careful) == "!(length_9 & batch_1)"


def test_rules_of_one_consequence_become_one_over_the_feature_above(writer):
    lookup = Rule((("lookup_3", "lookup_10"),), "batch_1")
    draft = Rule((("draft 1", "draft_2"),), "batch_1")
    both = merged([lookup, draft])
    assert both is not None and writer.text(both) == "assisted => batch_1"
    assert merged([lookup, Rule((("draft_2",),), "batch_8")]) is None


def test_symptoms_are_the_same_whatever_their_numbers():
    first = Verdict("ValueError: tensor a (37) is at 0x7f1a")
    assert first.symptoms() == Verdict("ValueError: tensor a (512) is at 0x99").symptoms()
    assert first.symptoms() != Verdict("ValueError: tensor b (37) is at 0x7f1a").symptoms()
    heard = Verdict(None, ("top_k",), ("`top_k_x` is odd", "`top_k` may be ignored"))
    assert heard.message(Symptom("ignored", "top_k")) == "`top_k` may be ignored"
    assert "no effect" in heard.message(Symptom("ignored", "min_p"))
