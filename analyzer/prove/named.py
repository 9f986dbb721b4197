"""The names in a piece of C, told by its tokens: what each may mean where it stands."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.csource.syntax import Declaration, Function
from analyzer.csource.walk import walk
from analyzer.prove.stated import Body, Meant, Several

_NAME = re.compile(r"[A-Za-z_$][\w$]*+")
_MEMBER = frozenset(("->", "."))
_TAGGED = frozenset(("struct", "union", "enum"))
_BEFORE_LABEL = frozenset((";", "{", "}", ":"))
_KEYWORDS = frozenset(
    re.findall(
        r"\w++",
        """auto break case char const continue default do double else enum extern float for goto if
        inline int long register restrict return short signed sizeof static struct switch typedef
        union unsigned void volatile while _Bool _Alignof _Alignas _Generic _Static_assert
        _Noreturn _Thread_local typeof __typeof__ __typeof __auto_type asm __asm__ __asm
        __attribute__ __attribute __inline __inline__ __volatile__ __volatile __const__ __const
        __signed__ __signed __extension__ __alignof__ __alignof __label__ __func__ __FUNCTION__
        __PRETTY_FUNCTION__ __FILE__ __LINE__ __COUNTER__ __VA_ARGS__ __VA_OPT__ defined""",
    )
)
_BEFORE_VALUE = frozenset(("return", "else", "do", "case", "goto", "sizeof", "typeof"))
# More macros than the text of any function of Linux rests on.
_MOST_MACROS = 2000


@dataclass(frozen=True, slots=True)
class Used:
    """A name as a text uses it.

    ``ordinary``: it may be a function, a variable, a constant or a type, where a member, a tag, a
    label and a local may only be a macro. ``declared``: a block within declares it. ``inside``: it
    looks like being declared where it stands, so that nothing is missing where nobody else does.
    """

    name: str
    called: bool
    ordinary: bool
    tag: bool = False
    declared: bool = False
    inside: bool = False
    member: bool = False


def names_used(body: Body) -> tuple[Used, ...]:
    """The names in a function's definition, its own name and keywords left out."""
    hidden, declared = _locals(body.read) if isinstance(body.read, Function) else (set(), set())
    return names_in(body.tokens, {*hidden, body.name}, declared)


def names_in(
    tokens: Sequence[str], hidden: Iterable[str] = (), declared: Iterable[str] = ()
) -> tuple[Used, ...]:
    """The names in a text, each use of another sort once. ``hidden`` are locals of all of it."""
    code = list(_without_attributes(tokens))
    return tuple(dict.fromkeys(_names(code, frozenset(hidden), frozenset(declared))))


def names_in_macro(meant: Meant) -> tuple[Used, ...]:
    """The names in a macro's text but for its parameters."""
    given = frozenset(meant.parameters or ())
    return tuple(each for each in names_in(_unpasted(meant.tokens)) if each.name not in given)


def _unpasted(tokens: Sequence[str]) -> Sequence[str]:
    """A macro's text without the pieces that ``##`` joins, which are no names by themselves."""
    if "##" not in tokens:
        return tokens
    return [
        "" if "##" in tokens[max(at - 1, 0) : at + 2] else each for at, each in enumerate(tokens)
    ]


def _without_attributes(tokens: Sequence[str]) -> Iterator[str]:
    depth, inside = 0, False
    for text in tokens:
        if text in ("__attribute__", "__attribute"):
            inside = True
        elif inside:
            depth += {"(": 1, ")": -1}.get(text, 0)
            inside = depth > 0
        else:
            yield text


def _declared_in(tokens: Sequence[str]) -> frozenset[str]:
    """Names behind a type's name or a star that nothing calls: what a text may declare."""
    return frozenset(
        name
        for before, name, behind in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if behind != "("
        and _NAME.fullmatch(name)
        and (before == "*" or (_NAME.fullmatch(before) and before not in _BEFORE_VALUE))
    )


def _names(
    tokens: Sequence[str], hidden: frozenset[str], declared: frozenset[str]
) -> Iterator[Used]:
    inside = _declared_in(tokens) | hidden | declared
    for at, text in enumerate(tokens):
        if text.startswith("#"):
            yield from (Used(name, True, True) for name in _NAME.findall(text))
            continue
        if not _NAME.fullmatch(text) or text in _KEYWORDS:
            continue
        before = tokens[at - 1] if at else ""
        behind = tokens[at + 1] if at + 1 < len(tokens) else ""
        label = before == "goto" or (behind == ":" and before in _BEFORE_LABEL)
        tag = before in _TAGGED
        ordinary = not (label or tag or before in _MEMBER or text in hidden)
        called, member = behind == "(", before in _MEMBER
        yield Used(text, called, ordinary, tag, text in declared, text in inside, member)


def _locals(function: Function) -> tuple[set[str], set[str]]:
    """The names that are locals in all of a function, and those that a block of it declares."""
    whole = {each.name for each in function.parameters if each.name is not None}
    top = (each for each in function.body.statements if isinstance(each, Declaration))
    whole |= {one.name for each in top for one in each.declared if one.name is not None}
    every = (each for each in walk(function.body) if isinstance(each, Declaration))
    inner = {one.name for each in every for one in each.declared if one.name is not None}
    return whole, inner - whole


def macros_used(
    body: Body, macro: Callable[[str, int | None], Meant | Several | None]
) -> tuple[tuple[str, Meant | Several], ...]:
    """The macros that a function's tokens name, and those that these name, in that order."""
    line = body.spot.line if body.own else None
    waiting = deque(names_used(body))
    seen: dict[str, Meant | Several | None] = {}
    while waiting and len(seen) < _MOST_MACROS:
        used = waiting.popleft()
        if used.name in seen:
            continue
        found = macro(used.name, line)
        if found is not None and not applies(used, found):
            continue
        seen[used.name] = found
        waiting.extend(inner for way in ways(found) for inner in names_in_macro(way))
    return tuple((name, found) for name, found in seen.items() if found is not None)


def ways(found: Meant | Several | None) -> tuple[Meant, ...]:
    """The texts that a macro may stand for."""
    if isinstance(found, Several):
        return found.ways
    return (found,) if found is not None else ()


def applies(used: Used, found: Meant | Several) -> bool:
    """Whether a name is that macro where it stands: one with parameters has to be called.

    Or passed by its name to another macro, as what is no local or member may be.
    """
    takes = all(each.parameters is not None for each in ways(found))
    return not takes or used.called or (used.ordinary and not used.declared)


def counting(used: Used, found: Meant | Several | None) -> Meant | Several | None:
    """A macro where it counts: not one that stands for its own name, or needs to be called."""
    if found is None or not applies(used, found):
        return None
    if isinstance(found, Meant) and found.parameters is None and found.tokens == (used.name,):
        return None
    return found


def means_more(used: Used, macro: Meant | Several | None) -> bool:
    """Whether a macro's name may mean a function too: in the macro's text, or where not called."""
    found = ways(macro)
    takes = any(each.parameters is not None for each in found)
    return (takes and not used.called) or any(used.name in each.tokens for each in found)
