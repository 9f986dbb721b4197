"""``linux/printk.h``: messages. That one is printed is kept, what it says is not."""

from __future__ import annotations

from typing import Any

from analyzer.mm.api.reporting import printed, printed_once, site
from analyzer.mm.state import State


def printk(state: State, *message: Any) -> int:
    """Print a message.

    Keeps: that one was printed. Drops: its text and level; the answer is 0.
    """
    printed(state)
    return 0


def pr_err(state: State, *message: Any) -> int:
    """Print an error.

    Keeps: that one was printed. Drops: its text; the answer is 0.
    """
    printed(state)
    return 0


def pr_warn(state: State, *message: Any) -> int:
    """Print a warning.

    Keeps: that one was printed. Drops: its text; the answer is 0.
    """
    printed(state)
    return 0


def pr_warn_once(state: State, *message: Any) -> int:
    """Print a warning, once a place in the C and run.

    Keeps: that one was printed, once a run. Drops: its text; the answer is 0.
    """
    printed_once(state, site(2))
    return 0


def printk_once(state: State, *message: Any) -> int:
    """Print a message, once a place in the C and run.

    Keeps: that one was printed, once a run. Drops: its text and level; the answer is 0.
    """
    printed_once(state, site(2))
    return 0


def pr_info(state: State, *message: Any) -> int:
    """Print a remark.

    Keeps: that one was printed. Drops: its text; the answer is 0.
    """
    printed(state)
    return 0


def pr_debug(state: State, *message: Any) -> int:
    """Print what is off unless somebody asks for it.

    Keeps: nothing. Drops: the message; the answer is 0.
    """
    return 0


def dump_stack(state: State) -> None:
    """Print who called whom.

    Keeps: that something was printed. Drops: what.
    """
    printed(state)
