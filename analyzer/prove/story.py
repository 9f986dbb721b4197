"""A difference as a story: the input, and what each side does with it."""

from __future__ import annotations

from analyzer.prove import terms
from analyzer.prove.events import Act, Ended, Event, How
from analyzer.prove.model import Model
from analyzer.prove.product import Parting, Record, argument_name
from analyzer.prove.proof import Counterexample, End, Given, Step, StepKind
from analyzer.prove.side import Side
from analyzer.prove.terms import Op, Term
from analyzer.translate.types import Integer, Pointer

# What a reader takes in at once.
_MOST_GIVEN = 12
_MOST_STEPS = 12
# No error number is returned in less.
_LEAST_BITS = 16


# The error numbers that a function returns, negated.
_MOST_ERROR = 4095


def told(
    parting: Parting, upstream: Record, target: Record, side: Side, alone: Record | None = None
) -> Counterexample:
    """The counterexample of a parting, by what both sides did on its input.

    ``alone`` is what the target does when nothing is compared.
    """
    return Counterexample(
        parting.sort,
        _given(parting, side),
        _steps(upstream, parting, parting.upstream),
        _steps(target, parting, parting.target),
        (_finish(upstream, parting.model, side), _finish(alone, parting.model, side)),
    )


def _finish(record: Record | None, model: Model, side: Side) -> End | None:
    """How a run ended, where it came to an end."""
    if record is None or record.ended.how is not How.RETURNED:
        return None
    term, kind = record.ended.value, side.returns
    if term is None:
        return End()
    value = model.value(term)
    may_fail = isinstance(kind, Pointer) or (isinstance(kind, Integer) and kind.bits > _LEAST_BITS)
    passed_on = isinstance(kind, Integer) and kind.signed and value != 0 and _is_result(term)
    return End(value, may_fail and (passed_on or value >= (1 << term.width) - _MOST_ERROR))


def _is_result(term: Term) -> bool:
    """Whether a value is just what a callee returned: if it is not 0, that mostly is its error."""
    while term.op in (Op.EXTRACT, Op.SEXT, Op.ZEXT):
        term = term.args[0]
    return term.op is Op.SYMBOL and str(term.value).endswith(" returns")


def _given(parting: Parting, side: Side) -> tuple[Given, ...]:
    names = {argument_name(number): name for number, name in enumerate(side.names)}
    found: dict[str, Given] = {}
    for number, kind in enumerate(side.parameters):
        del kind
        name = argument_name(number)
        for each in terms.walk(parting.conditions):
            if each.op is Op.SYMBOL and each.value == name:
                found[names[name]] = Given(names[name], parting.model.value(each), each.width)
    for each in terms.walk(parting.conditions):
        if each.op is Op.SYMBOL and str(each.value) not in names and each.width:
            what = _called(str(each.value))
            found.setdefault(what, Given(what, parting.model.value(each), each.width))
        elif each.op is Op.SELECT and each.args[0].op is Op.ARRAY:
            what = _cell(each, parting.model, names)
            found.setdefault(what, Given(what, parting.model.value(each), each.width))
        elif each.op is Op.APPLY:
            what = f"{each.value}()"
            found.setdefault(what, Given(what, parting.model.value(each), each.width))
    return tuple(found.values())[:_MOST_GIVEN]


def _called(name: str) -> str:
    """A symbol in words: ``foo#2 returns`` is what the second event, a call of foo(), returns."""
    head, _, rest = name.partition("#")
    _, _, what = rest.partition(" ")
    return f"{head}() {what}" if rest else name


def _cell(select: Term, model: Model, names: dict[str, str]) -> str:
    array, address = select.args
    name, _, epoch = str(array.value).partition("@")
    base = address
    if base.op is Op.ADD and base.args[1].op is Op.CONST:
        base = base.args[0]
    where = names.get(str(base.value)) if base.op is Op.SYMBOL else None
    member = name.rpartition(".")[2]
    shown = f"{where}->{member}" if where else f"{name} at {model.value(address):#x}"
    behind = epoch.partition("#")[0]
    return shown if epoch == "0" else f"{shown} behind {behind}()"


def _steps(record: Record, parting: Parting, last: Event | Ended | None) -> tuple[Step, ...]:
    events = record.events[: parting.number]
    steps = [Step(_event(each, parting.model), each.place, False, _kind(each)) for each in events]
    if isinstance(last, Event):
        steps.append(Step(_event(last, parting.model), last.place, True, _kind(last)))
    elif isinstance(last, Ended):
        steps.append(Step(_end(last, parting.model), last.place, True, StepKind.END))
    if len(steps) > _MOST_STEPS:
        left = len(steps) - _MOST_STEPS
        steps = [Step(f"({left} calls before are alike)", None), *steps[-_MOST_STEPS:]]
    return tuple(steps)


_KINDS = {
    Act.CALL: StepKind.CALL,
    Act.TAKES: StepKind.LOCKING,
    Act.RELEASES: StepKind.LOCKING,
}


def _kind(event: Event) -> StepKind:
    return _KINDS.get(event.act, StepKind.OTHER)


def _event(event: Event, model: Model) -> str:
    values = ", ".join(f"{model.value(each):#x}" for each in event.arguments)
    match event.act:
        case Act.HEAD:
            return "begins a turn of a loop"
        case Act.REPORTS:
            return f"{event.name}() reports"
    written = [
        f"{name} = {model.value(array.args[2]):#x}"
        for name, array in event.memory.items()
        if array.op is Op.STORE
    ]
    return f"calls {event.name}({values})" + (f" with {', '.join(written)}" if written else "")


def _end(ended: Ended, model: Model) -> str:
    match ended.how:
        case How.FAULTED:
            return f"dies: {ended.reason}"
        case How.CUT:
            return "goes on"
    value = "" if ended.value is None else f" {model.value(ended.value):#x}"
    written = [
        f"{name} = {model.value(array.args[2]):#x}"
        for name, array in ended.memory.items()
        if array.op is Op.STORE
    ]
    return f"returns{value}" + (f" with {', '.join(written)}" if written else "")
