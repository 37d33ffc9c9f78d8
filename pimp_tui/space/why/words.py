"""Features, constraints and groups in plain words: options and values where features are bound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pimp_tui.space.binding import read_options
from pimp_tui.space.formulas.logic import variables
from pimp_tui.space.formulas.relations import Relation
from pimp_tui.space.model import Constraint, FeatureModel, Group

_LONGEST_VALUE, _LONGEST_NOTE, _LONGEST_SENTENCE = 24, 80, 160
_PROBE = re.compile(r"\w+: [\w.-]+ — ")


class Words:
    """How the reasons of one model are said."""

    def __init__(self, model: FeatureModel) -> None:
        self.model = model
        self.names = list(model.features)

    @cached_property
    def _bound(self) -> dict[str, tuple[str, str]]:
        """Leaf -> option and value, where the two name the leaf and no other."""
        found: dict[str, tuple[str, str]] = {}
        for option in read_options(self.model).values():
            said = {leaf: value_words(value) for leaf, value in option.leaves.items()}
            for leaf, value in said.items():
                alone = list(said.values()).count(value) == 1 and len(value) <= _LONGEST_VALUE
                if option.bound and alone:
                    found[leaf] = (option.name, value)
        return found

    def feature(self, name: str) -> str:
        """``num_beams=4`` for a leaf bound to a value, else the name."""
        return self.literal(name, True)

    def literal(self, name: str, on: bool) -> str:
        """A feature or its absence: ``num_beams=4``, ``num_beams≠4``, ``watermark``, ``no cuda``.

        ``≠`` also says that the option may be left unset.
        """
        if name in self._bound:
            option, value = self._bound[name]
            return f"{option}{'=' if on else '≠'}{value}"
        return name if on else f"no {name}"

    def choice(self, name: str, on: bool) -> str:
        """``you selected num_beams=4``; the feature is named too where the value does not tell."""
        said = self.feature(name)
        told = _letters(name) in (_letters(said), _letters(said.partition("=")[2]))
        return f"you {'selected' if on else 'deselected'} {said}" + ("" if told else f" ({name})")

    def constraint(self, constraint: Constraint) -> str:
        """The constraint as a sentence, with its line and a short reason."""
        note = short_note(constraint.note)
        origin = re.match(r"(host|model): ", constraint.note or "")
        said = self._sentence(constraint)
        if origin:
            bare = said.removesuffix(" is required").removesuffix(" is needed")
            return f"{origin[1]}: {bare} ({note.removeprefix(origin[0])})"
        return f"{said} ({self._place(constraint)}{': ' + note if note else ''})"

    def relation(self, relation: Relation) -> str:
        """A constraint's sentence, or which features a group bounds, each with its line."""
        if relation.constraint is not None:
            return self.constraint(relation.constraint)
        return (relation.words or "the tree") + self._group_place(relation)

    def _place(self, item: Constraint | Group) -> str:
        """``line 12``, or ``file:line`` of what came with an import."""
        place = self.model.where(item)
        line = place.removeprefix(f"{self.model.label}:")
        return f"line {line}" if line.isdigit() else place

    def _group_place(self, relation: Relation) -> str:
        return f" ({self._place(relation.group)})" if relation.group and relation.group.line else ""

    def folded(self, relation: Relation, chosen: Mapping[str, bool]) -> tuple[str, list[str]]:
        """A reason with the user's choices that it names, and which choices these are.

        ``num_beams=4 needs cache_implementation≠quantized, which you selected (line 12)``.
        """
        told = [f for f in chosen if f in self._named(relation)]
        said = self.relation(relation)
        if not told:
            return said, []
        said_so = [self.choice(f, chosen[f]) for f in told]
        for verb in ("you selected ", "you deselected "):
            same = [each for each in said_so if each.startswith(verb)]
            said_so = [*same[:1], *(each.removeprefix(verb) for each in same[1:])] + [
                each for each in said_so if each not in same
            ]
        mine = " and ".join(said_so)
        if relation.constraint is None:
            demand = _demand(relation.words or "")
            return f"{mine}, and {demand}{self._group_place(relation)}", told
        sentence = self._sentence(relation.constraint)
        sentence = sentence if said.startswith(sentence) else said
        before, after = sentence, said[len(sentence) :]
        name = self.feature(told[0])
        which = f", which you {'selected' if chosen[told[0]] else 'deselected'}"
        if len(told) == 1 and before.startswith(name + " "):
            before = f"{name}{which},{before[len(name) :]}"
        elif len(told) == 1 and before.endswith((name, name.replace("=", "≠"))):
            before += which
        else:
            before += f", and {mine}"
        return before + after, told

    def _named(self, relation: Relation) -> set[str]:
        count = len(self.names)
        return {self.names[v - 1] for v in variables(relation.formula) if v <= count}

    def _sentence(self, constraint: Constraint) -> str:
        try:
            said = self._formula(constraint.formula, top=True)
        except (KeyError, TypeError, ValueError, IndexError, RecursionError):
            return constraint.text
        return said if len(said) <= _LONGEST_SENTENCE else constraint.text

    def _formula(self, f: Any, top: bool = False) -> str:
        if isinstance(f, str):
            return f"{self.literal(f, True)} is required" if top else self.literal(f, True)
        op = f[0]
        if op == "not":
            return self._not(f[1], top)
        if op not in _JOIN:
            raise KeyError(op)
        left, right = f[1], f[2]
        if op == "imp":
            if isinstance(right, tuple) and right[0] == "not" and not self._is_bound(right[1]):
                said = f"{self._part(left, op)} rules out {self._part(right[1], op)}"
            else:
                said = f"{self._part(left, op)} needs {self._part(right, op)}"
        else:
            said = self._part(left, op) + _JOIN[op] + self._part(right, op)
        return f"{said} is needed" if top and op in ("or", "and") else said

    def _not(self, inner: Any, top: bool) -> str:
        if isinstance(inner, str):
            said = self.literal(inner, False)
        elif inner[0] == "not":
            return self._formula(inner[1], top)
        elif top and inner[0] == "and":
            both = [self._part(part, "and") for part in inner[1:]]
            return f"{both[0]} and {both[1]} exclude each other"
        else:
            said = f"not ({self._formula(inner)})"
        return f"{said} is required" if top else said

    def _part(self, f: Any, outer: str) -> str:
        """Bracketed where it would read wrong."""
        said = self._formula(f)
        if isinstance(f, tuple) and f[0] in _JOIN and f[0] != outer:
            if outer in ("imp", "iff") and f[0] in ("and", "or"):
                return said
            return f"({said})"
        return f"({said})" if isinstance(f, tuple) and f[0] in ("imp", "iff") else said

    def _is_bound(self, f: Any) -> bool:
        return isinstance(f, str) and f in self._bound


def _demand(group: str) -> str:
    """``decoding is one of`` as the end of a sentence."""
    parent, _, bound = group.rpartition(" is ")
    bound = bound.removesuffix(" of")
    if bound == "one":
        return f"only one of {parent} can be"
    return f"{'at least one' if bound == 'any' else bound} of {parent} must be"


_JOIN = {"and": " and ", "or": " or ", "imp": " needs ", "iff": " exactly when "}


def value_words(value: Any) -> str:
    """A value as on the command line: ``true``, ``0.7``, ``quantized``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} {value_words(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(value_words, value)) + "]"
    return str(value)


def short_note(note: str | None) -> str:
    """The reason in a comment, without the probe's name: one sentence, at most 80 characters."""
    if not note:
        return ""
    probe = _PROBE.match(note)
    said = note[probe.end() :] if probe else note
    said = re.sub(r"^idle: ", "no effect: ", said)
    said = re.sub(r"\s*\(probe[^)]*\)", "", said)
    said = re.split(r"(?<=[^.\s]{3})[.;](?:\s|$)", said, maxsplit=1)[0].strip()
    if len(said) > _LONGEST_NOTE:
        said = said[: _LONGEST_NOTE - 2].rsplit(" ", 1)[0].rstrip(" ,:—") + "…"
    return said + '"' * (said.count('"') % 2)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
