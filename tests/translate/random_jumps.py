"""Random control flow: labels anywhere, gotos from anywhere, in every kind of loop and switch.

The programs compute little; what they return tells which way they went. Each jump and each loop
takes of one fuel, so that all of them end.
"""

from __future__ import annotations

import random

from random_programs import Program

_DEEPEST = 3
_FUEL = 12


def generate_jumps(seed: int) -> Program:
    """Return the program of a seed: one function."""
    return Program(seed, _Jumps(seed).text(), f"j{seed}_test")


class _Jumps:
    """One program on its way. ``labels`` are those that still have to be put somewhere."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(f"jumps {seed}")  # noqa: S311
        self.name = f"j{seed}_test"
        self.all = [f"out{number}" for number in range(self.rng.randint(1, 4))]
        self.labels = list(self.all)
        self.tests = 0
        self.lines: list[str] = []

    def text(self) -> str:
        """Write the program."""
        for _ in range(self.rng.randint(2, 4)):
            self.statement(1, None)
        for label in self.labels:
            self.lines.append(f"{label}: s += 1;")
        body = "\n\t".join(self.lines)
        return (
            f"unsigned long long {self.name}(int a, unsigned int b, long c, unsigned long long d)\n"
            "{\n\tunsigned long long s = 0, x = a ^ d, y = b + (unsigned long long)c;\n"
            f"\tint fuel = 0;\n\n\t{body}\n\treturn s * 16 + fuel;\n}}\n"
        )

    def block(self, depth: int, inside: str | None) -> None:
        """Write some statements."""
        for _ in range(self.rng.randint(1, 3)):
            self.statement(depth, inside)

    def test(self) -> str:
        """Return a test that takes fuel, and so is true only so often."""
        self.tests += 1
        return f"(x >> {self.tests * 7 % 43} & 1) && fuel++ < {_FUEL}"

    def statement(self, depth: int, inside: str | None) -> None:
        """Write a statement, perhaps with a label. ``inside`` is what break and continue mean."""
        if self.labels and self.rng.random() < 0.35:
            self.lines.append(f"{self.labels.pop()}:")
        kinds = [self.count, self.jump, self.once, self.condition, self.loop, self.choose]
        if depth > _DEEPEST:
            kinds = [self.count, self.jump]
        if inside is not None:
            kinds.append(self.leave)
        self.rng.choice(kinds)(depth, inside)

    def count(self, depth: int, inside: str | None) -> None:
        """Note that control was here."""
        self.lines.append(f"s = s * 3 + {self.rng.randint(1, 9)};")

    def jump(self, depth: int, inside: str | None) -> None:
        """Jump to any label, before, behind, around or inside."""
        self.lines.append(f"if ({self.test()}) goto {self.rng.choice(self.all)};")

    def leave(self, depth: int, inside: str | None) -> None:
        """Write break or continue."""
        ways = ["break"] if inside == "switch" else ["break", "continue"]
        self.lines.append(f"if ({self.test()}) {self.rng.choice(ways)};")

    def once(self, depth: int, inside: str | None) -> None:
        """Write what macros are made of."""
        self.lines.append("do {")
        self.block(depth + 1, "loop")
        self.lines.append("} while (0);")

    def condition(self, depth: int, inside: str | None) -> None:
        """Write an if, sometimes one that only a goto gets into."""
        test = self.test() if self.rng.random() < 0.6 else "0"
        self.lines.append(f"if ({test}) {{")
        self.block(depth + 1, inside)
        if self.rng.random() < 0.4:
            self.lines.append("} else {")
            self.block(depth + 1, inside)
        self.lines.append("}")

    def loop(self, depth: int, inside: str | None) -> None:
        """Write a loop."""
        head, tail = self.rng.choice(
            [
                (f"while ((y >> {self.rng.randrange(20)} & 1) && fuel++ < {_FUEL}) {{", "}"),
                (f"for (s++; fuel++ < {_FUEL}; s += 2) {{", "}"),
                ("do {", f"}} while ({self.test()});"),
            ]
        )
        self.lines.append(head)
        self.block(depth + 1, "loop")
        self.lines.append(tail)

    def choose(self, depth: int, inside: str | None) -> None:
        """Write a switch; its groups fall through as often as not."""
        self.lines.append(f"switch (y >> {self.rng.randrange(9)} & 3) {{")
        meaning = "loop in switch" if inside in ("loop", "loop in switch") else "switch"
        for marker in self.rng.sample(["case 0:", "case 1 ... 2:", "default:"], 3):
            self.lines.append(marker)
            self.block(depth + 1, meaning)
            if self.rng.random() < 0.5:
                self.lines.append("break;")
        self.lines.append("}")
