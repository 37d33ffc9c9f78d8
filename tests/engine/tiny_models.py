"""Tiny random models of four architectures with a byte-level tokenizer, as ordinary folders."""
# ruff: noqa: E501

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PROMPTS = [
    'def add(a, b):\n    """Return the sum of a and b."""\n',
    'def last(items):\n    """Return the last element of items, None when it is empty."""\n',
    'def is_even(n):\n    """Is n even?"""\n    return',
    "for i in range(10):\n    print(i)\nfor i in range(10):\n    print(i",
]


def tokenizer(pad: bool = True, bos: bool = False) -> Any:
    """A byte-level tokenizer without merges: 256 bytes and the special tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    specials = ["<eos>"] + (["<bos>"] if bos else []) + (["<pad>"] if pad else [])
    alphabet = specials + sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: index for index, token in enumerate(alphabet)}
    core = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.add_special_tokens(specials)
    if bos:
        core.post_processor = processors.TemplateProcessing(
            single="<bos> $A", special_tokens=[("<bos>", vocab["<bos>"])]
        )
    names = {"eos_token": "<eos>"}
    names |= {"pad_token": "<pad>"} if pad else {}
    names |= {"bos_token": "<bos>"} if bos else {}
    return PreTrainedTokenizerFast(tokenizer_object=core, **names)


# Templates in the manner of models that are widely used, each with a trap of its own.
TEMPLATES = {
    "chatml": (
        "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nYou help.<|im_end|>\n{% endif %}"
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    ),
    "trims": (
        "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>\n\n{{ m['content'] | trim }}<eos>"
        "{% endfor %}{% if add_generation_prompt %}<|assistant|>\n\n{% endif %}"
    ),
    "thinks": (
        "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'assistant' %}[A]<think>\n\n</think>"
        "\n\n{{ m['content'].strip('\n') }}{% else %}[U]{{ m['content'] }}{% endif %}<eos>{% endfor %}"
        "{% if add_generation_prompt %}[A]{% endif %}"
    ),
    "drops": "{% for m in messages %}{% if m['role'] == 'user' %}{{ m['content'] }}{% endif %}{% endfor %}",
    "refuses": "{{ raise_exception('only with a system prompt') }}",
}  # fmt: skip


def chat_tokenizer(kind: str) -> Any:
    """``tokenizer`` with a begin token and a template of ``TEMPLATES``."""
    found = tokenizer(bos=True)
    found.chat_template = TEMPLATES[kind]
    return found


def _write(folder: Path, config: Any, tok: Any, generation: dict[str, Any] | None) -> Path:
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(7)
    model = AutoModelForCausalLM.from_config(config)
    model.save_pretrained(folder)
    tok.save_pretrained(folder)
    if generation is not None:
        target = folder / "generation_config.json"
        held = json.loads(target.read_text()) if target.exists() else {}
        target.write_text(json.dumps(held | generation))
    return folder


def tiny_llama(
    folder: Path,
    layers: int = 4,
    generation: dict[str, Any] | None = None,
    chat: str | None = None,
) -> Path:
    """Llama kind: grouped key-value heads, rotary positions, tied embeddings, a pad token.

    Args:
        chat: name of a chat template.
    """
    from transformers import LlamaConfig

    tok = tokenizer() if chat is None else chat_tokenizer(chat)
    config = LlamaConfig(
        vocab_size=len(tok),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        initializer_range=0.25,
        eos_token_id=tok.eos_token_id,
        pad_token_id=tok.pad_token_id,
        bos_token_id=None,
    )
    return _write(folder, config, tok, generation)


def tiny_gpt2(folder: Path, generation: dict[str, Any] | None = None) -> Path:
    """GPT-2 kind: learned positions (512), no pad token, two layers."""
    from transformers import GPT2Config

    tok = tokenizer(pad=False)
    config = GPT2Config(
        vocab_size=len(tok),
        n_positions=512,
        n_embd=48,
        n_layer=2,
        n_head=4,
        initializer_range=0.2,
        eos_token_id=tok.eos_token_id,
        bos_token_id=tok.eos_token_id,
    )
    return _write(folder, config, tok, generation)


def tiny_gemma(folder: Path, generation: dict[str, Any] | None = None) -> Path:
    """Gemma-2 kind: sliding and full attention layers, soft-capped logits, a begin token."""
    from transformers import Gemma2Config

    tok = tokenizer(bos=True)
    config = Gemma2Config(
        vocab_size=len(tok),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        query_pre_attn_scalar=16,
        sliding_window=24,
        max_position_embeddings=1024,
        initializer_range=0.2,
        eos_token_id=tok.eos_token_id,
        pad_token_id=tok.pad_token_id,
        bos_token_id=tok.bos_token_id,
    )
    return _write(folder, config, tok, generation)


def tiny_bloom(folder: Path, generation: dict[str, Any] | None = None) -> Path:
    """BLOOM kind: attention of its own, which knows the places of tokens from their distance."""
    from transformers import BloomConfig

    tok = tokenizer()
    config = BloomConfig(
        vocab_size=len(tok),
        hidden_size=48,
        n_layer=2,
        n_head=4,
        initializer_range=0.2,
        eos_token_id=tok.eos_token_id,
        pad_token_id=tok.pad_token_id,
        bos_token_id=None,
    )
    return _write(folder, config, tok, generation)
