"""The draft model of assisted decoding: a second, smaller model that proposes tokens.

Leviathan et al. 2022 (speculative decoding); with another tokenizer, its universal forms (Timor et
al. 2025). Seen with transformers 5.24.0: it takes vocabularies of the same size for the same
tokenizer; with another tokenizer the rules of the model are applied to the draft, whose tokens are
not those they speak of; a sampled run prunes the draft's embeddings then and keeps them so, takes
the pruned words in the order of a hash map, and fails where there is nothing to prune, so that it
is given a translator here that does not prune; a greedy run may lose its place, and appends to the
draft's text until that is longer than its context; what the draft inherits from its own
generation_config.json acts on the drafts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pimp_tui.errors import UserError


@dataclass(slots=True)
class Draft:
    """A draft model in memory.

    Attributes:
        reference: as asked for.
        arguments: what ``generate`` is given for it.
        context_length: its greatest number of positions, None where it sets no bound.
    """

    reference: str
    model: Any
    tokenizer: Any
    arguments: dict[str, Any]
    context_length: int | None

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest or a report may say of it."""
        return {
            "model": self.reference,
            "parameters": sum(p.numel() for p in self.model.parameters()),
            "tokenizer": "the same" if self.same_words else "another",
        }

    @property
    def same_words(self) -> bool:
        """Whether its tokens are those of the model."""
        return "assistant_tokenizer" not in self.arguments


def make_draft(reference: str, model: Any, tokenizer: Any, main: Any, main_tokenizer: Any) -> Draft:
    """A loaded model as the draft of ``main``.

    Raises:
        UserError: the library would take its tokenizer for that of ``main``.
    """
    own, wanted = (item.config.get_text_config() for item in (model, main))
    same_words = tokenizer.get_vocab() == main_tokenizer.get_vocab()
    arguments: dict[str, Any] = {"assistant_model": model}
    if own.vocab_size != wanted.vocab_size:
        arguments |= {"tokenizer": main_tokenizer, "assistant_tokenizer": tokenizer}
        _translate(model, tokenizer, main_tokenizer, wanted.vocab_size)
    elif not same_words:
        raise UserError(
            f"the draft model {reference} has another tokenizer with a vocabulary of the same size "
            f"({own.vocab_size}), which the library takes for the same tokenizer",
            mend="choose a draft of the same family, or one whose vocabulary has another size",
        )
    context = getattr(own, "max_position_embeddings", None)
    return Draft(reference, model, tokenizer, arguments, context)


def _translate(model: Any, tokenizer: Any, main_tokenizer: Any, words: int) -> None:
    """Have sampled runs find a translator that leaves the draft's embeddings as they are."""
    from transformers import LogitsProcessorList
    from transformers.generation.candidate_generator import AssistantVocabTranslatorCache as Kept

    found = Kept.get_translator(
        main_tokenizer, tokenizer, words, assistant_model=model, assistant_prune_lm_head=False
    )
    if found.logits_processors is None:  # the draft would be given those of the model
        found.logits_processors = LogitsProcessorList()


@contextmanager
def drafting(draft: Draft | None, length: int) -> Iterator[None]:
    """The context in which ``generate`` drafts.

    Args:
        length: greatest number of tokens of a prompt with its completion, in the model's tokens.

    Raises:
        UserError: a draft with the same tokens has no room for that many.
    """
    if draft is None:
        yield
    elif draft.same_words:
        if draft.context_length is not None and length > draft.context_length:
            raise UserError(
                f"a prompt with its completion takes {length} tokens, the draft model "
                f"{draft.reference} holds {draft.context_length}",
                mend="choose a draft with a longer context, or deselect it",
            )
        yield
    else:
        with _kept_in_place(draft.context_length):
            yield


@contextmanager
def _kept_in_place(context: int | None) -> Iterator[None]:
    """Let a greedy draft with another tokenizer begin anew before its text outgrows ``context``.

    It follows the rules of the run by its own tokens, not those of the model.
    """
    from transformers.generation.candidate_generator import (
        AssistedCandidateGeneratorDifferentTokenizers as Generator,
    )

    original = Generator.get_candidates

    def get_candidates(self: Any, input_ids: Any, **kwargs: Any) -> Any:
        self.logits_processor = []
        if context is None:
            return original(self, input_ids, **kwargs)
        ahead, held = int(self.num_assistant_tokens), self.prev_assistant_ids
        if held is None or held.shape[1] + 2 * (ahead + self.target_lookbehind) > context:
            read = self.convert_source_tokens_to_target_tokens(
                input_ids.to(self.assistant_model.device),
                self.target_tokenizer,
                self.assistant_tokenizer,
            )
            if read.shape[1] + ahead > context:
                return input_ids, None  # nothing is drafted any more
            self.prev_assistant_ids = None
            self.assistant_kwargs.pop("cache", None)
        return original(self, input_ids, **kwargs)

    setattr(Generator, "get_candidates", get_candidates)  # noqa: B010
    try:
        yield
    finally:
        setattr(Generator, "get_candidates", original)  # noqa: B010
