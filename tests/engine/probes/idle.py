"""Options that the library accepts and that then change nothing on the bundled prompts."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Lab

LOOKUP = {"prompt_lookup_num_tokens": 10, "batch_size": 1}
DRAFT = {"assistant_early_exit": 1, "batch_size": 1}
SECOND = {"assistant_model": "micro-coder", "batch_size": 1}
HOT = {"do_sample": True, "temperature": 1.3, "max_new_tokens": 32}
SAMPLE = {"do_sample": True, "max_new_tokens": 32}
COLD = {"do_sample": True, "temperature": 0.7, "max_new_tokens": 32}
COLDEST = {"do_sample": True, "temperature": 0.3, "max_new_tokens": 32}
KNOBS: dict[str, Any] = {
    "temperature": 0.7,
    "top_k": 5,
    "top_p": 0.9,
    "min_p": 0.05,
    "top_h": 0.4,
    "typical_p": 0.9,
    "epsilon_cutoff": 0.0009,
    "eta_cutoff": 0.002,
}


def idle(*names: str, **options: Any) -> Callable[[Lab], None]:
    """Each named option changes nothing next to the others."""

    def probe(lab: Lab) -> None:
        for name in names:
            assert lab.idle(name, **options), f"{name} has an effect"

    return probe


def one_idle(*names: str, **options: Any) -> Callable[[Lab], None]:
    """At least one of the named options changes nothing next to the others."""

    def probe(lab: Lab) -> None:
        assert any(lab.idle(name, **options) for name in names), "all have an effect"

    return probe


def each(*probes: Callable[[Lab], None]) -> Callable[[Lab], None]:
    """Several probes as one."""

    def probe(lab: Lab) -> None:
        for item in probes:
            item(lab)

    return probe


def sometimes_idle(*names: str, **choices: Any) -> Callable[[Lab], None]:
    """Somewhere in the grid of ``choices`` (lists are alternatives) a named option is idle."""
    grid = {k: v if isinstance(v, list) else [v] for k, v in choices.items()}

    def probe(lab: Lab) -> None:
        for values in product(*grid.values()):
            options = dict(zip(grid, values, strict=True))
            if any(name in options and lab.idle(name, **options) for name in names):
                return
        raise AssertionError("every option has an effect everywhere")

    return probe


def rarely(*names: str, below: float, **options: Any) -> Callable[[Lab], None]:
    """The least active of the named rules changes the tokens kept at few of the steps."""

    def probe(lab: Lab) -> None:
        share = min(_share(lab, name, options) for name in names)
        assert share < below, f"it changes {share:.3f} of the steps"

    return probe


def _share(lab: Lab, name: str, options: dict[str, Any]) -> float:
    """Share of the steps, both runs being at the same point, at which a rule cuts a token."""
    import torch

    full = lab.outcome(count=32, batch_size=32, **options)
    plain = {key: value for key, value in options.items() if key != name}
    without = lab.outcome(count=32, batch_size=32, **plain)
    steps = cut = 0
    for step, live in enumerate(full.live[: len(without.scores)]):
        alike = (full.logits[step] == without.logits[step]).all(dim=1)
        kept = torch.isfinite(full.scores[step]) == torch.isfinite(without.scores[step])
        here = [row for row in live if bool(alike[row])]
        steps += len(here)
        cut += sum(not bool(kept[row].all()) for row in here)
    assert steps > 100
    return cut / steps


IDLE: dict[str, Callable[[Lab], None]] = {
    "sampling_greedy": each(*(idle(name, **{name: value}) for name, value in KNOBS.items())),
    "ranking_one_beam": each(
        idle("length_penalty", length_penalty=-1.0), idle("early_stopping", early_stopping=True)
    ),
    "cache_without_cache": each(
        idle("cache_implementation", use_cache=False, cache_implementation="static")
    ),
    "length_without_static": idle("max_cache_len", max_cache_len=512),
    "chunk_draft": idle("prefill_chunk_size", prefill_chunk_size=16, **SECOND),
    "drafting_alone": each(
        idle("num_assistant_tokens", num_assistant_tokens=5),
        idle("num_assistant_tokens_schedule", num_assistant_tokens_schedule="heuristic"),
        idle("assistant_confidence_threshold", assistant_confidence_threshold=0.8),
        idle("assistant_ensemble_weight", assistant_ensemble_weight=0.1, do_sample=True),
    ),
    "draft_itself": idle(
        "assistant_ensemble_weight", assistant_ensemble_weight=0.1, do_sample=True, **SECOND
    ),
    "chunk_assisted": idle("prefill_chunk_size", prefill_chunk_size=16, **LOOKUP),
    "early_stopping_short": one_idle(
        "early_stopping", num_beams=2, early_stopping="never", max_new_tokens=32
    ),
    "never_short": idle(
        "early_stopping", num_beams=2, early_stopping="never", max_new_tokens=32, batch_size=32
    ),
    "ranking_pair": each(
        sometimes_idle(
            "early_stopping",
            num_beams=[4, 2],
            early_stopping="never",
            length_penalty=-1.0,
            max_new_tokens=64,
        ),
        sometimes_idle(
            "length_penalty",
            "early_stopping",
            num_beams=[2, 4],
            early_stopping=["never", True],
            length_penalty=[3.0, -1.0],
            repetition_penalty=[1.05, 1.3],
            max_new_tokens=64,
        ),
    ),
    "assisted_beams": each(
        idle("prompt_lookup_num_tokens", num_beams=2, **LOOKUP),
        idle("assistant_model", num_beams=2, **SECOND),
    ),
    "lookup_top_h": idle("prompt_lookup_num_tokens", do_sample=True, top_h=0.4, **LOOKUP),
    "lookup_penalised": each(
        *(
            idle(
                "prompt_lookup_num_tokens",
                do_sample=True,
                repetition_penalty=1.3,
                **{name: KNOBS[name]},
                **LOOKUP,
            )
            for name in ("top_k", "top_p", "typical_p", "epsilon_cutoff")
        )
    ),
    "draft_confidence_hot": sometimes_idle(
        "assistant_confidence_threshold",
        assistant_confidence_threshold=0.8,
        do_sample=True,
        temperature=1.8,
        assistant_early_exit=[2, 1],
        assistant_ensemble_weight=[0.1, None],
        repetition_penalty=[1.1, 1.0],
        batch_size=1,
    ),
    "ngram_short": idle("max_matching_ngram_size", max_matching_ngram_size=1, **LOOKUP),
    "draft_length_confidence": idle(
        "num_assistant_tokens", num_assistant_tokens=10, assistant_confidence_threshold=0.8, **DRAFT
    ),
    "schedule_long": idle(
        "num_assistant_tokens_schedule",
        num_assistant_tokens_schedule="heuristic",
        assistant_confidence_threshold=0.0,
        **DRAFT,
    ),
    "top_k_min_p": rarely("top_k", below=0.01, **SAMPLE, top_k=50, min_p=0.05),
    "top_p_min_p": rarely("top_p", "min_p", below=0.03, **SAMPLE, top_p=0.9, min_p=0.05),
    "min_p_cutoffs": each(
        *(
            rarely(n, below=0.01, **SAMPLE, min_p=0.05, **{n: KNOBS[n]})
            for n in ("epsilon_cutoff", "eta_cutoff")
        )
    ),
    "top_k_top_p": rarely("top_k", below=0.02, **COLD, top_k=50, top_p=0.9),
    "top_k_typical_p": rarely("top_k", below=0.02, **COLD, top_k=50, typical_p=0.9),
    "top_k_epsilon": rarely("top_k", below=0.02, **COLD, top_k=50, epsilon_cutoff=0.0009),
    "top_k_eta": rarely("top_k", below=0.03, **COLD, top_k=50, eta_cutoff=0.002),
    "top_k_top_h": rarely("top_k", "top_h", below=0.01, **SAMPLE, top_k=50, top_h=0.4),
    "top_p_typical_p": rarely("top_p", "typical_p", below=0.03, **COLD, top_p=0.9, typical_p=0.9),
    "top_p_epsilon": rarely(
        "epsilon_cutoff", below=0.02, **SAMPLE, top_p=0.9, epsilon_cutoff=0.0009
    ),
    "top_p_eta": rarely("eta_cutoff", below=0.03, **SAMPLE, top_p=0.9, eta_cutoff=0.002),
    "min_p_typical_p": rarely("min_p", "typical_p", below=0.03, **COLD, min_p=0.05, typical_p=0.9),
    "epsilon_eta": rarely(
        "epsilon_cutoff", "eta_cutoff", below=0.03, **COLD, epsilon_cutoff=0.0009, eta_cutoff=0.002
    ),
    "top_h_pairs": rarely("top_h", "top_p", below=0.05, **COLDEST, top_h=0.4, top_p=0.9),
    "pairs_guided": rarely(
        "top_k", "typical_p", below=0.03, **SAMPLE, top_k=50, typical_p=0.9, guidance_scale=1.5
    ),
    "ranking_barred": sometimes_idle(
        "length_penalty",
        "early_stopping",
        num_beams=[2, 4],
        min_new_tokens=[24, 48],
        max_new_tokens=64,
        length_penalty=[-1.0, 3.0],
        early_stopping=[True, "never"],
        no_repeat_ngram_size=[0, 3],
    ),
    "early_stopping_endless": sometimes_idle(
        "early_stopping",
        num_beams=[2, 4],
        early_stopping=[True, "never"],
        max_new_tokens=[32, 64],
        guidance_scale=3.0,
        no_repeat_ngram_size=2,
    ),
    "length_penalty_pressed": sometimes_idle(
        "length_penalty",
        num_beams=[2, 4],
        length_penalty=[-1.0, 3.0],
        max_new_tokens=32,
        exponential_decay_length_penalty=[[12, 1.1], [8, 1.3]],
        guidance_scale=[1.0, 1.5],
    ),
    "length_penalty_short": sometimes_idle(
        "length_penalty", num_beams=[2, 4], length_penalty=3.0, batch_size=[1, 8]
    ),
    "lookup_ngram": sometimes_idle(
        "prompt_lookup_num_tokens",
        no_repeat_ngram_size=[2, 3],
        do_sample=[False, True],
        repetition_penalty=[1.0, 1.3],
        **LOOKUP,
    ),
    "draft_confidence_truncated": sometimes_idle(
        "assistant_confidence_threshold",
        assistant_confidence_threshold=[0.0, 0.8],
        top_k=5,
        top_h=0.4,
        exponential_decay_length_penalty=[[12, 1.1]],
        temperature=[0.3, 0.7, 1.0],
        do_sample=True,
        **DRAFT,
    ),
    "length_penalty_two": sometimes_idle(
        "length_penalty",
        num_beams=2,
        length_penalty=[3.0, -1.0],
        max_new_tokens=64,
        dtype="bfloat16",
        attn_implementation=["eager", "sdpa"],
        cache_implementation="static",
    ),
    "length_penalty_chunked": idle(
        "length_penalty",
        count=32,
        num_beams=4,
        length_penalty=3.0,
        max_new_tokens=64,
        batch_size=32,
        cache_implementation="quantized",
        cache_config={"backend": "fp8"},
        prefill_chunk_size=16,
    ),
    "length_pressed": idle(
        "max_new_tokens", max_new_tokens=64, exponential_decay_length_penalty=[8, 1.3]
    ),
}
