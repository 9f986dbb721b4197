"""Statements told otherwise: the same steps in the same order, or in one that nothing can see."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.csource.syntax import (
    Arms,
    Assign,
    Basic,
    Break,
    Call,
    Case,
    Continue,
    Declaration,
    Default,
    Evaluate,
    Expr,
    For,
    Goto,
    If,
    Label,
    Logical,
    Name,
    PointerTo,
    Return,
    Statement,
    Step,
    Tagged,
    TypedefName,
    Unsupported,
    While,
)
from analyzer.csource.walk import walk
from tests.mutants.code import Code
from tests.mutants.facts import Facts
from tests.mutants.kinds import Change, Edit, Kind
from tests.mutants.places import Place, places, returns_last

_JUMPS = (Goto, Return, Break, Continue)
_MARKS = (Arms, Declaration, Label, Case, Default, Unsupported)


def equal_statements(code: Code, facts: Facts) -> Iterator[Change]:
    """Every statement of the function, told in each other way."""
    for place in places(code):
        statement = place.statement
        if isinstance(statement, _MARKS) or facts.is_odd(statement):
            continue
        match statement:
            case If():
                yield from _if(code, statement)
            case For():
                yield from _for(code, statement)
            case While():
                yield from _while(code, statement)
            case Return():
                yield from _return(code, statement)
        yield from _around(code, facts, place)
        yield from _ordered(code, facts, place)


# --- branches -----------------------------------------------------------------------------------


def _if(code: Code, statement: If) -> Iterator[Change]:
    at, end = code.range(statement)
    test, then = code.of(statement.test), code.of(statement.then)
    repeats = not _has(statement.then, Label, Case, Default)
    match statement.test:
        case Logical(op="||", left=left, right=right) if repeats and _jumps(statement):
            text = f"{{ if ({code.of(left)}) {then} if ({code.of(right)}) {then} }}"
            yield Change(Kind.EQUAL_SPLIT, at, (Edit(at, end, text),))
            each = " ".join(f"if ({code.of(term)}) {then}" for term in _terms(statement.test))
            yield Change(Kind.EQUAL_SPLIT, at, (Edit(at, end, f"{{ {each} }}"),), "all")
        case Logical(op="&&", left=left, right=right) if statement.other is None:
            text = f"{{ if ({code.of(left)}) {{ if ({code.of(right)}) {then} }} }}"
            yield Change(Kind.EQUAL_NESTED, at, (Edit(at, end, text),))
    if statement.other is not None:
        text = f"if (!({test})) {{ {code.of(statement.other)} }} else {{ {then} }}"
        yield Change(Kind.EQUAL_BRANCHES, at, (Edit(at, end, text),))
    name = code.fresh("decided")
    edits = (
        Edit(at, at, f"{{ int {name} = !!({test}); "),
        code.put(statement.test, name),
        Edit(end, end, " }"),
    )
    yield Change(Kind.EQUAL_HOISTED, at, edits)


def _terms(test: Expr) -> Iterator[Expr]:
    """The terms of a condition of which one is enough, in their order."""
    if isinstance(test, Logical) and test.op == "||":
        yield from _terms(test.left)
        yield from _terms(test.right)
    else:
        yield test


def _jumps(statement: If) -> bool:
    """Whether nothing behind an ``if`` is reached once its condition holds."""
    body = statement.then.statements
    return statement.other is None and bool(body) and isinstance(body[-1], _JUMPS)


# --- loops --------------------------------------------------------------------------------------


def _for(code: Code, loop: For) -> Iterator[Change]:
    if _has(loop.body, Continue):
        return
    at, end = code.range(loop)
    start = "" if loop.start is None else code.of(loop.start).rstrip(";") + ";"
    test = "1" if loop.test is None else code.of(loop.test)
    step = "" if loop.step is None else code.of(loop.step) + ";"
    head = Edit(at, code.range(loop.body)[0], f"{{ {start} while ({test}) {{ ")
    yield Change(Kind.EQUAL_LOOP, at, (head, Edit(end, end, f" {step} }} }}")))


def _while(code: Code, loop: While) -> Iterator[Change]:
    at, end = code.range(loop)
    text = f"while (1) {{ if (!({code.of(loop.test)})) break; "
    head = Edit(at, code.range(loop.body)[0], text)
    yield Change(Kind.EQUAL_LOOP, at, (head, Edit(end, end, " }")))


# --- returns ------------------------------------------------------------------------------------


def _return(code: Code, statement: Return) -> Iterator[Change]:
    """An early return goes to the end of the function, where the value is returned."""
    function = code.function
    kind = _returned(code)
    last = function.body.statements[-1]
    if kind is None or statement is last or (kind != "void" and not returns_last(function)):
        return
    at, _ = code.range(statement)
    edits: tuple[Edit, ...]
    begin, end = code.range(function.body)
    label, name = code.fresh("leaving"), code.fresh("result")
    if kind == "void" and statement.value is None:
        edits = (code.put(statement, f"goto {label};"), Edit(end - 1, end - 1, f"{label}: ; "))
    elif kind != "void" and statement.value is not None:
        edits = (
            Edit(begin + 1, begin + 1, f" {kind} {name};"),
            code.put(statement, f"{{ {name} = {code.of(statement.value)}; goto {label}; }}"),
            Edit(end - 1, end - 1, f"{label}: return {name}; "),
        )
    else:
        return
    yield Change(Kind.EQUAL_RETURN, at, edits)


def _returned(code: Code) -> str | None:
    """What a local of the type that a function returns is declared as, if that is plain."""
    returns = code.function.returns
    if not all(isinstance(each, PointerTo) for each in returns.shape):
        return None
    match returns.specifier:
        case Basic() | TypedefName() | Tagged(members=None, enumerators=None):
            return code.of(returns).rstrip("* \t\n") + " *" * len(returns.shape)
    return None


# --- what is put around ------------------------------------------------------------------------


def _around(code: Code, facts: Facts, place: Place) -> Iterator[Change]:
    statement = place.statement
    at, end = code.range(statement)
    if not _declares(facts, statement):
        braces = (Edit(at, at, "{ "), Edit(end, end, " }"))
        yield Change(Kind.EQUAL_BRACES, at, braces)
        if not _has(statement, Break, Continue, Case, Default, Label):
            once = (Edit(at, at, "do { "), Edit(end, end, " } while (0);"))
            yield Change(Kind.EQUAL_ONCE, at, once)
    if place.in_block:
        name, begin = code.fresh("spare"), code.range(code.function.body)[0] + 1
        store = (Edit(begin, begin, f" int {name} = 0;"), Edit(at, at, f"{name} = 1; "))
        yield Change(Kind.EQUAL_DEAD_STORE, at, store)


def _declares(facts: Facts, statement: Statement) -> bool:
    """Whether a statement may be a macro that declares something for those behind it.

    ``DECLARE_BITMAP(...)`` does, and ``guard(mutex)(...)``, which ends with its block.
    """
    match statement:
        case Evaluate(value=Call(function=Name(name=name))):
            return name.isupper() and not facts.is_known_function(name)
        case Evaluate(value=Call(function=Call())):
            return True
    return False


# --- order --------------------------------------------------------------------------------------


def _ordered(code: Code, facts: Facts, place: Place) -> Iterator[Change]:
    """Two assignments to plain locals that do not meet change places."""
    following = place.next
    if following is None or facts.is_odd(following):
        return
    one, other = _stored(facts, place.statement), _stored(facts, following)
    if one is None or other is None or one[0] == other[0]:
        return
    if one[0] in other[1] or other[0] in one[1]:
        return
    edits = code.exchanged(place.statement, following)
    yield Change(Kind.EQUAL_ORDER, code.range(place.statement)[0], edits)


def _stored(facts: Facts, statement: Statement) -> tuple[str, frozenset[str]] | None:
    """The plain local that a statement assigns to, and the names that it reads."""
    value: Expr | None
    match statement:
        case Evaluate(value=Assign(target=Name(name=name), value=value)):
            pass
        case Evaluate(value=Step(operand=Name(name=name))):
            value = None
        case _:
            return None
    hidden = name in facts.hidden or name in facts.addressed or facts.is_global(name)
    if name not in facts.locals or hidden or (value is not None and not facts.is_pure(value)):
        return None
    return name, facts.names(value)


def _has(node: object, *kinds: type) -> bool:
    return any(isinstance(each, kinds) for each in walk(node))
