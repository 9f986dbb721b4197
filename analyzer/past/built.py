"""Whether a file of a kernel is compiled, by the Makefiles above it and a configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from analyzer.repo import Tree

_JOINT = re.compile(r"\\\r?\n")
_RULE = re.compile(
    r"[ \t]*([\w./-]{1,100})-(?:\$\(CONFIG_(\w{1,100})\)|(y|m|objs))[ \t]*[:+]?=([^#]*)"
)
_CONDITION = re.compile(r"[ \t]*(ifn?def|ifn?eq|endif)\b")
_LISTS = frozenset(("obj", "lib", "core", "drivers"))
_MOST_DIRECTORIES = 16
_DEEPEST = 8


class Built(Enum):
    """Whether a file is compiled, the surest first."""

    NO = "not compiled"
    UNKNOWN = "not known"
    YES = "compiled"


_ORDER = (Built.NO, Built.UNKNOWN, Built.YES)


@dataclass(frozen=True, slots=True)
class _Rule:
    """``to-$(CONFIG_symbol) += objects``; no symbol: always. ``under`` a condition of make."""

    to: str
    symbol: str
    under: bool


@dataclass(slots=True)
class _Makefile:
    """The rules of a directory, by the object that each takes in."""

    where: str
    settings: Mapping[str, str]
    rules: dict[str, list[_Rule]] = field(default_factory=dict)

    def read(self, text: str) -> None:
        """Take the rules of one file in."""
        depth = 0
        for line in _JOINT.sub(" ", text).split("\n"):
            condition = _CONDITION.match(line)
            if condition:
                depth += -1 if condition[1] == "endif" else 1
            rule = _RULE.match(line)
            for name in rule[4].split() if rule else ():
                one = _Rule(rule[1], rule[2] or "", depth > 0) if rule else None
                if one is not None:
                    self.rules.setdefault(name, []).append(one)

    def tells(self, name: str, depth: int = 0) -> tuple[Built, str]:
        """Whether an object or a directory is taken in, by the rule that says most for it."""
        told = [self._by(rule, depth) for rule in self.rules.get(name, ())]
        if not told:
            known = bool(self.rules) and depth == 0
            said = f"no rule of the Makefile in {self.where} takes {name} in"
            return (Built.NO if known else Built.UNKNOWN), said
        return max(told, key=lambda one: _ORDER.index(one[0]))

    def _by(self, rule: _Rule, depth: int) -> tuple[Built, str]:
        own = self._gate(rule)
        if rule.to in _LISTS or own[0] is Built.NO:
            return own
        if depth >= _DEEPEST:
            return Built.UNKNOWN, f"the rules of the Makefile in {self.where} go too deep"
        above = self.tells(f"{rule.to}.o", depth + 1)
        weakest = min(own, above, key=lambda one: _ORDER.index(one[0]))
        said = ", ".join(dict.fromkeys(one[1] for one in (above, own) if one[1]))
        return weakest[0], said if weakest[0] is Built.YES else weakest[1]

    def _gate(self, rule: _Rule) -> tuple[Built, str]:
        if rule.symbol and not self.settings:
            return Built.UNKNOWN, f"it hangs on CONFIG_{rule.symbol}, and no .config was given"
        value = self.settings.get(rule.symbol, "n") if rule.symbol else "y"
        said = f"CONFIG_{rule.symbol} is {'off' if value == 'n' else value}" if rule.symbol else ""
        if value == "n":
            return Built.NO, said
        if rule.under:
            return Built.UNKNOWN, f"its rule in {self.where} stands under a condition of make"
        return Built.YES, said


def built(tree: Tree, path: str, settings: Mapping[str, str]) -> tuple[Built, str]:
    """Whether a file is compiled, and what tells. ``settings`` empty: no configuration is known.

    A file that the tree lacks is not. What stands under a condition of make is not known, unless
    its own symbol is off. Top-level directories count as taken in.
    """
    if tree.read(path) is None:
        return Built.NO, "there is no such file"
    home, _, name = path.rpartition("/")
    wanted = f"{name.rpartition('.')[0]}.o"
    told: list[tuple[Built, str]] = []
    for _ in range(_MOST_DIRECTORIES):
        if not home:
            break
        told.append(_makefile(tree, home, settings).tells(wanted))
        home, _, name = home.rpartition("/")
        wanted = f"{name}/"
        if home.startswith("arch/") and home.count("/") == 1:
            break
    weakest = min(
        told, key=lambda one: _ORDER.index(one[0]), default=(Built.UNKNOWN, "it is at the top")
    )
    if weakest[0] is not Built.YES:
        return weakest
    symbols = [said for _, said in told if said]
    return Built.YES, ", ".join(symbols) or "its Makefiles always take it in"


def _makefile(tree: Tree, home: str, settings: Mapping[str, str]) -> _Makefile:
    found = _Makefile(home, settings)
    for name in ("Kbuild", "Makefile"):
        data = tree.read(f"{home}/{name}")
        if data is not None:
            found.read(data.decode("utf-8", "replace"))
    return found
