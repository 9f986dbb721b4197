"""What histories say of one patch: its prerequisites, its later fixes, its CVEs, its siblings."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.finding import NotChecked
from analyzer.history.facts import CveRecord, Known, Later, Unclear
from analyzer.history.presence import By as By, There as There
from analyzer.source import Place


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a tree has a change, by what that was told, and in words. ``commit`` has it there."""

    there: There
    by: By
    said: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Omission:
    """A fix that is left out on purpose, and the reason given: ``holds`` is None where unchecked.

    ``source`` is where it is said: a line of the input (``line``), or ``file:line``. ``said`` is
    what was looked at to check the reason.
    """

    sha: str
    reason: str
    source: str
    line: int | None = None
    holds: bool | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Follow:
    """A commit of upstream's that fixes or reverts the patch's, and its state in the target.

    ``undone`` is the commit that took it back upstream, and stands itself; ``beside`` the omitted
    commit without which it has nothing to fix. With either, it is not required.
    """

    later: Later
    presence: Presence
    cves: tuple[str, ...] = ()
    undone: str = ""
    beside: str = ""
    omission: Omission | None = None

    @property
    def required(self) -> bool:
        """Whether a target with the patch has a use for it."""
        return not self.undone and not self.beside


@dataclass(frozen=True, slots=True)
class Need:
    """Something that the patch leans on, and that the target lacks.

    ``what`` names it in words; ``brought`` is upstream's commit that brought it, ``sought`` why
    there is none. ``title`` is the patch of the same series that brings it later. ``certain``: the
    target is known not to have it, as far as its files were read.
    """

    what: str
    place: Place | None = None
    brought: Known | None = None
    sought: str = ""
    title: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Needs:
    """What the target lacks. ``looked_for`` says what was looked for, ``unsure`` what was not.

    ``unlike`` are the functions and symbols that upstream's commit changes and that the target has
    otherwise before the patch; None where that is not known.
    """

    found: tuple[Need, ...] = ()
    looked_for: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    unlike: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Mended:
    """A commit that the patch fixes (``Fixes:``), and whether the target has it before.

    ``line`` is the input's where the patch says so, None where only upstream's commit does.
    """

    sha: str
    line: int | None
    presence: Presence
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A prerequisite, or a fix of the code around, that the facts know, in the target before."""

    sha: str
    presence: Presence


@dataclass(frozen=True, slots=True)
class Sibling:
    """A newer branch, and whether it has upstream's commit; ``undone`` took it back there."""

    branch: str
    presence: Presence
    undone: str = ""


@dataclass(frozen=True, slots=True)
class CveTold:
    """A CVE that the message names: its record, and the commits that history gives it to.

    ``ours``: one of them is the patch's commit. ``beside``: one fixes the patch's commit, is fixed
    by it, or is of the same series.
    """

    id: str
    record: CveRecord | None = None
    owners: tuple[Known, ...] = ()
    ours: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Cves:
    """What the records say of CVEs. ``own`` are the commit's, by records or by its message.

    ``records`` are all that were read, of those that are named and of the commit's own.
    """

    told: tuple[CveTold, ...] = ()
    own: tuple[str, ...] = ()
    records: tuple[CveRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """What upstream's history has of the id that the patch names.

    ``commit`` is None where it does not have it; ``instead`` are then the commits that have its
    subject or its patch-id. ``reached`` is False where no branch or tag has it in its history, and
    None where that took too long; ``held`` is one that has, where upstream's own tip has not.
    """

    sha: str
    commit: Known | None = None
    instead: tuple[Known, ...] = ()
    by: By = By.NOTHING
    reached: bool | None = None
    held: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that histories say of a patch.

    ``source`` names upstream's history, empty where there is none; ``stale`` why it is not up to
    date; ``found`` is the patch's commit there, empty where it has none. ``follows`` is None where
    later fixes were not looked for, ``cut`` says why there may be more of them, and ``unclear`` are
    commits that may be such. ``unsearched`` is what was not looked at, and why.
    """

    source: str = ""
    stale: str = ""
    found: str = ""
    named: Named | None = None
    follows: tuple[Follow, ...] | None = None
    cut: tuple[str, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    omissions: tuple[Omission, ...] = ()
    needs: Needs = Needs()
    beside: tuple[Beside, ...] = ()
    mended: tuple[Mended, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    cves: Cves = Cves()
    unsearched: tuple[NotChecked, ...] = ()
