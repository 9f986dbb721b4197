"""Rules that read upstream's own text: where that is not at hand, another answers."""

from __future__ import annotations

from importlib import import_module

from analyzer.result import Item
from analyzer.review.case import Case, Rule


def by_text(name: str, without: Rule) -> Rule:
    """The rule ``module.function`` of this package, and what answers without upstream's text.

    The module is imported when it is first needed: what compares texts takes a while to load.
    """
    module, _, function = name.partition(".")

    def rule(case: Case) -> Item:
        if case.delta is None:
            return without(case)
        found: Rule = getattr(import_module(f"analyzer.review.{module}"), function)
        return found(case)

    return rule
