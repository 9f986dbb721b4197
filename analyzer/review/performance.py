"""RG-2: does the performance claim hold on the target? The message's figures and their ratio."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from analyzer.finding import Evidence, State
from analyzer.patch.message import Message
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.references import searched
from analyzer.review.workload import recorded, trace_evidence, work_evidence, work_told
from analyzer.source import Place, Side

_TITLE = "does the performance claim hold on the target?"

# A number near one of these is a figure of speed; elsewhere it is just a number.
_SPEED = (
    *("speed", "fast", "slow", "quick", "performance", "latenc", "throughput", "bandwidth"),
    *("overhead", "benchmark", "improve", "regress", "optimi", "order of magnitude", "scalab"),
)
_CLAIMS = (
    *("speed up", "speeds up", "speedup", "speed-up", "order of magnitude", "faster", "quicker"),
    *("improve performance", "improves performance", "performance improvement"),
    *("improve the performance", "improves the performance", "performance gain"),
    *("better performance", "higher throughput", "less overhead", "reduce latency"),
    *("reduces latency", "reduce overhead", "reduces overhead", "reduces the overhead"),
)
_LABELS = frozenset(
    (
        *("before", "after", "without", "with", "old", "new", "base", "baseline", "vanilla"),
        *("patched", "unpatched", "mainline", "original", "now", "previously"),
    )
)
_NUMBER = r"\d{1,18}(?:,\d{3}){0,5}(?:\.\d{1,9})?"
_UNIT = (
    r"(?:(?:nano|micro|milli)?seconds?|minutes?|[nuµm]s(?:ec)?s?|s(?:ec)?s?|cycles?|ticks?"
    r"|[kKMGT]?i?[bB](?:it|ytes)?(?:/s(?:ec)?|ps)|[kKM]?(?:IOPS|iops|ops/s(?:ec)?|pps|tps)"
    r"|(?:operations|requests|transactions|packets|pages|faults|calls)(?:/s(?:ec)?| per second))"
    r"(?![\w/])"
)
_AMOUNT = rf"~?{_NUMBER}(?:-{_NUMBER})?"
# No match begins within a run of digits, and every part has a longest length: one pass.
_NEW = r"(?<![\w.,:/])"
_FIGURE = re.compile(
    rf"{_NEW}(?:{_AMOUNT}[xX×](?!\w)|{_AMOUNT} times (?:faster|slower|quicker|as fast|as slow)"
    rf"|{_AMOUNT} ?%|(?:{_AMOUNT} to )?{_AMOUNT} ?{_UNIT}(?: to {_AMOUNT}(?: ?{_UNIT})?)?)"
)
_MEASURED = re.compile(rf"{_NEW}({_NUMBER})(?= ?({_UNIT}))")

# A measurement's line is short and holds few numbers; what is longer is prose or a log.
_LONGEST_MEASUREMENT = 400
_MOST_NUMBERS = 8
_LONGEST_SHOWN = 160
_MOST_SHOWN = 40
_MOST_NAMED = 6
_LABEL_REACH = 4
_APART = 2


@dataclass(frozen=True, slots=True)
class _Text:
    """A line of the message that is no trailer; the first is the subject's title."""

    text: str
    line: int | None


@dataclass(frozen=True, slots=True)
class _Claim:
    """A line that claims something, and the figures in it."""

    figures: tuple[str, ...]
    text: _Text


@dataclass(frozen=True, slots=True)
class _Series:
    """Lines that are equal but for one number: its values, with the lines' indexes."""

    values: tuple[tuple[float, int], ...]
    unit: str


def claim_holds(case: Case) -> Item:
    """RG-2: the message's figures beside the work that was counted; nothing measures the target."""
    texts = _texts(case.patch.message)
    near = _near_speed(texts)
    labels = [at for at, one in enumerate(texts) if _is_label(one.text)]
    series = [one for one in _series(texts) if _is_of_speed(one, labels, near)]
    measured = sorted({at for one in series for _, at in one.values})
    claims = list(_claims(texts, near, set(measured)))
    if not claims and not series and recorded(case.outcome):
        return _recorded(case)
    if not claims and not series:
        found = searched(case.patch.message)
        why = "no performance is claimed"
        return Item("RG-2", _TITLE, State.NOT_APPLICABLE, why, evidence=found)
    computed = [_computed(one, labels) for one in series]
    whose = "the author's, on upstream's kernel" if case.named is not None else "the author's"
    return Item(
        "RG-2",
        _TITLE,
        State.NEEDS_REVIEW if recorded(case.outcome) else State.CANNOT_TELL,
        f"{_counted(claims, len(measured))}; the target was not measured, the figures are {whose}",
        reason="; ".join(
            filter(None, (*computed, work_told(case.outcome), *recorded(case.outcome)))
        ),
        evidence=(
            *_evidence(claims, [texts[at] for at in measured]),
            *work_evidence(case.outcome),
            *trace_evidence(case.outcome),
        ),
        next="Measure on the target, without and with the patch, and compare with these figures.",
    )


def _recorded(case: Case) -> Item:
    """Nothing is claimed, and the user's own logs tell what the patch is for."""
    return Item(
        "RG-2",
        _TITLE,
        State.NEEDS_REVIEW,
        "no performance is claimed; of the traces given: " + "; ".join(recorded(case.outcome)),
        reason=work_told(case.outcome),
        evidence=(*work_evidence(case.outcome), *trace_evidence(case.outcome)),
        next="Decide whether this helps the workloads of the target.",
    )


def _texts(message: Message) -> list[_Text]:
    trailers = {one.line for one in message.trailers}
    title = [] if message.subject is None else [_Text(message.subject.title, message.subject_line)]
    body = zip(message.body, message.numbers, strict=True)
    return title + [_Text(text.strip(), line) for text, line in body if line not in trailers]


def _near_speed(texts: Sequence[_Text]) -> list[bool]:
    """Whether a line or a neighbour of it, since sentences are wrapped, speaks of speed."""
    speaks = [any(word in one.text.lower() for word in _SPEED) for one in texts]
    return [any(speaks[max(at - 1, 0) : at + 2]) for at in range(len(texts))]


def _claims(texts: Sequence[_Text], near: Sequence[bool], skip: set[int]) -> Iterator[_Claim]:
    for at, one in enumerate(texts):
        if at in skip:
            continue
        counts = near[at] or _is_label(one.text)
        figures = tuple(found[0] for found in _FIGURE.finditer(one.text)) if counts else ()
        if figures or any(word in one.text.lower() for word in _CLAIMS):
            yield _Claim(figures, one)


def _is_label(text: str) -> bool:
    first = text[:_LONGEST_SHOWN].split(" ", 1)[0]
    return first.strip(":,.=-").lower() in _LABELS


def _counted(claims: Sequence[_Claim], measured: int) -> str:
    figures = list(dict.fromkeys(figure for one in claims for figure in one.figures))
    more = len(figures) - _MOST_NAMED
    named = ", ".join(figures[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    told = [f"claimed: {named or 'more speed, without a figure'}"] if claims else []
    return ", ".join([*told, *([f"{measured} measurements"] if measured else [])])


def _evidence(claims: Sequence[_Claim], measured: Sequence[_Text]) -> tuple[Evidence, ...]:
    said = [(", ".join(one.figures[:_MOST_NAMED]), one.text) for one in claims]
    said += [("", one) for one in measured]
    said.sort(key=lambda one: one[1].line or 0)
    shown = tuple(
        Evidence(f"{what}: {text}" if what else text, Place(Side.INPUT, line=one.line))
        for what, one in said[:_MOST_SHOWN]
        for text in (one.text[:_LONGEST_SHOWN],)
    )
    more = len(said) - _MOST_SHOWN
    return (*shown, Evidence(f"{more} more lines with claims")) if more > 0 else shown


# --- measurements ----------------------------------------------------------------------------


def _series(texts: Sequence[_Text]) -> list[_Series]:
    """Every set of lines that are equal but for one number with a unit, which differs."""
    alike: dict[tuple[str, str, str], list[tuple[float, int]]] = {}
    for at, one in enumerate(texts):
        text = " ".join(one.text.split()) if len(one.text) <= _LONGEST_MEASUREMENT else ""
        for found in list(_MEASURED.finditer(text))[:_MOST_NUMBERS]:
            key = (text[: found.start()], text[found.end() :], found[2])
            alike.setdefault(key, []).append((float(found[1].replace(",", "")), at))
    return [
        _Series(tuple(values), unit)
        for (_, _, unit), values in alike.items()
        if len({value for value, _ in values}) > 1
    ]


def _is_of_speed(series: _Series, labels: Sequence[int], near: Sequence[bool]) -> bool:
    """A log's lines may be alike too: only a step, a label or a word near them tells."""
    is_told = any(near[at] for _, at in series.values) or _is_labelled(series, labels)
    return is_told or _groups(series) is not None


def _is_labelled(series: _Series, labels: Sequence[int]) -> bool:
    """Whether a line among the measurements or shortly above them says Before, After, ...

    ``labels`` are the indexes of all such lines, in order: thousands of series may span the same
    lines, so none looks at each of them again.
    """
    indexes = {at for _, at in series.values}
    first = bisect_left(labels, min(indexes) - _LABEL_REACH)
    beyond = bisect_right(labels, max(indexes))
    return any(labels[at] not in indexes for at in range(first, beyond))


def _groups(series: _Series) -> tuple[list[float], list[float]] | None:
    """The smaller and the larger values, where one step of more than 2x parts them."""
    values = sorted(value for value, _ in series.values)
    steps = [at for at, (low, high) in enumerate(pairwise(values), 1) if high > _APART * low]
    if len(steps) != 1 or not values[0]:
        return None
    return values[: steps[0]], values[steps[0] :]


def _computed(series: _Series, labels: Sequence[int]) -> str:
    groups = _groups(series)
    if groups is None:
        return ""
    low, high = (sum(group) / len(group) for group in groups)
    said = (
        f"computed from the message: means {_short(high)} (of {len(groups[1])}) and "
        f"{_short(low)} (of {len(groups[0])}) {series.unit}, ratio {high / low:.1f}"
    )
    if _is_labelled(series, labels):
        return said
    return f"{said}; no label says which were taken before and which after: it may have got lost"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
