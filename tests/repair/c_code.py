"""Random code that looks like the kernel's: not compiled, only laid out as its style has it."""

from __future__ import annotations

from hypothesis import strategies as st

_CALLS = (
    "step(%d);",
    "x = y + %d;",
    "ops->go(x, %d);",
    "return;",
    "return %d;",
    "goto out_%d;",
    "x++;",
)
_HEADS = ("if (x > %d) {", "while (x < %d) {", "for (i = 0; i < %d; i++) {", "each_one(x, %d) {")
_NUMBER = st.integers(0, 9)
_Lines = list[str]


def _in(depth: int, lines: _Lines) -> _Lines:
    return [
        "\t" * depth + line if line and line[0] not in "#:" else line.lstrip(":") for line in lines
    ]


@st.composite
def _simple(draw: st.DrawFn) -> _Lines:
    call = draw(st.sampled_from(_CALLS))
    return [call % draw(_NUMBER) if "%" in call else call]


@st.composite
def _comment(draw: st.DrawFn) -> _Lines:
    if draw(st.booleans()):
        return ["/* what { it is } for */", *draw(_simple())]
    return ["/*", " * Two lines don't", " * make a block }.", " */", *draw(_simple())]


@st.composite
def _declared(draw: st.DrawFn) -> _Lines:
    return [f"int v{draw(_NUMBER)} = {draw(_NUMBER)};", *draw(st.sampled_from(([], [""])))]


@st.composite
def _unbraced(draw: st.DrawFn) -> _Lines:
    out = ["if (x)", *_in(1, draw(_simple()))]
    return [*out, "else", *_in(1, draw(_simple()))] if draw(st.booleans()) else out


@st.composite
def _table(draw: st.DrawFn) -> _Lines:
    form = draw(st.sampled_from(("int t[] = {", "struct s v = {", "return (struct s) {")))
    return [form, "\t.a = 1,", "\t.b = 2", "};"]


def _block(draw: st.DrawFn, depth: int) -> _Lines:
    parts = draw(st.lists(_statement(depth - 1), min_size=1, max_size=3))
    return [line for part in parts for line in part]


@st.composite
def _braced(draw: st.DrawFn, depth: int) -> _Lines:
    head = draw(st.sampled_from((*_HEADS, "split")))
    opening = ["if (x &&", "    y) {"] if head == "split" else [head % draw(_NUMBER)]
    out = [*opening, *_in(1, _block(draw, depth))]
    if opening[0].startswith("if"):
        for _ in range(draw(st.integers(0, 2))):
            out += ["} else if (y) {", *_in(1, _block(draw, depth))]
        if draw(st.booleans()):
            out += ["} else {", *_in(1, _block(draw, depth))]
    return [*out, "}"]


@st.composite
def _do(draw: st.DrawFn, depth: int) -> _Lines:
    return ["do {", *_in(1, _block(draw, depth)), "} while (x);"]


@st.composite
def _switch(draw: st.DrawFn, depth: int) -> _Lines:
    out = ["switch (x) {"]
    for number in range(draw(st.integers(1, 3))):
        name = f"case {number}:" if draw(st.booleans()) else "default:"
        if draw(st.booleans()):
            out += [f"{name} {{", *_in(1, _block(draw, depth)), "\tbreak;", "}"]
        else:
            out += [name, *_in(1, _block(draw, depth)), "\tbreak;"]
    return [*out, "}"]


@st.composite
def _conditional(draw: st.DrawFn, depth: int) -> _Lines:
    out = ["#ifdef CONFIG_X", *_block(draw, depth)]
    if draw(st.booleans()):
        out += ["#else", *_block(draw, depth)]
    return [*out, "#endif"]


def _statement(depth: int) -> st.SearchStrategy[_Lines]:
    flat = [_simple(), _simple(), _comment(), _declared(), _unbraced(), _table()]
    if depth <= 0:
        return st.one_of(flat)
    deep = [_braced(depth), _braced(depth), _do(depth), _switch(depth), _conditional(depth)]
    return st.one_of([*flat, *deep])


_FUNCTIONS = (
    ["static int f%d(int a)"],
    ["int f%d(struct s *a,", "\t\tint b)"],
    ["static struct s *", "f%d(void)"],
    ["void f%d(struct s *a)", "\t__acquires(lock)"],
    ["SYSCALL_DEFINE1(f%d, int, a)"],
)


@st.composite
def function(draw: st.DrawFn) -> _Lines:
    """A function of several nested statements, maybe with a label near its end."""
    number = draw(_NUMBER)
    head = [line % number if "%" in line else line for line in draw(st.sampled_from(_FUNCTIONS))]
    body = _in(1, _block(draw, draw(st.integers(1, 3))))
    if draw(st.booleans()):
        body += [f":out_{number}:".lstrip(":"), *_in(1, draw(_simple()))]
    return [*head, "{", *body, "}"]


@st.composite
def _other(draw: st.DrawFn) -> _Lines:
    return draw(
        st.sampled_from(
            (
                ["#define LIMIT 5"],
                ["static const int mask = BIT(1)", "\t| BIT(2);"],
                ["static int g(int a)", "\t__attribute__((noinline));"],
                ["static struct s t = {", "\t.a = 1,", "};"],
                ["struct s {", "\tint a;", "};"],
                ["enum e {", "\tA,", "\tB", "};"],
                ["static inline void h(void)", "{", "}"],
                ["EXPORT_SYMBOL(f);"],
                ["/* About what follows */"],
            )
        )
    )


@st.composite
def unit(draw: st.DrawFn) -> _Lines:
    """What a patch may add to the top of a file."""
    out: _Lines = []
    for _ in range(draw(st.integers(1, 3))):
        part = draw(st.one_of(function(), function(), _other()))
        guarded = draw(st.integers(0, 4)) == 0
        out += [*(["#ifdef CONFIG_Y"] * guarded), *part, *(["#endif"] * guarded)]
        out += [""] * draw(st.booleans())
    return out


@st.composite
def insertion(draw: st.DrawFn) -> tuple[_Lines, _Lines, _Lines]:
    """A file's lines before what a patch adds, what it adds, and the lines behind it."""
    if draw(st.booleans()):
        return draw(unit()), draw(unit()), draw(unit())
    head, tail = draw(function()), draw(unit())
    end = len(head) - 1
    inner = _in(1, _block(draw, 2))
    return head[:end], inner, [*_in(1, _block(draw, 1)), "}", *tail]
