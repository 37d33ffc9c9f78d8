"""What went wrong with a sandbox, apart from what the program in it did."""

from __future__ import annotations

MEND = "nothing was scored as wrong; `pimp-tui doctor` tells of the sandbox: mend it and go on"


class SandboxFault(RuntimeError):
    """The sandbox failed, not the program in it: no verdict, and never a wrong answer.

    Args:
        what: one sentence.
        mend: what to do about it.
    """

    def __init__(self, what: str, mend: str = MEND) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend
