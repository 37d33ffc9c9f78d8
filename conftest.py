"""What holds for all tests: Ctrl-C reaches programs; no garbage is collected while tests are.

``ast.parse``, through which pytest reads every module, fails in CPython 3.11 where a finaliser that
the collector runs within it comes to parse something too ("AST constructor recursion depth
mismatch").
"""

import gc
import signal

gc.disable()
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in a shell's background: theirs to ignore
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """From here on as always."""
    gc.enable()


def pytest_sessionfinish() -> None:
    """Plugins parse sources again for what they tell at the end."""
    gc.disable()
