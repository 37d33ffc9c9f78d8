"""Writing pieces of UVL into a text without touching the rest of it."""

from __future__ import annotations

import re


def add_attribute(line: str, feature: str, attribute: str) -> str:
    """A feature's line with one more attribute, in front of the others."""
    after = line.index(feature) + len(feature)
    if line[after : after + 1] == '"':
        after += 1
    brace = re.compile(r"\s*(?:cardinality\s*\[[^\]]*\])?\s*\{").match(line, after)
    if brace:
        rest = line[brace.end() :].lstrip()
        comma = "" if rest.startswith("}") else ", "
        return line[: brace.end()] + attribute + comma + rest
    return f"{line[:after]} {{{attribute}}}{line[after:]}"


def add_constraints(text: str, demands: list[str]) -> str:
    """A model's text with more lines at the end of its constraints."""
    if not demands:
        return text
    text = text.rstrip("\n")
    lines = text.split("\n")
    bare = [line.split("//")[0].rstrip() for line in lines]
    at = bare.index("constraints") if "constraints" in bare else None
    if at is None:
        lines.append("constraints")
    tail = lines[at + 1 :] if at is not None else []
    lead = next((re.match(r"\s+", ln).group() for ln in tail if re.match(r"\s+\S", ln)), "    ")  # type: ignore[union-attr]
    return "\n".join([*lines, *(lead + d for d in demands)]) + "\n"
