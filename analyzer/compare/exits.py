"""How a function is left: what is done from each ``goto`` and ``return`` to its end.

Nothing is run: statements are told by their tokens, in the order in which a jump reaches them, each
with the conditions that it stands under from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from analyzer.csource import code_tokens
from analyzer.csource.syntax import (
    Arms,
    Block,
    Break,
    Case,
    Continue,
    Declaration,
    Default,
    Do,
    Evaluate,
    For,
    Goto,
    If,
    Iterate,
    Label,
    Return,
    Span,
    Statement,
    Switch,
    While,
)

Words = tuple[str, ...]

# What does more than this from a label on is no clean-up, and is not compared.
MOST_STEPS = 200
# Statements that one walk looks at, those of other arms too.
_MOST_NODES = 2000
# Steps before a way out that tell it from others of the same guard.
_BEFORE = 2
_MOST_LEAD = 50


class Sort(Enum):
    """What kind of construct statements stand in."""

    CHOICE = "choice"
    LOOP = "loop"
    SWITCH = "switch"


class Around(NamedTuple):
    """A construct that a statement stands in: which one, which arm of it, its header's words."""

    id: int
    arm: int
    header: Words
    sort: Sort = Sort.CHOICE


@dataclass(frozen=True, slots=True)
class Node:
    """One statement in the order of the text. ``what`` is its kind, ``words`` its tokens."""

    what: str
    words: Words
    line: int
    around: tuple[Around, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What is done on the way out, under conditions that are asked on the way."""

    words: Words
    under: tuple[Words, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out: a ``goto``, or a ``return`` (``label`` is None).

    ``at`` is its place among the nodes. ``lead`` is what is done just before it under the same
    condition, ``steps`` what is done from the label to the end, and ``returns`` what is returned
    then. ``label_line`` is None where the function has no such label. ``open``
    says why the steps are not known to the end: the code is jumped back to, or too long.
    """

    at: int
    line: int
    label: str | None
    label_line: int | None
    guard: Words
    arm: int
    before: tuple[Words, ...]
    steps: tuple[Step, ...] = ()
    returns: Words | None = None
    open: str = ""
    lead: tuple[Step, ...] = ()


class Code:
    """The statements of a function, or of a part of one, and its ways out.

    ``text`` is the whole text that spans count in, which begins at ``line``.
    """

    def __init__(self, text: str, body: tuple[Statement, ...], line: int = 1) -> None:
        self._lines = text.encode("utf-8", "surrogatepass").split(b"\n")
        self._first = line
        self.nodes: list[Node] = []
        self.ends: dict[int, int] = {}
        self.labels: dict[str, int] = {}
        self._count = 0
        self._ways: dict[int, tuple[tuple[Step, ...], Words | None, str]] = {}
        for each in body:
            self._take(each, ())

    # --- statements in a row ---

    def _words(self, span: Span) -> Words:
        first, last = span.line - self._first, span.end_line - self._first
        lines = self._lines[first : last + 1]
        if not lines:
            return ()
        lines[-1] = lines[-1][: span.end_column]
        lines[0] = lines[0][span.column :]
        text = b"\n".join(lines).decode("utf-8", "replace")
        return tuple(token.text for token in code_tokens(f" {text}"))

    def _add(self, what: str, words: Words, line: int, around: tuple[Around, ...]) -> None:
        self.nodes.append(Node(what, words, line, around))

    def _open(self) -> int:
        self._count += 1
        return self._count

    def _take(self, one: Statement, around: tuple[Around, ...]) -> None:
        line = one.span.line
        match one:
            case Block(statements=inside):
                for each in inside:
                    self._take(each, around)
            case Evaluate(value=value):
                if value is not None:
                    self._add("step", self._words(value.span), line, around)
            case Declaration(declared=declared):
                if any(each.initial is not None for each in declared):
                    self._add("step", self._words(one.span), line, around)
            case If():
                self._if(one, around)
            case While() | For() | Do() | Iterate() | Switch():
                self._loop(one, around)
            case Arms(arms=arms):
                id_ = self._open()
                for at, arm in enumerate(arms):
                    inner = (*around, Around(id_, at, (f"#if {arm.condition}",)))
                    for each in arm.statements:
                        self._take(each, inner)
                self.ends[id_] = len(self.nodes)
            case Label(name=name):
                self.labels.setdefault(name, len(self.nodes))
                self._add("label", (name,), line, around)
            case Goto(label=label):
                self._add("goto", (label,), line, around)
            case Return(value=value):
                self._add("return", self._words(value.span) if value else (), line, around)
            case Break() | Continue():
                self._add("break" if isinstance(one, Break) else "continue", (), line, around)
            case Case() | Default():
                self._add("case", self._words(one.span), line, around)
            case _:
                self._add("step", self._words(one.span), line, around)

    def _if(self, one: If, around: tuple[Around, ...]) -> None:
        # `else if` is walked in a row: a thousand of them are no thousand calls.
        opened: list[int] = []
        here: Block | If | None = one
        while isinstance(here, If):
            id_, test = self._open(), self._words(here.test.span)
            opened.append(id_)
            self._add("test", test, here.span.line, around)
            self._take(here.then, (*around, Around(id_, 0, test)))
            if len(opened) < MOST_STEPS:
                around = (*around, Around(id_, 1, test))
            here = here.other
        if here is not None:
            self._take(here, around)
        self.ends.update(dict.fromkeys(opened, len(self.nodes)))

    def _loop(self, one: While | For | Do | Iterate | Switch, around: tuple[Around, ...]) -> None:
        id_ = self._open()
        header = self._words(_header(one))
        self._add("test", header, one.span.line, around)
        sort = Sort.SWITCH if isinstance(one, Switch) else Sort.LOOP
        inner = (*around, Around(id_, 0, header, sort))
        self._take(one.body, inner)
        self.ends[id_] = len(self.nodes)

    # --- ways out ---

    def exits(self) -> Iterator[Exit]:
        """Every ``goto`` and ``return``, in the order of the text."""
        before: list[Words] = []
        for at, node in enumerate(self.nodes):
            if node.what == "step":
                before.append(node.words)
            elif node.what in ("goto", "return"):
                yield self._exit(at, node, tuple(before[-_BEFORE:][::-1]))

    def _exit(self, at: int, node: Node, before: tuple[Words, ...]) -> Exit:
        guard = node.around[-1] if node.around else None
        label = node.words[0] if node.what == "goto" else None
        header, arm = (guard.header, guard.arm) if guard else ((), 0)
        lead = self._lead(at)
        made = Exit(at, node.line, label, None, header, arm, before, lead=lead)
        if label is None:
            return self._value(replace(made, returns=node.words))
        target = self.labels.get(label)
        if target is None:
            return made
        line = self.nodes[target].line
        if target <= at:
            return replace(made, label_line=line, open="it jumps back")
        steps, returns, open_ = self._way(target)
        made = replace(made, label_line=line, steps=steps, returns=returns, open=open_)
        return self._value(made)

    def _lead(self, at: int) -> tuple[Step, ...]:
        """What is done just before, under the same condition; nothing where there is none."""
        around, found = self.nodes[at].around, []
        for node in reversed(self.nodes[max(0, at - _MOST_LEAD) : at]):
            if not around or node.what != "step" or node.around != around:
                break
            found.append(Step(node.words, (), node.line))
        return tuple(reversed(found))

    def _value(self, made: Exit) -> Exit:
        """Where a returned variable is given its value just before the jump, that is returned."""
        value = made.returns
        if value is None or len(value) != 1 or any(_sets(each, value) for each in made.steps):
            return made
        for i in range(len(made.lead) - 1, -1, -1):
            if _sets(made.lead[i], value):
                lead = (*made.lead[:i], *made.lead[i + 1 :])
                return replace(made, lead=lead, returns=made.lead[i].words[2:])
        return made

    def way_to(self, label: str, line: int) -> Exit | None:
        """What a jump to a label reaches, from a line that is not here; None without the label."""
        start = self.labels.get(label)
        if start is None:
            return None
        steps, returns, open_ = self._way(start)
        to = self.nodes[start].line
        return Exit(-1, line, label, to, (), 0, (), steps, returns, open_)

    def _way(self, start: int) -> tuple[tuple[Step, ...], Words | None, str]:
        if start not in self._ways:
            self._ways[start] = _Walk(self).walk(start)
        return self._ways[start]


def _sets(step: Step, value: Words) -> bool:
    """Whether a step gives a variable its value."""
    return step.words[:2] == (*value, "=")


def _header(one: While | For | Do | Iterate | Switch) -> Span:
    match one:
        case While() | Do():
            return one.test.span
        case Switch():
            return one.value.span
        case For() | Iterate():
            body = one.body.span
            return Span(one.span.line, one.span.column, body.line, body.column)


@dataclass(slots=True)
class _Walk:
    """The walk from one label to the end; each node is met once at most."""

    code: Code
    steps: list[Step] = field(default_factory=list)
    base: tuple[Around, ...] = ()

    def walk(self, start: int) -> tuple[tuple[Step, ...], Words | None, str]:
        """The steps, what is returned, and why they are not known to the end."""
        nodes, at = self.code.nodes, start
        self.base = nodes[start].around
        left = _MOST_NODES
        while at < len(nodes):
            left -= 1
            if len(self.steps) > MOST_STEPS or not left:
                return (), None, "what follows the label is too long for a clean-up"
            node = nodes[at]
            under = self._under(node)
            if under is None:
                at += 1
                continue
            ended = not under and node.what in ("return", "goto", "break", "continue")
            if not ended:
                self._step(node, under)
                at += 1
                continue
            if node.what == "return":
                return tuple(self.steps), node.words, ""
            following = self._jump(at, node)
            if following is None:
                return tuple(self.steps), None, "it goes on in a loop"
            at = following
        return tuple(self.steps), (), ""

    def _under(self, node: Node) -> tuple[Words, ...] | None:
        """What is asked on the way to a node; None where it is in another arm than we are."""
        depth = 0
        for here, there in zip(self.base, node.around, strict=False):
            if here.id != there.id:
                break
            if here.arm != there.arm:
                return None
            depth += 1
        for left in self.base[depth:]:
            if left.sort is Sort.LOOP:
                self.steps.append(Step(("again", *left.header), (), node.line))
        self.base = self.base[:depth]
        return tuple(_asked(each) for each in node.around[depth:])

    def _step(self, node: Node, under: tuple[Words, ...]) -> None:
        if node.what in ("step", "return", "goto", "break", "continue"):
            lead = () if node.what == "step" else (node.what,)
            self.steps.append(Step((*lead, *node.words), under, node.line))

    def _jump(self, at: int, node: Node) -> int | None:
        """Where an unconditional jump leads; None for backwards."""
        if node.what == "goto":
            target = self.code.labels.get(node.words[0], -1)
            if target <= at:
                return None
            self.base = self.code.nodes[target].around
            return target
        # A `break` leaves the innermost loop or switch.
        for depth in range(len(self.base) - 1, -1, -1):
            if self.base[depth].sort is not Sort.CHOICE and node.what == "break":
                end = self.code.ends[self.base[depth].id]
                self.base = self.base[:depth]
                return end
        return None


def _asked(each: Around) -> Words:
    return each.header if each.arm == 0 else ("else", *each.header)
