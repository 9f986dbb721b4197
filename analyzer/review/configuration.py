"""CF-2, CF-3 and CF-5 by the values that symbols have: whatever the user sets, and in a .config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.compare.symbols import Selection
from analyzer.finding import Evidence, State
from analyzer.kconfig import SymbolType
from analyzer.source import Place, Side

if TYPE_CHECKING:
    from analyzer.compare.configured import Configured, OfArchitecture, Told
    from analyzer.compare.in_tree import SymbolInTree, SymbolsInTree

_MOST = 12

# State, summary, reason, what to do next.
Valued = tuple[State, str, str, str]


def told_of(configured: Configured | None, names: list[str]) -> Iterator[Evidence]:
    """What whole architectures make of symbols."""
    for of in configured.architectures if configured else ():
        for told in (one for name in names if (one := of.of(name)) is not None):
            if of.notes:
                continue
            under = "" if told.configured is None else " with this .config"
            yield Evidence(f"{told.name} is {worth(told)} for {of.arch}{under}: {told.why}")
        if of.library and any(of.of(name) for name in names):
            yield Evidence(f"{of.arch}: {of.library}")


def not_read(configured: Configured | None, arch: str) -> str:
    """Why nothing is known of an architecture: the tree does not have it; empty where it does."""
    of = configured.of(arch) if configured else None
    return "; ".join(of.notes) if of is not None and not of.symbols else ""


def worth(told: Told) -> str:
    """The value in words: that under the .config, or else whatever the user sets."""
    text = (told.configured or told.possible).text
    if text is None:
        return "open"
    return repr(text) if told.possible.type is SymbolType.STRING else text


# --- CF-2 ---------------------------------------------------------------------------------------


def switched_by_value(
    configured: Configured | None, names: list[str], wanted: tuple[str, ...]
) -> Valued | None:
    """CF-2 by values; None where no architecture was evaluated, or nothing is certain of one."""
    if configured is None:
        return None
    asked = [configured.of(arch) for arch in dict.fromkeys((*wanted, configured.config_for))]
    every = [of for of in asked if of is not None]
    answers = [_valued(of, name, wanted) for of in every for name in names]
    if not answers or len(every) < len(wanted):
        return None
    order = (State.FINDING, State.CANNOT_TELL, State.NEEDS_REVIEW, State.OK)
    return min(answers, key=lambda one: order.index(one[0]))


def _valued(of: OfArchitecture, name: str, wanted: tuple[str, ...]) -> Valued:
    told = of.of(name)
    if of.notes or told is None:
        why = "; ".join(of.notes) or f"no Kconfig file of {of.arch} defines it"
        said = f"whether {of.arch} switches {name} on cannot be told"
        return State.CANNOT_TELL, said, why, "Give the whole tree."
    if told.library is not None:
        return doubted(of, told)
    where = f"for {of.arch}" if told.configured is None else f"for {of.arch} with this .config"
    text = (told.configured or told.possible).text
    if text in ("y", "m"):
        return State.OK, f"{name} is {text} {where}: {told.why}", "", ""
    if text == "n":
        dead = "its code is dead there" if told.configured is None else "dead in this configuration"
        said = f"{name} is n {where}: {dead}"
        state = State.FINDING if of.arch in wanted else State.NEEDS_REVIEW
        return state, said, told.why, f"Switch {name} on for {of.arch}, or leave the patch out."
    said = f"whether {name} is on {where} is open"
    if told.configured is None:
        todo = "Give the release's .config (--config)."
        return State.NEEDS_REVIEW, said, told.why, todo
    return State.CANNOT_TELL, said, told.why, "Run `make olddefconfig` with the patch applied."


def doubted(of: OfArchitecture, told: Told) -> Valued:
    """Two readers of Kconfig come to two values: neither is taken."""
    said = (
        f"{told.name} is {worth(told)} for {of.arch} by our reading, {told.library} by Kconfiglib's"
    )
    todo = "Run `make olddefconfig` with the patch applied."
    return State.CANNOT_TELL, said, "the two do not agree, so neither is taken", todo


def never_on(configured: Configured | None, names: list[str]) -> Valued | None:
    """CF-2 of a symbol with a prompt or a default: whether nothing can switch it on at all."""
    for of in configured.architectures if configured else ():
        for told in (one for name in names if (one := of.of(name)) is not None):
            if not of.notes and told.library is None and told.possible.text == "n":
                said = f"{told.name} can never be on for {of.arch}"
                return State.FINDING, said, told.why, "Look at what it depends on."
    return None


# --- CF-3 ---------------------------------------------------------------------------------------


def unmet(configured: Configured | None, selection: Selection) -> Iterator[tuple[str, str, str]]:
    """An added ``select`` of a symbol whose dependencies certainly do not hold."""
    for of in configured.architectures if configured else ():
        told = of.of(selection.symbol)
        if told is None or of.notes or told.library is not None:
            continue
        solved = told.configured or told.possible
        by = [
            push
            for push, span in solved.selected
            if span.low > solved.depends.high and selection.under in (None, push.source)
        ]
        if by and solved.unmet:
            under = "" if told.configured is None else " with this .config"
            where = f"for {of.arch}{under}"
            said = f"{by[0].source} selects {told.name} {where} in spite of its dependencies"
            why = f"{told.lacks} is n" if told.lacks else "they are m at the most"
            yield (
                said,
                why,
                f"Select what {told.name} depends on, or make the `select` depend on it.",
            )


# --- CF-5 ---------------------------------------------------------------------------------------


def carried(
    tree: SymbolsInTree | None, configured: Configured, names: list[str]
) -> tuple[State, str, str, tuple[Evidence, ...], str]:
    """CF-5: what the .config says of new symbols, beside what olddefconfig would make of it."""
    answers = [_carried(configured, name) for name in names]
    order = (State.FINDING, State.CANNOT_TELL, State.NEEDS_REVIEW, State.OK)
    state, said, reason, todo = min(answers, key=lambda one: order.index(one[0]))
    if state is State.OK:
        said = "; ".join(one[1] for one in answers)
    evidence = (*_lines(configured, names), *told_of(configured, names), *in_files(tree, names))
    return state, said, reason, evidence, todo


def _lines(configured: Configured, names: list[str]) -> Iterator[Evidence]:
    written = configured.written or {}
    for name in names:
        yield Evidence(f"the .config {_said(written.get(name), name)}")


def _said(value: str | None, name: str) -> str:
    if value is None:
        return f"does not name CONFIG_{name}"
    return f"has CONFIG_{name}={value}" if value != "n" else f"has CONFIG_{name} not set"


def _carried(configured: Configured, name: str) -> Valued:
    written = (configured.written or {}).get(name)
    said = f"the .config {_said(written, name)}"
    todo = "Run `make olddefconfig` with the patch applied and commit what changes."
    of = configured.of(configured.config_for)
    told = of.of(name) if of is not None else None
    if of is None or of.notes or told is None or told.configured is None:
        why = [*configured.notes, *(of.notes if of else ())]
        if of is not None and not of.notes:
            why.append(f"{of.arch}, which it is for, has no such symbol")
        return State.CANNOT_TELL, said, "; ".join(why), todo
    if told.library is not None:
        return doubted(of, told)
    return _beside(told, written, said, todo)


def _beside(told: Told, written: str | None, said: str, todo: str) -> Valued:
    """What the .config has of a symbol, and what the tree makes of it."""
    solved = told.configured
    if solved is None or solved.text is None:
        return State.CANNOT_TELL, f"{said}; what it would become is open", told.why, todo
    if written is not None and not told.fits:
        kind = told.possible.type.value
        fit = f"Give CONFIG_{told.name} a value that a {kind} can have."
        return State.FINDING, f"{said}, which is no {kind}", "the line is ignored", fit
    asked = solved.visible.high > solved.visible.low or solved.visible.low > 0
    if written is None and asked:
        new = f"{said}; the patch makes a question of it, and olddefconfig answers {worth(told)}"
        decide = f"Decide it, and put CONFIG_{told.name} into the release's config files."
        return State.NEEDS_REVIEW, new, told.why, decide
    if written is None:
        line = "writes no line" if solved.text == "n" else f"adds CONFIG_{told.name}={worth(told)}"
        return State.OK, f"{said}: nobody is asked, and olddefconfig {line}", told.why, ""
    if told.keeps:
        return State.OK, f"{said}, as olddefconfig leaves it", told.why, ""
    wrong = f"{said}, and olddefconfig makes it {worth(told)}"
    return State.FINDING, wrong, told.why, todo


def in_files(tree: SymbolsInTree | None, names: list[str]) -> Iterator[Evidence]:
    """What configuration files of the tree itself say of symbols."""
    for one in _there(tree, names):
        for each in one.settings[:_MOST]:
            yield Evidence(
                f"a configuration file: {each.text}", Place(Side.TARGET, each.path, each.line)
            )
        if len(one.settings) > _MOST:
            yield Evidence(f"{len(one.settings) - _MOST} more configuration files name {one.name}")


def _there(tree: SymbolsInTree | None, names: list[str]) -> Iterator[SymbolInTree]:
    for name in names:
        one = tree.of(name) if tree is not None else None
        if one is not None:
            yield one
