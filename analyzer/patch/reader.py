"""Bytes to patches: transport undone, letters told apart, diffs read, damage named."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analyzer.errors import AnalyzerError
from analyzer.finding import Evidence, NotChecked
from analyzer.patch.counted import diffstat_damage
from analyzer.patch.damage import Damage, DamageKind
from analyzer.patch.diff import read_diff, second_opinion
from analyzer.patch.diffstat import Diffstat, read_diffstat
from analyzer.patch.lines import FilePatch, written
from analyzer.patch.mail import Letter, letters
from analyzer.patch.message import Message, read_message
from analyzer.patch.naming import name_damage, with_tabs
from analyzer.patch.paths import why_unsafe
from analyzer.patch.transport import Numbered, undo_transport
from analyzer.patch.unread import hunk_headers, message_end, quoted_diff
from analyzer.source import Place, Side

# Above this many lines the second reader would take seconds.
SECOND_OPINION_LINES = 50_000
# Every patch of a series is held against every other.
MAX_PATCHES = 2_000

_ABOUT_ENCODING = ("mime-version:", "content-")
_FOREIGN = (
    ("diff --cc ", "a combined diff of a merge", "give the diff against one parent"),
    ("diff --combined ", "a combined diff of a merge", "give the diff against one parent"),
    ("*** ", "a context diff", "make it with diff -u"),
    ("<!DOCTYPE", "an HTML page", "save the page as text"),
    ("<html", "an HTML page", "save the page as text"),
)


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch as it arrived, with everything reversible undone.

    ``prologue`` are the body's lines before the first file. ``unsafe`` lists file names that no
    patch to a kernel tree may have.
    """

    letter: Letter
    message: Message
    prologue: tuple[str, ...]
    diffstat: Diffstat | None
    files: tuple[FilePatch, ...]
    damage: tuple[Damage, ...]
    unsafe: tuple[Evidence, ...]
    notes: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """All patches of one input, in its order, and the letters that hold no patch."""

    patches: tuple[Patch, ...]
    notes: tuple[NotChecked, ...] = ()


def read_series(data: bytes, name: str) -> Series:
    """Read every patch of an input. Raises ``AnalyzerError`` where there is none."""
    whole, damage = _undo_whole(data)
    clean = "\n".join(whole.lines).encode("utf-8", "surrogateescape") if damage else data
    found = letters(clean, name)
    patches: list[Patch] = []
    notes: list[NotChecked] = []
    for letter in found:
        if damage:
            letter = _renumbered(letter, whole.numbers)
        patch = _read_letter(letter, name, damage, alone=len(found) == 1)
        if patch is None:
            notes.append(NotChecked(_title(letter), "a letter without a patch in it"))
        else:
            patches.append(patch)
        if len(patches) > MAX_PATCHES:
            what = f"more than {MAX_PATCHES} patches"
            raise AnalyzerError(what, where=name, todo="give them in several calls")
    if not patches:
        raise _no_patch(whole.lines, name)
    return Series(tuple(patches), tuple(notes))


def written_patch(patch: Patch, files: tuple[FilePatch, ...]) -> bytes:
    """Return the patch as bytes, with ``files`` in place of what arrived.

    The result of an untouched, undamaged patch is what was read, byte for byte; a body that was
    encoded is written as it is decoded, and its header says so.
    """
    letter = patch.letter
    head = letter.head if letter.verbatim else _plain_head(letter)
    body = "\n".join(written(patch.prologue, files))
    text = "\n".join(head) + letter.gap + body + ("\n" if letter.final_newline else "")
    return text.encode("utf-8", "surrogateescape")


def _plain_head(letter: Letter) -> list[str]:
    """The header of a mail whose body is written as plain 8-bit text."""
    kept: list[str] = []
    dropped = False
    for line in letter.head:
        # A line that begins with a blank continues the field before it.
        dropped = dropped if line[:1] in (" ", "\t") else line.lower().startswith(_ABOUT_ENCODING)
        if not dropped:
            kept.append(line)
    return [
        *kept,
        "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={letter.charset or 'utf-8'}",
        "Content-Transfer-Encoding: 8bit",
    ]


def _undo_whole(data: bytes) -> tuple[Numbered, tuple[Damage, ...]]:
    lines = tuple(data.decode("utf-8", "surrogateescape").split("\n"))
    return undo_transport(Numbered(lines, tuple(range(1, len(lines) + 1))))


def _renumbered(letter: Letter, numbers: tuple[int, ...]) -> Letter:
    def original(number: int) -> int:
        return numbers[min(number, len(numbers)) - 1]

    return replace(
        letter, first=original(letter.first), numbers=tuple(map(original, letter.numbers))
    )


def _read_letter(
    letter: Letter, name: str, damage: tuple[Damage, ...], *, alone: bool
) -> Patch | None:
    body = Numbered(letter.lines, letter.numbers)
    # In a thread a quoted diff is a reply to the patch, not the patch.
    undone = {case.kind for case in damage} | (set() if alone else {DamageKind.QUOTED})
    body, more = undo_transport(body, but=undone, body=True)
    diff = read_diff(body.lines, body.numbers)
    if not diff.files:
        return None
    files, named = name_damage(diff)
    named = (*more, *named, *_cut_line(letter, files, named))
    if any(case.kind is DamageKind.TRAILING_BLANKS_STRIPPED for case in named):
        files = with_tabs(files)
    prologue = diff.prologue
    end = message_end(prologue) or len(prologue)
    diffstat = read_diffstat(prologue[end:], body.numbers[end : len(prologue)])
    if diffstat is None:
        diffstat = read_diffstat(prologue, body.numbers[: len(prologue)])
        end = diffstat.start if diffstat is not None else end
    letter = replace(letter, lines=body.lines, numbers=body.numbers)
    return Patch(
        letter,
        read_message(letter, end),
        prologue,
        diffstat,
        files,
        (*damage, *named, *diffstat_damage(diffstat, files)),
        tuple(_unsafe(files)),
        (*letter.notes, *quoted_diff(prologue), *_second_reading(files)),
    )


def _cut_line(
    letter: Letter, files: tuple[FilePatch, ...], named: tuple[Damage, ...]
) -> tuple[Damage, ...]:
    """The last line of a text without a final newline may have been cut; git takes no such diff."""
    hunks = files[-1].hunks
    if letter.final_newline or not hunks or hunks[-1].tail or not hunks[-1].lines:
        return ()
    last = hunks[-1].lines[-1]
    if last.no_newline is not None or any(case.kind is DamageKind.TRUNCATED for case in named):
        return ()
    said = "the text ends inside a hunk's last line, which may have been longer"
    kind = DamageKind.TRUNCATED
    return (Damage(kind, said, path=files[-1].path, hunk=len(hunks), line=last.number),)


def _unsafe(files: tuple[FilePatch, ...]) -> list[Evidence]:
    return [
        Evidence(f"{path!a} {why}", Place(Side.INPUT, line=file.number))
        for file in files
        for path in dict.fromkeys((file.old_path, file.new_path))
        if path is not None and (why := why_unsafe(path)) is not None
    ]


def _second_reading(files: tuple[FilePatch, ...]) -> tuple[NotChecked, ...]:
    whole = tuple(file for file in files if file.hunks and all(hunk.whole for hunk in file.hunks))
    lines = sum(len(hunk.lines) for file in whole for hunk in file.hunks)
    if lines > SECOND_OPINION_LINES:
        why = f"it has more than {SECOND_OPINION_LINES} lines"
        return (NotChecked("a second reading of the diff by unidiff", why),)
    disagreement = second_opinion(whole)
    return (NotChecked("the diff, by a second reader", disagreement),) if disagreement else ()


def _title(letter: Letter) -> str:
    subject = next((value for key, value in letter.headers if key.lower() == "subject"), None)
    return f"letter {subject!r}" if subject else f"letter at line {letter.first}"


def _no_patch(lines: tuple[str, ...], name: str) -> AnalyzerError:
    hunks = hunk_headers(lines)
    if hunks:
        what = f"{hunks} hunk{'s' if hunks > 1 else ''} but no file header"
        return AnalyzerError(what, where=name, todo="give the patch with its ---/+++ lines")
    for start, what, todo in _FOREIGN:
        if any(line.lstrip()[:20].startswith(start) for line in lines):
            return AnalyzerError(what, where=name, todo=todo)
    return AnalyzerError("no diff in it", where=name, todo="give a patch or a mail with one")
