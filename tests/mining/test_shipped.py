"""The shipped space with constraints taken out or made up: a check by real generation tells."""

from __future__ import annotations

import re

import pytest

from pimp_tui.mining.report import with_proposals
from pimp_tui.mining.start import check_space
from pimp_tui.space import load_space
from pimp_tui.space.load import source_text
from pimp_tui.space.machine.host import HostFacts

TAKEN_OUT = [
    "assisted_batch", "returns_greedy", "chunk_without_cache", "chunk_caches",
    "length_without_static",
]  # fmt: skip
FALSE = "num_beams_2 => !dtype_bfloat16"
KEPT = {
    "do_sample_false", "do_sample_true", "num_beams_1", "num_beams_2", "max_new_tokens_20",
    "use_cache_true", "use_cache_false", "cache_dynamic", "cache_static", "max_cache_len_512",
    "prefill_chunk_size_16", "num_return_sequences_2", "prompt_lookup_num_tokens_3",
    "batch_size_1", "batch_size_8", "dtype_float32", "dtype_bfloat16", "attn_sdpa",
}  # fmt: skip


def damaged() -> str:
    """The space without ``TAKEN_OUT`` and with ``FALSE``."""
    lines = source_text("transformers")[1].rstrip("\n").split("\n")
    for name in TAKEN_OUT:
        at = [i for i, line in enumerate(lines) if re.search(rf"probe: {name}\b", line)]
        assert at, f"no constraint cites {name}"
        for i in reversed(at):
            del lines[i : i + 2]
    return "\n".join([*lines, f"    {FALSE}"]) + "\n"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    place = tmp_path_factory.mktemp("space") / "damaged.uvl"
    place.write_text(damaged(), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def host():
    return HostFacts({"bf16": {"value": True, "evidence": "said by the test"}})


@pytest.fixture(scope="module")
def report(path, host):
    space = load_space(str(path), host=host)
    within = space.configure()
    for option in space.bindings.values():
        if option.bound and option.layer in ("generation", "deployment"):
            for leaf in set(option.leaves) - KEPT:
                within.deselect(leaf)
    return check_space(
        space, str(path), "micro-coder", lambda *news: None, n=16, seed=1, within=within
    )


pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize(
    ("kind", "options", "words", "forbidden", "allowed"),
    [
        (
            "missing", {"prompt_lookup_num_tokens", "batch_size"}, "batch_size",
            ["prompt_lookup_num_tokens_3", "batch_size_8"],
            ["prompt_lookup_num_tokens_3", "batch_size_1"],
        ),
        (
            "missing", {"num_return_sequences"}, "Greedy methods",
            ["num_return_sequences_2", "do_sample_false", "num_beams_1"],
            ["num_return_sequences_2", "do_sample_true"],
        ),
        (
            "missing", {"prefill_chunk_size", "use_cache"}, "prefill chunking",
            ["prefill_chunk_size_16", "use_cache_false"],
            ["prefill_chunk_size_16", "use_cache_true"],
        ),
        (
            "ineffective", {"max_cache_len"}, "max_cache_len",
            ["max_cache_len_512", "cache_dynamic"],
            ["max_cache_len_512", "cache_static"],
        ),
    ],
)  # fmt: skip
def test_a_constraint_taken_out_is_found_again(
    report, path, host, kind, options, words, forbidden, allowed
):
    found = [f for f in report.findings if f.kind == kind and set(f.cause) == options]
    assert len(found) == 1, [(f.kind, f.cause) for f in report.findings]
    assert words in found[0].message
    assert found[0].steady and found[0].configurations > 0
    before = load_space(str(path), host=host)
    after = load_space(with_proposals(path.read_text(), report.findings), host=host)
    for features, holds in ((forbidden, False), (allowed, True)):
        assert before.satisfiable([before.variable(name) for name in features])
        assert after.satisfiable([after.variable(name) for name in features]) is holds


def test_a_false_constraint_is_told_with_its_line(report, path):
    found = [f for f in report.findings if f.constraint == FALSE]
    assert len(found) == 1
    line = path.read_text().splitlines().index(f"    {FALSE}") + 1
    assert found[0].kind == "over-constraint" and found[0].line == line
    assert {"num_beams": 2, "dtype": "bfloat16"} in found[0].pairs
    assert str(line) in found[0].proposal


def test_nothing_that_worked_is_excluded(report, path, host):
    assert report.failed + report.ineffective < report.configurations_run
    after = load_space(with_proposals(path.read_text(), report.findings), host=host)
    before = load_space(str(path), host=host)
    assert 0 < after.count() < before.count()
