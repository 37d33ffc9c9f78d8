"""What holds for all tests: they are collected without collecting garbage.

``ast.parse``, through which pytest reads every module, fails in CPython 3.11 where a finaliser that
the collector runs within it comes to parse something too ("AST constructor recursion depth
mismatch").
"""

import gc

gc.disable()


def pytest_collection_finish() -> None:
    """From here on as always."""
    gc.enable()


def pytest_sessionfinish() -> None:
    """Plugins parse sources again for what they tell at the end."""
    gc.disable()
