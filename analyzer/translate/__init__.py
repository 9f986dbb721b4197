"""C functions become Python, faithfully."""

from __future__ import annotations

from analyzer.translate.environment import Environment
from analyzer.translate.files import Loaded, load
from analyzer.translate.function import Source, translate_fragment, translate_function
from analyzer.translate.program import Faulted, Halted, Outcome, Program, Returned
from analyzer.translate.reach import Lack, Open, Reached, reached
from analyzer.translate.result import Need, Translated, Unit, Untranslated, Use
from analyzer.translate.types import ILP32, LP64, Model

__all__ = [
    "ILP32",
    "LP64",
    "Environment",
    "Faulted",
    "Halted",
    "Lack",
    "Loaded",
    "Model",
    "Need",
    "Open",
    "Outcome",
    "Program",
    "Reached",
    "Returned",
    "Source",
    "Translated",
    "Unit",
    "Untranslated",
    "Use",
    "load",
    "reached",
    "translate_fragment",
    "translate_function",
]
