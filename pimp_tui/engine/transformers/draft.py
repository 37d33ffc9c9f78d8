"""The draft model of assisted decoding: a second, smaller model that proposes tokens.

Leviathan et al. 2022 (speculative decoding); with another tokenizer, its universal forms (Timor et
al. 2025). Seen with transformers 5.24.0: it takes vocabularies of the same size for the same
tokenizer; a sampled run with another tokenizer replaces the draft's embeddings and keeps the
replacement, so that the next run drafts on a maimed model; there it also takes the words of the
draft in the order of a hash map, another one in each process, and lays the draft's scores beside
the wrong words; what the draft inherits from its own
generation_config.json acts on the drafts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pimp_tui.errors import UserError


@dataclass(slots=True)
class Draft:
    """A draft model in memory.

    Attributes:
        reference: as asked for.
        arguments: what ``generate`` is given for it.
        embeddings: its own input and output embeddings, as loaded.
    """

    reference: str
    model: Any
    tokenizer: Any
    arguments: dict[str, Any]
    embeddings: tuple[Any, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest or a report may say of it."""
        return {
            "model": self.reference,
            "parameters": sum(p.numel() for p in self.model.parameters()),
            "tokenizer": "another" if "assistant_tokenizer" in self.arguments else "the same",
        }


def make_draft(reference: str, model: Any, tokenizer: Any, main: Any, main_tokenizer: Any) -> Draft:
    """A loaded model as the draft of ``main``.

    Raises:
        UserError: the library would take its tokenizer for that of ``main``.
    """
    sizes = [item.config.get_text_config().vocab_size for item in (model, main)]
    same_words = tokenizer.get_vocab() == main_tokenizer.get_vocab()
    arguments: dict[str, Any] = {"assistant_model": model}
    if sizes[0] != sizes[1]:
        arguments |= {"tokenizer": main_tokenizer, "assistant_tokenizer": tokenizer}
        tokenizer.get_vocab = _in_order(tokenizer.get_vocab)
    elif not same_words:
        raise UserError(
            f"the draft model {reference} has another tokenizer with a vocabulary of the same size "
            f"({sizes[0]}), which the library takes for the same tokenizer",
            mend="choose a draft of the same family, or one whose vocabulary has another size",
        )
    heads = (model.get_input_embeddings(), model.get_output_embeddings())
    return Draft(reference, model, tokenizer, arguments, heads)


def _in_order(get_vocab: Callable[[], dict[str, int]]) -> Callable[[], dict[str, int]]:
    """The same words by their ids, as the scores of a model have them."""

    def ordered() -> dict[str, int]:
        return dict(sorted(get_vocab().items(), key=lambda word: word[1]))

    return ordered


def mend(draft: Draft) -> None:
    """Undo what a sampled run with another tokenizer did to the draft and keeps in a cache."""
    from transformers.generation.candidate_generator import AssistantVocabTranslatorCache as Kept

    own_input, own_output = draft.embeddings
    if draft.model.get_input_embeddings() is not own_input:
        draft.model.set_input_embeddings(own_input)
    if draft.model.get_output_embeddings() is not own_output:
        draft.model.set_output_embeddings(own_output)
    main_tokenizer = draft.arguments.get("tokenizer")
    if main_tokenizer is not None:
        Kept._cache.pop(main_tokenizer, None)
