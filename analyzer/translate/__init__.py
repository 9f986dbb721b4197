"""C functions become Python, faithfully."""

from __future__ import annotations

from analyzer.translate.environment import Environment
from analyzer.translate.files import Loaded, load
from analyzer.translate.function import Source, translate_fragment, translate_function
from analyzer.translate.program import Faulted, Halted, Outcome, Program, Returned
from analyzer.translate.result import Need, Translated, Unit, Untranslated, Use
from analyzer.translate.types import ILP32, LP64, Model

__all__ = [
    "ILP32",
    "LP64",
    "Environment",
    "Faulted",
    "Halted",
    "Loaded",
    "Model",
    "Need",
    "Outcome",
    "Program",
    "Returned",
    "Source",
    "Translated",
    "Unit",
    "Untranslated",
    "Use",
    "load",
    "translate_fragment",
    "translate_function",
]
