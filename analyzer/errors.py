"""What goes wrong on the user's side, or at a limit of ours."""

from __future__ import annotations


class AnalyzerError(Exception):
    """Input that cannot be read, or a limit of this tool. Caught once, in ``cli``.

    The message is one line: ``where: what; what to do``.
    """

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what = what
        self.where = where
        self.todo = todo
        line = f"{where}: {what}" if where else what
        super().__init__(f"{line}; {todo}" if todo else line)


class NotRepairedError(AnalyzerError):
    """A repaired patch was asked for and cannot be had honestly."""

    def __init__(self, what: str, *, where: str) -> None:
        todo = "give the tree that the patch is for with --target, or fetch the patch again"
        super().__init__(f"not written: {what}", where=where, todo=todo)
