"""Errors that the user can mend; they end a command with exit code 2, never with a traceback."""

from __future__ import annotations


class UserError(Exception):
    """Something the user must mend.

    Args:
        what: one sentence that says what is wrong.
        where: place of the mistake (``file:line:column``, an option, a field), if there is one.
        mend: what to do about it.
    """

    def __init__(self, what: str, where: str | None = None, mend: str | None = None) -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(": ".join(part for part in (where, what) if part))

    def lines(self) -> list[str]:
        """One or two plain lines for stderr: place and fault, then the mend."""
        first = " ".join(str(self).split())
        return [first] if not self.mend else [first, "  mend: " + " ".join(self.mend.split())]


class Contradiction(UserError, ValueError):
    """A choice that no valid configuration satisfies.

    Attributes:
        reasons: a minimal set of the user's own choices and named constraints that clash.
    """

    def __init__(self, what: str, reasons: list[str], mend: str | None = None) -> None:
        super().__init__(what, mend=mend)
        self.reasons = reasons
