"""The program in a model's answer, found as EvalPlus finds it (``evalplus.sanitize``, 2025-10).

First the longest run of lines that parses, so that prose, fences and a tail cut off by the length
limit fall away; then, of that, the imports and what the asked-for function needs. What EvalPlus
leaves out is left out here too, so that scores agree: statements that run at import, decorated
definitions, functions without a ``return``, ``from __future__`` imports, and a second definition
of a name. It parses with tree-sitter, this module with ``ast``.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

# Colours and cursor moves, which some servers leave in their answers (ECMA-48).
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")
_Function = ast.FunctionDef | ast.AsyncFunctionDef
# Names that a node holds as plain text; those of variables are nodes of their own.
_NAME_FIELDS = ("id", "attr", "arg", "name", "asname", "rest")
_NAME_LISTS = ("names", "kwd_attrs")


def extract_program(text: str, entry_point: str | None = None) -> str:
    """The program in ``text``.

    Args:
        entry_point: only what this function reaches by name is kept; None keeps every definition.

    Returns:
        imports, then definitions, in their order; where there is none, the longest run of lines
        that parses; where that is none either, the first line.
    """
    code = longest_code(text)
    tree = _parse(code)
    kept = "" if tree is None else _definitions(tree, code.encode(), entry_point)
    return kept or code


def longest_code(text: str) -> str:
    """The run of two lines or more that parses and has most lines that are not blank.

    The first of equals; where none parses, the first line. The whole search looks at every pair of
    lines; this one leaves out pairs that cannot parse: a run neither begins inside a block nor
    goes on over a place where the parser had to give up.
    """
    lines = _ESCAPE.sub("", text).split("\n")
    filled = [bool(line.strip()) for line in lines]
    best, most = (0, 0), 0
    for start in range(len(lines)):
        if sum(filled[start:]) <= most:
            break
        if not _may_begin(lines[start]):
            continue
        end = _last_that_parses(lines, start)
        if end is not None and (count := sum(filled[start : end + 1])) > most:
            best, most = (start, _without_blank_tail(lines, start, end)), count
    return "\n".join(lines[best[0] : best[1] + 1])


def _parse(code: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a model's odd escapes are not the user's concern
            return ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _fault_line(code: str) -> int | None:
    """0-based line that the parser gave up at; None where it is not known, -1 where it parses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except SyntaxError as error:
        return error.lineno - 1 if error.lineno else None
    except (ValueError, MemoryError, RecursionError):
        return None
    return -1


def _may_begin(line: str) -> bool:
    """Whether a run may begin here: a statement does not begin away from the margin."""
    bare = line.strip()
    return not bare or bare.startswith("#") or not line[0].isspace() or line[0] == "\f"


def _last_that_parses(lines: list[str], start: int) -> int | None:
    end = len(lines) - 1
    while end > start:
        fault = _fault_line("\n".join(lines[start : end + 1]))
        if fault == -1:
            return end
        # Whatever goes on to the place of the fault holds the fault.
        end = min(end - 1, start + fault - 1) if fault is not None else end - 1
    return None


def _without_blank_tail(lines: list[str], start: int, end: int) -> int:
    last = end
    while last > start + 1 and not lines[last].strip():
        last -= 1
    ends = range(last, end)
    return next((at for at in ends if _parse("\n".join(lines[start : at + 1])) is not None), end)


def _definitions(tree: ast.Module, code: bytes, entry_point: str | None) -> str:
    starts = [0]
    for line in code.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def source(node: ast.stmt) -> str:
        assert node.end_lineno is not None and node.end_col_offset is not None
        begin = starts[node.lineno - 1] + node.col_offset
        return code[begin : starts[node.end_lineno - 1] + node.end_col_offset].decode()

    imports: list[str] = []
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.Import) or (
            isinstance(node, ast.ImportFrom) and node.module != "__future__"
        ):
            imports.append(source(node))
        elif (name := _defined(node)) is not None and name not in found:
            found[name] = node
    wanted = found.keys() if entry_point is None else _reached(entry_point, found)
    definitions = [source(node) for name, node in found.items() if name in wanted]
    return "\n".join([*imports, *definitions]).strip()


def _defined(node: ast.stmt) -> str | None:
    """The name that a statement defines for good, None where EvalPlus passes it over."""
    if isinstance(node, ast.ClassDef):
        return None if node.decorator_list else node.name
    if isinstance(node, _Function):
        returns = any(isinstance(inner, ast.Return) for inner in ast.walk(node))
        return node.name if returns and not node.decorator_list else None
    if isinstance(node, ast.Assign):
        sides = [node.targets[0], *(node.targets[1:] or [node.value])[:1]]
    elif isinstance(node, ast.AnnAssign):
        sides = [node.target, *([node.value] if node.value else [])]
    else:
        return None
    return next((side.id for side in sides if isinstance(side, ast.Name)), None)


def _reached(entry_point: str, found: dict[str, ast.stmt]) -> set[str]:
    """Names that the entry point comes to by the names in each definition's text."""
    reached, waiting = {entry_point}, [entry_point]
    while waiting:
        node = found.get(waiting.pop())
        for name in _names(node) if node is not None else ():
            if name not in reached:
                reached.add(name)
                waiting.append(name)
    return reached


def _names(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        for field in _NAME_FIELDS:
            if isinstance(value := getattr(inner, field, None), str):
                yield from value.split(".")
        for field in _NAME_LISTS:
            yield from (v for v in getattr(inner, field, None) or () if isinstance(v, str))
