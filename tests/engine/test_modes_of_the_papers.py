"""Contrastive and diverse beam search against plain programs written from their papers.

The programs know no cache, no padding and no batch: each prompt is run alone, from its first token.
"""

from __future__ import annotations

from typing import Any

import pytest
from lab import Lab
from tiny_models import PROMPTS


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("models"))


def contrastive(model: Any, prompt: list[int], alpha: float, k: int, new: int, end: int) -> Any:
    """Su et al. 2022, equation 5: candidates one by one, likeness to every token before."""
    import torch

    text = list(prompt)
    for _ in range(new):
        found = model(torch.tensor([text]), output_hidden_states=True)
        before = found.hidden_states[-1][0]
        chances = found.logits[0, -1].softmax(dim=0)
        best, taken = -float("inf"), -1
        for word in chances.topk(k).indices.tolist():
            own = model(torch.tensor([[*text, word]]), output_hidden_states=True)
            state = own.hidden_states[-1][0, -1]
            likeness = max(
                float(torch.dot(state, other) / (state.norm() * other.norm())) for other in before
            )
            score = (1 - alpha) * float(chances[word]) - alpha * likeness
            if score > best:
                best, taken = score, word
        text.append(taken)
        if taken == end:
            break
    return text[len(prompt) :]


def diverse_beams(
    model: Any, prompt: list[int], beams: int, groups: int, penalty: float, new: int
) -> list[list[int]]:
    """Vijayakumar et al. 2018, algorithm 1 with Hamming diversity; the end is barred throughout."""
    import torch

    end = int(model.config.eos_token_id)
    size = beams // groups
    held: list[list[tuple[float, list[int]]]] = [[(0.0, [])] for _ in range(groups)]
    for _ in range(new):
        taken: list[int] = []
        for number, group in enumerate(held):
            grown = []
            for score, text in group:
                # The end keeps its share of the probability, as under min_new_tokens.
                chances = model(torch.tensor([prompt + text])).logits[0, -1].log_softmax(dim=0)
                for word in set(range(len(chances))) - {end}:
                    less = penalty * taken.count(word) if number else 0.0
                    grown.append((score + float(chances[word]) - less, [*text, word]))
            held[number] = sorted(grown, key=lambda one: -one[0])[:size]
            taken += [text[-1] for _, text in held[number]]
    ranked = sorted((one for group in held for one in group), key=lambda one: -one[0])
    return [text for _, text in ranked]


def outputs(
    lab: Lab, model: str, prompts: list[str], **changed: Any
) -> tuple[Any, list[list[int]], list[list[int]]]:
    """The model, the prompts as ids, and the new tokens of one padded batch, by our own modes."""
    from pimp_tui.engine.transformers.batches import call_generate, encode, eos_ids, own_length
    from pimp_tui.engine.transformers.custom import custom_arguments

    engine, options = lab.engine(model), lab.options(model, batch_size=len(prompts), **changed)
    loaded, config = engine._prepare(options), engine._config(options)
    encoded = encode(loaded, prompts, config.max_new_tokens)
    found = call_generate(loaded, encoded, config, None, custom_arguments(options))
    width = encoded["input_ids"].shape[1]
    rows = [row[width:] for row in found.tolist()]
    ends = eos_ids(config)
    ids = [
        row[mask.bool()].tolist()
        for row, mask in zip(encoded["input_ids"], encoded["attention_mask"], strict=True)
    ]
    return loaded.model, ids, [row[: own_length(row, ends, config.pad_token_id)] for row in rows]


@pytest.mark.parametrize(("alpha", "k"), [(0.6, 4), (0.3, 8)])
def test_contrastive_is_that_of_the_paper(lab: Lab, alpha: float, k: int) -> None:
    import torch

    asked = {"penalty_alpha": alpha, "top_k": k, "max_new_tokens": 8}
    model, prompts, found = outputs(lab, "llama", PROMPTS[:3], **asked)
    assert len({len(prompt) for prompt in prompts}) > 1  # so that some are padded
    with torch.inference_mode():
        end = int(model.config.eos_token_id)
        assert found == [contrastive(model, prompt, alpha, k, 8, end) for prompt in prompts]


@pytest.mark.slow
def test_contrastive_ends_where_that_of_the_paper_ends(lab: Lab) -> None:
    """The bundled model's texts end, each at its own length."""
    import torch

    asked = {"penalty_alpha": 0.4, "top_k": 4, "max_new_tokens": 40}
    model, prompts, found = outputs(lab, "micro-coder", lab.prompts[:6], **asked)
    with torch.inference_mode():
        end = int(model.config.eos_token_id)
        assert found == [contrastive(model, prompt, 0.4, 4, 40, end) for prompt in prompts]
    assert len({len(row) for row in found}) > 1


@pytest.mark.parametrize(("beams", "groups", "penalty"), [(4, 2, 0.8), (3, 3, 1.5), (4, 4, 0.2)])
def test_diverse_beams_are_those_of_the_paper(
    lab: Lab, beams: int, groups: int, penalty: float
) -> None:
    import torch

    new = 6
    model, prompts, found = outputs(
        lab, "llama", PROMPTS[:3], num_beams=beams, num_beam_groups=groups,
        diversity_penalty=penalty, num_return_sequences=beams, max_new_tokens=new,
        min_new_tokens=new,
    )  # fmt: skip
    assert len({len(prompt) for prompt in prompts}) > 1
    with torch.inference_mode():
        for number, prompt in enumerate(prompts):
            theirs = diverse_beams(model, prompt, beams, groups, penalty, new)
            assert found[number * beams : (number + 1) * beams] == theirs


def test_groups_that_are_not_kept_apart_are_beam_searches(lab: Lab) -> None:
    """Without a penalty every group is the library's beam search of its size, ends included."""
    asked: dict[str, Any] = {"max_new_tokens": 40, "length_penalty": 1.0}
    grouped = outputs(
        lab, "micro-coder", lab.prompts[:6], num_beams=6, num_beam_groups=3,
        num_return_sequences=6, **asked,
    )[2]  # fmt: skip
    single = outputs(
        lab, "micro-coder", lab.prompts[:6], num_beams=2, num_return_sequences=2, **asked
    )[2]
    assert len({len(row) for row in single}) > 1
    for number in range(6):
        first, second = single[2 * number : 2 * number + 2]
        expected = sorted([first] * 3 + [second] * 3)
        assert sorted(grouped[6 * number : 6 * number + 6]) == expected


def test_contrastive_gives_way_to_sampling_and_beams_and_says_so(lab: Lab) -> None:
    engine = lab.engine("llama")
    for changed in ({"do_sample": True}, {"num_beams": 2}):
        asked = lab.options("llama", penalty_alpha=0.6, top_k=4, **changed)
        without = asked | {"penalty_alpha": None}
        texts = [[c.text for c in engine.generate(PROMPTS, o, seed=1)] for o in (asked, without)]
        assert texts[0] == texts[1]
        assert "penalty_alpha" in engine.probe(PROMPTS, asked, 1)
