"""Fixes that are left out on purpose: who says so, and whether the reason given is true.

A reason that speaks of what can be looked up (a file that is not compiled or not there, a symbol
that is off, a function that does not exist) is held against the target's files and its .config.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from analyzer.history.past import Omission
from analyzer.past.built import Built, built
from analyzer.patch.message import Message
from analyzer.repo import Tree, grep

_TRAILER = "omitted-fix"
_SHA = re.compile(r"(?<![0-9A-Za-z_])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{7,40})(?![0-9A-Za-z_])")
_TITLE = re.compile(r'\(\s*".*?"\s*\)')
# What a reason claims, in the words that people use; anything else is left to a person, since a
# claim that is not true is a finding.
_NOT = r"(?:\bnot|n't|\bnever)\s+(?:yet\s+|even\s+|being\s+)?"
_COMPILED = re.compile(
    rf"{_NOT}(?:compiled|built)\b(?![ -](?:as|with|in\b(?! (?:our|the|this))|tested))",
    re.IGNORECASE,
)
_SYMBOL = re.compile(r"\bCONFIG_(\w{2,100})", re.ASCII)
_OFF_BEHIND = re.compile(
    r"\s*(?:=\s*n\b|(?:is|are|being)?\s*(?:off|unset|disabled|unselected)\b"
    rf"|(?:is|are|has|was)?\s*{_NOT}(?:set|enabled|selected|on)\b|=?\s*(?:is\s+)?n\b)",
    re.IGNORECASE,
)
_OFF_BEFORE = re.compile(r"(?:\bno|\bwithout|\bdisabled?|\bunset)\s+$", re.IGNORECASE)
_FUNCTION = re.compile(r"\b([A-Za-z_]\w{2,100})\(\)", re.ASCII)
_QUOTED = re.compile(r"[`'\"“]([A-Za-z_]\w{2,100})[`'\"”]", re.ASCII)
_NO_BEFORE = re.compile(
    rf"(?:\bno|\bwithout|\black(?:s|ing)?|\bmissing|\bbefore|{_NOT}(?:have|contain|define|know))"
    r"\s+(?:(?:the|a|an|any|such|function|helper|macro)\s+){0,3}[`'\"“]?$",
    re.IGNORECASE,
)
_THERE = r"(?:exists?|there|present|defined|here|available|in\s+(?:our|the|this)\b)"
_NO_BEHIND = re.compile(
    r"[`'\"”]?\s+(?:(?:is|are|was|does|do|has|have)(?:\s+|(?=n't)))?"
    rf"(?:{_NOT}(?:currently\s+)?{_THERE}|absent\b|missing\b|unknown\b)",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?<![\w./-])((?:[\w.+-]{1,80}/){0,12}[\w.+-]{1,80}\.[chS])\b", re.ASCII)
_NO_FILE = re.compile(
    r"\bno such (?:file|driver|code)"
    r"|\b(?:file|files|driver|code)\b\s+(?:(?:is|are|was|does|do)(?:\s+|(?=n't)))?"
    rf"(?:{_NOT}(?:currently\s+)?{_THERE}|absent\b|missing\b)|{_NOT}in\s+(?:our|the|this)\s+tree\b",
    re.IGNORECASE,
)
_SECONDS = 2.0
_MOST = 8
_LONGEST = 1000


def of_message(message: Message) -> Iterator[Omission]:
    """The fixes that ``Omitted-fix:`` trailers leave out."""
    for one in message.trailers:
        value = one.value[:_LONGEST]
        found = _SHA.search(value) if one.token.lower() == _TRAILER else None
        if found:
            rest = _TITLE.sub(" ", value[found.end() :])
            reason = " ".join(rest.strip(" \t#:-,").split())
            source = f"{one.token} on line {one.line}"
            yield Omission(found[0].lower(), reason[:400], source, one.line)


def of_files(paths: Sequence[Path]) -> Iterator[Omission]:
    """The commits that blacklist files leave out. ``AnalyzerError`` where one cannot be read."""
    if not paths:
        return
    from analyzer.release.blacklist import load_blacklists

    for one in load_blacklists(paths):
        yield Omission(one.sha, one.reason, one.source)


def checked(
    omission: Omission, files: Sequence[str], tree: Tree | None, settings: Mapping[str, str]
) -> Omission:
    """The omission with its reason held against the target. ``files`` are what the fix changes."""
    told = tuple(_checks(omission.reason, files, tree, settings))
    if not told:
        why = "no reason is given" if not omission.reason else "its reason was not checked"
        return replace(omission, said=why)
    holds = [holds for holds, _ in told]
    answer = False if False in holds else None if None in holds else True
    return replace(omission, holds=answer, said="; ".join(said for _, said in told))


def _checks(
    reason: str, files: Sequence[str], tree: Tree | None, settings: Mapping[str, str]
) -> Iterator[tuple[bool | None, str]]:
    """Each thing that a reason claims: whether it is so, and what was seen."""
    for found in list(_SYMBOL.finditer(reason))[:_MOST]:
        claimed = _OFF_BEHIND.match(reason, found.end()) or _before(_OFF_BEFORE, reason, found)
        holds, said = _symbol_off(found[1], tree, settings)
        yield (holds if claimed else None), said
    lacking = [one[1] for one in _claimed_absent(reason)]
    no_file = _NO_FILE.search(reason) or any(
        _NO_BEHIND.match(reason, one.end()) or _before(_NO_BEFORE, reason, one)
        for one in _PATH.finditer(reason)
    )
    compiled = _COMPILED.search(reason)
    paths = _paths(reason, files)
    if tree is None:
        if compiled or lacking or no_file:
            yield None, "no target was given to check its reason in"
        return
    if compiled:
        yield _not_built(paths, tree, settings)
    for name in list(dict.fromkeys(lacking))[:_MOST]:
        yield _absent(name, tree)
    if no_file:
        yield _no_file(paths, tree)


def _paths(reason: str, files: Sequence[str]) -> tuple[str, ...]:
    """The files that a reason names, or those that the fix changes.

    A name without a directory is that of one of the fix's files; no other is guessed.
    """
    named = list(dict.fromkeys(_PATH.findall(reason)))[:_MOST]
    if not named:
        return tuple(files)
    full = [
        path
        for name in named
        for path in ([name] if "/" in name else files)
        if path == name or path.endswith(f"/{name}")
    ]
    return tuple(dict.fromkeys(full))


def _claimed_absent(reason: str) -> Iterator[re.Match[str]]:
    """The functions of which a reason says that they are not there."""
    for pattern in (_FUNCTION, _QUOTED):
        for found in pattern.finditer(reason):
            behind = _NO_BEHIND.match(reason, found.end())
            if behind or _before(_NO_BEFORE, reason, found):
                yield found


def _before(pattern: re.Pattern[str], reason: str, found: re.Match[str]) -> bool:
    """Whether what stands before a name ends as a pattern has it."""
    return pattern.search(reason[max(found.start() - 60, 0) : found.start()]) is not None


def _symbol_off(
    symbol: str, tree: Tree | None, settings: Mapping[str, str]
) -> tuple[bool | None, str]:
    if settings:
        value = settings.get(symbol, "n")
        return value == "n", f"CONFIG_{symbol} is {value if value != 'n' else 'off'} in the .config"
    if tree is not None:
        found = grep(tree, [symbol.encode()], whole=True, seconds=_SECONDS)
        if not found.hits and not found.incomplete:
            return True, f"no file of the target names CONFIG_{symbol}"
    return None, f"no .config was given, so CONFIG_{symbol} may be on"


def _not_built(
    files: Sequence[str], tree: Tree, settings: Mapping[str, str]
) -> tuple[bool | None, str]:
    """Whether none of the files is compiled; headers are, with those that include them."""
    told = [(path, *built(tree, path, settings)) for path in files if path.endswith((".c", ".S"))]
    if not told:
        return None, "it changes no file that is compiled by itself"
    on = next((one for one in told if one[1] is Built.YES), None)
    if on is not None:
        return False, f"{on[0]} is compiled: {on[2]}"
    unsure = next((one for one in told if one[1] is Built.UNKNOWN), None)
    if unsure is not None:
        return None, f"{unsure[0]}: {unsure[2]}"
    return True, "; ".join(f"{path}: {said}" for path, _, said in told[:4])


def _no_file(files: Sequence[str], tree: Tree) -> tuple[bool | None, str]:
    here = [path for path in files if tree.read(path) is not None]
    if here:
        return False, f"the target has {', '.join(here[:3])}"
    if not files:
        return None, "the files that it changes are not known"
    return True, f"the target has no {', '.join(files[:3])}"


def _absent(name: str, tree: Tree) -> tuple[bool | None, str]:
    found = grep(tree, [name.encode()], whole=True, seconds=_SECONDS)
    if found.hits:
        first = found.hits[0]
        return False, f"the target has {name} ({first.path}:{first.line})"
    if found.incomplete:
        return None, f"the target was not searched to its end for {name}"
    return True, f"no file of the target has {name}"
