"""Whether a tree has a change, and what told so: the words of it."""

from __future__ import annotations

from enum import Enum


class There(Enum):
    """Whether a tree has a change."""

    YES = "it is there"
    NO = "it is not there"
    PARTLY = "a part of it is there"
    UNKNOWN = "nothing tells whether it is there"


class By(Enum):
    """What told whether a tree has a change, in the order of trust."""

    CONTENT = "by content"
    ANCESTRY = "by ancestry"
    REFERENCE = "by a commit that names it"
    SUBJECT = "by subject"
    PATCH_ID = "by patch-id"
    SERIES = "by the series"
    NOTHING = "by nothing"
