"""One item of a text, read as C: by itself, and where C alone does not do, with macros' help.

Many C files look into one header. What an item declares by itself is the same for all of them;
what it declares with the help of macros is the same for those who see the same macros.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from analyzer.csource.expand import Lookup, expand
from analyzer.csource.file import CFile
from analyzer.csource.syntax import Declaration, Macro, UnsupportedType
from analyzer.translate.scope import Declarations, described, without_layout

# The longest declaration of Linux 6.12 that needs its macros, task_struct, has 30,000 characters.
_LONGEST = 1 << 18


class Reading:
    """What an item declares that begins at a line of a file.

    ``all_arms`` makes the text that is read where the item's own cannot be: the members of a
    struct are those of all arms then, and how they lie is not known.
    """

    def __init__(self, text: str, path: str, line: int, all_arms: Callable[[], str | None]) -> None:
        self._path = path
        self._line = line
        self._text = text
        self._all_arms = all_arms
        # By the macros that were asked for on the way, those that are none included.
        self._helped: list[tuple[dict[str, Macro | None], Declarations]] = []

    def declared(self, macro: Lookup) -> Declarations:
        """Return what the item declares for one who sees these macros."""
        if self._alone and not any(map(_is_in_doubt, self._alone)):
            return self._declares
        return self._with_help(macro)

    @cached_property
    def _alone(self) -> tuple[Declaration, ...]:
        return self._read(self._text)

    @cached_property
    def _declares(self) -> Declarations:
        return Declarations(self._alone)

    def _with_help(self, macro: Lookup) -> Declarations:
        for asked, known in self._helped:
            if all(_is_same(macro(name), before) for name, before in asked.items()):
                return known
        asked = {}

        def noted(name: str) -> Macro | None:
            asked[name] = macro(name)
            return asked[name]

        found = Declarations(
            self._expanded(self._text, noted) or self._alone or self._of_all_arms(noted)
        )
        self._helped.append((asked, found))
        return found

    def _of_all_arms(self, macro: Lookup) -> tuple[Declaration, ...]:
        whole = self._all_arms()
        if whole is None:
            return ()
        return tuple(map(without_layout, self._read(whole) or self._expanded(whole, macro)))

    def _expanded(self, text: str, macro: Lookup) -> tuple[Declaration, ...]:
        code = text.lstrip()
        full = expand(code, macro, _LONGEST)
        return self._read(text[: len(text) - len(code)] + full) if full is not None else ()

    def _read(self, text: str) -> tuple[Declaration, ...]:
        """Return what a text declares. What cannot be read declares nothing."""
        found = CFile(text, self._path, line=self._line).declarations
        return tuple(each for each in found if isinstance(each, Declaration))


def _is_in_doubt(declaration: Declaration) -> bool:
    """Whether a struct has a member that may be a macro's: one that C alone has no type for."""
    return any(
        isinstance(member.specifier, UnsupportedType)
        for tagged in described(declaration)
        for member in tagged.members or ()
    )


def _is_same(one: Macro | None, other: Macro | None) -> bool:
    return one is other or one == other
