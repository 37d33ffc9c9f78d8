"""Every constraint of the shipped space cites a probe, and every probe still shows its point."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from lab import Lab
from probes import PROBES

_CITED = re.compile(r"probe: (\w+)")


def _constraints() -> list[tuple[str, str]]:
    """Constraint and the comment above it."""
    text = resources.files("pimp_tui.space.shipped").joinpath("transformers.uvl").read_text()
    lines = text.split("\nconstraints\n")[1].splitlines()
    return [
        (line.strip(), lines[index - 1].strip())
        for index, line in enumerate(lines)
        if line.strip() and not line.strip().startswith("//")
    ]


def test_every_constraint_cites_a_probe_and_every_probe_is_cited() -> None:
    cited = set()
    for constraint, comment in _constraints():
        found = _CITED.search(comment)
        assert comment.startswith("//") and found, constraint
        cited.add(found[1])
    assert cited == set(PROBES)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("models"))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PROBES))
def test_probe(name: str, lab: Lab) -> None:
    PROBES[name](lab)
