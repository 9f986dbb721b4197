"""Mutants of one function of a C file: whatever may go wrong in a backport, and equal rewrites.

They are made from the C reader's tree by edits at its spans, in the same order each time. A text
that two changes come to is given once; where one of them is equal by the way it is made, as that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

from analyzer.csource.configuration import Configuration
from tests.mutants.calls import call_changes
from tests.mutants.code import Code
from tests.mutants.equal_statements import equal_statements
from tests.mutants.equal_values import equal_values
from tests.mutants.facts import Facts
from tests.mutants.guards import value_changes
from tests.mutants.jumps import jump_changes
from tests.mutants.kinds import Change, Kind, Mutant
from tests.mutants.renamed import renamed

__all__ = ["Kind", "Mutant", "mutants", "sample"]

# Equal ones first: a text that both sorts come to is known to be equal. Then what says most.
_MAKERS: tuple[Callable[[Code, Facts], Iterator[Change]], ...] = (
    renamed,
    equal_values,
    equal_statements,
    jump_changes,
    call_changes,
    value_changes,
)


def mutants(
    text: str, function: str, configuration: Configuration | None = None
) -> Iterator[Mutant]:
    """Yield the mutants of a function. ``LookupError`` where it is not there or not read.

    With a configuration, the function has only the arms that it selects.
    """
    code = Code(text, function, configuration)
    facts = Facts(code)
    names: Counter[str] = Counter()
    seen = {code.given}
    for make in _MAKERS:
        for change in make(code, facts):
            new = code.edited(change.edits)
            if new is None or new in seen:
                continue
            seen.add(new)
            line = code.line(change.at)
            name = "-".join(filter(None, (change.kind.value, "".join(change.what.split()))))
            name = f"{name}@{line}"
            names[name] += 1
            unique = name if names[name] == 1 else f"{name}.{names[name]}"
            yield Mutant(unique, change.kind, change.kind.is_equal or None, new, line)


def sample(
    text: str, function: str, count: int, seed: int, configuration: Configuration | None = None
) -> tuple[Mutant, ...]:
    """So many mutants of a function by chance, the same for the same seed, in their order."""
    found = tuple(mutants(text, function, configuration))
    if len(found) <= count:
        return found
    chosen = Random(seed).sample(range(len(found)), count)  # noqa: S311 - not a secret
    return tuple(found[at] for at in sorted(chosen))
