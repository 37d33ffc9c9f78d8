"""Models named by their id on a hub: from its local cache, or fetched into it."""

from __future__ import annotations

import re
from pathlib import Path

from pimp_tui.errors import UserError

_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
#: What a causal language model and its tokenizer consist of; other weights are left alone.
FILES = ["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt", "*.py"]


def is_hub_id(reference: str) -> bool:
    """Whether a reference can be ``owner/name`` on a hub."""
    return _ID.fullmatch(reference) is not None and not reference.endswith((".gguf", "/"))


def hub_folder(model_id: str) -> Path:
    """The folder that holds a hub's model; it is downloaded where the cache has not all of it.

    Raises:
        UserError: it is not in the cache and cannot be had.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )  # fmt: skip

    try:
        return Path(snapshot_download(model_id, allow_patterns=FILES))
    except GatedRepoError:
        fault, mend = "its owner must let you in first", "ask on its page, then `hf auth login`"
    except (RepositoryNotFoundError, HFValidationError):
        fault, mend = "the hub has no such model", "check the id, or give a folder or .gguf file"
    except (LocalEntryNotFoundError, OfflineModeIsEnabled):
        fault = "it is not in the hub's cache here, and the hub cannot be reached"
        mend = f"`hf download {model_id}` where there is a network, or give a folder"
    except (HfHubHTTPError, OSError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        fault, mend = f"it cannot be downloaded ({first[:200]})", "try again, or give a folder"
    raise UserError(f"no model {model_id}: {fault}", "--model", mend)
