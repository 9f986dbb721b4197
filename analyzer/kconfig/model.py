"""A tree of Kconfig files as the kernel's conf has it: who needs, sets, selects and shows whom.

What is here has no values yet. Source of the rules: ``menu_finalize()`` of scripts/kconfig/menu.c.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from analyzer.kconfig.expr import Expr, names
from analyzer.kconfig.symbols import (
    Default,
    DependsOn,
    Entry,
    EntryKind,
    Imply,
    Modules,
    Option,
    OptionalChoice,
    Prompt,
    PropertyKind,
    Range,
    Select,
    Symbol,
    SymbolType,
    Transitional,
    VisibleIf,
)
from analyzer.kconfig.tree import KconfigTree

# Requirements that must all hold.
Needs: TypeAlias = tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One definition: ``needs`` is all that it depends on, ``shown`` what its prompt does besides.

    ``choice`` is the number of the choice that it stands in.
    """

    symbol: Symbol
    needs: Needs
    shown: Needs
    choice: int | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """A ``select`` or an ``imply``: ``needs`` is what the definition that holds it depends on."""

    kind: PropertyKind
    source: str
    target: str
    condition: Expr | None
    needs: Needs
    path: str
    line: int


@dataclass(slots=True)
class Choice:
    """A choice: its members by name, in order. ``odd`` says why its pick cannot be told."""

    entry: Entry
    needs: Needs
    shown: Needs
    members: dict[str, None] = field(default_factory=dict)
    odd: str = ""

    @property
    def optional(self) -> bool:
        """Whether no member need be chosen."""
        return any(isinstance(each, OptionalChoice) for each in self.entry.properties)


@dataclass(slots=True)
class Model:
    """All symbols of one architecture. Symbols that nothing defines are not in ``nodes``."""

    nodes: dict[str, list[Node]] = field(default_factory=dict)
    selects: dict[str, list[Push]] = field(default_factory=dict)
    implies: dict[str, list[Push]] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    modules: str | None = None
    _named: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def type_of(self, name: str) -> SymbolType:
        """The type of a symbol: the first that any of its definitions names."""
        every = (node.symbol.type for node in self.nodes.get(name, ()))
        return next((one for one in every if one is not SymbolType.UNKNOWN), SymbolType.UNKNOWN)

    def choice_of(self, name: str) -> int | None:
        """The number of the choice that a symbol is a member of."""
        every = (node.choice for node in self.nodes.get(name, ()))
        return next((one for one in every if one is not None), None)

    def named(self, exprs: Iterable[Expr]) -> Iterable[str]:
        """The symbols that expressions name. Each expression is taken apart once."""
        for each in exprs:
            key = id(each)
            if key not in self._named:
                self._named[key] = names(each)
            yield from self._named[key]


def model_of(tree: KconfigTree) -> Model:
    """Put the symbols of a tree together. The tree must outlive the model."""
    model = Model()
    numbers: dict[int, int] = {}
    shown: dict[tuple[int, ...], Needs] = {}
    for symbol, blocks in zip(tree.symbols, tree.blocks, strict=True):
        key = tuple(map(id, blocks))
        if key not in shown:
            shown[key] = _shown(blocks)
        _add(model, symbol, blocks, shown[key], numbers)
    _check(model)
    return model


def _shown(blocks: tuple[Entry, ...]) -> Needs:
    return tuple(
        each.requirement
        for block in blocks
        for each in block.properties
        if isinstance(each, VisibleIf)
    )


def _add(
    model: Model, symbol: Symbol, blocks: tuple[Entry, ...], shown: Needs, numbers: dict[int, int]
) -> None:
    own = tuple(each.requirement for each in symbol.properties if isinstance(each, DependsOn))
    needs = symbol.conditions + own if own else symbol.conditions
    choice = _choice(model, blocks, shown, numbers)
    model.nodes.setdefault(symbol.name, []).append(Node(symbol, needs, shown, choice))
    if choice is not None:
        model.choices[choice].members.setdefault(symbol.name)
    for item in symbol.properties:
        match item:
            case Select(target, condition, line):
                push = (PropertyKind.SELECT, symbol.name, target, condition, needs)
                model.selects.setdefault(target, []).append(Push(*push, symbol.path, line))
            case Imply(target, condition, line):
                push = (PropertyKind.IMPLY, symbol.name, target, condition, needs)
                model.implies.setdefault(target, []).append(Push(*push, symbol.path, line))
            case Modules() | Option(name="modules"):
                model.modules = symbol.name
            case _:
                pass


def _choice(
    model: Model, blocks: tuple[Entry, ...], shown: Needs, numbers: dict[int, int]
) -> int | None:
    entry = next((one for one in reversed(blocks) if one.kind is EntryKind.CHOICE), None)
    if entry is None:
        return None
    if id(entry) not in numbers:
        own = tuple(each.requirement for each in entry.properties if isinstance(each, DependsOn))
        numbers[id(entry)] = len(model.choices)
        model.choices.append(Choice(entry, entry.conditions + own, shown))
    return numbers[id(entry)]


def _check(model: Model) -> None:
    """Mark the choices of which the rules of conf are more than is modelled here."""
    titles: dict[str, Choice] = {}
    for number, choice in enumerate(model.choices):
        if choice.entry.title:
            if choice.entry.title in titles:
                choice.odd = titles[choice.entry.title].odd = "a choice that stands in two places"
            titles[choice.entry.title] = choice
        before: set[str] = set()
        for name in choice.members:
            nodes = model.nodes[name]
            if any(node.choice != number for node in nodes):
                choice.odd = f"{name} stands in the choice and elsewhere"
            own = (
                each.requirement
                for node in nodes
                for each in node.symbol.properties
                if isinstance(each, DependsOn)
            )
            if before & set(model.named(own)):
                choice.odd = f"{name} depends on a member of the choice that stands before it"
            before.add(name)


def is_transitional(nodes: Iterable[Node]) -> bool:
    """Whether a symbol is kept for old configuration files only."""
    return any(isinstance(each, Transitional) for node in nodes for each in node.symbol.properties)


def prompts(nodes: Iterable[Node]) -> list[tuple[Prompt, Node]]:
    """The prompts of a symbol."""
    return [(each, n) for n in nodes for each in n.symbol.properties if isinstance(each, Prompt)]


def defaults(nodes: Iterable[Node]) -> list[tuple[Default, Node]]:
    """The defaults of a symbol, in order."""
    return [(each, n) for n in nodes for each in n.symbol.properties if isinstance(each, Default)]


def ranges(nodes: Iterable[Node]) -> list[tuple[Range, Node]]:
    """The ranges of a symbol, in order."""
    return [(each, n) for n in nodes for each in n.symbol.properties if isinstance(each, Range)]
