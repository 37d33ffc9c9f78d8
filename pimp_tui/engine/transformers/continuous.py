"""Continuous batching: requests enter and leave the running batch one by one.

What the library keeps to itself is settled here (transformers 5.24.0): the number of cache blocks
must be given, a CPU run hangs without; all requests are queued before the loop starts, so that the
batches, and with them the samples of a seed, are the same in every run; blocks are not shared, so
that a prompt never rides on an earlier one; a request that failed only says so in its result.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import Any

from pimp_tui.engine.base import Completion, OnBatch
from pimp_tui.engine.transformers.batches import completion_text, room_for, tokenizing
from pimp_tui.engine.transformers.loading import Loaded
from pimp_tui.engine.transformers.quantisation import without_gradients

#: Tokens of one forward pass unless ``max_batch_tokens`` says otherwise; by itself the library
#: takes as many as the free memory allows, which differs from run to run.
USUAL_BATCH_TOKENS = 512
#: Tokens of a cache page, the library's default.
PAGE_TOKENS = 256
# The scheduler takes no new prompt while fewer blocks than this share are free.
_FREE_SHARE = 0.15
_POLL_S = 0.5


def wanted(options: dict[str, Any]) -> bool:
    """Whether a run is to be batched continuously."""
    return options.get("continuous_batching") is True


@dataclass(frozen=True, slots=True)
class Served:
    """What became of each prompt: its token ids, and one result of the library per sample."""

    prompts: list[list[int]]
    results: list[list[Any]]


def serve(
    loaded: Loaded,
    prompts: list[str],
    config: Any,
    options: dict[str, Any],
    seed: int,
    on_batch: OnBatch | None = None,
) -> Served:
    """Run ``prompts`` with at most ``options["batch_size"]`` of them in a forward pass.

    The loop is left to end by itself; ``state.forget`` waits for it before the next run.

    Raises:
        RuntimeError: the library's own message about a request that failed.
    """
    samples = int(config.num_return_sequences or 1)
    ids = _token_ids(loaded, prompts, config.max_new_tokens)
    batching = _batching_config(ids, config.max_new_tokens, samples, options, seed)
    with without_gradients(loaded.model):
        manager = loaded.model.init_continuous_batching(
            generation_config=config, continuous_batching_config=batching
        )
        loaded.manager = manager
        names = manager.add_requests(
            ids, max_new_tokens=config.max_new_tokens, record_timestamps=True
        )
        if batching.use_cuda_graph:
            manager.warmup()
        manager.start()
    found = _collect(manager, len(ids) * samples, samples, on_batch)
    _ask_to_end(manager)
    family = [[name, *(f"{name}__child#{i}" for i in range(samples - 1))] for name in names]
    return Served(ids, [[found[member] for member in members] for members in family])


def run_continuous(
    loaded: Loaded,
    prompts: list[str],
    config: Any,
    options: dict[str, Any],
    seed: int,
    on_batch: OnBatch | None = None,
) -> list[Completion]:
    """Complete ``prompts``; raises as ``serve`` does.

    A request counts as submitted when the scheduler takes it out of the queue, as a prompt of an
    ordinary batch does when its batch is handed to the model.
    """
    served = serve(loaded, prompts, config, options, seed, on_batch)
    shift = time.monotonic() - time.perf_counter()  # results are stamped by perf_counter
    completions = []
    for index, (ids, results) in enumerate(zip(served.prompts, served.results, strict=True)):
        submitted = results[0].lifespan[0] + shift
        for sample, result in enumerate(results):
            tokens = result.generated_tokens
            stamps = [at + shift for at in result.timestamps or []]
            last = stamps[len(tokens) - 1] if stamps else result.lifespan[1] + shift
            completions.append(
                Completion(
                    prompt_index=index,
                    sample=sample,
                    text=completion_text(loaded, tokens, config),
                    tokens_in=len(ids),
                    tokens_out=len(tokens),
                    submitted_s=submitted,
                    ttft_s=stamps[0] - submitted if stamps else None,
                    latency_s=last - submitted,
                    last_token_s=last,
                )
            )
    return completions


def _ask_to_end(manager: Any) -> None:
    from transformers.generation.continuous_batching.continuous_api import BackgroundThreadStatus

    if manager.is_running():
        rank = manager.distributed_helper.global_rank
        manager.background_thread_status.request_stop(BackgroundThreadStatus.FLUSH_AND_STOP, rank)


def end(loaded: Loaded) -> None:
    """Stop what an earlier run started and give the model its attention back."""
    manager, loaded.manager = loaded.manager, None
    if manager is not None:
        manager.stop(block=True, hard_stop=True)
        manager.destroy()
    own = loaded.facts["attn_implementation"]
    if own is not None and loaded.model.config._attn_implementation != own:
        loaded.model.set_attn_implementation(own)  # a manager that was never made leaves its own


def _token_ids(loaded: Loaded, prompts: list[str], max_new_tokens: int) -> list[list[int]]:
    room = room_for(loaded, max_new_tokens)
    found: list[list[int]] = loaded.tokenizer(prompts, **tokenizing(loaded, prompts, room))[
        "input_ids"
    ]
    return found


def _batching_config(
    ids: list[list[int]], max_new_tokens: int, samples: int, options: dict[str, Any], seed: int
) -> Any:
    from transformers import ContinuousBatchingConfig

    # The library prints a line for every rule it has not classified; effects are looked at anyway.
    logging.getLogger("ContinuousBatchingLogger").setLevel(logging.ERROR)
    side_by_side = int(options.get("batch_size") or 1) * samples
    pages = math.ceil((max(map(len, ids)) + max_new_tokens) / PAGE_TOKENS)
    return ContinuousBatchingConfig(
        page_size=PAGE_TOKENS,
        num_blocks=math.ceil(side_by_side * pages / (1 - 2 * _FREE_SHARE)) + 2,
        max_batch_tokens=int(options.get("max_batch_tokens") or USUAL_BATCH_TOKENS),
        max_requests_per_batch=side_by_side,
        allow_block_sharing=False,
        auto_switch_to_flash=False,
        use_cuda_graph=bool(options.get("use_cuda_graph")),
        use_async_batching=False,
        seed=seed,
    )


def _collect(manager: Any, count: int, samples: int, on_batch: OnBatch | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while len(found) < count:
        result = manager.get_result(timeout=_POLL_S)
        if result is None:
            if not manager.is_running():
                fault = manager.background_thread_status.fatal_error
                raise RuntimeError(str(fault or "continuous batching ended by itself"))
            continue
        if result.error is not None:
            raise RuntimeError(result.error)
        if result.is_finished():
            found[result.request_id] = result
            if on_batch is not None and len(found) % samples == 0:
                on_batch(len(found) // samples)
    return found
