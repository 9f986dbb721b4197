"""Which function of the target is which of upstream's, and what a function of one side is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.prove.touched import Half, How, Touched

# The path and the name of a function.
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Task:
    """A function of upstream's and one of the target's, each with its file."""

    theirs: Touched
    ours: Touched


class Pairing:
    """The function pairs of two patches, and the functions that one side alone has."""

    def __init__(
        self,
        upstream: Half,
        target: Half,
        renamed: Mapping[str, str],
        moved: Mapping[str, str],
    ) -> None:
        """``renamed`` are functions, ``moved`` files of upstream's by what the target has."""
        self._upstream = upstream
        self._target = target
        self._names = dict(renamed), {ours: theirs for theirs, ours in renamed.items()}
        self._paths = dict(moved), {ours: theirs for theirs, ours in moved.items()}
        self._tasks: dict[tuple[_Key, _Key], Task] = {}
        self._lone: list[tuple[Half, Half, Touched]] = []

    def run(self) -> tuple[tuple[Task, ...], list[tuple[Half, Half, Touched]]]:
        """Upstream's functions first, then what the target alone touches."""
        upstream, target = self._upstream, self._target
        theirs = (
            upstream.touched if upstream.before is not None else tuple(_unlike(upstream, target))
        )
        for each in theirs:
            partner = self._partner(each, target, 0)
            self._add(each, partner, upstream, target, ours=False)
        for each in target.touched:
            partner = self._partner(each, upstream, 1)
            self._add(each, partner, upstream, target, ours=True)
        return tuple(self._tasks.values()), self._lone

    def _add(
        self, each: Touched, partner: Touched | None, upstream: Half, target: Half, *, ours: bool
    ) -> None:
        mine, other = (target, upstream) if ours else (upstream, target)
        if each.how is How.GONE:
            # Gone here, and still there: what is there is nobody's counterpart.
            if partner is not None:
                self._lone.append((other, mine, partner))
        elif partner is None:
            self._lone.append((mine, other, each))
        else:
            pair = (partner, each) if ours else (each, partner)
            self._tasks.setdefault((_key(pair[0]), _key(pair[1])), Task(*pair))

    def _partner(self, each: Touched, there: Half, way: int) -> Touched | None:
        """What the other side has for a function: of that name, or renamed; in its file first."""
        for name in (each.name, self._names[way].get(each.name)):
            if name is None:
                continue
            own = (self._paths[way].get(each.path, each.path), each.path)
            found = [path for path in own if _has(there, path, name)][:1]
            found = found or [path for path, *_ in there.files if _has(there, path, name)]
            if len(found) == 1:
                known = (one for one in there.touched if _key(one) == (found[0], name))
                return next(known, Touched(found[0], name, How.CHANGED))
        return None


def _key(each: Touched) -> _Key:
    return each.path, each.name


def _has(half: Half, path: str, name: str) -> bool:
    file = half.now(path)
    return file is not None and bool(file.own_texts(name))


def _unlike(upstream: Half, target: Half) -> Iterator[Touched]:
    """Where upstream is known as it is after its commit alone: what is not the target's text."""
    for path, _, after in upstream.files:
        theirs = target.now(path)
        if after is None or theirs is None:
            continue
        for name in after.own_names:
            mine, its = after.own_tokens(name), theirs.own_tokens(name)
            if its and mine != its:
                yield Touched(path, name, How.CHANGED)


def why_open(half: Half, each: Touched, same: Mapping[tuple[str, str], tuple[str, ...]]) -> str:
    """Why a function of one side is not covered by the proofs of its callers; empty if it is.

    ``same`` are that side's functions, by path and name, that were proved to be the same, with
    what was run for it as it is.
    """
    if not _is_static(half, each.path, each.name):
        return "it is not static, so others may call it"
    if half.is_named_outside(each.name):
        return "it is used outside of functions"
    waiting, seen = [each.name], {(each.path, each.name)}
    while waiting:
        for user in half.users(waiting.pop()):
            if user in seen:
                continue
            if not _only_calls(half, user, each.name):
                return f"{user[1]}() hands it on"
            if each.name in same.get(user, ()):
                continue
            if user in same or not _is_helper(half, user):
                return f"its caller {user[1]}() was not proved to be the same by running it"
            seen.add(user)
            waiting.append(user[1])
    return ""


def _only_calls(half: Half, user: tuple[str, str], name: str) -> bool:
    """Whether a function does no more with another than to call it."""
    file = half.now(user[0])
    return all(
        behind == "("
        for body in (file.own(user[1]) if file is not None else ())
        for word, behind in zip(body.tokens, (*body.tokens[1:], ""), strict=True)
        if word == name
    )


def _is_helper(half: Half, user: tuple[str, str]) -> bool:
    """Whether a caller is new itself, and static: then its own callers decide."""
    new = any((one.path, one.name) == user and one.how is How.NEW for one in half.touched)
    return new and _is_static(half, *user) and not half.is_named_outside(user[1])


def _is_static(half: Half, path: str, name: str) -> bool:
    file = half.now(path)
    bodies = file.own(name) if file is not None else ()
    heads = (body.tokens[: body.tokens.index("(")] for body in bodies if "(" in body.tokens)
    return bool(bodies) and all("static" in head for head in heads)
