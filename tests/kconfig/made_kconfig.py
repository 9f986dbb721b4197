"""Kconfig trees and configurations made by chance from a seed: small, whole and free of circles.

A symbol depends on symbols before it and selects symbols behind it, so that nothing leads back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class Made:
    """``text`` is the one Kconfig file, ``settings`` a .config that fits it more or less."""

    text: str
    settings: dict[str, str]


@dataclass(slots=True)
class _Maker:
    chance: Random
    lines: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def term(self) -> str:
        if self.numbers and self.maybe(0.1):
            number = self.chance.choice(self.numbers)
            operator = self.chance.choice(["=", "!=", "<", ">=", ">", "<="])
            return f"{number} {operator} {self.chance.randrange(9)}"
        name = self.chance.choice(self.before)
        if self.maybe(0.15):
            return f"{name}{self.chance.choice(['=', '!='])}{self.chance.choice('nmy')}"
        if self.maybe(0.05):
            return "m"
        return f"!{name}" if self.maybe(0.25) else name

    def expression(self) -> str:
        terms = [self.term() for _ in range(self.chance.choice([1, 1, 1, 2, 2, 3]))]
        joined = terms[0]
        for each in terms[1:]:
            joined = f"({joined}) {self.chance.choice(['&&', '||'])} {each}"
        return joined

    def condition(self, share: float = 0.4) -> str:
        return f" if {self.expression()}" if self.maybe(share) else ""

    def symbol(self, name: str, later: list[str]) -> None:
        kind = self.chance.choice(["bool", "bool", "tristate", "tristate", "int"])
        if kind == "int" and name in self.targets:
            kind = "tristate"
        self.lines.append(f"config {name}")
        prompt = f' "{name}"{self.condition(0.3)}' if self.maybe(0.6) else ""
        self.lines.append(f"\t{kind}{prompt}")
        if kind == "int":
            self.number(name)
            return
        for _ in range(self.chance.choice([0, 0, 1, 1, 2])):
            value = self.chance.choice(["y", "m", "n", self.expression()])
            self.lines.append(f"\tdefault {value}{self.condition()}")
        if self.maybe(0.5):
            self.lines.append(f"\tdepends on {self.expression()}")
        for target in later:
            self.targets.add(target)
            if self.maybe(0.35):
                word = self.chance.choice(["select", "select", "imply"])
                self.lines.append(f"\t{word} {target}{self.condition()}")
        if self.maybe(0.7):
            self.settings[name] = self.chance.choice("nmyy" if kind == "tristate" else "nyy")
        self.before.append(name)

    def number(self, name: str) -> None:
        if self.maybe(0.5):
            self.lines.append(f"\trange {self.chance.randrange(4)} 7{self.condition()}")
        for _ in range(self.chance.choice([0, 1, 2])):
            self.lines.append(f"\tdefault {self.chance.randrange(10)}{self.condition()}")
        if self.maybe(0.5):
            self.lines.append(f"\tdepends on {self.expression()}")
        if self.maybe(0.6):
            self.settings[name] = str(self.chance.randrange(9))
        self.numbers.append(name)

    def choice(self, names: list[str]) -> None:
        self.lines += ["choice", f'\tprompt "one of"{self.condition(0.2)}']
        if self.maybe(0.5):
            self.lines.append(f"\tdefault {self.chance.choice(names)}{self.condition(0.3)}")
        if self.maybe(0.4):
            self.lines.append(f"\tdepends on {self.expression()}")
        if self.maybe(0.2):
            self.lines.append("\toptional")
        kind = "tristate" if self.maybe(0.3) else "bool"
        for name in names:
            self.lines += [f"config {name}", f'\t{kind} "{name}"']
            if self.maybe(0.4):
                self.lines.append(f"\tdepends on {self.expression()}")
        self.lines.append("endchoice")
        if self.maybe(0.7):
            picked = self.chance.choice(names)
            self.settings |= {name: "y" if name == picked else "n" for name in names}
            if kind == "tristate" and self.maybe(0.7):
                self.settings |= {name: self.chance.choice("nmy") for name in names}
        self.before += names

    def block(self, names: list[str], later: list[str]) -> None:
        word = self.chance.choice(["menu", "if"])
        self.lines.append('menu "m"' if word == "menu" else f"if {self.expression()}")
        if word == "menu" and self.maybe(0.5):
            self.lines.append(f"\tdepends on {self.expression()}")
        if word == "menu" and self.maybe(0.4):
            self.lines.append(f"\tvisible if {self.expression()}")
        for name in names:
            self.symbol(name, later)
        self.lines.append(f"end{word}")

    def again(self, name: str) -> None:
        """A second definition of the last symbol, with a default more."""
        alone = self.lines[-1].startswith("\tdepends on ")
        if alone and name in self.before:
            self.before.remove(name)
            self.lines += [f"config {name}", f"\tdepends on {self.expression()}"]
            self.lines.append(f"\tdefault y{self.condition()}")


def made_kconfig(seed: int, *, families: int, modules: str = "option modules") -> Made:
    """A file of ``families`` groups of symbols, each of which hangs together by itself."""
    made = _Maker(Random(seed))  # noqa: S311
    head = ['mainmenu "made"', "config MODULES", '\tbool "modules"', f"\t{modules}", ""]
    made.lines += head
    made.settings["MODULES"] = made.chance.choice("yyn")
    for family in range(families):
        names = [f"S{family}_{at}" for at in range(14)]
        made.before, made.numbers = ["MODULES"], []
        made.symbol(names[0], names[11:])
        made.symbol(names[1], names[8:10])
        made.block(names[2:4], names[9:12])
        made.choice(names[4:7])
        for at in range(7, 14):
            if at == 10:
                made.block(names[10:12], names[12:])
            elif at != 11:
                made.symbol(names[at], names[at + 1 :])
        made.again(names[13])
    return Made("\n".join(made.lines) + "\n", made.settings)
